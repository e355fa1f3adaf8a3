"""What changed words gain and lose: topics as they were last asked for, against others. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.changed import Changed, changed_topics
from paperdigest.core.paper import Paper
from paperdigest.core.query import Hit, Query
from paperdigest.core.subscription import Subscriber, Topic, topic_from_json
from paperdigest.core.verdict import verdict
from paperdigest.flow.search import search
from paperdigest.store import history, subscribers
from paperdigest.store.connection import Store

_Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A paper that a topic gains or loses, and where its words are. Of a lost one: what is missing now."""

    paper: Paper
    hits: tuple[Hit, ...]
    because: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One topic's change: how many papers it gains and loses, and the newest of them."""

    topic: Changed
    gains: int
    loses: int
    gained: tuple[Moved, ...]
    lost: tuple[Moved, ...]


def differences(
    store: Store,
    reader: Subscriber,
    since: datetime,
    limit: int,
    *,
    until: datetime | None = None,
) -> tuple[Difference, ...]:
    """Compare a reader's topics with what they last asked for, by the papers first seen in that time.

    At most `limit` papers are named of each side.
    """
    before = topics_before(store, [reader]).get(reader.name, {})
    with store.reading():
        return tuple(
            _difference(store, changed, (since, until), limit)
            for changed in changed_topics(before, reader.topics)
        )


def topics_before(store: Store, readers: Sequence[Subscriber]) -> dict[str, Mapping[str, Topic]]:
    """Return what each reader's topics asked for when a digest was last composed for them; for one
    who never had any, as the service last read them. Readers it does not know are left out."""
    known = subscribers.registered(store)
    seen = subscribers.topics_seen(store)
    of_lanes: dict[int, dict[str, str]] = {}
    for (id_, _), lane in subscribers.lanes(store).items():
        of_lanes.setdefault(id_, {}).update(seen.get(lane.id, {}))
    before: dict[str, Mapping[str, Topic]] = {}
    for reader in readers:
        row = known.get(reader.name) or known.get(reader.formerly)
        if row is None:
            continue
        asked = {name: text for name, text in of_lanes.get(row.id, {}).items() if name}
        before[reader.name] = (
            {name: topic_from_json(text) for name, text in asked.items()}
            if asked
            else {topic.name: topic for topic in row.last_good.topics}
        )
    return before


def _difference(store: Store, topic: Changed, span: _Span, limit: int) -> Difference:
    had = _taken(store, topic.before, span)
    has = _taken(store, topic.after, span)
    gained = _newest(store, has - had, limit)
    lost = _newest(store, had - has, limit)
    return Difference(
        topic,
        len(has - had),
        len(had - has),
        tuple(Moved(paper, topic.after.hits(paper)) for paper in gained if topic.after),
        tuple(_lost(topic, topic.before, paper) for paper in lost if topic.before),
    )


def _taken(store: Store, query: Query | None, span: _Span) -> set[int]:
    if query is None:
        return set()
    since, until = span
    return set(search(store, query, since=since, until=until, limit=0).matched)


def _newest(store: Store, keys: set[int], limit: int) -> list[Paper]:
    return list(history.papers(store, sorted(keys, reverse=True)[:limit]).values())


def _lost(topic: Changed, before: Query, paper: Paper) -> Moved:
    because = verdict(topic.after, paper).because if topic.after is not None else ""
    return Moved(paper, before.hits(paper), because)
