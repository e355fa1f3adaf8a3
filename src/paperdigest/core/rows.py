"""A pattern as rows of keys: every way through it, spelled out, to be looked up in a text as a whole.

What has too many ways, or must have a mark inside, has none: `needs` says what a text must hold to be worth
a closer look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from paperdigest.core.pattern import Pattern

PREFIX: Final = "\x02"  # before letters: any word that begins so
_MOST: Final = 64  # ways; the words of a compound of seven may be read as one in so many

#: The keys of neighbouring words.
Row = tuple[str, ...]


def rows(pattern: Pattern) -> list[Row]:
    """Return the ways through a pattern; none if there are too many, or marks to heed."""
    steps, tails = pattern.steps, pattern.tails
    if pattern.marks:
        return []
    if len(steps) == 1 and not tails:  # most patterns are short
        return [(key,) for key, _ in steps[0]]
    from_: list[list[Row]] = [[] for _ in steps]
    from_.append([()])
    for state in range(len(steps) - 1, -1, -1):
        here = from_[state]
        for key, target in steps[state]:
            here += [(key, *rest) for rest in from_[target]]
        if tails:
            here += [(PREFIX + opening,) for opening in tails[state]]
        if len(here) > _MOST:
            return []
    return from_[0]


def needs(pattern: Pattern) -> list[Sequence[str]]:
    """Return for each word of a pattern the keys of which a text that has it must have one."""
    wanted: list[Sequence[str]] = []
    tails = pattern.tails or ((),) * len(pattern.steps)
    for at in range(len(pattern.steps)):
        over = [key for steps in pattern.steps[: at + 1] for key, past in steps if past > at]
        over += [PREFIX + opening for openings in tails[: at + 1] for opening in openings]
        wanted.append(tuple(dict.fromkeys(over)))
    return wanted
