"""A condition that lasts is told once, again each day while it lasts, and once when it is over. Owns when that
is due and how it is remembered; which conditions there are, and their words, is for others to say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

#: What was told just before midnight is not told again just after it.
APART: Final = timedelta(hours=6)
#: What comes and goes is told at most so often a day; then it counts as lasting until the next day.
MOST_A_DAY: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """When a condition was last told (aware UTC), the how manieth time on that local day, and what was said,
    kept for the word that it is over. `over`: that word was said too."""

    at: datetime
    said: str
    times: int = 1
    over: bool = False

    def to_text(self) -> str:
        """Return it as it is remembered."""
        at = self.at.astimezone(UTC).isoformat()
        return json.dumps([at, self.times, self.over, self.said], ensure_ascii=False)


def from_text(text: str) -> Told | None:
    """Return what was remembered; None for what means nothing: then it counts as never told."""
    try:
        at, times, over, said = json.loads(text)
        return Told(datetime.fromisoformat(at).astimezone(UTC), str(said), int(times), bool(over))
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class News:
    """Names of what is to be told now: `begun` lasts and is told for the first time, or again; `over` lasts no
    longer. `past` was over on an earlier day and need not be remembered."""

    begun: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    past: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.begun or self.over or self.past)


def news(
    lasting: Collection[str],
    unsure: Collection[str],
    told: Mapping[str, Told],
    now: datetime,
    zone: tzinfo,
) -> News:
    """Return what is to be told now. `unsure` are names of which nothing is told: they neither last nor are over.

    Days are those of `zone`.
    """
    begun = [name for name in lasting if _is_due(told.get(name), now, zone)]
    ended = [name for name, one in told.items() if name not in lasting and not one.over]
    over = [name for name in ended if name not in unsure and not _flutters(told[name], now, zone)]
    past = [name for name, one in told.items() if one.over and not _same_day(one.at, now, zone)]
    return News(tuple(begun), tuple(over), tuple(name for name in past if name not in lasting))


def is_news(at: datetime, told: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Say whether what happened at a time, and may or may not happen again, counts as lasting: until somebody is told,
    and anew when it happens again on a later day than that. All times are aware; days are those of `zone`."""
    if told is None or told > now:  # the clock was set back meanwhile
        return True
    return at > told and not _same_day(at, told, zone)


def told_now(before: Told | None, said: str, now: datetime, zone: tzinfo) -> Told:
    """Return what is remembered of a condition that is told now."""
    today = before is not None and _same_day(before.at, now, zone)
    return Told(now, said, before.times + 1 if before is not None and today else 1)


def _is_due(told: Told | None, now: datetime, zone: tzinfo) -> bool:
    if told is None or told.over:
        return True
    # Told in the future: the clock was set back meanwhile.
    lately = timedelta() <= now - told.at < APART
    return not lately and not _same_day(told.at, now, zone)


def _flutters(told: Told, now: datetime, zone: tzinfo) -> bool:
    return told.times >= MOST_A_DAY and _same_day(told.at, now, zone)


def _same_day(one: datetime, other: datetime, zone: tzinfo) -> bool:
    return one.astimezone(zone).date() == other.astimezone(zone).date()
