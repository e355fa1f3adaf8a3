"""Where a raw text asks for a style, by tags (HTML, JATS) and by TeX. Pairs that lack their partner ask for nothing.
What is a tag is `core.markup`'s, what becomes of the rest `core.tex`'s; where it ends up in what is shown, `core.styles`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from paperdigest.core.markup import PREFIXES, TAG
from paperdigest.core.tex_dollars import math_delimiters
from paperdigest.core.tex_tables import SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS


class Style(StrEnum):
    """How a stretch of text is set. `SIGN` is what says in plain text that a script follows, as `^(` and `)`: it is
    left out where the script itself is raised or lowered."""

    BOLD = "bold"
    ITALIC = "italic"
    MONOSPACE = "monospace"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    SIGN = "sign"


#: Start and end in the raw text, between which the signs of a style belong.
Styled = tuple[int, int, Style]

#: The scripts, and the sign that says so in plain text.
SCRIPTS: Final = {Style.SUPERSCRIPT: "^", Style.SUBSCRIPT: "_"}
_OF_SIGN: Final = {sign: style for style, sign in SCRIPTS.items()}
_SMALL: Final = {Style.SUPERSCRIPT: {*SUPERSCRIPTS, " "}, Style.SUBSCRIPT: {*SUBSCRIPTS, " "}}

_TAGS: Final = {
    **dict.fromkeys(("i", "em", "italic", "emphasis"), Style.ITALIC),
    **dict.fromkeys(("b", "strong", "bold"), Style.BOLD),
    **dict.fromkeys(("tt", "code", "monospace", "samp", "kbd"), Style.MONOSPACE),
    **dict.fromkeys(("sub", "inf", "subscript"), Style.SUBSCRIPT),
    **dict.fromkeys(("sup", "superscript"), Style.SUPERSCRIPT),
}
_FONTS: Final = {
    **dict.fromkeys(("emph", "textit", "textsl", "it", "em", "sl", "itshape"), Style.ITALIC),
    **dict.fromkeys(("textbf", "bf", "bfseries"), Style.BOLD),
    **dict.fromkeys(("texttt", "tt", "ttfamily"), Style.MONOSPACE),
    "textsuperscript": Style.SUPERSCRIPT,
    "textsubscript": Style.SUBSCRIPT,
}

_MAYBE = re.compile(
    r"<|&(?:amp;)*(?:lt|LT|#)|(?:emph|text[a-z]{2,11}) ?\{|\{\s*\\?(?:it|em|sl|bf|tt)|[\^_][\\{]|\$"
)
_TOKEN = re.compile(
    rf"{TAG.pattern}"
    r"|\\(?P<font>emph|text(?:it|sl|bf|tt|superscript|subscript)) ?\{"
    r"|(?P<script>[\^_])(?:\\(?:mathrm|mathsf|mathit|mathbf|text|textrm|textsc|operatorname) ?)?\{"
    r"|(?P<symbol>[\^_]\\[A-Za-z]+)(?![A-Za-z]| ?\{)"
    r"|(?P<letter>[\^_][A-Za-z])(?![A-Za-z])"
    r"|\{\s*\\(?P<old>it|em|sl|itshape|bf|bfseries|tt|ttfamily)(?![A-Za-z])"
    r"|\{(?P<lost>it|em|sl|bf|tt)\s+(?=[^\s}])"
    r"|(?P<escaped>\\[^A-Za-z])|(?P<dollar>\$)|(?P<opening>\{)|(?P<closing>\})"
)
_BLANK_BEFORE = re.compile(r"[\w)\]}']\s{1,2}$")
_WORD = re.compile(r"[^\W\d_]{3}")  # what is as long is not set in small signs
_LONG: Final = 40


def may_be_styled(raw: str) -> bool:
    """Say at one glance whether anything in the text might ask for a style; most texts have nothing."""
    for sign in "<{$\\&":
        if sign in raw:
            return _MAYBE.search(raw) is not None
    return False


def styled(text: str) -> list[Styled]:
    """Return what asks for a style in a text without entities, in the order it ends. Linear in the text.

    A script stands with its sign or tags, a font inside of its own. Within scripts nothing else is styled.
    """
    return _Walk(text).walk()


class _Walk:
    """One walk over the text: the tags and groups that are open, and what was found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Styled] = []
        self.tags: dict[str, list[re.Match[str]]] = {}
        self.groups: list[tuple[int, Style | None]] = []
        self.delimiters = math_delimiters(text) if "$" in text else {}
        self.math = False

    def walk(self) -> list[Styled]:
        for token in _TOKEN.finditer(self.text):
            if token.lastgroup is None:
                self.tag(token)
            else:
                _READERS[token.lastgroup](self, token)
        return self.found

    def tag(self, found: re.Match[str]) -> None:
        name = found[2].lower()
        prefix, _, bare = name.rpartition(":")
        style = _TAGS.get(bare) if not prefix or prefix in PREFIXES else None
        if style is None or found[4]:
            return
        if not found[1]:
            self.tags.setdefault(name, []).append(found)
        elif opened := self.tags.get(name):
            start = opened.pop()
            if style in SCRIPTS:
                inside = (start.end(), found.start())
                self.script(start.start(), found.end(), style, inside)
            else:
                self.font(start.end(), found.start(), style)

    def open(self, found: re.Match[str]) -> None:
        """Take in the beginning of a group, with what stands before it."""
        self.groups.append((found.end(), None))

    def open_font(self, found: re.Match[str]) -> None:
        style = _FONTS[found[found.lastgroup or ""]]
        self.groups.append((found.start() if style in SCRIPTS else found.end(), style))

    def open_script(self, found: re.Match[str]) -> None:
        start = found.start()
        if self.math and (blank := _BLANK_BEFORE.search(self.text, max(0, start - 3), start)):
            start = blank.start() + 1  # `core.tex` leaves the blank out
        self.groups.append((start, _OF_SIGN[found["script"]]))

    def close(self, found: re.Match[str]) -> None:
        if not self.groups:
            return
        start, style = self.groups.pop()
        if style in SCRIPTS:
            inside = (self.text.index("{", start) + 1, found.start())
            self.script(start, found.end(), style, inside)
        elif style is not None:
            self.font(start, found.start(), style)

    def symbol(self, found: re.Match[str]) -> None:
        if found["symbol"][2:] in SYMBOLS:
            self.found.append((found.start(), found.end(), _OF_SIGN[found["symbol"][0]]))

    def letter(self, found: re.Match[str]) -> None:
        """Read a script of one letter, which only in a formula is one."""
        if self.math:
            style = _OF_SIGN[found["letter"][0]]
            self.script(found.start(), found.end(), style, (found.start() + 1, found.end()))

    def dollar(self, found: re.Match[str]) -> None:
        self.math = self.delimiters.get(found.start(), self.math)

    def escaped(self, found: re.Match[str]) -> None:
        """Pass over what a backslash makes an ordinary sign."""

    def font(self, start: int, end: int, style: Style) -> None:
        """Note a font from its first letter to its last."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        if start < end:
            self.found.append((start, end, style))

    def script(self, start: int, end: int, style: Style, inside: tuple[int, int]) -> None:
        """Note a script, and forget what is styled in it: a sign there would be one more letter to raise."""
        while self.found and self.found[-1][0] >= start:
            self.found.pop()
        if not _is_small(self.text[inside[0] : min(inside[1], inside[0] + _LONG)], style):
            self.found.append((start, end, style))


def _is_small(content: str, style: Style) -> bool:
    """Say whether Unicode has the script's own signs, so that there is nothing to style."""
    return _SMALL[style].issuperset(content) and _WORD.search(content) is None


_READERS: Final[dict[str, Callable[[_Walk, re.Match[str]], None]]] = {
    "font": _Walk.open_font,
    "old": _Walk.open_font,
    "lost": _Walk.open_font,
    "script": _Walk.open_script,
    "symbol": _Walk.symbol,
    "letter": _Walk.letter,
    "escaped": _Walk.escaped,
    "dollar": _Walk.dollar,
    "opening": _Walk.open,
    "closing": _Walk.close,
}
