"""What is remembered of each source: where to carry on, when it last answered, how long it fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

_STATE = (
    "SELECT name, kind, bookmark, first_read_at, last_read_at, last_success_at, last_new_at, failing_since_at,"
    " failures, not_before_at, error, papers, {quiet_days} FROM sources"
)


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source. `first_read_at` is its first good read, `last_new_at` the last one that brought something;
    `not_before_at`: it failed and is to be left alone until then. `papers` counts its records; `quiet_days` are the
    days of the week (0 is Monday) of which it says that nothing comes."""

    name: str
    kind: str
    bookmark: str = ""
    first_read_at: datetime | None = None
    last_read_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    failing_since_at: datetime | None = None
    failures: int = 0
    not_before_at: datetime | None = None
    error: str = ""
    papers: int = 0
    quiet_days: frozenset[int] = frozenset()


def source_states(store: Store) -> dict[str, SourceState]:
    """Return every source that was ever read, by name."""
    return {row[0]: _state(row) for row in store.rows(_selected(store) + " ORDER BY name")}


def source_state(store: Store, name: str) -> SourceState | None:
    """Return one source, None if it was never read."""
    row = store.row(_selected(store) + " WHERE name = ?", [name])
    return None if row is None else _state(row)


def keep_bookmark(
    store: Store,
    name: str,
    kind: str,
    bookmark: str,
    *,
    records: int = 0,
    new_at: datetime | None = None,
    quiet_days: Collection[int] | None = None,
) -> None:
    """Note how far a source was read, how many records it brought, when it last brought something and on which
    days it says nothing comes.

    Belongs into the transaction of the document. "" keeps the old bookmark, None the old time and days.
    """
    store.write(
        "INSERT INTO sources (name, kind, bookmark, papers, last_new_at, quiet_days)"
        " VALUES (:name, :kind, :bookmark, :records, :new, coalesce(:quiet, ''))"
        " ON CONFLICT (name) DO UPDATE SET kind = :kind, papers = papers + :records,"
        " bookmark = iif(:bookmark = '', bookmark, :bookmark), last_new_at = coalesce(:new, last_new_at),"
        " quiet_days = coalesce(:quiet, quiet_days)",
        {
            "name": name,
            "kind": kind,
            "bookmark": bookmark,
            "records": records,
            "new": None if new_at is None else to_instant(new_at),
            "quiet": None if quiet_days is None else "".join(map(str, sorted(quiet_days))),
        },
    )


def note_success(store: Store, name: str, kind: str, now: datetime) -> None:
    """Note a good read; what failed before is over."""
    store.write(
        "INSERT INTO sources (name, kind, first_read_at, last_read_at, last_success_at)"
        " VALUES (:name, :kind, :now, :now, :now)"
        " ON CONFLICT (name) DO UPDATE SET kind = :kind, first_read_at = coalesce(first_read_at, :now),"
        " last_read_at = :now, last_success_at = :now,"
        " failing_since_at = NULL, failures = 0, not_before_at = NULL, error = ''",
        {"name": name, "kind": kind, "now": to_instant(now)},
    )


def note_failure(
    store: Store, name: str, kind: str, now: datetime, *, error: str, not_before: datetime
) -> None:
    """Note a bad read and when to try again."""
    store.write(
        "INSERT INTO sources (name, kind, last_read_at, failing_since_at, failures, not_before_at, error)"
        " VALUES (:name, :kind, :now, :now, 1, :later, :error)"
        " ON CONFLICT (name) DO UPDATE SET kind = :kind, last_read_at = :now,"
        " failing_since_at = coalesce(failing_since_at, :now), failures = failures + 1,"
        " not_before_at = :later, error = :error",
        {
            "name": name,
            "kind": kind,
            "now": to_instant(now),
            "later": to_instant(not_before),
            "error": error,
        },
    )


def _state(row: Sequence[Any]) -> SourceState:
    (
        name,
        kind,
        bookmark,
        first_read,
        read,
        success,
        new,
        failing,
        failures,
        not_before,
        error,
        papers,
        quiet_days,
    ) = row
    return SourceState(
        name,
        kind,
        bookmark,
        _instant(first_read),
        _instant(read),
        _instant(success),
        _instant(new),
        _instant(failing),
        failures,
        _instant(not_before),
        error,
        papers,
        frozenset(map(int, quiet_days)),
    )


def _instant(value: int | None) -> datetime | None:
    return None if value is None else from_instant(value)


def _selected(store: Store) -> str:
    known = store.has_column("sources", "quiet_days")
    return _STATE.format(quiet_days="quiet_days" if known else "''")
