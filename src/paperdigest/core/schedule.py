"""When a digest is due: a pure function of schedule, zone, last slot and now.

Owns which instants a schedule means. How it is written is `core.schedule_words`'s; who waits
for the instants is service's; what is composed then is flow's.
"""

from __future__ import annotations

from calendar import monthrange
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from paperdigest.core import words
from paperdigest.core.duration import parse_duration, parse_quiet
from paperdigest.core.schedule_words import Schedule, parse_schedule
from paperdigest.core.timezone import zone

__all__ = [
    "Schedule",
    "Slot",
    "due",
    "is_frequent",
    "is_weekly",
    "next_slot",
    "parse_duration",
    "parse_quiet",
    "parse_schedule",
    "quiet_until",
    "slot_in_words",
    "slots",
    "zone",
]

#: `due` never gives more missed slots than this, the newest ones.
MOST_DUE = 400


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of a schedule. `name` is "2026-11-20T08:00 America/New_York", `at` the UTC instant."""

    name: str
    at: datetime


def slots(schedule: Schedule, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Slot]:
    """Yield the slots in (after, until], in order; none for an at-once schedule.

    One slot per calendar date and listed time. A time that a change of clocks (or a whole skipped
    day) leaves out is the first instant after the gap; a repeated one is its first occurrence. Slots
    that fall on one instant are one, under the first's name. Both limits are aware.
    """
    last = _aware(after)
    end = _aware(until)
    if schedule.at_once or last >= end:
        return
    previous = None
    # Two days back: a date line change can repeat a day, or move a day's slots past its end.
    for day in _days(schedule, last.astimezone(zone).date() - timedelta(days=2)):
        for at in schedule.times:
            local = datetime.combine(day, at)
            instant = _instant(local, zone)
            if instant > end:
                return
            if instant > last and instant != previous:
                yield Slot(f"{local.isoformat(timespec='minutes')} {zone.key}", instant)
            previous = instant


def due(schedule: Schedule, zone: ZoneInfo, last_at: datetime, now: datetime) -> tuple[Slot, ...]:
    """Return the slots missed since `last_at`, up to and including `now`, oldest first.

    After years of absence only the newest `MOST_DUE`, at the same small cost.
    """
    if schedule.at_once:
        return ()
    start = max(_aware(last_at), _aware(now) - _span(schedule))
    return tuple(deque(slots(schedule, zone, start, now), maxlen=MOST_DUE))


def next_slot(schedule: Schedule, zone: ZoneInfo, after: datetime) -> Slot:
    """Return the first slot after `after`. Raises ValueError for an at-once schedule: it has none."""
    found = next(slots(schedule, zone, after, after + timedelta(days=70)), None)
    if found is None:
        raise ValueError("an at-once schedule has no slots")
    return found


def is_weekly(schedule: Schedule) -> bool:
    """Say whether digests come on one day of the week, at whatever times. A monthly is no weekly: its last eight
    weeks would hold two digests."""
    return len(schedule.weekdays) == 1


def is_frequent(schedule: Schedule) -> bool:
    """Say whether digests come every day, or on so many days of the week that no more than two days in a row are without:
    on weekdays; on Monday, Wednesday and Friday."""
    if schedule.month_days:
        return False
    days = sorted(schedule.weekdays) or range(7)
    return all(
        (after - day - 1) % 7 < 3 for day, after in zip(days, [*days[1:], days[0]], strict=True)
    )


def quiet_until(quiet: tuple[time, time], zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the quiet hours around `now` end, or None outside of them. The start is quiet."""
    start, end = quiet
    here = _aware(now).astimezone(zone)
    wall = here.replace(tzinfo=None).time()
    over_midnight = end < start
    if over_midnight and wall >= start:
        return _instant(datetime.combine(here.date() + timedelta(days=1), end), zone)
    if wall < end and (over_midnight or wall >= start):
        # A repeated hour can put the end's first occurrence behind us: then quiet is over.
        until = _instant(datetime.combine(here.date(), end), zone)
        return until if until > now else None
    return None


def _days(schedule: Schedule, first: date) -> Iterator[date]:
    """Yield the schedule's dates from `first` on, to the end of the calendar."""
    if not schedule.month_days:
        for number in range(first.toordinal(), date.max.toordinal()):
            day = date.fromordinal(number)
            if day.weekday() in schedule.weekdays:
                yield day
        return
    for month in range(first.year * 12 + first.month - 1, date.max.year * 12):
        year, index = divmod(month, 12)
        length = monthrange(year, index + 1)[1]
        for number in sorted({min(day, length) for day in schedule.month_days}):
            yield date(year, index + 1, number)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first UTC instant at which the zone's wall clock shows `local` or later."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)  # fold=0: the first of two
    if _wall(instant, zone) == local:
        return instant
    # In a gap fold=0 lands behind it and fold=1 before it (PEP 495): the change lies between.
    early, late = local.replace(tzinfo=zone, fold=1).astimezone(UTC), instant
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if _wall(middle, zone) < local:
            early = middle
        else:
            late = middle
    return late


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _span(schedule: Schedule) -> timedelta:
    """Return a time that holds at least MOST_DUE slots, with some to spare for those that merge."""
    if schedule.month_days:
        return timedelta(days=31 * (MOST_DUE // len(schedule.times) + 3))
    return timedelta(weeks=MOST_DUE // (len(schedule.weekdays) * len(schedule.times)) + 3)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(
            "a schedule needs a time with its zone"
        )  # else the machine's would be taken
    return moment.astimezone(UTC)


def slot_in_words(name: str) -> str:
    """Return a regular slot's name for people: "Mon 23 Nov 08:00 Europe/Berlin"."""
    local, _, zone_name = name.partition(" ")
    at = datetime.fromisoformat(local)
    return f"{words.weekday(at)[:3]} {words.short_date(at)} {at:%H:%M} {zone_name}"
