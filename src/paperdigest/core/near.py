"""NEAR: all the words of a term within some places of each other, in any order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from paperdigest.core.pattern import WIDEST_JOIN
from paperdigest.core.walk import Span

_Place = tuple[int, int]


def windows(spans: Sequence[Span], wanted: Sequence[int], within: int) -> Iterator[_Place]:
    """Yield the shortest stretches (first word, past the last) that hold all the wanted patterns,
    with at most `within` places from the first word to the last.

    No word of the text stands for two that are wanted. Places count the parts of compounds. Linear in
    the spans.
    """
    wants: dict[_Place, list[int]] = {}
    of_pattern = {pattern: want for want, pattern in enumerate(wanted)}
    for span in spans:
        wants.setdefault((span.first, span.past), []).append(of_pattern[span.pattern])
    window = _Window(len(wanted), wants)
    for place in sorted(wants):
        window.add(place, within)
        found = window.shortest(within)
        if found is not None:
            yield found


class _Window:
    """Some places next to each other, and which of the wanted words stand there."""

    def __init__(self, wanted: int, wants: dict[_Place, list[int]]) -> None:
        self._wants = wants
        self._places: deque[_Place] = deque()
        self._by_want: list[deque[_Place]] = [deque() for _ in range(wanted)]

    def add(self, place: _Place, within: int) -> None:
        """Take in the next place, and let go of those that are too far from it."""
        while self._places and place[0] - self._places[0][0] > within:
            self._drop()
        self._places.append(place)
        for want in self._wants[place]:
            self._by_want[want].append(place)

    def shortest(self, within: int) -> _Place | None:
        """Return the shortest stretch that ends with the newest place, if it holds all; begin after it."""
        found = None
        while (chosen := self._chosen()) is not None:
            first, past = min(place[0] for place in chosen), max(place[1] for place in chosen)
            if past - 1 - first <= within:
                found = first, past
            self._drop()
        return found

    def _drop(self) -> None:
        place = self._places.popleft()
        for want in self._wants[place]:
            self._by_want[want].popleft()

    def _chosen(self) -> list[_Place] | None:
        """Return a place for every wanted word, none sharing a word of the text; None if there are not."""
        if not all(self._by_want):
            return None
        # A place takes up to twelve words, and so many places from another word.
        most = WIDEST_JOIN * len(self._by_want)
        options = sorted((list(islice(one, most)) for one in self._by_want), key=len)
        places: set[_Place] = set()
        for needed, some in enumerate(options, 1):
            places.update(some)
            if len(places) < needed:  # the same few for too many: no need to try
                return None
        return _apart(options, [])


def _apart(options: Sequence[Sequence[_Place]], taken: list[_Place]) -> list[_Place] | None:
    if not options:
        return taken
    for first, past in options[0]:
        if all(past <= other[0] or other[1] <= first for other in taken):
            found = _apart(options[1:], [*taken, (first, past)])
            if found is not None:
                return found
    return None
