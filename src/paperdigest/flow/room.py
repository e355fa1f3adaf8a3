"""What the operator is told of the room on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paperdigest.core import notices, room, schedule
from paperdigest.core.errors import StoreFull
from paperdigest.core.room import Room
from paperdigest.flow.lasting import Watched


@dataclass(frozen=True, slots=True)
class Disk:
    """How much is free where the database is, and how large its write-ahead log is. Sizes in bytes."""

    folder: str
    free: int
    log: int

    @property
    def room(self) -> Room:
        """Return how much room that is."""
        return room.room(self.free, self.log)

    @property
    def needed(self) -> int:
        """Return how many bytes must be free."""
        return room.needed(self.log)

    @property
    def is_low(self) -> bool:
        """Say whether there is too little room for anything new."""
        return self.room in (Room.LOW, Room.NONE)

    def __str__(self) -> str:
        return notices.disk_low_line(self.folder, self.free, self.needed)


def must_hold_more(disk: Disk) -> None:
    """Raise StoreFull where there is no room for what is read or composed anew."""
    if disk.is_low:
        raise StoreFull(f"{disk} · nothing new was read or composed, make room")


def must_hold_what_is_sent(disk: Disk) -> None:
    """Raise StoreFull where it is in doubt whether what becomes of a message could still be written down."""
    if disk.room is Room.NONE:
        said = notices.disk_low_line(disk.folder, disk.free, room.LAST)  # what is sent needs less
        raise StoreFull(f"{said} · nothing was sent, make room")


def disk_low(disk: Disk, now: datetime, timezone: str) -> Watched:
    """Return whether the disk is nearly full."""
    local = now.astimezone(schedule.zone(timezone))
    return Watched(
        "disk",
        {disk.folder: ""} if disk.is_low else {},
        begun=lambda names: [
            notices.disk_low(name, disk.free, disk.needed, local) for name in names
        ],
        over=lambda told: [
            notices.room_again(name, disk.free, local) for name in told if name == disk.folder
        ],
        unsure=[disk.folder] if disk.room is Room.TIGHT else [],
    )
