"""How many slips of the fingers part two words: a letter too many, too few, wrong, or two swapped."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

_SHORTEST: Final = 5  # letters; shorter words are one slip away from too many others
_LONG: Final = 10  # letters from which on two slips are forgiven


def closest(word: str, known: Mapping[str, int]) -> str:
    """Return the known word that was probably meant: fewest slips, then the most used. "" if none.

    `known` holds how often each is used. All in small letters.
    """
    if len(word) < _SHORTEST:
        return ""
    most = 2 if len(word) >= _LONG else 1
    best, best_rank = "", (most + 1, 0)
    pieces = _pieces(word, most + 1)
    begins = (word[0], word[1::-1])  # hardly anyone errs in the first letter
    for other, used in known.items():
        if abs(len(other) - len(word)) > most or not other.startswith(begins):
            continue
        if not any(piece in other for piece in pieces):
            continue
        rank = (slips(word, other, most), -used)
        if other != word and rank < best_rank and rank[0] <= most:
            best, best_rank = other, rank
    return best


def slips(one: str, other: str, most: int) -> int:
    """Return how many slips part the words, or `most` + 1 when there are more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        before, last, row = row, before, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (sign != against))
            if at > 1 and to > 1 and sign == other[to - 2] and one[at - 2] == against:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
        if min(row) > most and (at == 1 or min(before) > most):
            return most + 1
    return min(row[-1], most + 1)


def _pieces(word: str, count: int) -> tuple[str, ...]:
    """Cut the word into pieces of which one slip spoils at most one: a near word holds one of them."""
    size = len(word) // count
    cuts = [*range(0, size * count, size), len(word)]
    return tuple(word[start:end] for start, end in pairwise(cuts))
