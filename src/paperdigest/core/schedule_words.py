"""What a schedule may say: "weekdays 08:00,17:00" to a `Schedule` and back to its one text.

Which instants it means is `core.schedule`'s, which also hands on what is here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import lru_cache

from paperdigest.core.duration import parse_clock
from paperdigest.core.errors import ScheduleError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {  # canonical name of a set of weekdays
    (0, 1, 2, 3, 4, 5, 6): "daily",
    (0, 1, 2, 3, 4): "weekdays",
    (5, 6): "weekends",
}
_GROUPS = {name: days for days, name in _NAMED.items()} | {
    "day": (0, 1, 2, 3, 4, 5, 6),
    "weekday": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
}
_HOURS = tuple(time(hour) for hour in range(24))
_USUAL = time(8)
_AT_ONCE = {"at once", "at-once", "once", "immediately", "instantly", "now"}
_EXAMPLES = 'write "daily 08:00", "weekdays 08:00", "mon,thu 07:30", "weekly mon 08:00", "monthly 1 08:00", "hourly" or "at once"'


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days and wall clock times; equal meanings are equal and have one text, `str(schedule)`.

    `weekdays` (0 is Monday) or `month_days` (1 to 31; past the month's end is its last day) say the
    days, `times` the times of each. All empty: at once.
    """

    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    times: tuple[time, ...] = ()

    @property
    def at_once(self) -> bool:
        """Say whether a digest goes out whenever something matches."""
        return not self.times

    def __str__(self) -> str:
        if self.at_once:
            return "at once"
        if self.times == _HOURS and len(self.weekdays) == 7:
            return "hourly"
        return f"{self._days()} {','.join(f'{at:%H:%M}' for at in self.times)}"

    def _days(self) -> str:
        if self.month_days:
            return "monthly " + ",".join(map(str, self.month_days))
        short = ",".join(_WEEKDAYS[day][:3] for day in self.weekdays)
        return _NAMED.get(self.weekdays) or (
            f"weekly {short}" if len(self.weekdays) == 1 else short
        )


@lru_cache(maxsize=4_096)  # asked for each reader at every beat
def parse_schedule(text: str) -> Schedule:
    """Return what "weekdays 08:00,17:00" and its like mean. Raises ScheduleError.

    A missing time is 08:00, missing days are every day. Weekdays are names in any case, never numbers.
    """
    wanted = " ".join(text.lower().split()).removeprefix("every ")
    if wanted in _AT_ONCE:
        return Schedule()
    _refuse_crontab(text, wanted)
    words = [word for word in re.split(r"[\s,;]+", wanted) if word not in ("", "at", "and", "on")]
    if not words:
        raise ScheduleError("the schedule is empty", _EXAMPLES)
    days = [word for word in words if ":" not in word]
    clock = [word for word in words if ":" in word]
    if days[:1] in (["hourly"], ["hour"]):
        return _hourly(words)
    times = tuple(sorted({parse_clock(word) for word in clock})) or (_USUAL,)
    if days[:1] in (["monthly"], ["month"]):
        schedule = Schedule(month_days=_month_days(days[1:]), times=times)
    else:
        schedule = Schedule(weekdays=_weekdays(days), times=times)
    if words not in (days + clock, clock + days):  # "mon 08:00, thu 17:00"
        raise ScheduleError(
            f'"{text}" has other times for other days', "all days of a schedule share its times"
        )
    return schedule


def _hourly(words: list[str]) -> Schedule:
    if words[1:]:
        raise ScheduleError('"hourly" takes nothing besides', 'write "hourly" or "daily 08:00"')
    return Schedule(weekdays=_GROUPS["daily"], times=_HOURS)


def _refuse_crontab(text: str, wanted: str) -> None:
    if "*" in wanted or re.fullmatch(r"[0-9/,-]+( [0-9a-z/,-]+){4,5}", wanted):
        raise ScheduleError(f'"{text}" looks like a crontab line, which is not taken', _EXAMPLES)


def _weekdays(words: list[str]) -> tuple[int, ...]:
    if words[:1] in (["weekly"], ["week"]):
        if not words[1:]:
            raise ScheduleError('"weekly" needs a weekday', 'write "weekly mon 08:00"')
        words = words[1:]
    found = {day for word in words for day in _weekdays_of(word)}
    if len(words) > 1 and {"daily", "day"} & set(words):
        raise ScheduleError(
            '"daily" is every day already', 'write "daily 08:00" or "mon,thu 08:00"'
        )
    return tuple(sorted(found)) or _GROUPS["daily"]


def _weekdays_of(word: str) -> tuple[int, ...]:
    if word in _GROUPS:
        return _GROUPS[word]
    start, dash, end = re.sub("[\u2010-\u2015]", "-", word).partition("-")
    first, last = _weekday(start), _weekday(end if dash else start)
    if first is None or last is None:
        raise ScheduleError(f'"{word}" is not a day', _day_hint(word))
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _weekday(word: str) -> int | None:
    """Return the weekday of "mon", "tues", "Thursdays" …; any three letters or more from the start."""
    if len(word) < 3:
        return None
    return next((day for day, name in enumerate(_WEEKDAYS) if f"{name}s".startswith(word)), None)


def _month_days(words: list[str]) -> tuple[int, ...]:
    if not words:
        raise ScheduleError('"monthly" needs a day of the month', 'write "monthly 1 08:00"')
    return tuple(sorted({_month_day(word) for word in words}))


def _month_day(word: str) -> int:
    if word == "last":
        return 31
    found = re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)?", word)
    if found is None or not 1 <= int(found[1]) <= 31:
        raise ScheduleError(
            f'"{word}" is not a day of the month', "days go from 1 to 31; 31 is the month's end"
        )
    return int(found[1])


def _day_hint(word: str) -> str:
    if word.isdigit():
        return 'weekdays go by name, "mon", and times have minutes, "08:00"'
    if word[:1].isdigit():
        try:
            parse_clock(word)
        except ScheduleError as error:
            return error.hint
    known = [
        *_GROUPS,
        *_WEEKDAYS,
        *(name[:3] for name in _WEEKDAYS),
        "hourly",
        "weekly",
        "monthly",
        "at once",
    ]
    close = [guess for guess in get_close_matches(word, known, n=4, cutoff=0.6) if guess != word]
    close.sort(key=lambda guess: guess[0] != word[0])  # "munday" is as near to sunday as to monday
    return f'did you mean "{close[0]}"?' if close else _EXAMPLES
