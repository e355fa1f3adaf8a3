"""Whether there is room on the disk for what a round writes: a rule over two numbers. Reads no disk itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MEGABYTE: Final = 1_000_000
#: Below this nothing new is read or composed. Above: twice the database's log, which grows and is written back.
LEAST: Final = 50 * MEGABYTE
#: Below this nothing is sent either: what becomes of a message could perhaps not be written down.
LAST: Final = 8 * MEGABYTE
#: It is over only with so much more: room comes and goes by itself as the log grows and shrinks.
_MARGIN: Final = 1.25


class Room(StrEnum):
    """How much room there is. `low`: what is in the outbox goes out, nothing new is read or composed; `none`:
    nothing is sent either. `tight`: enough, and not enough more to say that it was low and is so no longer."""

    ENOUGH = "enough"
    TIGHT = "tight"
    LOW = "low"
    NONE = "none"


def needed(log: int) -> int:
    """Return how many bytes must be free, by the size of the database's write-ahead log in bytes."""
    return max(LEAST, 2 * log)


def room(free: int, log: int) -> Room:
    """Return how much room `free` bytes are."""
    if free < LAST:
        return Room.NONE
    if free < needed(log):
        return Room.LOW
    return Room.TIGHT if free < needed(log) * _MARGIN else Room.ENOUGH
