"""A source is read at the beat next to its time: timers are never exact, and to wait for one more beat is to be late."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from house import CONFIG, House
from paperdigest.rounds import AppRounds
from paperdigest.service import EVERY
from paperdigest.wiring import EARLY

LATE = "A paper map that came just after the look"


def test_early_enough_is_half_a_beat() -> None:
    assert EVERY["ingest"] / 2 == EARLY


@pytest.mark.parametrize(
    ("after", "read"), [(30, False), (44, False), (45, True), (59, True), (60, True)]
)
def test_an_inbox_is_read_at_the_beat_next_to_its_minute(
    house: House, *, after: float, read: bool
) -> None:
    with closing(AppRounds(house.app)) as rounds:
        rounds.ingest(house.now)
        waits = house.drop("late.jsonl", LATE)
        house.wait(seconds=after)
        assert rounds.ingest(house.now) is read
    assert waits.exists() is not read


def test_a_longer_time_is_as_little_early(house: House) -> None:
    house.write("paperdigest.toml", CONFIG + 'every = "2 hours"\n')
    with closing(AppRounds(house.app)) as rounds:
        rounds.ingest(house.now)
        house.drop("late.jsonl", LATE)
        house.wait(hours=2, seconds=-16)
        assert not rounds.ingest(house.now)
        house.wait(seconds=1)
        assert rounds.ingest(house.now)


@pytest.mark.parametrize("off", [(0, 0), (0, -1), (-1, -1), (1, -0.7), (0.3, 1)])
def test_beats_that_are_off_by_a_second_bring_a_file_within_a_minute(
    house: House, off: tuple[float, ...]
) -> None:
    began = house.now
    with closing(AppRounds(house.app)) as rounds:
        rounds.ingest(began)
        waits = house.drop("late.jsonl", LATE)
        for number, seconds in enumerate(off, 1):
            house.now = began + number * EVERY["ingest"] + timedelta(seconds=seconds)
            rounds.ingest(house.now)
    assert not waits.exists()
