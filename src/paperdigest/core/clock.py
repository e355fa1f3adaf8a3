"""Whether the clock can be believed: it jumps when it disagrees with a steady one, or stands before what was
already written. Absence is no jump: a steady clock goes on while the machine sleeps. Reads no clock itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: Less than this is a correction, not a jump.
JUMP: Final = timedelta(hours=1)
#: So much later a second look may say that the first was right.
APART: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Reading:
    """Two clocks read together: the wall clock (aware), and one that only ever goes on, from any beginning."""

    wall: datetime
    steady: timedelta


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock shows `shown` where `expected` was to be expected."""

    expected: datetime
    shown: datetime


def jump(before: Reading, now: Reading) -> Jump | None:
    """Return by what the clock jumped between two readings; None: it did not."""
    expected = before.wall + (now.steady - before.steady)
    return None if abs(now.wall - expected) <= JUMP else Jump(expected, now.wall)


def behind(newest: datetime | None, now: datetime) -> Jump | None:
    """Return that the clock stands before the newest time that is stored; None: it does not."""
    return None if newest is None or newest - now <= JUMP else Jump(newest, now)


@dataclass(frozen=True, slots=True)
class Trust:
    """What one process has seen of its clock. A jump is believed once a second look, seconds later, agrees.

    `believed` is the last reading that was; `doubted` the first one after a jump that is not believed yet.
    """

    believed: Reading | None = None
    doubted: Reading | None = None

    def look(self, now: Reading) -> tuple[Trust, Jump | None]:
        """Return what is known after one more look, and the jump because of which nothing should be sent
        now; None: the clock can be believed."""
        found = self.jump_to(now)
        if found is None:
            return Trust(now), None
        if self.doubted is None or jump(self.doubted, now) is not None:
            return Trust(self.believed, now), found
        if now.steady - self.doubted.steady >= APART:
            return Trust(now), None
        return self, found

    def jump_to(self, now: Reading) -> Jump | None:
        """Return the jump since the clock was last believed; None: there was none."""
        return None if self.believed is None else jump(self.believed, now)
