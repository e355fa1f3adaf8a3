"""The papers of history that are nearest to one of them, by the rare words they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from paperdigest.core.index_terms import WORD, token
from paperdigest.core.nearness import Vector, vector, words_of
from paperdigest.core.paper import Paper
from paperdigest.flow.indexing import is_current
from paperdigest.store import history, search_index
from paperdigest.store.connection import Store
from paperdigest.store.papers import paper_rows

_ASKED: Final = 25  # of the paper's words: those that say most of what it is about
_LOOKED_AT: Final = 200  # papers that share most of them
_REASONS: Final = 6
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class NearPaper:
    """A paper near another one. `score`: from 0 to 1; `shared`: the words that make it so, folded."""

    key: int
    paper: Paper
    score: float
    shared: tuple[str, ...]


def similar(store: Store, key: int, limit: int = 10) -> tuple[NearPaper, ...]:
    """Return the papers nearest to the one of that key, the nearest first. Itself is never among them.

    Candidates come from the search index; papers that it lacks are all compared.
    """
    with store.reading():
        found = history.papers(store, [key])
        if key not in found:
            return ()
        return _Similar(store, key, words_of(found[key])).found(limit)


class _Similar:
    """One question at work. `words` are those of every paper looked at."""

    def __init__(self, store: Store, key: int, own: Counter[str]) -> None:
        self._store = store
        self._key = key
        self._words: dict[int, Counter[str]] = {key: own}
        self._is_indexed = is_current(store)
        self._papers_with: dict[str, int] = {}
        self._total = history.paper_count(store)

    def found(self, limit: int) -> tuple[NearPaper, ...]:
        missing = self._missing()
        self._read(missing)
        unread = Counter(word for key in missing for word in self._words[key])
        self._count(self._words[self._key], unread)
        own = self._vector(self._key)
        self._read(self._candidates(own))
        self._count({word for words in self._words.values() for word in words}, unread)
        vectors = {key: self._vector(key) for key in self._words if key != self._key}
        scores = {key: own.nearness(other) for key, other in vectors.items()}
        best = sorted(
            (key for key, score in scores.items() if score > 0),
            key=lambda key: (-scores[key], -key),
        )[:limit]
        papers = history.papers(self._store, best)
        return tuple(
            NearPaper(key, papers[key], scores[key], own.shared(vectors[key], _REASONS))
            for key in best
        )

    def _missing(self) -> list[int]:
        if not self._is_indexed:
            return history.paper_keys(self._store)
        return search_index.missing_keys(self._store)

    def _read(self, keys: Iterable[int]) -> None:
        wanted = sorted(set(keys) - self._words.keys())
        for start in range(0, len(wanted), _AT_ONCE):
            rows = paper_rows(self._store, wanted[start : start + _AT_ONCE], {})
            self._words |= {key: words_of(row.paper) for key, row in rows.items()}

    def _count(self, words: Iterable[str], unread: Counter[str]) -> None:
        """Know how many papers use these words: by the index, and those that it lacks."""
        tokens = {token(WORD, word): word for word in words if word not in self._papers_with}
        known = search_index.papers_with(self._store, tokens) if self._is_indexed else {}
        for one, word in tokens.items():
            self._papers_with[word] = known.get(one, 0) + unread[word]

    def _vector(self, key: int) -> Vector:
        return vector(self._words[key], self._papers_with, self._total)

    def _candidates(self, own: Vector) -> list[int]:
        """Return the papers that share most of the words that matter, by the index."""
        if not self._is_indexed:
            return []
        shares: dict[int, float] = {}
        for word in own.heaviest(_ASKED):
            weight = own.weights[word]
            for key in search_index.keys_matching(self._store, f'"{token(WORD, word)}"'):
                shares[key] = shares.get(key, 0.0) + weight * weight
        return sorted(shares, key=lambda key: (-shares[key], -key))[:_LOOKED_AT]
