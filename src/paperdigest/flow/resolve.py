"""What a person decides about deliveries that did not simply go out. Each runs inside a transaction."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core.errors import UsageError
from paperdigest.store import deliveries, digests, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

_OPEN = ("pending", "retry", "failed", "held", "unknown")


def again(store: Store, id_: int, now: datetime) -> Delivery:
    """Send it again at the next run. Its papers, given back when it failed, count as sent again."""
    row = _open_row(store, id_)
    if row.state == "failed" and not digests.take_back(store, row.digest_id):
        raise UsageError(
            f"the papers of delivery {id_} went out with a later digest · sending it again would repeat them"
        )
    deliveries.settle(store, id_, "retry", now=now, error=row.error, not_before_at=now)
    ways.reopen(store, row.target.partition(":")[0], row.target)
    return row


def was_sent(store: Store, id_: int, now: datetime) -> Delivery:
    """It arrived, whatever we thought."""
    row = _open_row(store, id_)
    digests.take_back(store, row.digest_id)
    deliveries.settle(store, id_, "sent", now=now)
    return row


def drop(store: Store, id_: int, now: datetime) -> Delivery:
    """It is not to be sent any more, nor are the parts below it; its papers do not come back."""
    row = _open_row(store, id_)
    for each in (row, *(deliveries.parts_below(store, row) if row.part == 0 else ())):
        deliveries.settle(store, each.id, "dropped", now=now, error="dropped by command")
    if deliveries.reached_nobody(store, row.digest_id):
        digests.drop(store, row.digest_id)
    return row


def _open_row(store: Store, id_: int) -> Delivery:
    row = deliveries.by_ids(store, (id_,))[0]
    if row.state not in _OPEN:
        raise UsageError(f"delivery {id_} is {row.state} · there is nothing to decide about it")
    return row
