"""The outbox: what is to be sent, what is in hand, what became of it. Rows are claimed before a byte leaves."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paperdigest.core.errors import UsageError
from paperdigest.core.ledger import OPEN, State
from paperdigest.store import moves
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

#: How long before its last attempt a row may have been composed.
_LONGEST_TRIED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One part to be sent. `target` carries its channel: `email:a@b`."""

    key: str
    digest_id: int
    subscriber_id: int
    lane_id: int
    slot: str
    target: str
    part: int
    payload: bytes
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox. `payload` is empty where it was not asked for, is gone by age, or is damaged."""

    id: int
    key: str
    digest_id: int
    subscriber_id: int
    subscriber: str
    slot: str
    target: str
    part: int
    state: State
    attempts: int
    resent: int
    by_hand: int
    not_before_at: datetime
    created_at: datetime
    claimed_at: datetime | None
    sent_at: datetime | None
    receipt: str
    error: str
    payload: bytes = b""


def put(store: Store, rows: Sequence[NewDelivery], now: datetime) -> list[int]:
    """Write rows as pending and return their ids."""
    at = to_instant(now)
    ids: list[int] = []
    for row in rows:
        made = store.rows(
            "INSERT INTO deliveries (key, digest_id, subscriber_id, lane_id, slot, target, part, left_out, state,"
            " not_before_at, payload, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?) RETURNING id",
            [
                row.key,
                row.digest_id,
                row.subscriber_id,
                row.lane_id,
                row.slot,
                row.target,
                row.part,
                json.dumps(row.left_out),
                at,
                zlib.compress(row.payload, 1),
                at,
            ],
        )
        ids.append(int(made[0][0]))
    return ids


_ROW = (
    "SELECT d.id, d.key, d.digest_id, d.subscriber_id, s.name, d.slot, d.target, d.part, d.state, d.attempts,"
    " d.resent, d.by_hand, d.not_before_at, d.created_at, d.claimed_at, d.sent_at, d.receipt, d.error, {payload}"
    " FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
)
_WITH_PAYLOAD = _ROW.format(payload="d.payload")
_WITHOUT = _ROW.format(payload="NULL")


#: Word for word what the index deliveries_due is limited to: with it a question about the few rows that are not
#: finished reads those alone, not millions that were sent. (Ordered by +d.id: by d.id, all would be walked.)
#: The states are `core.ledger.OPEN`.
_OPEN = "d.state IN ('pending', 'retry', 'sending', 'unknown')"
#: Likewise of the index deliveries_unsent.
_UNSENT = "d.state IN ('failed', 'held', 'dropped')"
#: Word for word what the index deliveries_in_doubt is limited to.
_IN_DOUBT = "d.state IN ('sending', 'unknown')"
#: Rows that may go by their own: a part below a parent only once its parent was sent.
_READY = (
    f"{_OPEN} AND d.state IN ('pending', 'retry') AND d.not_before_at <= :ready"  # noqa: S608 - our own words
    " AND (d.part = 0 OR EXISTS (SELECT 1 FROM deliveries p WHERE p.lane_id = d.lane_id"
    "   AND p.slot = d.slot AND p.target = d.target AND p.part = 0 AND p.state = 'sent'))"
)
#: The channel of a row, and whether it is the one asked about; "": any.
_CHANNEL = "substr(d.target, 1, instr(d.target, ':') - 1)"
_OVER = f"(:over = '' OR {_CHANNEL} = :over)"
#: The ways of a row that are closed at an instant: its target's own and its channel's.
_CLOSED = f" FROM ways w WHERE w.way IN (d.target, {_CHANNEL}) AND w.open_at > :now"


def newest_keys(store: Store, digest_ids: Sequence[int]) -> dict[str, str]:
    """Return the key of the first message of the newest of these digests, at most some hundred, for each target that
    got one or still may."""
    marks = ",".join("?" * len(digest_ids))
    rows = store.rows(
        f"SELECT target, key FROM deliveries WHERE digest_id IN ({marks}) AND part = 0"  # noqa: S608 - only marks
        " AND state NOT IN ('failed', 'dropped') ORDER BY digest_id",
        digest_ids,
    )
    return dict(rows)


def due(store: Store, now: datetime, *, over: str = "", most: int = 10) -> list[tuple[int, str]]:
    """Return (id, target) of up to `most` rows that may go out now, over ways that are open; `over` limits it to one
    channel."""
    at = to_instant(now)
    return store.rows(
        f"SELECT d.id, d.target FROM deliveries d WHERE {_READY} AND {_OVER} AND NOT EXISTS (SELECT 1{_CLOSED})"  # noqa: S608 - our own words
        " ORDER BY d.not_before_at, d.id LIMIT :most",
        {"ready": at, "now": at, "over": over, "most": most},
    )


def channels_at_work(store: Store, now: datetime, within: timedelta) -> list[str]:
    """Return the channels that have something to do: a row that may go out now or `within` that time, one whose
    outcome is to be found out, one that was left in hand."""
    at, end = to_instant(now), to_instant(now + within)
    rows = store.rows(
        f"SELECT DISTINCT {_CHANNEL} FROM deliveries d WHERE {_READY} AND NOT EXISTS (SELECT 1{_CLOSED})"  # noqa: S608 - our own words
        f" UNION SELECT {_CHANNEL} FROM deliveries d WHERE {_IN_DOUBT}"
        " AND (d.state = 'sending' OR d.not_before_at <= :at)",
        {"ready": end, "now": end, "at": at},
    )
    return [channel for (channel,) in rows]


def next_opening(
    store: Store, now: datetime, within: timedelta, *, over: str = ""
) -> datetime | None:
    """Return when the first closed way opens that a row waits for, of one channel if `over` names it; None if none
    does within that time."""
    at, end = to_instant(now), to_instant(now + within)
    row = store.row(
        f"SELECT min(opens) FROM (SELECT (SELECT max(w.open_at){_CLOSED}) AS opens"  # noqa: S608 - our own words
        f" FROM deliveries d WHERE {_READY} AND {_OVER}) WHERE opens <= :ready",
        {"ready": end, "now": at, "over": over},
    )
    return None if row is None or row[0] is None else from_instant(row[0])


def waiting_for(store: Store, ways: Sequence[str]) -> int:
    """Return how many messages wait for any of these channels and targets."""
    marks = ",".join("?" * len(ways))
    row = store.row(
        f"SELECT count(*) FROM deliveries d WHERE {_OPEN} AND d.state IN ('pending', 'retry') AND (d.target"  # noqa: S608 - only marks
        f" IN ({marks}) OR {_CHANNEL} IN ({marks}))",
        [*ways, *ways],
    )
    return 0 if row is None else int(row[0])


def claim(store: Store, ids: Sequence[int], now: datetime, *, process: str) -> list[Delivery]:
    """Take rows in hand: they are `sending` on disk once the transaction that this must run in is over."""
    moves.take(store, ids, process=process, now=now)
    return _fetch(store, ids)


def orphans(store: Store, *, over: str = "") -> list[Delivery]:
    """Return rows left in `sending`, of one channel if `over` names it. The caller holds the deliver lock and has
    none of them in hand."""
    rows = store.rows(
        f"{_WITHOUT} WHERE {_IN_DOUBT} AND d.state = 'sending' AND {_OVER} ORDER BY +d.id",
        {"over": over},
    )
    return [_delivery(row) for row in rows]


def unknown_due(store: Store, now: datetime, *, over: str = "", most: int) -> list[Delivery]:
    """Return up to `most` rows of unknown outcome whose time of grace is over, with their payload; `over` limits it
    to one channel."""
    rows = store.rows(
        f"{_WITH_PAYLOAD} WHERE {_IN_DOUBT} AND d.state = 'unknown' AND d.not_before_at <= :now AND {_OVER}"
        " ORDER BY d.not_before_at, d.id LIMIT :most",
        {"now": to_instant(now), "over": over, "most": most},
    )
    return [_delivery(row) for row in rows]


def parent_receipt(store: Store, delivery: Delivery) -> str:
    """Return what the parent's channel gave back; "" for a parent."""
    if delivery.part == 0:
        return ""
    row = store.row(
        "SELECT receipt FROM deliveries WHERE digest_id = ? AND target = ? AND part = 0",
        [delivery.digest_id, delivery.target],
    )
    return str(row[0]) if row else ""


def parent_of(store: Store, delivery: Delivery) -> Delivery | None:
    """Return the row that a part hangs below; None for a first part."""
    if delivery.part == 0:
        return None
    rows = store.rows(
        _readable(store) + " WHERE d.digest_id = ? AND d.target = ? AND d.part = 0",
        [delivery.digest_id, delivery.target],
    )
    return _delivery(rows[0]) if rows else None


def parts_below(store: Store, delivery: Delivery) -> list[Delivery]:
    """Return the unfinished parts that hang below a parent."""
    rows = store.rows(
        _WITHOUT
        + " WHERE d.digest_id = ? AND d.target = ? AND d.part > 0 AND d.state IN ('pending', 'retry')",
        [delivery.digest_id, delivery.target],
    )
    return [_delivery(row) for row in rows]


def listed(
    store: Store,
    *,
    state: str = "",
    subscriber_id: int | None = None,
    digest_id: int | None = None,
    limit: int = 100,
) -> list[Delivery]:
    """Return rows without payload, newest first."""
    few = "1" if state in ("", State.SENT) else _OPEN if state in OPEN else _UNSENT
    sql, values = f"{_readable(store)} WHERE {few}", list[str | int]()
    for column, value in (
        ("state", state or None),
        ("subscriber_id", subscriber_id),
        ("digest_id", digest_id),
    ):
        if value is not None:
            sql += f" AND d.{column} = ?"
            values.append(value)
    order = "+d.id" if state in OPEN else "d.id"
    rows = store.rows(f"{sql} ORDER BY {order} DESC LIMIT ?", [*values, limit])
    return [_delivery(row) for row in rows]


def by_ids(store: Store, ids: Sequence[int]) -> list[Delivery]:
    """Return rows without payload, in the order asked for. Raises UsageError for one that is not there."""
    found = []
    for id_ in ids:
        row = store.row(_readable(store) + " WHERE d.id = ?", [id_])
        if row is None:
            raise UsageError(f"no delivery {id_} · paperdigest deliveries lists them")
        found.append(_delivery(row))
    return found


def _readable(store: Store) -> str:
    """Return how rows are asked for: a database of an older version, only read, has one column less."""
    known = store.has_column("deliveries", "by_hand")
    return _WITHOUT if known else _WITHOUT.replace("d.by_hand", "0")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the last attempt with a first part came to."""

    state: State
    error: str
    at: datetime


def attempts_to(store: Store, subscriber_id: int, target: str, since: datetime) -> list[Attempt]:
    """Return the last attempts of a target's first parts since then, newest first."""
    rows = store.rows(
        # By the reader's digests: there is no way into the ledger by its targets.
        "SELECT d.state, d.error, d.claimed_at FROM digests g JOIN deliveries d ON d.digest_id = g.id"
        " WHERE g.subscriber_id = ? AND g.composed_at >= ? AND d.target = ? AND d.part = 0"
        " AND d.claimed_at >= ? ORDER BY d.claimed_at DESC, d.id DESC",
        [subscriber_id, to_instant(since - _LONGEST_TRIED), target, to_instant(since)],
    )
    return [Attempt(State(state), error, from_instant(at)) for state, error, at in rows]


def counts(store: Store) -> dict[str, int]:
    """Return how many rows are in each state, the empty ones included."""
    with store.reading():
        every = store.rows("SELECT count(*) FROM deliveries")[0][0]
        found: dict[str, int] = {}
        for few in (_OPEN, _UNSENT):
            found |= store.rows(
                f"SELECT d.state, count(*) FROM deliveries d WHERE {few} GROUP BY d.state"  # noqa: S608 - our own words
            )
    found[State.SENT] = every - sum(found.values())  # nearly all of them, and no index has those
    return {state.value: int(found.get(state, 0)) for state in State}


def _fetch(store: Store, ids: Sequence[int]) -> list[Delivery]:
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    rows = store.rows(
        f"{_WITH_PAYLOAD} WHERE d.id IN ({marks}) ORDER BY d.not_before_at, d.id",
        list(ids),
    )
    return [_delivery(row) for row in rows]


def _delivery(row: tuple[Any, ...]) -> Delivery:
    *plain, not_before, created, claimed, sent, receipt, error, payload = row
    id_, key, digest_id, subscriber_id, subscriber, slot, target, part, state, *counts = plain
    attempts, resent, by_hand = counts
    return Delivery(
        id_,
        key,
        digest_id,
        subscriber_id,
        subscriber,
        slot,
        target,
        part,
        State(state),
        attempts,
        resent,
        by_hand,
        from_instant(not_before),
        from_instant(created),
        None if claimed is None else from_instant(claimed),
        None if sent is None else from_instant(sent),
        receipt,
        error,
        _unpacked(payload),
    )


def _unpacked(payload: bytes | None) -> bytes:
    """Return the bytes of a row; none where they are damaged: one such row must not keep the others back."""
    try:
        return zlib.decompress(payload) if payload else b""
    except zlib.error:
        return b""
