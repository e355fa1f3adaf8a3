"""What is remembered of each way out, over restarts: how much went lately, until when it rests, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdigest.core.pacing import Used, from_text, to_text
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant


@dataclass(frozen=True, slots=True)
class Trouble:
    """A way that nothing gets through before a person acts, or that could not be used for long."""

    way: str
    reason: str
    since_at: datetime
    open_at: datetime  # tried again then


def used(store: Store, way: str) -> Used:
    """Return how much went over a way lately."""
    row = store.row("SELECT used FROM ways WHERE way = ?", [way])
    return from_text("" if row is None else row[0])


def use(store: Store, way: str, what: Used) -> None:
    """Write how much went over a way. Must run inside a transaction."""
    store.write(
        "INSERT INTO ways (way, used) VALUES (?, ?) ON CONFLICT (way) DO UPDATE SET used = excluded.used",
        [way, to_text(what)],
    )


def close(store: Store, way: str, until: datetime) -> None:
    """Let nothing go over a way before then. Must run inside a transaction."""
    store.write(
        "INSERT INTO ways (way, open_at) VALUES (?, ?)"
        " ON CONFLICT (way) DO UPDATE SET open_at = max(open_at, excluded.open_at)",
        [way, to_instant(until)],
    )


def bar(store: Store, way: str, reason: str, now: datetime, until: datetime) -> None:
    """Close a way that needs a person; it keeps since when. Must run inside a transaction."""
    close(store, way, until)
    store.write(
        "UPDATE ways SET trouble = ?, since_at = coalesce(since_at, ?) WHERE way = ?",
        [reason, to_instant(now), way],
    )


def fail(store: Store, way: str, reason: str, now: datetime, *, lasting: timedelta) -> None:
    """A way could not be used. It keeps since when, and is in trouble when it fails `lasting` after that with
    nothing sent in between. Must run inside a transaction."""
    at = to_instant(now)
    store.write(
        "INSERT INTO ways (way, since_at) VALUES (:way, :at) ON CONFLICT (way) DO UPDATE SET"
        " trouble = CASE WHEN since_at <= :before THEN :reason ELSE trouble END,"
        # A clock that was set back must not make it wait for the old time to come again.
        " since_at = min(coalesce(since_at, :at), :at)",
        {"way": way, "at": at, "before": to_instant(now - lasting), "reason": reason},
    )


def clear(store: Store, *ways: str) -> None:
    """Something got through: nothing fails any more. Must run inside a transaction."""
    for way in ways:
        store.write(
            "UPDATE ways SET trouble = '', since_at = NULL WHERE way = ? AND since_at IS NOT NULL",
            [way],
        )


def place(store: Store, target: str) -> str:
    """Return what the channel calls a target, "" if it was not asked yet."""
    row = store.row("SELECT place FROM ways WHERE way = ?", [target])
    return "" if row is None else str(row[0])


def keep_place(store: Store, target: str, place: str) -> None:
    """Keep what the channel calls a target; "" forgets it. Must run inside a transaction."""
    store.write(
        "INSERT INTO ways (way, place) VALUES (?, ?) ON CONFLICT (way) DO UPDATE SET place = excluded.place",
        [target, place],
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """A way over which nothing goes before `open_at`; `trouble` is "" where it rests for a while."""

    way: str
    trouble: str
    open_at: datetime


def closed(store: Store, now: datetime) -> tuple[Closed, ...]:
    """Return the ways that are closed now, or in trouble. A database of an older version has none."""
    if not store.has_column("ways", "way"):
        return ()
    rows = store.rows(
        "SELECT way, trouble, open_at FROM ways WHERE open_at > ? OR trouble != ''",
        [to_instant(now)],
    )
    return tuple(Closed(way, trouble, from_instant(open_at)) for way, trouble, open_at in rows)


def reopen(store: Store, *ways: str) -> None:
    """Let the next message try at once, whatever was wrong. Must run inside a transaction."""
    for way in ways:
        store.write("UPDATE ways SET open_at = 0 WHERE way = ?", [way])


def heal_clock(store: Store, now: datetime, longest: timedelta) -> None:
    """Open what is closed for longer than anything ever is, and let what was put off for longer go now: the
    clock was set back meanwhile. Must run inside a transaction."""
    latest = to_instant(now + longest)
    store.write("UPDATE ways SET open_at = 0 WHERE open_at > ?", [latest])
    store.write(
        # Word for word what the index deliveries_due is limited to.
        "UPDATE deliveries SET not_before_at = ? WHERE state IN ('pending', 'retry', 'sending', 'unknown')"
        " AND not_before_at > ?",
        [to_instant(now), latest],
    )


def troubles(store: Store) -> tuple[Trouble, ...]:
    """Return the ways that nothing gets through, by name. A database of an older version has none."""
    if not store.has_column("ways", "way"):
        return ()
    rows = store.rows(
        "SELECT way, trouble, since_at, open_at FROM ways WHERE trouble != '' ORDER BY way"
    )
    return tuple(
        Trouble(way, trouble, from_instant(since), from_instant(open_at))
        for way, trouble, since, open_at in rows
    )
