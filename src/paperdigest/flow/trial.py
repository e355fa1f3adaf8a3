"""Try a query on what history has of the last days, and look for what to know before it is put to use.

The index counts exactly; for advice at most some thousand papers are read. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from paperdigest.core.query import Query, Term
from paperdigest.core.sample import Sample
from paperdigest.core.tree import wanted_terms
from paperdigest.core.trial import (
    Advice,
    Trial,
    advice,
    bare_phrase,
    per_day,
    unseen,
    worth_a_look,
    worth_adding,
)
from paperdigest.flow.search import search
from paperdigest.store import history
from paperdigest.store.connection import Store

_MOST_ALONE: Final = 8  # terms
_MOST_READ: Final = 2_000  # papers read for advice, the newest


@dataclass(frozen=True, slots=True)
class _Span:
    """When the papers that count were first seen."""

    since: datetime
    until: datetime


def trial(
    store: Store,
    query: Query,
    typed: str,
    *,
    since: datetime,
    until: datetime,
    zone: tzinfo,
    limit: int,
) -> Trial:
    """Try a query on every paper first seen from `since` to `until`. `zone` says where a day begins."""
    span = _Span(since, until)
    with store.reading():
        found = search(store, query, since=since, until=until, limit=limit)
        phrase = bare_phrase(typed, query.root)
        advised, sample = _advice(store, query, typed, phrase, span)
        as_phrase = 0
        if phrase is not None and advised.partial:
            as_phrase = len(_matched(store, Query(phrase), span))
        elif phrase is not None:
            as_phrase = sample.ask([phrase]).count(phrase)
        alone = () if found.total or not found.searched else _alone(store, query, span)
    first = max(since, min(found.matched.values(), default=until))
    return Trial(
        matched=found.total,
        searched=found.searched,
        papers=tuple((one.paper, one.hits) for one in found.papers),
        per_day=per_day(found.matched.values(), first, until, zone),
        phrase=phrase.text if phrase is not None else "",
        as_phrase=as_phrase,
        advice=advised,
        alone=alone,
    )


def _advice(
    store: Store, query: Query, typed: str, phrase: Term | None, span: _Span
) -> tuple[Advice, Sample]:
    look = worth_a_look(query, phrase)
    keys = _matched(store, look, span)
    sample = _read(store, keys)
    sample.ask([look.root])  # at once, what is asked bit by bit from here on
    wider = worth_adding(phrase or query.root, sample)
    more = _matched(store, wider, span) if wider is not None else set()
    if wider is not None and not more <= keys:
        sample = _read(store, keys | more)
        sample.ask([look.root, wider.root])
    missing = [term for term in unseen(query, sample) if not _matched(store, Query(term), span)]
    newest = _read(
        store, history.paper_keys(store, since=span.since, until=span.until) if missing else ()
    )
    if not len(newest):
        missing = []  # where there are no papers, it is not for the terms that nothing is found
    partial = max(len(keys), len(more)) > _MOST_READ
    return advice(query, typed, phrase, sample, missing, newest, partial=partial), sample


def _alone(store: Store, query: Query, span: _Span) -> tuple[tuple[str, int], ...]:
    terms = wanted_terms(query.root)[:_MOST_ALONE]
    counts = [(term.name, len(_matched(store, Query(term), span))) for term in terms]
    return tuple(counts) if len(counts) > 1 else ()


def _matched(store: Store, query: Query, span: _Span) -> set[int]:
    return set(search(store, query, since=span.since, until=span.until, limit=0).matched)


def _read(store: Store, keys: Iterable[int]) -> Sample:
    newest = sorted(keys)[-_MOST_READ:]
    return Sample(tuple(history.papers(store, newest).values()))
