"""When the clock is not to be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.clock import JUMP, Jump, Reading, Trust, behind, jump

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TICK = timedelta(seconds=10)


def read(wall: datetime, ticks: int) -> Reading:
    return Reading(wall, ticks * TICK)


def test_a_clock_that_goes_on_as_the_steady_one_does_not_jump() -> None:
    assert jump(read(NOON, 0), read(NOON + TICK, 1)) is None


def test_a_sleep_that_the_steady_clock_counts_is_no_jump() -> None:
    night = timedelta(hours=9)
    assert jump(Reading(NOON, timedelta()), Reading(NOON + night, night)) is None


def test_a_jump_tells_both_times() -> None:
    year = timedelta(days=365)
    found = jump(read(NOON, 0), read(NOON + TICK - year, 1))
    assert found == Jump(expected=NOON + TICK, shown=NOON + TICK - year)


@given(st.timedeltas(-JUMP, JUMP))
def test_a_correction_is_no_jump(by: timedelta) -> None:
    assert jump(read(NOON, 0), read(NOON + TICK + by, 1)) is None


def test_nothing_is_sent_until_a_second_look_agrees() -> None:
    later = NOON + timedelta(days=1)
    trust, held = Trust(read(NOON, 0)).look(read(later, 1))
    assert held == Jump(NOON + TICK, later)
    trust, held = trust.look(read(later + TICK, 2))
    assert (held, trust) == (None, Trust(read(later + TICK, 2)))


def test_two_looks_at_the_same_moment_are_one() -> None:
    later = NOON + timedelta(days=1)
    trust, _ = Trust(read(NOON, 0)).look(read(later, 1))
    assert trust.look(read(later, 1)) == (trust, Jump(NOON + TICK, later))


def test_a_clock_that_comes_back_is_believed_at_once() -> None:
    trust, _ = Trust(read(NOON, 0)).look(read(NOON + timedelta(days=1), 1))
    assert trust.look(read(NOON + 2 * TICK, 2)) == (Trust(read(NOON + 2 * TICK, 2)), None)


def test_a_clock_that_jumps_on_is_not_believed() -> None:
    trust = Trust(read(NOON, 0))
    for tick in range(1, 9):
        trust, held = trust.look(read(NOON + tick * timedelta(days=1), tick))
        assert held is not None


def test_the_first_look_is_believed() -> None:
    assert Trust().look(read(NOON, 5)) == (Trust(read(NOON, 5)), None)


def test_a_start_more_than_an_hour_before_what_is_stored_is_told() -> None:
    assert behind(NOON, NOON - timedelta(minutes=59)) is None
    assert behind(NOON, NOON - timedelta(minutes=61)) == Jump(NOON, NOON - timedelta(minutes=61))


def test_absence_is_no_jump() -> None:
    assert behind(NOON, NOON + timedelta(days=900)) is None
    assert behind(None, NOON) is None
