"""What the readers of a round were sent before, for the counts of their digests. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from paperdigest.core.digest import Digest
from paperdigest.core.schedule import is_frequent, is_weekly, zone
from paperdigest.core.tallies import Sent, counted, covers_days, first_day
from paperdigest.flow.due import Work, plan_of
from paperdigest.store.connection import Store
from paperdigest.store.past import Brought, brought

#: Lanes that are read at once. Not all of a round: the first message waits for none of the others.
_AT_ONCE = 100


class Past:
    """The past of some lanes, no reader twice among them: read ahead, a hundred at a time, as they are asked for."""

    def __init__(self, store: Store, works: Sequence[Work], now: datetime) -> None:
        self._store = store
        self._works = works
        self._now = now
        self._places = {work.lane.id: place for place, work in enumerate(works)}
        self._read = range(0)
        self._found: dict[int, tuple[Brought, ...]] = {}

    def counted(self, work: Work, digest: Digest) -> Digest:
        """Return a lane's digest with its counts by day and, for a weekly, by week."""
        plan = plan_of(work.subscriber, work.lane.name)
        weekly = is_weekly(plan)
        # A daily digest that comes late is a daily one all the same; a first digest has none before it.
        alone = work.first or not work.lane.id
        by_first_sight = covers_days(digest) and (alone or not is_frequent(plan))
        if work.kind == "alert" or (by_first_sight and not weekly):
            return counted(digest, ())
        topics = [topic.name for topic in work.topics] if weekly else ()
        known_since = work.lane.created_at.astimezone(zone(work.subscriber.timezone)).date()
        return counted(
            digest, self._sent(work), topics, since=known_since, by_first_sight=by_first_sight
        )

    def _sent(self, work: Work) -> tuple[Sent, ...]:
        place = self._places.get(work.lane.id, -1)
        if place not in self._read:
            self._read_from(max(place, 0))
        here = zone(work.subscriber.timezone)
        return tuple(
            Sent(one.at.astimezone(here).date(), one.topic, one.papers)
            for one in self._found.get(work.lane.subscriber_id, ())
        )

    def _read_from(self, place: int) -> None:
        self._read = range(place, min(place + _AT_ONCE, len(self._works)))
        works = [self._works[each] for each in self._read]
        digests = [work for work in works if work.kind != "alert"]
        asked = [(work.lane.subscriber_id, self._since(work)) for work in digests]
        self._found = brought(self._store, asked)

    def _since(self, work: Work) -> datetime:
        """Return the first instant of the first day that counts."""
        here = zone(work.subscriber.timezone)
        weekly = is_weekly(plan_of(work.subscriber, work.lane.name))
        first = first_day(self._now.astimezone(here).date(), weekly=weekly)
        return datetime.combine(first, time.min, tzinfo=here)
