"""When a round counts as late or stuck: what is patient is not dead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.pulse import INTERVALS, LONGEST_STEP, Beat, said
from paperdigest.service import EVERY

START = timedelta(hours=5)
MINUTE = timedelta(minutes=1)


def idle(every: timedelta = 5 * MINUTE, **given: object) -> Beat:
    return Beat("compose", every, START, **given)  # type: ignore[arg-type]  # fields of Beat


def test_a_round_is_late_after_three_intervals_and_not_before() -> None:
    beat = idle()
    assert not beat.is_stuck(START + INTERVALS * beat.every)
    assert beat.is_stuck(START + INTERVALS * beat.every + timedelta(seconds=1))


def test_a_short_interval_allows_for_a_busy_machine() -> None:
    beat = idle(timedelta(seconds=1))
    assert not beat.is_stuck(START + MINUTE)
    assert beat.is_stuck(START + 2 * MINUTE)


@pytest.mark.parametrize("name", EVERY)
def test_every_round_of_the_service_says_how_long_a_step_may_take(name: str) -> None:
    assert LONGEST_STEP[name] > INTERVALS * timedelta(minutes=1)


def test_a_round_at_work_may_wait_for_a_patient_mail_server() -> None:
    beat = Beat("deliver", timedelta(seconds=10), START, at_work=True)
    assert not beat.is_stuck(START + 11 * MINUTE)  # RFC 5321: ten minutes for the end of the data
    assert beat.is_stuck(START + 16 * MINUTE)


def test_what_stands_still_and_what_failed_are_said_and_nothing_else() -> None:
    late = START + timedelta(hours=3)
    assert said(idle(), START + MINUTE) == ""
    assert said(idle(error="StoreFull: no room"), START) == "compose: StoreFull: no room"
    assert said(idle(), late) == "compose: not begun for 3 h"
    assert said(idle(at_work=True), START + 31 * MINUTE) == (
        "compose: at work without getting further for 31 min"
    )


def test_a_round_at_work_is_slow_once_one_step_takes_longer_than_three_intervals() -> None:
    beat = Beat("compose", timedelta(seconds=30), START, at_work=True)
    assert not beat.is_slow(START + timedelta(seconds=90))
    assert beat.is_slow(START + timedelta(seconds=91))


def test_a_round_with_a_short_interval_is_not_slow_within_a_minute() -> None:
    beat = Beat("deliver", timedelta(seconds=10), START, at_work=True)
    assert not beat.is_slow(START + MINUTE)
    assert beat.is_slow(START + MINUTE + timedelta(seconds=1))


def test_a_round_that_is_not_at_work_is_never_slow() -> None:
    assert not idle().is_slow(START + timedelta(hours=3))


@given(st.timedeltas(timedelta(), timedelta(days=3)), st.booleans())
def test_whoever_has_just_moved_is_never_stuck(span: timedelta, at_work: bool) -> None:
    beat = Beat("ingest", timedelta(seconds=30), START + span, at_work=at_work)
    assert not beat.is_stuck(START + span)
