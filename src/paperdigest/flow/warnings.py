"""What the stored history says of all readers' topics at once: one pass over the last 30 days. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdigest.core.advice import field_warning, nothing_found
from paperdigest.core.census import Census, Pair
from paperdigest.core.changed import Changed, changed_topics, gains_and_losses, query_of
from paperdigest.core.query import Query
from paperdigest.core.subscription import Subscriber, Topic
from paperdigest.core.tree import Field, Term, wanted_terms
from paperdigest.core.vocabulary import Vocabulary
from paperdigest.core.words import count_papers, how_long, names, number
from paperdigest.flow.difference import topics_before
from paperdigest.store import history, lately
from paperdigest.store.connection import Store

_SPAN = timedelta(days=30)
_BATCH = 2_000  # papers in memory at a time
_MOST = 10  # lines of one kind
_NAMED = 2  # readers named in one line


@dataclass(frozen=True, slots=True)
class _Asked:
    """Everything to be counted, with who asks for it."""

    topics: dict[tuple[Subscriber, Topic], Query]
    changes: tuple[tuple[Subscriber, Changed], ...]


def topic_warnings(store: Store, readers: Sequence[Subscriber], now: datetime) -> Iterator[str]:
    """Yield a line for what the last 30 days give reason to say, at most ten of a kind."""
    asked = _asked(store, readers)
    keys = history.paper_keys(store, since=now - _SPAN)
    if not keys:
        return
    census = Census(asked.topics.values(), [_pair(change) for _, change in asked.changes])
    oldest = now
    for start in range(0, len(keys), _BATCH):
        papers = tuple(history.papers(store, keys[start : start + _BATCH]).values())
        oldest = min(oldest, *(paper.first_seen_at for paper in papers if paper.first_seen_at))
        census.add(papers)
    span = min(_SPAN, now - oldest)
    began = lately.oldest_seen_at(store)
    whole = began is not None and began <= now - _SPAN
    yield from _capped(_changes(asked, census), "changed")
    yield from _capped(_nothing_found(asked, census, whole=whole), "found nothing")
    yield from _capped(_too_many(asked, census, span), "over their limit")
    yield from _fields(asked, census)


def _asked(store: Store, readers: Sequence[Subscriber]) -> _Asked:
    before = topics_before(store, readers)
    changes = [
        (reader, change)
        for reader in readers
        if reader.name in before
        for change in changed_topics(before[reader.name], reader.topics)
    ]
    queries = {topic: query_of(topic) for reader in readers for topic in reader.topics}
    topics = {
        (reader, topic): query
        for reader in readers
        for topic in reader.topics
        if (query := queries[topic]) is not None
    }
    return _Asked(topics, tuple(changes))


def _pair(change: Changed) -> Pair:
    return change.before, change.after


def _changes(asked: _Asked, census: Census) -> Iterator[str]:
    for reader, change in asked.changes:
        gained, lost = census.change(_pair(change))
        if gained or lost:
            yield (
                f"{reader.name} / {change.name}  {gains_and_losses(gained, lost)}"
                f" in {how_long(_SPAN)} · paperdigest query diff {reader.name}"
            )


def _nothing_found(asked: _Asked, census: Census, *, whole: bool) -> Iterator[str]:
    """Yield a line for each term that finds nothing. `whole`: history is as old as what is looked at."""
    where: dict[Term, dict[str, None]] = {}
    for (reader, topic), query in asked.topics.items():
        for term in wanted_terms(query.root):
            if not census.found(term) and not census.fields.isdisjoint(term.fields):
                where.setdefault(term, {})[f"{reader.name} / {topic.name}"] = None
    papers = count_papers(census.papers)
    among = f" in {how_long(_SPAN)} ({papers})" if whole else f" so far ({papers})"
    vocabulary = Vocabulary(census.newest)
    for shown, (term, places) in enumerate(where.items()):
        # A guess takes a while: none for what is only counted in the end.
        meant = vocabulary.meant(term) if shown < _MOST else None
        yield f"{_several(list(places))}: {nothing_found(term, meant, where=among)}"


def _too_many(asked: _Asked, census: Census, span: timedelta) -> Iterator[str]:
    span = max(span, timedelta(days=1))
    days = span / timedelta(days=1)
    where: dict[tuple[int, int, str], list[str]] = {}
    for (reader, topic), query in asked.topics.items():
        limit = reader.limit if topic.limit is None else topic.limit
        a_day = round(census.taken(query) / days)
        if not topic.trending and a_day > limit:
            name = f"{reader.name} / {topic.name}"
            where.setdefault((a_day, limit, topic.name), []).append(name)
    for (a_day, limit, _), places in sorted(where.items(), key=lambda found: -found[0][0]):
        yield (
            f"{_several(places)}: about {count_papers(a_day)} a day, limit {number(limit)}"
            f" · {count_papers(census.papers)} in {how_long(span)}"
        )


def _fields(asked: _Asked, census: Census) -> Iterator[str]:
    where: dict[Field, dict[str, None]] = {}
    terms: dict[Term, None] = {}
    for (reader, topic), query in asked.topics.items():
        for term in wanted_terms(query.root):
            if len(term.fields) == 1 and term.fields[0] not in census.fields:
                terms[term] = None
                where.setdefault(term.fields[0], {})[f"{reader.name} / {topic.name}"] = None
    for field, places in where.items():
        yield f"{_several(list(places))}: {field_warning(field, terms)}"


def _several(names_: Sequence[str]) -> str:
    more = len(names_) - _NAMED
    return names([*names_[:_NAMED], *([f"{number(more)} more"] if more > 0 else [])])


def _capped(lines: Iterator[str], what: str) -> Iterator[str]:
    more = 0
    for shown, line in enumerate(lines):
        if shown < _MOST:
            yield line
        else:
            more += 1
    if more:
        yield f"and {number(more)} more {what}"
