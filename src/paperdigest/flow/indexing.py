"""Keeping the search index: taking papers in that it lacks, in batches, and beginning anew when too much
of it is dead. Whoever may write may call it, at any time; it can be killed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from paperdigest.core.folding import STAMP
from paperdigest.core.index_terms import index_terms
from paperdigest.core.paper import Paper
from paperdigest.store import facts, history, search_index
from paperdigest.store.connection import Store

#: Papers of one transaction: other writers wait for a fifth of a second.
BATCH: Final = 500
_FACT: Final = "search index"
_BEGUN: Final = "search index begun"
_DEAD_SHARE: Final = 3  # one dead document for so many live ones is enough
_FEW_DEAD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Papers that were missing and what they held when they were read."""

    papers: Mapping[int, Paper]
    tokens: Mapping[int, frozenset[str]]
    read_at: int  # what other connections had written by then


def fill(store: Store, *, most: int = 1 << 62, stop: Callable[[], bool] = lambda: False) -> int:
    """Take in papers that the index lacks, the oldest first, at most so many; return how many they were."""
    _begin_anew_if_worn(store)
    done = after = 0
    while done < most and not stop():
        batch = read(store, after=after, most=min(BATCH, most - done))
        if not batch.papers:
            break
        done += write(store, batch)
        after = max(batch.papers)
    return done


def read(store: Store, *, after: int = 0, most: int = BATCH) -> Batch:
    """Work out what the next missing papers hold: the long part, without the write lock."""
    with store.reading():
        read_at = search_index.writes_of_others(store)
        keys = search_index.missing_keys(store, after=after, limit=most)
        papers = history.papers(store, keys)
    return Batch(papers, {key: index_terms(paper) for key, paper in papers.items()}, read_at)


def write(store: Store, batch: Batch) -> int:
    """Take a batch in, without the papers that have changed since; return how many went in."""
    with store.transaction():
        tokens = batch.tokens
        if search_index.writes_of_others(store) != batch.read_at:
            missing = search_index.missing_among(store, batch.papers)
            now = history.papers(store, missing)
            tokens = {key: tokens[key] for key in now if now[key] == batch.papers[key]}
        search_index.take_in(store, tokens.items())
    return len(tokens)


def is_current(store: Store) -> bool:
    """Say whether the index was made with the folding of today: with another it would miss papers."""
    return search_index.exists(store) and facts.fact(store, _FACT) == STAMP


def generation(store: Store) -> str:
    """Return what tells one numbering of documents from the next: it changes when the index begins anew."""
    return facts.fact(store, _BEGUN) or "0"


def _begin_anew_if_worn(store: Store) -> None:
    if not is_current(store):
        with store.transaction():
            _begin_anew(store)
            facts.remember(store, _FACT, STAMP)
    size = search_index.size(store)
    dead = size.documents - size.live
    if dead > _FEW_DEAD and dead * _DEAD_SHARE > size.live:
        with store.transaction():
            _begin_anew(store)


def _begin_anew(store: Store) -> None:
    search_index.empty(store)
    facts.remember(store, _BEGUN, str(int(generation(store)) + 1))
