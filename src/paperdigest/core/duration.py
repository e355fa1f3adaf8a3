"""Spans of time as people write them: "7 days", "90 minutes", "22:00-07:00", "08:00".

Pure words to values; which days a schedule takes is `core.schedule`'s.
"""

from __future__ import annotations

import re
from datetime import time, timedelta

from paperdigest.core.errors import ScheduleError

_LONGEST = timedelta(days=36_525)  # a century: keeps every "now minus duration" a real date
_SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "s": "s sec secs second seconds",
        "min": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "w": "w wk wks week weeks",
    }.items()
    for spelling in spellings.split()
}
_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)")
_WHOLE = re.compile(rf"{_PIECE.pattern}(?:(?:\s|,|\band\b)*{_PIECE.pattern})*")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_HALF_DAY = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*([ap])\.?m\.?")
_RANGE = re.compile(r"\s*(?:[-\u2010-\u2015]|\bto\b|\buntil\b)\s*")
_EXAMPLE = 'write it like "7 days", "12h" or "90 minutes"'


def parse_duration(text: str) -> timedelta:
    """Return the span that "7 days", "7d", "1 hour 30 minutes" or "30 s" names, zero included.

    Raises ScheduleError for anything else, months and years too: their length is not fixed.
    """
    wanted = text.strip().lower()
    if not _WHOLE.fullmatch(wanted):
        raise ScheduleError(f'"{text}" is not a duration', _duration_hint(wanted))
    seconds = 0.0
    for number, spelling in _PIECE.findall(wanted):
        unit = _UNITS.get(spelling)
        if unit is None:
            raise ScheduleError(f'"{spelling}" is not a unit of time', _unit_hint(spelling))
        seconds += float(number) * _SECONDS[unit]
    if seconds > _LONGEST.total_seconds():
        raise ScheduleError(f'"{text}" is too long', "the longest duration is 36525 days")
    return timedelta(seconds=seconds)


def parse_clock(text: str) -> time:
    """Return the wall clock time that "08:00" or "8:00" names. Raises ScheduleError."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ScheduleError(f'"{text}" is not a time', _clock_hint(text))
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        hint = (
            'midnight is "00:00"' if (hour, minute) == (24, 0) else "times go from 00:00 to 23:59"
        )
        raise ScheduleError(f'"{text}" is not a time', hint)
    return time(hour, minute)


def parse_quiet(text: str) -> tuple[time, time]:
    """Return start and end of "22:00-07:00"; an end before the start is on the next day.

    Raises ScheduleError, also when both are the same.
    """
    sides = _RANGE.split(text.strip().lower())
    if len(sides) != 2:
        raise ScheduleError(f'"{text}" is not a span of the day', 'write it like "22:00-07:00"')
    start, end = parse_clock(sides[0]), parse_clock(sides[1])
    if start == end:
        raise ScheduleError(
            f'"{text}" starts and ends at the same time', 'write it like "22:00-07:00"'
        )
    return start, end


def _duration_hint(wanted: str) -> str:
    if re.fullmatch(r"[0-9]+", wanted):
        return f'a number needs its unit, like "{wanted} days"'
    return _EXAMPLE


def _unit_hint(spelling: str) -> str:
    if spelling.startswith(("mo", "y")):
        return f'{"months" if spelling.startswith("mo") else "years"} differ in length, write days: "30 days"'
    return _EXAMPLE


def _clock_hint(text: str) -> str:
    bare = text.strip().lower()
    half = _HALF_DAY.fullmatch(bare)
    if half is not None and 1 <= int(half[1]) <= 12:
        hour = int(half[1]) % 12 + (12 if half[3] == "p" else 0)
        return f'write "{hour:02}:{half[2] or "00"}"'
    if re.fullmatch(r"[0-9]{1,2}", bare) and int(bare) < 24:
        return f'write "{int(bare):02}:00"'
    return 'write it like "08:00"'
