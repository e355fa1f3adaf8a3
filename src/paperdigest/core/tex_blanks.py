r"""Blanks behind a command's name: TeX eats them, authors write them. Which are shown is decided here, for signs that hug
their neighbours and for `\xspace`. Reading is `core.tex_commands`'s work.
"""

from __future__ import annotations

import re
from typing import Final

from paperdigest.core.tex_tables import MARKS, words

_OPENING: Final = words("""
textquoteleft textquotedblleft quotedblbase quotesinglbase guillemotleft guilsinglleft textexclamdown textquestiondown lq
lbrace textbraceleft
""")
# Only where nothing parts them from what stands before.
_JOINING: Final = words("""
textendash textemdash hyp slash textslash textunderscore textperiodcentered textasciitilde
""")
_BEFORE_AMOUNTS: Final = words("""
pounds textsterling euro EUR texteuro textyen yen textdollar textasciitilde textminus
""")
_AMOUNT = re.compile(r" [\d.]*\d")
_BEHIND: Final = {
    **dict.fromkeys(("textdegree", "degree"), re.compile(r" [CFKNSEW](?![^\W\d_])")),
    **dict.fromkeys(
        ("textquoteright", "textquotesingle", "rq"),
        re.compile(r" (?:s|re|ll|m|d|t|ve)(?![^\W\d_])"),
    ),
}

#: What xspace puts no blank before (its documentation: exceptions, with footnotes), also where a style ends first, and
#: what closes a bracket or a quotation.
_EXCEPTION = re.compile(
    rf"[{MARKS}]*(?:[\s,.'/?;:!~\-)\]{{}}\"”’»…]|\\[ /]|\\(?:space|footnote(?:mark)?)(?![A-Za-z])|$)"
)
_BLANKS = re.compile(r"\s*")


def only_ends(text: str, at: int, name: str) -> bool:
    r"""Tell a blank at `at`, behind a sign's name, that only ends it, as in `Navier\textendash Stokes`, from one that
    parts words."""
    if name in _OPENING:
        return True
    if name in _BEFORE_AMOUNTS and _AMOUNT.match(text, at):
        return True
    start = at - len(name) - 1
    if start < 1 or text[start - 1].isspace():
        return False
    behind = _BEHIND.get(name)
    return name in _JOINING if behind is None else behind.match(text, at) is not None


def behind_xspace(text: str, at: int) -> tuple[str, int]:
    r"""Return the blank that `\xspace` puts where a word follows, and where to read on."""
    blanks = _BLANKS.match(text, at)
    after = blanks.end() if blanks else at
    if not _EXCEPTION.match(text, after):
        return " ", after
    return "", at if text[after : after + 1] in ("}", "~") else after
