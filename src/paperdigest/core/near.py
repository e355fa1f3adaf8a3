"""NEAR: all the words of a term within some places of each other, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from paperdigest.core.walk import Span


def windows(spans: Sequence[Span], wanted: Sequence[int], within: int) -> Iterator[tuple[int, int]]:
    """Yield the shortest stretches (first word, past the last) that hold all the wanted patterns,
    with at most `within` places from the first word to the last.

    A word wanted twice must be there twice. Places count the parts of compounds.
    """
    alike = _alike(spans, wanted)
    need = Counter(alike.get(pattern, pattern) for pattern in wanted)
    if need.keys() - {alike.get(span.pattern, span.pattern) for span in spans}:
        return
    places = sorted(
        {(span.first, span.past, alike.get(span.pattern, span.pattern)) for span in spans}
    )
    best: list[tuple[int, int]] = []
    for at, (first, _, _) in enumerate(places):
        past = _covered(places[at:], first, need, within)
        if past is not None:
            best = [one for one in best if not (one[0] <= first and past <= one[1])]
            if not any(first <= one[0] and one[1] <= past for one in best):
                best.append((first, past))
    yield from best


def _covered(
    places: Sequence[tuple[int, int, int]], first: int, need: Counter[int], within: int
) -> int | None:
    """Return where the shortest stretch from `first` on ends, or None."""
    missing = Counter(need)
    past = first
    for start, end, pattern in places:
        if start - first > within:
            return None
        if missing[pattern] > 0 and end - 1 - first <= within:
            missing[pattern] -= 1
            past = max(past, end)
            if not +missing:
                return past
    return None


def _alike(spans: Sequence[Span], wanted: Sequence[int]) -> dict[int, int]:
    """Return for patterns that are found at the same places the first of them: the same word twice."""
    where: dict[frozenset[tuple[int, int]], int] = {}
    alike: dict[int, int] = {}
    for pattern in wanted:
        found = frozenset((span.first, span.past) for span in spans if span.pattern == pattern)
        alike[pattern] = where.setdefault(found, pattern) if found else pattern
    return alike
