"""Turn TeX in titles and abstracts into Unicode, also where a dump has lost dollars or backslashes.
Never raises, keeps every letter and digit TeX would show, takes time linear in the text.
Names are `core.tex_commands`'s and `core.tex_tables`'s, how signs look `core.typography`'s, tags `core.markup`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from paperdigest.core.tex_commands import known, obey
from paperdigest.core.tex_dollars import math_delimiters
from paperdigest.core.tex_groups import DEEPEST, Group, Groups, Make
from paperdigest.core.tex_lost import restored
from paperdigest.core.tex_tables import (
    CLOSING_BRACE,
    ELEMENTS,
    MARKS,
    NAMED_ACCENTS,
    OLD_FONTS,
    OPENING_BRACE,
    SIGN_ACCENTS,
    SIGNS,
    words,
)
from paperdigest.core.typography import (
    accented,
    addresses,
    has_own_sign,
    lower,
    plain_address,
    raised,
    typeset,
    with_tildes,
)

_ACTIVE = re.compile(r"[\\{}$^_~`]|--|''")
_SIGN = re.compile(r"[\\{}$^_~]")
_TOKEN = re.compile(
    r"(?P<nothing>(?:\{\})+)|(?P<slash>\\+)|(?P<opening>\{+)|(?P<closing>\}+)|(?P<dollars>\$+)|(?P<scripts>\^+|_+)|(?P<tie>~+)"
)

_NAME = re.compile(r"([A-Za-z]+)(?:\*(?=[{\[]))?")
# Between these and a formula authors forget the blank; `$n$th` and `$\mu$m` have none.
_LITTLE = "and|or|is|are|in|of|for|with|the|to|at|on|by|from|as|that|where|when|we|if|all|any|each|every|let"
_LITTLE_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{_LITTLE})$", re.IGNORECASE)
_LITTLE_AFTER = re.compile(rf"(?:{_LITTLE})(?![A-Za-z])")
_WORD = re.compile(r"[^\W_]{2}")
_WORD_BEFORE = re.compile(r"[^\W_]{2}$")
_JOINED = re.compile(r" (?:[.,;)]|-[a-z])")
_BLANK_BEFORE = re.compile(rf"[\w)\]}}'{MARKS}]\s{{1,2}}$")
_COMMAND = re.compile(r"\\[A-Za-z]")
_LENGTH = re.compile(r"\*?(?:\[\s?-?[0-9.]{1,8}\s?[a-z]{2}\])?")
_ESCAPE = re.compile(r"u(?=[A-Fa-f]{0,3}[0-9])([0-9A-Fa-f]{4})")
_LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
_OLD_FONT = re.compile(rf"({'|'.join(OLD_FONTS)})\s+(?=[^\s}}])")
_LOST_ACCENT = re.compile(r"""(?:(["'`^~=.])|([cvHukrd]) )([^\W\d_])\}""")
_LOST_SIGN = re.compile(r"""[^\W\d_]["'`]\{[aeiouyAEIOUYcnszCNSZ]\}[^\W\d_]""")
_CONTRACTION = re.compile(r"(?:s|re|ll|m|d|t|ve)(?![^\W\d_])")
_CLOSING_QUOTE = {
    sign: re.compile(rf"[^\\]{{1,200}}?(?<!\s)\\{sign}(?![\w{{\\])") for sign in "\"'"
}

_RAISED_BARE = re.compile(
    r"[+\-−]?\d+(?!\.?\d)|[+\-−]?\d+\.\d+|[*′†‡∘°]|'+|[+\-](?![^\W_]|[+\-])|[+\-](?=[^\W\d_]{1,2}\^)|[^\W\d_](?![^\W\d_])"
)
_RAISED_MATH = re.compile(
    rf"{_RAISED_BARE.pattern}|[+\-](?=[^\W\d]|[+\-])|[^\W\d_](?![^\W\d_]{{2}})"
)
_LOWERED_MATH = re.compile(rf"\d+|[^\W\d_](?![^\W\d_]{{2}}|[^\W\d_](?![_^{MARKS}]))|[*+]")
# Outside of formulas an underscore is a subscript only under one letter or a chemical formula.
_FORMULA = re.compile(
    rf"(?<!\\)\\[A-Za-z]{{2,12}}$|(?:^|[^\w.@/\\#\-])(?:[A-Za-z]|log|AdS|(?:(?:{'|'.join(sorted(ELEMENTS, reverse=True))})(?:_?\d{{1,2}})?){{1,6}})$"
)
_LOWERED_BARE = re.compile(r"(?:\d{1,2}|[a-z])(?![a-z0-9_@]|\.[A-Za-z0-9])")
_DOUBLED = re.compile(r"""[A-Za-z]+|[%&$#_{}]|["'`^~=.]\{?[A-Za-z]""")
_ENGLISH = frozenset(
    ["a", "i", "in", "it", "item", "not", "o", "par", "sign", "term", "text", "to", "top"]
)
# Words as well, which in prose are commands only before a brace, or some behind a number: `one line\\bar charts`.
_WORDS = words("""
abs acute bar because begin between big bold bot bowtie box boxed breve bullet cap caption check color complement
copyright cup dagger degree diamond dim dot dots end euro exists flat footnote frown grave hat huge index indent land large
left limits max min mod models natural nearrow norm null num owns parallel partial path phantom pounds prime protect rank
relax right root rule sec section set sharp slash small smash smile space square star strong sum tan thanks therefore
tilde times tiny title trace trademark triangle vert wedge
""")
_OF_NUMBERS = frozenset(["degree", "times"])
_BRACES = str.maketrans({OPENING_BRACE: "{", CLOSING_BRACE: "}"})

_TIE_AFTER = frozenset(".,;:!?)]}'\"%*’”…")


def to_unicode(text: str) -> str:
    """Return the text with its TeX set as Unicode; white space is kept roughly as it was."""
    return with_braces(read(text))


def read(text: str) -> str:
    """Return the same, but with private signs for braces that are no group's, so that it can be read once more."""
    if not _ACTIVE.search(text):
        return text
    return typeset(_Reader(with_tildes(restored(text))).read())


def with_braces(text: str) -> str:
    """Return what was read with its braces."""
    return text.translate(_BRACES) if OPENING_BRACE in text or CLOSING_BRACE in text else text


class _Reader(Groups):
    """One walk over the text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.delimiters = math_delimiters(text) if "$" in text else {}
        self.last_fence = {"(": text.rfind("\\)"), "[": text.rfind("\\]")}

    def read(self) -> str:
        text = self.text
        places = iter([*addresses(text), (len(text), len(text))])
        start, end = next(places)
        while (found := _SIGN.search(text, self.at)) is not None:
            while start < self.at or end <= found.start():
                start, end = next(places)
            if start <= found.start():
                self.run(text[self.at : start])
                self.at = end
                self.item(plain_address(text[start:end]))
            elif token := _TOKEN.match(text, found.start()):
                self.run(text[self.at : found.start()])
                self.at = token.end()
                _TOKEN_READERS[token.lastgroup or ""](self, token)
        self.run(text[self.at :])
        return self.finish()

    def nothing(self, found: re.Match[str]) -> None:
        """Read `{}`: an empty argument where one is awaited."""
        for _ in range(min(len(found[0]) // 2, sum(want.count for want in self.group.wants))):
            self.item("")

    def opening(self, found: re.Match[str]) -> None:
        for start in range(found.start(), found.end()):
            if len(self.groups) > DEEPEST:
                self.ignored += found.end() - start
                self.at = found.end()
                return
            self.at = start + 1
            self.open(start)

    def open(self, start: int) -> None:
        if _LOST_SIGN.match(self.text, max(0, start - 2)) and self.last() == self.text[start - 1]:
            mark = SIGN_ACCENTS[self.last()]
            self.group.out[-1] = self.group.out[-1][:-1]
            self.want(1, partial(accented, mark))
        lost = _LOST_ACCENT.match(self.text, self.at)
        if lost and self.has_neighbour(start, lost.end()) and self.lost_accent(lost):
            return
        group = Group("plain", start)
        self.groups.append(group)
        if font := _OLD_FONT.match(self.text, self.at):
            self.at = font.end()
            group.kind = "font"
            group.alphabet = font[1] if font[1] == "cal" else ""

    def has_neighbour(self, start: int, end: int) -> bool:
        return self.text[start - 1 : start].isalpha() or self.text[end : end + 1].isalpha()

    def lost_accent(self, found: re.Match[str]) -> bool:
        """Read `K{"a}hler` and `Fran{c c}ois`: a dump kept the braces and lost the backslash."""
        mark = SIGN_ACCENTS[found[1]] if found[1] else NAMED_ACCENTS[found[2]]
        if self.group.wants or not has_own_sign(found[3], mark):
            return False
        self.at = found.end()
        self.item(accented(mark, [found[3]]))
        return True

    def closing(self, found: re.Match[str]) -> None:
        count = found.end() - found.start()
        for done in range(count):
            if self.ignored:
                self.ignored -= 1
            elif len(self.groups) > 1:
                self.at = found.start() + done + 1
                self.close()
            else:
                self.run("}" * (count - done))
                break
        self.at = max(self.at, found.end())

    def dollars(self, found: re.Match[str]) -> None:
        for place in range(found.start(), found.end()):
            opens = self.delimiters.get(place)
            if opens is None:
                if not _COMMAND.match(self.text, found.end()):  # else its partner was lost
                    self.run(self.text[place : found.end()])
                return
            if not opens:
                self.settle()
            self.math = opens
        if self.math:
            self.opened(found.start())
        else:
            self.closed(*found.span())

    def opened(self, start: int) -> None:
        """Forget a blank behind the dollar that opens a formula, but where it parts words: `at$ x $for`."""
        before = self.text[max(0, start - 6) : start]
        if before[-1:].isalpha() and _LITTLE_BEFORE.search(before):
            self.run(" ")
        elif self.ahead().isspace() and not _WORD_BEFORE.search(before):
            while self.ahead().isspace():
                self.at += 1

    def closed(self, start: int, end: int) -> None:
        """Forget a blank before the dollar that closes a formula, and with it one before what is joined to it."""
        if _LITTLE_AFTER.match(self.text, end):
            self.run(" ")
        elif self.is_blank_before(start) and not _WORD.match(self.text, end):
            self.group.strip()
            if _JOINED.match(self.text, end):
                self.at += 1

    def is_blank_before(self, place: int) -> bool:
        """Say whether a letter or closing bracket, and then a blank, stand before a place."""
        return self.text[place - 1].isspace() and (
            _BLANK_BEFORE.search(self.text, max(0, place - 3), place) is not None
        )

    def scripts(self, found: re.Match[str]) -> None:
        if len(found[0]) > 1 or len(self.groups) > DEEPEST:
            self.run(found[0])
            return
        if self.math and self.is_blank_before(found.start()):
            self.group.strip()
        if self.ahead() == "{" or (self.ahead() == "\\" and self.ahead(2)[1:].isalpha()):
            self.want(1, raised if found[0] == "^" else lower)
        elif found[0] == "^":
            self.bare(_RAISED_MATH if self.math else _RAISED_BARE, raised, "^")
        elif self.math or _FORMULA.search(self.text, max(0, found.start() - 16), found.start()):
            self.bare(_LOWERED_MATH if self.math else _LOWERED_BARE, lower, "_")
        else:
            self.run("_")

    def bare(self, pattern: re.Pattern[str], make: Make, sign: str) -> None:
        """Read a script without braces, or leave its sign alone."""
        if script := pattern.match(self.text, self.at):
            self.at = script.end()
            self.item(make([script[0]]))
        else:
            self.run(sign)

    def tie(self, found: re.Match[str]) -> None:
        """Make a tie a blank between words; `~5%`, `30~70%`, `x ~ y` and `/~user` are no ties."""
        before, after = self.text[max(0, found.start() - 1) : found.start()], self.ahead()
        joins = before.isalnum() or before in _TIE_AFTER
        blank = not before or not after or before.isspace() or after.isspace()
        amounts = before.isdigit() and after.isdigit()
        if after == "\\" and self.ahead(2)[1:].isalpha():
            joins, blank = True, False  # `maps ~\cite{ada}`
        self.run(" " if joins and not blank and not amounts and after != "/" else found[0])

    def slash(self, found: re.Match[str]) -> None:
        count = found.end() - found.start()
        if count > 1 and not (count == 2 and self.is_doubled()):
            self.run(" ")
            if count % 2 == 0:
                self.at = (_LENGTH.match(self.text, self.at) or found).end()
                return
        self.command()

    def is_doubled(self) -> bool:
        """Tell `na\\\\"ive` and `\\\\alpha`, escaped once too often, from a line break."""
        found = _DOUBLED.match(self.text, self.at)
        if found is None or not found[0].isalpha():
            return found is not None
        if found[0] in _ENGLISH or not known(found[0]):
            return False
        if self.math or found[0] not in _WORDS or self.text[found.end() : found.end() + 1] == "{":
            return True
        before = self.text[max(0, self.at - 4) : self.at - 2].rstrip()
        return found[0] in _OF_NUMBERS and before[-1:].isdigit()

    def command(self) -> None:
        found = _NAME.match(self.text, self.at)
        if found is None:
            self.sign()
        elif escape := _ESCAPE.match(self.text, self.at):
            self.escaped(escape)
        else:
            self.at = found.end()
            obey(self, found[1])

    def sign(self) -> None:
        sign = self.ahead()
        self.at += 1
        if sign in SIGN_ACCENTS:
            self.sign_accent(sign)
        elif sign in ("(", "[", ")", "]"):
            self.fence(sign)
        elif SIGNS.get(sign) == " " or sign.isspace():
            self.run(" ")
        else:
            self.item(SIGNS.get(sign, sign))

    def fence(self, sign: str) -> None:
        r"""Read \( \) \[ \], or show the bracket where its partner is missing."""
        opens = sign in "(["
        if opens and self.last_fence[sign] > self.at:
            self.math = True
        elif not opens and self.math:
            self.settle()
            self.math = False
        else:
            self.item(sign)

    def sign_accent(self, sign: str) -> None:
        after = self.ahead()
        mark = SIGN_ACCENTS[sign]
        if after == "{" or (after == "\\" and self.ahead(2)[1:].isalpha()):
            self.want(1, partial(accented, mark, sign=sign))
        elif after.isalpha() and has_own_sign(after, mark) and not self.is_quote(sign):
            self.at += 1
            self.item(accented(mark, [after]))
        else:
            self.item(sign)

    def is_quote(self, sign: str) -> bool:
        r"""Tell an escaped quote (`\"open\" sets`, `model\'s`) from an accent."""
        if sign not in _CLOSING_QUOTE:
            return False
        before = self.text[max(0, self.at - 3) : self.at - 2]
        if before == "{" and self.ahead(2)[1:] == "}":
            return False
        if before.isalpha():
            return sign == "'" and _CONTRACTION.match(self.text, self.at) is not None
        return _CLOSING_QUOTE[sign].match(self.text, self.at) is not None

    def escaped(self, found: re.Match[str]) -> None:
        r"""Read `\u00e9`, left over from JSON."""
        self.at = found.end()
        code = int(found[1], 16)
        if 0xD800 <= code < 0xE000:
            low = _LOW_HALF.match(self.text, self.at)
            if low is None or code >= 0xDC00:
                self.item("\ufffd")
                return
            self.at = low.end()
            code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        self.item(chr(code) if chr(code).isprintable() else " ")


_TOKEN_READERS: dict[str, Callable[[_Reader, re.Match[str]], None]] = {
    "slash": _Reader.slash,
    "nothing": _Reader.nothing,
    "opening": _Reader.opening,
    "closing": _Reader.closing,
    "dollars": _Reader.dollars,
    "scripts": _Reader.scripts,
    "tie": _Reader.tie,
}
