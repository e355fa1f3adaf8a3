"""What a person decides about deliveries that did not simply go out. Each runs inside a transaction."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core.errors import UsageError
from paperdigest.core.ledger import DECIDABLE, Event, State
from paperdigest.store import deliveries, digests, moves, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery


def again(store: Store, id_: int, now: datetime) -> Delivery:
    """Send it again at the next run, with the parts below it that were given up because of it. Its papers,
    given back when it failed, count as sent again."""
    row = _open_row(store, id_)
    if row.state is State.FAILED and not digests.take_back(store, row.digest_id, row.part):
        raise UsageError(
            f"the papers of delivery {id_} went out with a later digest · sending it again would repeat them"
        )
    for each in (row, *_below(store, row, State.FAILED)):
        moves.settle(
            store, each.id, Event.TOLD_TO_SEND, now=now, error=each.error, not_before_at=now
        )
    ways.reopen(store, row.target.partition(":")[0], row.target)
    return row


def was_sent(store: Store, id_: int, now: datetime) -> Delivery:
    """It arrived, whatever we thought. Parts below it that were given up because of it go out after all."""
    row = _open_row(store, id_)
    digests.take_back(store, row.digest_id, row.part)
    moves.settle(store, row.id, Event.TOLD_SENT, now=now)
    for below in _below(store, row, State.FAILED):
        moves.settle(store, below.id, Event.TOLD_TO_SEND, now=now, not_before_at=now)
    return row


def drop(store: Store, id_: int, now: datetime) -> Delivery:
    """It is not to be sent any more, nor are the parts below it; its papers do not come back."""
    row = _open_row(store, id_)
    for each in (row, *_below(store, row, *DECIDABLE)):
        moves.settle(store, each.id, Event.TOLD_TO_DROP, now=now, error="dropped by command")
    digests.drop(store, row.digest_id)
    return row


def _below(store: Store, row: Delivery, *states: State) -> list[Delivery]:
    if row.part:
        return []
    return [
        part
        for part in deliveries.listed(store, digest_id=row.digest_id, limit=10_000)
        if part.target == row.target and part.part and part.state in states
    ]


def _open_row(store: Store, id_: int) -> Delivery:
    row = deliveries.by_ids(store, (id_,))[0]
    if row.state not in DECIDABLE:
        raise UsageError(f"delivery {id_} is {row.state} · there is nothing to decide about it")
    return row
