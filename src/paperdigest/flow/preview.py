"""What a reader's next digest would be, or what the last days would have given. Writes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from paperdigest.core import schedule
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import draft_of
from paperdigest.flow.drafting import Draft, Press
from paperdigest.flow.due import Work
from paperdigest.store import history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.subscribers import MAIN, Lane


def preview(
    store: Store, press: Press, reader: Subscriber, now: datetime, *, since: timedelta | None = None
) -> Draft:
    """Return the draft of all the reader's topics together.

    Without `since`: what waits for the next digest. With it: everything first seen in that time,
    sent before or not.
    """
    row = subscribers.registered(store).get(reader.name)
    lane = None if row is None else subscribers.lanes(store).get((row.id, MAIN))
    asked = {} if lane is None else subscribers.topics_seen(store).get(lane.id, {})
    if since is not None:
        lane, asked = _nobodys_lane(history.change_before(store, now - since), now, now - since), {}
    elif lane is None:
        bookmark = history.change_before(store, now - reader.backfill)
        lane, asked = _nobodys_lane(bookmark, now, None), {}
    return draft_of(store, press, _work(reader, lane, asked, now), now)


def _nobodys_lane(bookmark: int, now: datetime, last_digest_at: datetime | None) -> Lane:
    """Return a lane without a past: the ledger knows no subscriber 0, so nothing counts as sent.

    Without a last digest it is shown as the first one it will be.
    """
    digests = 0 if last_digest_at is None else 1
    return Lane(0, 0, MAIN, bookmark, "", None, last_digest_at, digests, now)


def _work(reader: Subscriber, lane: Lane, asked: dict[str, str], now: datetime) -> Work:
    zone = schedule.zone(reader.timezone)
    plan = schedule.parse_schedule(reader.schedule)
    slot = Slot("at once", now) if plan.at_once else schedule.next_slot(plan, zone, now)
    return Work(reader, lane, reader.topics, asked, slot, (), reader.deliver, forced=True)
