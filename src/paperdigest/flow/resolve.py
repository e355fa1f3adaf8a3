"""What a person decides about deliveries that did not simply go out. Each runs inside a transaction."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core.errors import UsageError
from paperdigest.core.ledger import DECIDABLE, UNSENT, Event, State
from paperdigest.flow.post import ask
from paperdigest.store import deliveries, digests, moves, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery


def retry(store: Store, id_: int, now: datetime) -> Delivery:
    """Try again now what certainly did not go out. What may have arrived is a person's to judge first."""
    row = _open_row(store, id_)
    if row.state is State.UNKNOWN or (row.state is State.HELD and row.attempts):
        raise UsageError(f"delivery {id_} may have arrived already · {ask(row)}")
    return again(store, id_, now)


def again(store: Store, id_: int, now: datetime) -> Delivery:
    """Send it again at the next run, with the parts below it that were given up because of it. Its papers,
    given back when it failed, count as sent again."""
    row = _open_row(store, id_)
    parent = deliveries.parent_of(store, row)
    if parent is not None and parent.state in UNSENT:
        raise UsageError(
            f"delivery {id_} hangs below delivery {parent.id}, which is {parent.state}"
            f" · paperdigest retry {parent.id} sends both"
        )
    if row.state is State.FAILED and not digests.take_back(store, row.digest_id, row.part):
        raise UsageError(
            f"papers of delivery {id_} went out with a later digest · sending it again would repeat them"
        )
    for each in (row, *_below(store, row, State.FAILED)):
        moves.settle(
            store, each.id, Event.TOLD_TO_SEND, now=now, error=each.error, not_before_at=now
        )
    ways.reopen(store, row.target.partition(":")[0], row.target)
    return row


def was_sent(store: Store, id_: int, now: datetime) -> Delivery:
    """It arrived, whatever we thought. Without a receipt nothing can hang below it: what should is given up,
    and its papers return."""
    row = _open_row(store, id_)
    digests.take_back(store, row.digest_id, row.part)
    moves.settle(store, row.id, Event.TOLD_SENT, now=now)
    for below in _below(store, row, State.FAILED, State.PENDING, State.RETRY):
        if row.receipt:
            moves.settle(store, below.id, Event.TOLD_TO_SEND, now=now, not_before_at=now)
        else:
            told = "it has no place: nobody knows where its first part stands"
            moves.settle(store, below.id, Event.PARENT_FAILED, now=now, error=told)
    digests.give_back(store, row.digest_id)
    return row


def drop(store: Store, id_: int, now: datetime) -> Delivery:
    """It is not to be sent any more, nor are the parts below it; its papers do not come back."""
    row = _open_row(store, id_)
    for each in (row, *_below(store, row, *DECIDABLE)):
        moves.settle(store, each.id, Event.TOLD_TO_DROP, now=now, error="dropped by command")
    digests.drop(store, row.digest_id, row.id, row.part)
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
