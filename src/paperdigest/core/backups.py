"""When a backup or a full examination is due, what archives are called, and which of them stay. Reads no clock
and no folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from paperdigest.core import schedule

#: Without a backup for so long, the operator is told.
LATE: Final = timedelta(days=3)
#: How often the whole database is examined.
EXAMINE_EVERY: Final = timedelta(days=7)
#: A time so far ahead of the clock was written by a clock that was wrong: it keeps nothing back.
_AHEAD = timedelta(days=1)
_NAME = re.compile(r"paperdigest-\d{8}T\d{6}Z\.tar\.gz")


def file_name(at: datetime) -> str:
    """Return what the archive of that moment is called; names sort by time."""
    return f"paperdigest-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"


def before_schema(number: int) -> str:
    """Return what the archive is called that is made before the tables are brought to that schema."""
    return f"before-schema-{number}.tar.gz"


def is_due(last: datetime, at: time, timezone: str, now: datetime) -> bool:
    """Say whether the daily moment `at` (wall clock of that zone) has passed since `last`; however often it was
    missed, one backup makes up for it."""
    if last > now + _AHEAD:
        return True
    daily = schedule.parse_schedule(f"daily {at:%H:%M}")
    lately = now - timedelta(days=3)  # in which its hour came, whatever the clocks did
    return bool(schedule.due(daily, schedule.zone(timezone), max(last, lately), now))


def is_late(last: datetime, tried: datetime | None, now: datetime) -> bool:
    """Say whether there has been no backup for so long that the operator must know. Nobody could make one while
    nothing ran: what counts is when one was `tried` last."""
    return tried is not None and min(tried, now) - last >= LATE


def examination_is_due(last: datetime | None, now: datetime) -> bool:
    """Say whether the whole database is to be examined again."""
    return last is None or last > now + _AHEAD or now - last >= EXAMINE_EVERY


def surplus(names: Iterable[str], keep: int, fresh: str, now: datetime) -> tuple[str, ...]:
    """Return which of a folder's files go, oldest first, so that the `keep` newest archives stay (at least one),
    and among them `fresh`, the one just made. Those that are dated ahead of `now`, by a clock that was wrong, count
    as the oldest. Files that are called otherwise are not ours to judge."""
    latest = file_name(now + _AHEAD)

    def age(name: str) -> tuple[bool, bool, str]:
        return name == fresh, name <= latest, name

    ours = sorted((name for name in names if _NAME.fullmatch(name)), key=age)
    return tuple(ours[: max(len(ours) - keep, 0)])
