"""Receipts: one row per document that was looked at, whatever became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

_EPOCH = date(1970, 1, 1)
_COUNTS = ("papers", "new", "revised", "unchanged", "merged", "rejected")
_TEXTS = ("source", "name", "sha256", "format", "status", "reason", "bytes", *_COUNTS, "newest_id")
_COLUMNS = (*_TEXTS, "newest_at", "rejects", "at")
#: The same of a database that no writing command has brought up to date yet.
_FIRST_COLUMNS = (*_TEXTS[:-1], "''", "NULL", "'[]'", "at")
#: So many rejected records are told with their reasons; all are counted.
MOST_REJECTS = 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one document. `status` is accepted, duplicate, quarantined, unchanged or failed (then
    `name` is what was asked, `reason` what went wrong); `bytes` its size; `papers` the records it held, the
    counts what they were. `newest_at` is the latest date of its records, `newest_id` that record's id; `rejects`
    are the first rejected records, (place, reason)."""

    source: str
    name: str
    sha256: str
    status: str
    at: datetime
    format: str = ""
    reason: str = ""
    bytes: int = 0
    papers: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    newest_id: str = ""
    newest_at: datetime | None = None
    rejects: tuple[tuple[int, str], ...] = ()


def was_accepted(store: Store, source: str, sha256: str) -> bool:
    """Say whether these bytes were taken from this source before."""
    row = store.row(
        "SELECT 1 FROM receipts WHERE source = ? AND sha256 = ? AND status = 'accepted'",
        [source, sha256],
    )
    return row is not None


def write_receipt(store: Store, receipt: Receipt) -> None:
    """Write a receipt, inside the transaction of what it is about."""
    values = [_storable(getattr(receipt, column)) for column in _TEXTS]
    newest = None if receipt.newest_at is None else to_instant(receipt.newest_at)
    rejects = json.dumps(receipt.rejects[:MOST_REJECTS], ensure_ascii=False)
    store.write(
        f"INSERT INTO receipts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608 - our own column names
        [*values, newest, rejects, to_instant(receipt.at)],
    )


def _storable(value: object) -> object:
    """The name of a file need not be UTF-8, and SQLite takes nothing else: such bytes are kept as `\\udcff`."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def receipts_since(store: Store, at: datetime) -> list[Receipt]:
    """Return what was looked at since then, oldest first."""
    return _receipts(store, "WHERE at >= ? ORDER BY at, id", to_instant(at))


def last_receipts(store: Store, source: str, most: int) -> list[Receipt]:
    """Return the last documents of a source that were looked at, the newest first."""
    return _receipts(store, "WHERE source = ? ORDER BY id DESC LIMIT ?", source, most)


def brought_by_day(store: Store, since: datetime) -> dict[str, dict[date, int]]:
    """Return for each source how many records said something new on each day (UTC) since then."""
    found: dict[str, dict[date, int]] = {}
    rows = store.rows(
        "SELECT source, at / 86400000000, sum(new + revised + merged) FROM receipts WHERE at >= ?"
        " GROUP BY 1, 2 HAVING sum(new + revised + merged) > 0",
        [to_instant(since)],
    )
    for source, day, count in rows:
        found.setdefault(source, {})[_EPOCH + timedelta(days=day)] = count
    return found


def refused_since(store: Store, at: datetime) -> dict[str, tuple[int, int]]:
    """Return for each source how many documents were refused and records rejected after that instant."""
    rows = store.rows(
        "SELECT source, sum(status = 'quarantined'), sum(rejected) FROM receipts WHERE at > ?"
        " GROUP BY source HAVING sum(status = 'quarantined') + sum(rejected) > 0",
        [to_instant(at)],
    )
    return {source: (documents, records) for source, documents, records in rows}


def _receipts(store: Store, where: str, *parameters: str | int) -> list[Receipt]:
    columns = ", ".join(_COLUMNS if store.has_column("receipts", "rejects") else _FIRST_COLUMNS)
    rows = store.rows(f"SELECT {columns} FROM receipts {where}", parameters)  # noqa: S608 - our own words
    return [_receipt(row) for row in rows]


def _receipt(row: Sequence[Any]) -> Receipt:
    *texts, newest, rejects, at = row
    return Receipt(
        **dict(zip(_TEXTS, texts, strict=True)),
        newest_at=None if newest is None else from_instant(newest),
        rejects=tuple((place, reason) for place, reason in json.loads(rejects)),
        at=from_instant(at),
    )
