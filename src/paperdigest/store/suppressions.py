"""Who gets nothing for now: paused or stopped, a whole subscriber or one of its targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant

#: Stands for the whole subscriber.
EVERYTHING = ""
#: Reasons of stops that are the reader's own word: the mail program asked for it, or a person did.
BY_ONE_CLICK = "by the reader, one click in the mail program"
BY_PAGE = "by the reader, on the unsubscribe page"
BY_READER = (BY_ONE_CLICK, BY_PAGE)


@dataclass(frozen=True, slots=True)
class Suppression:
    """`target` EVERYTHING is the whole subscriber. `until` is the first day with digests again."""

    subscriber_id: int
    target: str
    kind: str  # paused or stopped
    until: date | None = None
    reason: str = ""

    def holds(self, today: date) -> bool:
        """Say whether it is still in force on a local day."""
        return self.until is None or today < self.until

    def __str__(self) -> str:
        until = f" until {self.until.isoformat()}" if self.until else ""
        return f"{self.kind}{until}" + (f" ({self.reason})" if self.reason else "")


def suppressions(store: Store) -> dict[tuple[int, str], Suppression]:
    """Return all of them by (subscriber id, target)."""
    rows = store.rows("SELECT subscriber_id, target, kind, until, reason FROM suppressions")
    found = map(_suppression, rows)
    return {(held.subscriber_id, held.target): held for held in found}


def suppressions_of(store: Store, subscriber_id: int, target: str) -> tuple[Suppression, ...]:
    """Return what holds for one target: the whole subscriber's first, then the target's own."""
    rows = store.rows(
        "SELECT subscriber_id, target, kind, until, reason FROM suppressions"
        " WHERE subscriber_id = ? AND target IN (?, ?) ORDER BY target",
        [subscriber_id, EVERYTHING, target],
    )
    return tuple(map(_suppression, rows))


def suppress(store: Store, wanted: Suppression, now: datetime) -> None:
    """Put one in force, in place of what held for the same target."""
    store.write(
        "INSERT INTO suppressions (subscriber_id, target, kind, until, reason, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (subscriber_id, target) DO UPDATE SET"
        " kind = excluded.kind, until = excluded.until, reason = excluded.reason, at = excluded.at",
        [
            wanted.subscriber_id,
            wanted.target,
            wanted.kind,
            wanted.until.isoformat() if wanted.until else None,
            wanted.reason,
            to_instant(now),
        ],
    )


def lift(store: Store, subscriber_id: int, target: str) -> int:
    """Take one away; the whole subscriber takes its targets' away too, but for those that the reader stopped:
    whoever wishes to undo that must name the target. Return how many were taken away."""
    sql = "DELETE FROM suppressions WHERE subscriber_id = ?"
    if target == EVERYTHING:
        return store.write(sql + " AND reason NOT IN (?, ?)", [subscriber_id, *BY_READER])
    return store.write(sql + " AND target = ?", [subscriber_id, target])


def _suppression(row: tuple[int, str, str, str | None, str]) -> Suppression:
    id_, target, kind, until, reason = row
    return Suppression(id_, target, kind, date.fromisoformat(until) if until else None, reason)
