"""Which papers stand for a digest of several topics where only a few are named: the best of each in turn.

What is best within a topic is its own order (`core.arrange`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from paperdigest.core.digest import Entry, Section

#: So many papers stand whole in what all members of a channel see; the others in its thread.
TOP = 5


def in_turns(sizes: Sequence[int], weights: Sequence[float] = ()) -> Iterator[tuple[int, int]]:
    """Yield (topic, place) of all papers of topics of these sizes: the first of each topic, then the second of each
    that has one. The heaviest topics come first, of equal ones in their order."""
    topics = sorted(range(len(sizes)), key=lambda at: -weights[at] if weights else 0)
    for place in range(max(sizes, default=0)):
        yield from ((at, place) for at in topics if place < sizes[at])


def foremost(sections: Sequence[Section]) -> Iterator[Entry]:
    """Yield the papers that are shown whole, the best first."""
    sizes = [len(section.full) for section in sections]
    weights = [section.weight for section in sections]
    return (sections[at].full[place] for at, place in in_turns(sizes, weights))


def announced(sections: Sequence[Section], *, by_day: bool = False) -> list[Entry]:
    """Return the first `TOP` of them in the order in which pages show them: by topic, or the newest day first."""
    chosen = {id(entry) for entry in islice(foremost(sections), TOP)}
    shown = [entry for section in sections for entry in section.full if id(entry) in chosen]
    if by_day:
        shown.sort(key=lambda entry: entry.seen_on or date.min, reverse=True)  # stable
    return shown
