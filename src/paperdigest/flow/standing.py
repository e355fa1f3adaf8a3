"""Why each delivery is where it is, put together from the ledger for whoever asks. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from paperdigest.core.ledger import State
from paperdigest.core.ledger_words import Doubt, Standing, reason
from paperdigest.core.ports import Channel
from paperdigest.flow.doubt import foreseen
from paperdigest.flow.post import GIVE_UP_AFTER
from paperdigest.store import deliveries, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery
from paperdigest.store.ways import Closed

_WAITING = (State.PENDING, State.RETRY)


def reasons(
    store: Store, rows: Sequence[Delivery], now: datetime, channels: Callable[[str], Channel]
) -> list[str]:
    """Return a sentence for each row. `now` carries the time zone that instants are told in. `channels` gives the
    channel of a name, and is asked only for rows in doubt."""
    closed = {one.way: one for one in ways.closed(store, now)}
    doubts = {row.id: foreseen(channels, row) for row in rows if row.state == State.UNKNOWN}
    return [reason(_standing(store, row, closed, now, doubts)) for row in rows]


def _standing(
    store: Store, row: Delivery, closed: dict[str, Closed], now: datetime, doubts: dict[int, Doubt]
) -> Standing:
    zone = now.tzinfo
    way = _closed_way(row, closed) if row.state in _WAITING else None
    parent = deliveries.parent_of(store, row) if row.state in _WAITING else None
    return Standing(
        row.state,
        row.error,
        row.not_before_at.astimezone(zone),
        (row.created_at + GIVE_UP_AFTER).astimezone(zone),
        now,
        attempts=row.attempts,
        resent=row.resent + row.by_hand > 0,
        claimed_at=row.claimed_at and row.claimed_at.astimezone(zone),
        sent_at=row.sent_at and row.sent_at.astimezone(zone),
        parent=parent.state if parent else None,
        way=way.way if way else "",
        trouble=way.trouble if way else "",
        opens_at=way.open_at.astimezone(zone) if way else None,
        doubt=doubts.get(row.id, Doubt.HELD),
        channel=row.target.partition(":")[0],
    )


def _closed_way(row: Delivery, closed: dict[str, Closed]) -> Closed | None:
    """Return what stands in a row's way for the longest: its channel or its target."""
    found = [closed[way] for way in (row.target.partition(":")[0], row.target) if way in closed]
    return max(found, key=lambda one: (bool(one.trouble), one.open_at), default=None)
