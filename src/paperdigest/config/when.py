"""The types of config values that are about time: schedules, durations, zones, days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from paperdigest.config.complaint import wrong, wrong_as
from paperdigest.config.written import plain, text
from paperdigest.core.duration import parse_clock, parse_duration, parse_quiet
from paperdigest.core.errors import ScheduleError
from paperdigest.core.schedule_words import parse_schedule
from paperdigest.core.timezone import zone

_OFF = ("off", "never", "none")
#: Papers wait up to 14 days, refusals are looked back at over as many, and bytes are kept for 30.
SHORTEST_KEPT = timedelta(days=60)


def _duration(value: object) -> timedelta:
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong("a duration needs its unit", f'write it like "{value} days"')
    try:
        return parse_duration(text(value))
    except ScheduleError as error:
        raise wrong_as(error) from None


def _span(value: object) -> timedelta:
    span = _duration(value)
    if span < timedelta(seconds=1):
        raise wrong("this duration is no time at all", 'write it like "7 days"')
    return span


def _span_or_off(value: object) -> timedelta | None:
    if value is None or value is False or value in _OFF:
        return None
    return _span(value)


def _kept(value: object) -> timedelta:
    span = _duration(value)
    if span < SHORTEST_KEPT:
        raise wrong(
            "what was sent is still needed for a while",
            f'write "{SHORTEST_KEPT.days} days" or more',
        )
    return span


def _schedule(value: object) -> str:
    """Return the schedule's one text, so that equal schedules are equal."""
    if isinstance(value, time):
        raise wrong("a time needs quotes", f'write "daily {value:%H:%M}"')
    try:
        return str(parse_schedule(text(value)))
    except ScheduleError as error:
        raise wrong_as(error) from None


def _source_schedule(value: object) -> str:
    schedule = _schedule(value)
    if schedule == "at once":
        raise wrong("a source cannot be read at once", 'write every = "10 minutes" instead')
    return schedule


def _zone(value: object) -> str:
    try:
        return zone(text(value)).key
    except ScheduleError as error:
        raise wrong_as(error) from None


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    try:
        return parse_clock(text(value))
    except ScheduleError as error:
        raise wrong_as(error) from None


def _quiet(value: object) -> str:
    try:
        start, end = parse_quiet(text(value))
    except ScheduleError as error:
        raise wrong_as(error) from None
    return f"{start:%H:%M}-{end:%H:%M}"


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(text(value).strip())
    except ValueError:
        raise wrong(f'"{value}" is not a date', "write it like 2026-12-24") from None


Span = Annotated[timedelta, plain(_span)]
Kept = Annotated[timedelta, plain(_kept)]
Lookback = Annotated[timedelta, plain(_duration)]
SpanOrOff = Annotated[timedelta | None, plain(_span_or_off, str | bool)]
ScheduleText = Annotated[str, plain(_schedule)]
SourceSchedule = Annotated[str, plain(_source_schedule)]
Zone = Annotated[str, plain(_zone)]
Clock = Annotated[time, plain(_clock)]
Quiet = Annotated[str, plain(_quiet)]
Day = Annotated[date, plain(_day)]
