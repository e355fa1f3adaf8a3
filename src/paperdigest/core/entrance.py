"""How a paper enters history: as news, or without. What is old for no reason but that a later version of it was the first
that was told of becomes news when a record comes that is news by itself: the order of sources and files tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import IntEnum
from typing import Final

from paperdigest.core.paper import Announced, Paper

#: How long after first sight a paper may still become news: when it is completed, cross-listed, or told of anew.
STILL_NEWS: Final = timedelta(days=30)


class Baseline(IntEnum):
    """Whether a paper entered history without news, as it is stored. Of two words on one paper the smaller counts."""

    NO = 0
    YES = 1
    LATER_VERSION = 2  # only for that: in its first version it would have been news


def baseline_of(paper: Paper, is_news: Callable[[Paper], bool]) -> Baseline:
    """Return how an unknown paper enters history. `is_news` as in `core.diff`, for the source that tells of it."""
    if is_news(paper):
        return Baseline.NO
    replaced = paper.announced is Announced.REPLACED
    if not replaced and (paper.version or 0) <= 1:
        return Baseline.YES
    announced = Announced.UNSAID if replaced else paper.announced
    first = replace(paper, version=None, announced=announced)
    return Baseline.LATER_VERSION if is_news(first) else Baseline.YES


def baseline_after(
    before: Baseline,
    paper: Paper,
    is_news: Callable[[Paper], bool],
    *,
    known_for: timedelta,
    born: bool = False,
) -> Baseline:
    """Return what becomes of it with another record of the same paper, so long after its first sight. `born`: both are
    of the document that brought it."""
    if before is Baseline.NO or (before is Baseline.YES and not born) or known_for > STILL_NEWS:
        return before
    return min(before, baseline_of(paper, is_news))
