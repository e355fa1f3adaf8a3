"""Receipts: one row per document that was looked at, whatever became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

_COUNTS = ("papers", "new", "revised", "unchanged", "merged", "rejected")
_COLUMNS = ("source", "name", "sha256", "format", "status", "reason", "bytes", *_COUNTS, "at")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one document. `status` is accepted, duplicate, quarantined, unchanged or failed;
    `bytes` its size; `papers` the records it held, the counts what they were."""

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


def was_accepted(store: Store, source: str, sha256: str) -> bool:
    """Say whether these bytes were taken from this source before."""
    row = store.row(
        "SELECT 1 FROM receipts WHERE source = ? AND sha256 = ? AND status = 'accepted'",
        [source, sha256],
    )
    return row is not None


def write_receipt(store: Store, receipt: Receipt) -> None:
    """Write a receipt, inside the transaction of what it is about."""
    values = [getattr(receipt, column) for column in _COLUMNS[:-1]]
    store.write(
        f"INSERT INTO receipts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608 - our own column names
        [*values, to_instant(receipt.at)],
    )


def receipts_since(store: Store, at: datetime) -> list[Receipt]:
    """Return what was looked at since then, oldest first."""
    rows = store.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM receipts WHERE at >= ? ORDER BY at, id",  # noqa: S608 - our own column names
        [to_instant(at)],
    )
    return [
        Receipt(**dict(zip(_COLUMNS[:-1], row[:-1], strict=True)), at=from_instant(row[-1]))
        for row in rows
    ]
