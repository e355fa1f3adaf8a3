"""Whether the rounds of the service go on: a rule over when each last got further. Reads no clock.

A round between two beats is late after three intervals; one that is at work is stuck once a single step takes
longer than the longest that may be meant: a patient mail server or a large file is no death.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

#: So many intervals may pass between two beats.
INTERVALS: Final = 3
#: A machine that is busy may come late by so much, however short the interval.
_LEAST: Final = timedelta(minutes=1)
#: The longest that one step of a round may take. `deliver`: a mail server may think for 10 minutes about a message
#: (RFC 5321, section 4.5.3.2.6). `compose`: it may wait 10 minutes for a reading and read for 10 more.
LONGEST_STEP: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "ingest": timedelta(minutes=20),
        "compose": timedelta(minutes=30),
        "deliver": timedelta(minutes=15),
        "upkeep": timedelta(hours=1),
    }
)
_ANY_STEP: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of one round. Instants are on a clock that only goes on, from any beginning.

    `moved_at` is when it last began, finished something on its way, or ended; before its first beat, when the
    service began. `error` is why its last beat failed, "" for a good one; `good_at` when it last ended well.
    """

    name: str
    every: timedelta
    moved_at: timedelta
    at_work: bool = False
    error: str = ""
    good_at: timedelta | None = None

    @property
    def patience(self) -> timedelta:
        """Return how long it may stand still now."""
        if self.at_work:
            return LONGEST_STEP.get(self.name, _ANY_STEP)
        return self._between_beats

    @property
    def _between_beats(self) -> timedelta:
        return max(INTERVALS * self.every, _LEAST)

    def still_for(self, now: timedelta) -> timedelta:
        """Return for how long it has not moved."""
        return now - self.moved_at

    def is_slow(self, now: timedelta) -> bool:
        """Say whether it is at work and one step of it takes so long already that it is worth a word, though it may:
        longer than it may stand still between two beats."""
        return self.at_work and self.still_for(now) > self._between_beats

    def is_stuck(self, now: timedelta) -> bool:
        """Say whether it stands still for longer than it may."""
        return self.still_for(now) > self.patience


def said(beat: Beat, now: timedelta) -> str:
    """Return how a round stands, for people; "" for one that is well."""
    if beat.is_stuck(now):
        doing = "at work without getting further" if beat.at_work else "not begun"
        return f"{beat.name}: {doing} for {_minutes(beat.still_for(now))}"
    return f"{beat.name}: {beat.error}" if beat.error else ""


def _minutes(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
