"""How wide a text is where every letter takes one column of a line, or two, or none
(https://www.unicode.org/reports/tr11/)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def columns(text: str) -> int:
    """Return how many columns a terminal uses for the text."""
    return len(text) if text.isascii() else sum(map(columns_of, text))


@lru_cache(maxsize=4_096)
def columns_of(letter: str) -> int:
    """Return 2 for wide letters, 0 for those that stand over another."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def filled(text: str, width: int) -> str:
    """Return the text in exactly so many columns: cut, with `…`, or with blanks behind it."""
    used, kept = 0, 0
    whole = columns(text)
    room = width if whole <= width else width - 1
    for letter in text:
        taken = columns_of(letter)
        if used + taken > room:
            break
        used, kept = used + taken, kept + 1
    dots = "…" if kept < len(text) else ""
    return text[:kept] + dots + " " * (width - used - len(dots))
