r"""Which dollars delimit mathematics, as in `$x$` and `$$x$$`, and which are sums of money. What is in them is `core.tex`'s."""

from __future__ import annotations

import re

_DOLLARS = re.compile(r"\\[\s\S]|\$+")
# With a blank next to a dollar: what only a formula has, the words it may have, and what only prose has.
_SURE_FORMULA = re.compile(r"\\[A-Za-z{}]|[\^_=<>]|^\s*[^\W\d_]{1,2}(?:\([\w\s,;]*\))?\s*$")
_WORDS = re.compile(r"\\(?:text[a-z]*|mbox|mathrm|operatorname)\s?\{[^{}]*\}")
_PROSE = re.compile(r"(?:^|\s)[a-z]{3,}(?:\s|$)")
_SUM_OF_MONEY = re.compile(r"[+-]?\d[^\\^_={}<>]*")


def math_delimiters(text: str) -> dict[int, bool]:
    """Return the places of the dollars that delimit mathematics, and whether each opens."""
    found: dict[int, bool] = {}
    opened = width = 0
    for token in _DOLLARS.finditer(text):
        count = token.end() - token.start() if token[0][0] == "$" else 0
        if not count:
            continue
        if count <= 2 and width == 1 and _is_formula(text, opened, token.start()):
            found |= {opened: True, token.start(): False}
            opened, width = token.start() + 1, count - 1
        elif count == width == 2 and text[opened + 2 : token.start()].strip():
            found |= {
                opened: True,
                opened + 1: True,
                token.start(): False,
                token.start() + 1: False,
            }
            width = 0
        else:
            opened, width = token.start(), count if count <= 2 else 0
    return found


def _is_formula(text: str, start: int, end: int) -> bool:
    """Tell mathematics from "$5 and US$10": no sum of money and, with a blank next to a dollar, TeX but no prose."""
    inside = text[start + 1 : end]
    if not inside or re.search(r"\n\s*\n", inside):
        return False
    if inside[0].isspace() or inside[-1].isspace():
        sure = _SURE_FORMULA.search(inside) is not None
        return sure and _PROSE.search(_WORDS.sub("", inside)) is None
    money = _SUM_OF_MONEY.fullmatch(inside) is not None
    return not (money and (text[end + 1 : end + 2].isdigit() or re.search(r"\s", inside)))
