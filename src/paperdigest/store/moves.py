"""How rows of the ledger move: the table of `core.ledger` as SQL. Nothing else writes `deliveries.state`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from paperdigest.core.ledger import LEDGER, Event, State
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant

#: In doubt, and not merely held by the brake: it may have arrived.
_BY_HAND = "by_hand = by_hand + (state IN ('unknown', 'held') AND attempts > 0)"

#: The days of trying begin anew; not for what is looked for in a channel since the row was written.
_DAYS_ANEW = "created_at = CASE WHEN state IN ('unknown', 'held') THEN created_at ELSE :now END"


def names(states: Iterable[State]) -> str:
    """Return states as a list for SQL: ('held', 'sent')."""
    return "(" + ", ".join(f"'{state}'" for state in sorted(states)) + ")"


def statement(event: Event, where: str, *sets: str) -> str:
    """Return the UPDATE that moves the rows of a condition by an event: those that stand where it begins."""
    change = LEDGER[event]
    setting = ", ".join((f"state = '{change.to}'", *sets))
    return f"UPDATE deliveries SET {setting} WHERE {where} AND state IN {names(change.out_of)}"  # noqa: S608 - our own words


def take(store: Store, ids: Sequence[int], *, process: str, now: datetime) -> None:
    """Take rows in hand. Must run inside a transaction."""
    sets = ("attempts = attempts + 1", "claimed_by = ?", "claimed_at = ?")
    store.write_many(
        statement(Event.CLAIMED, "id = ?", *sets), [(process, to_instant(now), id_) for id_ in ids]
    )


def put_back(store: Store, ids: Sequence[int], *, process: str) -> None:
    """Let go of rows that this process claimed but did not begin: that was no attempt. Must run inside a
    transaction."""
    sets = ("attempts = attempts - 1", "claimed_by = ''")
    one = statement(Event.PUT_BACK, "id = ? AND claimed_by = ?", *sets)
    store.write_many(one, [(id_, process) for id_ in ids])


def settle(
    store: Store,
    id_: int,
    event: Event,
    *,
    now: datetime,
    receipt: str = "",
    error: str = "",
    not_before_at: datetime | None = None,
) -> bool:
    """Write what happened to a row. False, and nothing is written: it does not stand where that begins.

    Must run inside a transaction.
    """
    sent = LEDGER[event].to is State.SENT
    sets = (
        "error = :error",
        "receipt = CASE WHEN :receipt != '' THEN :receipt ELSE receipt END",
        "not_before_at = coalesce(:not_before, not_before_at)",
        "claimed_by = ''",
        *(("sent_at = :now",) if sent else ()),
        *(("resent = resent + 1",) if event is Event.RISKED else ()),
        *((_BY_HAND, _DAYS_ANEW) if event is Event.TOLD_TO_SEND else ()),
    )
    done = store.write(
        statement(event, "id = :id", *sets),
        {
            "id": id_,
            "error": error,
            "receipt": receipt,
            "not_before": None if not_before_at is None else to_instant(not_before_at),
            "now": to_instant(now),
        },
    )
    return done == 1
