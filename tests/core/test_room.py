"""How much room on the disk is enough."""

from __future__ import annotations

import pytest

from paperdigest.core.room import MEGABYTE, Room, needed, room


@pytest.mark.parametrize(
    ("free", "log", "it_is"),
    [
        (7.9, 0, Room.NONE),
        (8, 0, Room.LOW),
        (49.9, 0, Room.LOW),
        (50, 0, Room.TIGHT),
        (62.5, 0, Room.ENOUGH),
        (199, 100, Room.LOW),
        (200, 100, Room.TIGHT),
        (250, 100, Room.ENOUGH),
    ],
)
def test_room_by_megabytes_free_and_in_the_log(free: float, log: float, it_is: Room) -> None:
    assert room(int(free * MEGABYTE), int(log * MEGABYTE)) is it_is


def test_twice_the_log_is_needed_but_never_less_than_50_megabytes() -> None:
    assert needed(0) == needed(25 * MEGABYTE) == 50 * MEGABYTE
    assert needed(26 * MEGABYTE) == 52 * MEGABYTE
