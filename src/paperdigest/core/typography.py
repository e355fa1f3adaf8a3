"""How single signs look: accents, scripts, fractions, dashes, quotes, and what an address in a text is.
Functions over short strings; reading TeX is `core.tex`'s work.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from paperdigest.core.tex_tables import RAISED, SUBSCRIPTS, SUPERSCRIPTS

# The rest of an address as it stands in running text, with TeX's escapes; never ends in a tie or a closing quote.
_ADDRESS_REST = re.compile(r"(?:\\[_%#&~$]|'(?!')|[^\s<>{}\\\"$`'|])+")
_SCHEME = re.compile(r"https?:$", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w@.\-/])(?:[A-Za-z0-9\-]{1,63}+\.){1,5}+[a-z]{2,12}$")

_TILDE = re.compile(r"(?<=/)(?:\$\\sim\$|\{?\\(?:textasciitilde|sim|~)(?![A-Za-z])(?:\{\})?\}?)\s?")
_ESCAPED_IN_ADDRESS = re.compile(r"\\([_%#&~$])(?:\{\})?")

_WORD = re.compile(r"[^\W\d_](?:[\w.]*\w)?|[^\W\d_]{3}[\w.\-]*\w")
# No one word: a product, or what has a script of its own.
_PRODUCT = re.compile(r"[A-Za-z][α-ω]|[α-ω][A-Za-z]|[²³¹ʰ-ˣᴬ-ᵪ⁰-ₜⱼⱽ]")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_PRIMES = re.compile("['′]{1,4}")
_MAY_BE_RAISED = SUPERSCRIPTS | {sign: sign for sign in "′″‴⁗†‡"}
_SIMPLE = re.compile(r"-?(?:\d+(?:\.\d+)?|[^\W\d_]*)[²³ⁿ₀-₉′]*")

_SIGNS = re.compile(r"<--+>?|--+>?|`+|''+")
_QUOTED = re.compile(r"`([^\s`](?:[^`'\n]|'(?=\w)){0,120}?)(?<!\s)'(?![\w'])")
_DASHES = {"--": "–", "---": "—", "-->": "→", "--->": "→", "<--": "←", "<-->": "↔"}
_OPENING = {2: "“", 3: "“‘"}
_CLOSING = {2: "”", 3: "’”"}


def plain_address(address: str) -> str:
    r"""Return an address without TeX's escapes: `/\~{}ada/a\_b`."""
    return _ESCAPED_IN_ADDRESS.sub(r"\1", with_tildes(address)) if "\\" in address else address


def with_tildes(text: str) -> str:
    r"""Return the text with the tildes of home pages as such: `/$\sim$ada`, `/\~{}ada`."""
    return _TILDE.sub("~", text) if "/" in text and "\\" in text else text


def addresses(text: str) -> list[tuple[int, int]]:
    """Return where addresses stand, with a scheme or as `host.tld/path`, in order."""
    places = []
    at = 0
    while (slash := text.find("/", at)) >= 0:
        start = _address_start(text, at, slash)
        rest = _ADDRESS_REST.match(text, slash + 1) if start >= 0 else None
        at = slash + 1
        if rest:
            at += len(rest[0].rstrip("~"))
            places.append((start, at))
    return places


def _address_start(text: str, floor: int, slash: int) -> int:
    before = text[max(floor, slash - 80) : slash]
    if before.endswith(":"):
        scheme = (
            _SCHEME.search(before, max(0, len(before) - 6))
            if text.startswith("//", slash)
            else None
        )
        return slash - len(scheme[0]) if scheme else -1
    if not before[-1:].islower() or "." not in before[-80:]:
        return -1
    domain = _DOMAIN.search(before)
    return slash - len(domain[0]) if domain else -1


def typeset(text: str) -> str:
    """Set TeX's dashes and quotes; addresses are left alone."""
    if not ("--" in text or "`" in text or "''" in text):
        return text
    pieces = []
    at = 0
    places = iter([*addresses(text), (len(text), len(text))])
    start, end = next(places)
    for found in _SIGNS.finditer(text):
        while end <= found.start() < len(text):
            start, end = next(places)
        if found.start() < at or start <= found.start() < end:
            continue
        pieces.append(text[at : found.start()])
        quoted = _QUOTED.match(text, found.start()) if found[0] == "`" else None
        if quoted and not text[max(0, found.start() - 1) : found.start()].isalnum():
            pieces.append(f"‘{quoted[1]}’")
            at = quoted.end()
        else:
            pieces.append(_sign(text, found))
            at = found.end()
    return "".join(pieces) + text[at:]


def _sign(text: str, found: re.Match[str]) -> str:
    sign = found[0]
    if sign[0] in "-<":
        return _DASHES.get(sign, sign)
    if sign[0] == "`":
        return _OPENING.get(len(sign), sign)
    before, after = (
        text[max(0, found.start() - 1) : found.start()],
        text[found.end() : found.end() + 1],
    )
    opens = (not before or before.isspace() or before in "([“") and after.isalnum()
    return (_OPENING if opens and len(sign) == 2 else _CLOSING).get(len(sign), sign)


def has_own_sign(letter: str, mark: str) -> bool:
    """Say whether Unicode has the letter with this accent as one character."""
    return len(normalize("NFC", letter + mark)) == 1


def accented(
    mark: str, got: list[str], *, sign: str = "", single: bool = False, any_base: bool = False
) -> str:
    """Put an accent on the first letter of an argument. `single`: only where it is all there is."""
    text = "".join(got).lstrip() if not any_base else "".join(got)
    base, rest = text[:1], text[1:]
    if not base:
        return sign
    if not (base.isalpha() or any_base) or (single and rest):
        return sign + text
    above = mark not in "\u0323\u0327\u0328\u0331"
    base = {"ı": "i", "ȷ": "j"}.get(base, base) if above else base
    return normalize("NFC", base + mark) + rest


def raised(got: list[str]) -> str:
    """Set a superscript: with Unicode's own characters, or flat as `x^max`."""
    text = "".join(got)
    if "'" in text or "′" in text:
        got = [primed(text)]
    return RAISED.get("".join(got).strip()) or _script("^", got, _MAY_BE_RAISED)


def primed(text: str) -> str:
    """Return the text with each run of primes as one sign, up to four."""
    return _PRIMES.sub(_primes, text)


def _primes(found: re.Match[str]) -> str:
    return "′″‴⁗"[len(found[0]) - 1]


def lower(got: list[str]) -> str:
    """Set a subscript: with Unicode's own characters, or flat as `x_max`."""
    return _script("_", got, SUBSCRIPTS)


def _script(sign: str, got: list[str], table: dict[str, str]) -> str:
    text = "".join(got).strip()
    if not text:
        return "" if got else sign
    small = [table.get(letter) for letter in text if letter != " "]
    if None not in small and not _LETTERS.search(text):
        return "".join(letter for letter in small if letter)
    word = _WORD.fullmatch(text) and not _PRODUCT.search(text)
    if word or (len(text) == 1 and not text.isdigit()):
        return sign + text
    return f"{sign}({text})"


def in_alphabet(table: dict[str, str], got: list[str]) -> str:
    """Set one or two letters in blackboard, script or Fraktur; longer words stay legible as they are."""
    text = "".join(got)
    if len(text.strip()) > 2:
        return table.get(text[:1], text[:1]) + text[1:] if not text[:2].isalpha() else text
    return "".join(table.get(letter, letter) for letter in text)


def fraction(got: list[str]) -> str:
    """Set a fraction on one line: a/b, (a+b)/c."""
    return "/".join(_enclosed(part.strip()) for part in got)


def root(degree: str, got: list[str]) -> str:
    """Set a root: √x, √(a+b), ³√x."""
    return f"{degree}√{_enclosed(''.join(got).strip())}"


def _enclosed(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) or len(text) == 1 else f"({text})"
