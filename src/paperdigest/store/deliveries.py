"""The outbox: what is to be sent, what is in hand, what became of it. Rows are claimed before a byte leaves."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paperdigest.core.errors import UsageError
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

STATES = ("pending", "sending", "sent", "retry", "failed", "unknown", "held", "dropped")
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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox. `payload` is empty where it was not asked for or is gone by age."""

    id: int
    key: str
    digest_id: int
    subscriber_id: int
    subscriber: str
    slot: str
    target: str
    part: int
    state: str
    attempts: int
    resent: int
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
            "INSERT INTO deliveries (key, digest_id, subscriber_id, lane_id, slot, target, part, state,"
            " not_before_at, payload, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?) RETURNING id",
            [
                row.key,
                row.digest_id,
                row.subscriber_id,
                row.lane_id,
                row.slot,
                row.target,
                row.part,
                at,
                zlib.compress(row.payload, 1),
                at,
            ],
        )
        ids.append(int(made[0][0]))
    return ids


_ROW = (
    "SELECT d.id, d.key, d.digest_id, d.subscriber_id, s.name, d.slot, d.target, d.part, d.state, d.attempts,"
    " d.resent, d.not_before_at, d.created_at, d.claimed_at, d.sent_at, d.receipt, d.error, {payload}"
    " FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
)
_WITH_PAYLOAD = _ROW.format(payload="d.payload")
_WITHOUT = _ROW.format(payload="NULL")


#: Word for word what the index deliveries_due is limited to: with it a question about the few rows that are not
#: finished reads those alone, not millions that were sent. (Ordered by +d.id: by d.id, all would be walked.)
_OPEN = "d.state IN ('pending', 'retry', 'sending', 'unknown')"
#: Rows that may go by their own: a part below a parent only once its parent was sent.
_READY = (
    f"{_OPEN} AND d.state IN ('pending', 'retry') AND d.not_before_at <= :ready"  # noqa: S608 - our own words
    " AND (d.part = 0 OR EXISTS (SELECT 1 FROM deliveries p WHERE p.lane_id = d.lane_id"
    "   AND p.slot = d.slot AND p.target = d.target AND p.part = 0 AND p.state = 'sent'))"
)
#: The ways of a row that are closed at an instant: its target's own and its channel's.
_CLOSED = (
    " FROM ways w WHERE w.way IN (d.target, substr(d.target, 1, instr(d.target, ':') - 1))"
    " AND w.open_at > :now"
)


def due(store: Store, now: datetime, *, most: int = 10) -> list[tuple[int, str]]:
    """Return (id, target) of up to `most` rows that may go out now, over ways that are open."""
    at = to_instant(now)
    return store.rows(
        f"SELECT d.id, d.target FROM deliveries d WHERE {_READY} AND NOT EXISTS (SELECT 1{_CLOSED})"  # noqa: S608 - our own words
        " ORDER BY d.not_before_at, d.id LIMIT :most",
        {"ready": at, "now": at, "most": most},
    )


def next_opening(store: Store, now: datetime, within: timedelta) -> datetime | None:
    """Return when the first closed way opens that a row waits for; None if none does within that time."""
    at, end = to_instant(now), to_instant(now + within)
    row = store.row(
        f"SELECT min(opens) FROM (SELECT (SELECT max(w.open_at){_CLOSED}) AS opens"  # noqa: S608 - our own words
        f" FROM deliveries d WHERE {_READY}) WHERE opens <= :ready",
        {"ready": end, "now": at},
    )
    return None if row is None or row[0] is None else from_instant(row[0])


def waiting_for(store: Store, ways: Sequence[str]) -> int:
    """Return how many messages wait for any of these channels and targets."""
    marks = ",".join("?" * len(ways))
    row = store.row(
        f"SELECT count(*) FROM deliveries d WHERE {_OPEN} AND d.state IN ('pending', 'retry') AND (d.target"  # noqa: S608 - only marks
        f" IN ({marks}) OR substr(d.target, 1, instr(d.target, ':') - 1) IN ({marks}))",
        [*ways, *ways],
    )
    return 0 if row is None else int(row[0])


def claim(
    store: Store,
    now: datetime,
    *,
    process: str,
    most: int = 10,
    only: Sequence[int] | None = None,
) -> list[Delivery]:
    """Take up to `most` due rows in hand, or `only` those: they are `sending` on disk when this returns.

    Must run inside a transaction.
    """
    ids = [id_ for id_, _ in due(store, now, most=most)] if only is None else list(only)
    store.write_many(
        "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, claimed_by = ?, claimed_at = ?"
        " WHERE id = ?",
        [(process, to_instant(now), id_) for id_ in ids],
    )
    return _fetch(store, ids)


def put_back(store: Store, ids: Sequence[int]) -> None:
    """Let go of rows that were claimed but not begun: that was no attempt. Must run inside a transaction."""
    store.write_many(
        "UPDATE deliveries SET state = 'retry', attempts = attempts - 1, claimed_by = '' WHERE id = ?",
        [(id_,) for id_ in ids],
    )


def orphans(store: Store) -> list[Delivery]:
    """Return rows left in `sending`. The caller holds the deliver lock and has none in hand itself."""
    rows = store.rows(f"{_WITHOUT} WHERE {_OPEN} AND d.state = 'sending' ORDER BY +d.id")
    return [_delivery(row) for row in rows]


def unknown_due(store: Store, now: datetime) -> list[Delivery]:
    """Return rows of unknown outcome whose time of grace is over, with their payload."""
    rows = store.rows(
        f"{_WITH_PAYLOAD} WHERE {_OPEN} AND d.state = 'unknown' AND d.not_before_at <= ? ORDER BY +d.id",
        [to_instant(now)],
    )
    return [_delivery(row) for row in rows]


def settle(
    store: Store,
    id_: int,
    state: str,
    *,
    now: datetime,
    receipt: str = "",
    error: str = "",
    not_before_at: datetime | None = None,
    resent: bool = False,
) -> None:
    """Write what became of a row. Must run inside a transaction."""
    store.write(
        "UPDATE deliveries SET state = ?, error = ?, receipt = CASE WHEN ? != '' THEN ? ELSE receipt END,"
        " sent_at = CASE WHEN ? = 'sent' THEN ? ELSE sent_at END,"
        " not_before_at = coalesce(?, not_before_at), resent = resent + ?, claimed_by = '' WHERE id = ?",
        [
            state,
            error,
            receipt,
            receipt,
            state,
            to_instant(now),
            None if not_before_at is None else to_instant(not_before_at),
            int(resent),
            id_,
        ],
    )


def parent_receipt(store: Store, delivery: Delivery) -> str:
    """Return what the parent's channel gave back; "" for a parent."""
    if delivery.part == 0:
        return ""
    row = store.row(
        "SELECT receipt FROM deliveries WHERE digest_id = ? AND target = ? AND part = 0",
        [delivery.digest_id, delivery.target],
    )
    return str(row[0]) if row else ""


def parts_below(store: Store, delivery: Delivery) -> list[Delivery]:
    """Return the unfinished parts that hang below a parent."""
    rows = store.rows(
        _WITHOUT
        + " WHERE d.digest_id = ? AND d.target = ? AND d.part > 0 AND d.state IN ('pending', 'retry')",
        [delivery.digest_id, delivery.target],
    )
    return [_delivery(row) for row in rows]


def reached_nobody(store: Store, digest_id: int) -> bool:
    """Say whether every target of a digest ended unsent for good."""
    parents = store.rows(
        "SELECT state IN ('failed', 'dropped') FROM deliveries WHERE digest_id = ? AND part = 0",
        [digest_id],
    )
    return bool(parents) and all(unsent for (unsent,) in parents)


def listed(
    store: Store,
    *,
    state: str = "",
    subscriber_id: int | None = None,
    digest_id: int | None = None,
    limit: int = 100,
) -> list[Delivery]:
    """Return rows without payload, newest first."""
    sql, values = _WITHOUT + " WHERE 1", list[str | int]()
    for column, value in (
        ("state", state or None),
        ("subscriber_id", subscriber_id),
        ("digest_id", digest_id),
    ):
        if value is not None:
            sql += f" AND d.{column} = ?"
            values.append(value)
    rows = store.rows(sql + " ORDER BY d.id DESC LIMIT ?", [*values, limit])
    return [_delivery(row) for row in rows]


def by_ids(store: Store, ids: Sequence[int]) -> list[Delivery]:
    """Return rows without payload, in the order asked for. Raises UsageError for one that is not there."""
    found = []
    for id_ in ids:
        row = store.row(_WITHOUT + " WHERE d.id = ?", [id_])
        if row is None:
            raise UsageError(f"no delivery {id_} · paperdigest deliveries lists them")
        found.append(_delivery(row))
    return found


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the last attempt with a first part came to."""

    state: str
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
    return [Attempt(state, error, from_instant(at)) for state, error, at in rows]


def counts(store: Store) -> dict[str, int]:
    """Return how many rows are in each state, the empty ones included."""
    found = dict(store.rows("SELECT state, count(*) FROM deliveries GROUP BY state"))
    return {state: int(found.get(state, 0)) for state in STATES}


def forget_payloads(store: Store, before: datetime) -> int:
    """Drop the bytes of rows sent before then; the rows stay. Return how many."""
    return store.write(
        "UPDATE deliveries SET payload = NULL WHERE state IN ('sent', 'dropped') AND payload IS NOT NULL"
        " AND coalesce(sent_at, created_at) < ?",
        [to_instant(before)],
    )


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
    id_, key, digest_id, subscriber_id, subscriber, slot, target, part, state, attempts, resent = (
        plain
    )
    return Delivery(
        id_,
        key,
        digest_id,
        subscriber_id,
        subscriber,
        slot,
        target,
        part,
        state,
        attempts,
        resent,
        from_instant(not_before),
        from_instant(created),
        None if claimed is None else from_instant(claimed),
        None if sent is None else from_instant(sent),
        receipt,
        error,
        zlib.decompress(payload) if payload else b"",
    )
