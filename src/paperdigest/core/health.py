"""Whether a source is well: what it brought, against what it usually brings on such a day and against how long
it may be silent. A quiet day is told from a feed that has gone stale by the source's own past.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

#: So far back a source's own past is looked at.
WEEKS: Final = 8
_LEAST_SAMPLES: Final = 4  # of one day of the week
_TELLING: Final = 3  # papers: a day that usually brings fewer may well bring none
_MOST_SILENT: Final = 2  # such days in a row without any
_DAY: Final = timedelta(days=1)


class Condition(StrEnum):
    """How a source is. `quiet`: read well, nothing new, as it may be; `stale`: nothing new, as it should
    not be; `failed`: could not be read."""

    UNREAD = "unread"
    OK = "ok"
    QUIET = "quiet"
    STALE = "stale"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Habits:
    """What a source usually does. `by_day` are its papers on each past day (UTC) that brought some, `first` the
    day of its first good read; `quiet_days` are the days of the week (0 is Monday) of which it says that nothing
    comes; longer silence than `quiet_after` is stale, None: none is."""

    by_day: Mapping[date, int]
    first: date | None = None
    quiet_days: Collection[int] = ()
    quiet_after: timedelta | None = None

    def usual(self, day: date) -> float | None:
        """Return how many papers such a day usually brings, the median of up to eight; None if it is too early
        to say."""
        if day.weekday() in self.quiet_days:
            return 0.0
        if self.first is None:
            return None
        past = (day - week * 7 * _DAY for week in range(1, WEEKS + 1))
        counts = sorted(self.by_day.get(one, 0) for one in past if one >= self.first)
        return _median(counts) if len(counts) >= _LEAST_SAMPLES else None

    def missing(self, since: date, today: date) -> list[float]:
        """Return for each full day after `since` on which papers usually come how many that would be."""
        days = (since + ahead * _DAY for ahead in range(1, (today - since).days))
        return [usual for day in days if (usual := self.usual(day) or 0) >= _TELLING]

    def is_stale(self, since: datetime, now: datetime) -> bool:
        """Say whether it has been silent for longer than it should, `since` its last news."""
        if self.quiet_after is None:
            return False
        quiet = sum(
            1
            for ahead in range(1, (now.date() - since.date()).days)
            if (since.date() + ahead * _DAY).weekday() in self.quiet_days
        )
        if now - since - quiet * _DAY > self.quiet_after:
            return True
        return len(self.missing(since.date(), now.date())) >= _MOST_SILENT


def silent_since(
    *, first_read_at: datetime | None, last_new_at: datetime | None
) -> datetime | None:
    """Return since when a source has brought nothing: since its last news or, if it never had any, since its
    first good read. None if it was never read well."""
    return last_new_at or first_read_at


def condition(
    habits: Habits,
    now: datetime,
    *,
    failing_since: datetime | None,
    first_read_at: datetime | None,
    last_success_at: datetime | None,
    last_new_at: datetime | None,
) -> Condition:
    """Return how a source is now. All times are aware UTC; `first_read_at` is the first good read, `last_new_at`
    the last one with news."""
    if failing_since is not None:
        return Condition.FAILED
    since = silent_since(first_read_at=first_read_at, last_new_at=last_new_at)
    if since is None or last_success_at is None:
        return Condition.UNREAD
    if habits.is_stale(since, now):
        return Condition.STALE
    return Condition.OK if last_new_at == last_success_at else Condition.QUIET


def _median(ordered: list[int]) -> float:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2
