"""Where and how often APScheduler's own CronTrigger misses a slot, doubles it or comes at another time, on ten zones
over seven years, beside our slots. Nothing is timed; counts are printed. Ends with 1 if one of ours is not exactly
one slot per matching local date, strictly increasing.

What is expected is told by neither: the first minute of the local date at which the wall clock shows the listed time
or a later one.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from itertools import product
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from paperdigest.core.schedule import parse_schedule, slots

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
TIMES = ("00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "08:00", "23:30")
#: Our words, and what says the same to the trigger.
KINDS: dict[str, dict[str, object]] = {
    "daily": {},
    "weekly mon": {"day_of_week": "mon"},
    "weekdays": {"day_of_week": "mon-fri"},
    "monthly 1": {"day": 1},
}
_NAMED: dict[str, Callable[[date], bool]] = {
    "daily": lambda _: True,
    "weekly mon": lambda day: day.weekday() == 0,
    "weekdays": lambda day: day.weekday() < 5,
    "monthly 1": lambda day: day.day == 1,
}
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
STEP = timedelta(minutes=15)  # every change of clocks in these years falls on a quarter of an hour


def matching(kind: str) -> Iterator[date]:
    """Yield the dates that a schedule names."""
    for number in range(FIRST.toordinal(), LAST.toordinal() + 1):
        day = date.fromordinal(number)
        if _NAMED[kind](day):
            yield day


def first_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the first quarter of an hour at which the zone's clock shows that time of that date, or a later one."""
    local = datetime.combine(day, at)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early  # an ordinary time: the clock shows it once
    moment = min(early, late) - STEP
    while moment.astimezone(zone).replace(tzinfo=None) < local:
        moment += STEP
    return moment


def wanted(kind: str, at: str, zone: ZoneInfo) -> dict[date, datetime]:
    """Return the one right instant of each date."""
    return {day: first_moment(day, time.fromisoformat(at), zone) for day in matching(kind)}


def by_trigger(kind: str, at: str, zone: ZoneInfo) -> list[datetime]:
    """Return when a job with this trigger would run, asked as the scheduler asks."""
    hour, minute = at.split(":")
    trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone=zone, **KINDS[kind])
    end = datetime.combine(LAST + timedelta(days=1), time(), zone)
    now = datetime.combine(FIRST, time(), zone) - timedelta(seconds=1)
    found: list[datetime] = []
    fired = trigger.get_next_fire_time(None, now)
    while fired is not None and fired < end:
        found.append(fired.astimezone(UTC))
        fired = trigger.get_next_fire_time(fired, fired)
    return found


def by_us(kind: str, at: str, zone: ZoneInfo) -> list[datetime]:
    """Return our slots."""
    start = datetime.combine(FIRST, time(), zone) - timedelta(seconds=1)
    end = datetime.combine(LAST + timedelta(days=1), time(), zone) - timedelta(seconds=1)
    return [slot.at for slot in slots(parse_schedule(f"{kind} {at}"), zone, start, end)]


def judge(found: list[datetime], right: dict[date, datetime], zone: ZoneInfo) -> Counter[str]:
    """Count what is wrong: dates missed, dates served twice, runs at another time than the right one."""
    said: Counter[str] = Counter()
    dates = Counter(moment.astimezone(zone).date() for moment in found)
    said["missed"] = sum(1 for day in right if not dates[day])
    said["doubled"] = sum(count - 1 for count in dates.values() if count > 1)
    instants = set(right.values())
    said["elsewhere"] = sum(1 for moment in set(found) if moment not in instants)
    said["expected"] = len(right)
    return said


def examined(kind: str, at: str, zone: ZoneInfo) -> Counter[str]:
    """Return the trigger's counts for one schedule in one zone, and how many of our slots are wrong."""
    right = wanted(kind, at, zone)
    counts = judge(by_trigger(kind, at, zone), right, zone)
    ours = by_us(kind, at, zone)
    pairs = zip(ours, right.values(), strict=False)
    counts["ours"] = sum(mine != theirs for mine, theirs in pairs) + abs(len(ours) - len(right))
    return counts


def shown(title: str, rows: Mapping[str, Counter[str]]) -> str:
    """Return a table with a row for each key, those without a fault too, and their sum."""
    columns = ("expected", "missed", "doubled", "elsewhere", "ours")
    lines = [f"{title:<22}" + "".join(f"{column:>11}" for column in columns)]
    together: Counter[str] = Counter()
    for row in rows.values():
        together.update(row)
    for name, row in {**rows, "together": together}.items():
        lines.append(f"{name:<22}" + "".join(f"{row[column]:>11,}" for column in columns))
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print what is wrong by zone and by time of day; "ours" are faults of our own slots."""
    print(f"APScheduler {version('apscheduler')} CronTrigger beside our slots, {FIRST} to {LAST}")
    print(f"schedules: {', '.join(KINDS)}\n")
    by_zone: dict[str, Counter[str]] = defaultdict(Counter)
    by_time: dict[str, Counter[str]] = defaultdict(Counter)
    for name, kind, at in product(ZONES, KINDS, TIMES):
        counts = examined(kind, at, ZoneInfo(name))
        by_zone[name].update(counts)
        by_time[at].update(counts)
    print(shown("zone", by_zone))
    print(shown("time of day", by_time))
    return 1 if any(row["ours"] for row in by_zone.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
