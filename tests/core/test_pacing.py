"""How fast a way may be used: never too many in any span, never waiting longer than it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.pacing import (
    Limit,
    Pace,
    Used,
    count,
    from_text,
    moved,
    opens_at,
    room,
    set_right,
    to_text,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

limits = st.builds(
    Limit,
    st.integers(1, 8),
    st.sampled_from([timedelta(microseconds=7), timedelta(seconds=1), MINUTE, timedelta(hours=24)]),
)
paces = st.builds(Pace, st.lists(limits, min_size=1, max_size=3).map(tuple))
#: Steps of time as parts of the longest span, so that they land near the edges of the window.
steps = st.lists(st.floats(0, 1.3), max_size=60)


def sent_times(pace: Pace, fractions: list[float]) -> list[datetime]:
    """Return when messages went, where one is tried after each step and goes if there is room."""
    longest = max(limit.span for limit in pace.limits)
    now, used, times = NOW, NOTHING, []
    for fraction in fractions:
        now += longest * fraction
        if room(pace, used, now):
            used = from_text(to_text(count(pace, used, 1, now)))
            times.append(now)
    return times


NOTHING: Used = {}


@given(paces, steps)
def test_no_span_ever_holds_more_than_its_limit(pace: Pace, fractions: list[float]) -> None:
    times = sent_times(pace, fractions)
    for limit in pace.limits:
        for last in times:
            in_span = [at for at in times if last - limit.span < at <= last]
            assert len(in_span) <= limit.most


@given(paces, steps)
def test_when_it_opens_there_is_room_and_just_before_there_was_none(
    pace: Pace, fractions: list[float]
) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = NOW, NOTHING
    for fraction in fractions:
        now += longest * fraction
        opens = opens_at(pace, used, now)
        assert (opens > now) == (room(pace, used, now) == 0)
        assert room(pace, used, opens) > 0
        if opens > now:
            assert room(pace, used, opens - timedelta(microseconds=1)) == 0
        else:
            used = count(pace, used, 1, now)


@given(paces, steps)
def test_nobody_waits_longer_than_the_span_and_a_24th(pace: Pace, fractions: list[float]) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = NOW, NOTHING
    for fraction in fractions:
        now += longest * fraction
        free = room(pace, used, now)
        if free:
            used = count(pace, used, free, now)
        assert opens_at(pace, used, now) - now <= longest * 25 / 24 + timedelta(microseconds=1)


def used_up(pace: Pace, fractions: list[float]) -> tuple[datetime, Used]:
    """Take all there is room for at each of these steps, which are parts of the longest span."""
    longest = max(limit.span for limit in pace.limits)
    now, used = NOW, NOTHING
    for fraction in fractions:
        now += longest * fraction
        used = count(pace, used, room(pace, used, now), now)
    return now, used


@given(paces, steps, st.floats(0, 3))
def test_a_clock_set_back_delays_by_no_more_than_that_either(
    pace: Pace, fractions: list[float], back: float
) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = used_up(pace, fractions)
    earlier = now - longest * back
    assert opens_at(pace, used, earlier) - earlier <= longest * 25 / 24 + timedelta(microseconds=1)


@given(paces, steps, st.floats(0, 1000))
def test_a_clock_set_back_is_waited_out_but_once(
    pace: Pace, fractions: list[float], back: float
) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = used_up(pace, fractions)
    earlier = now - longest * back
    found = set_right(pace, used, earlier)
    assert room(pace, found, opens_at(pace, found, earlier)) > 0


@given(paces, steps)
def test_where_the_clock_was_not_set_back_nothing_is_to_be_set_right(
    pace: Pace, fractions: list[float]
) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = NOW, NOTHING
    for fraction in fractions:
        now += longest * fraction
        used = count(pace, used, room(pace, used, now), now)
    assert set_right(pace, used, now + longest / 2) is used


@given(paces, steps)
def test_what_is_remembered_stays_small(pace: Pace, fractions: list[float]) -> None:
    longest = max(limit.span for limit in pace.limits)
    now, used = NOW, NOTHING
    for fraction in fractions:
        now += longest * fraction
        used = count(pace, used, 1, now)
    assert all(len(pieces) <= 26 for pieces in used.values())


def test_so_many_may_go_at_once_and_the_next_a_minute_later() -> None:
    pace = Pace((Limit(60, MINUTE),))
    used = count(pace, {}, 60, NOW)
    assert room(pace, used, NOW) == 0
    wait = opens_at(pace, used, NOW) - NOW
    assert MINUTE <= wait <= MINUTE + timedelta(seconds=2.5)
    assert room(pace, used, NOW + wait) == 60


def test_the_stricter_of_two_limits_holds() -> None:
    pace = Pace((Limit(60, MINUTE), Limit(100, timedelta(days=1))))
    used = count(pace, {}, 60, NOW)
    later = NOW + timedelta(minutes=5)
    assert room(pace, used, later) == 40
    used = count(pace, used, 40, later)
    wait = opens_at(pace, used, later) - later
    assert timedelta(hours=23) < wait <= timedelta(hours=25)


def test_a_message_that_went_later_than_it_was_taken_counts_from_then() -> None:
    pace = Pace((Limit(1, timedelta(seconds=1)),), each_target=True)
    later = NOW + timedelta(seconds=20)
    used = moved(pace, count(pace, {}, 1, NOW), NOW, later)
    assert room(pace, used, later + timedelta(seconds=0.99)) == 0
    assert room(pace, used, later + timedelta(seconds=1.05)) == 1


@pytest.mark.parametrize(("each", "way"), [(True, "slack:#papers"), (False, "slack")])
def test_a_pace_is_for_the_channel_or_for_each_target(each: bool, way: str) -> None:
    assert Pace((), each_target=each).way("slack:#papers") == way


def test_without_a_limit_there_is_always_room() -> None:
    assert room(Pace(()), {}, NOW) > 1_000_000
    assert opens_at(Pace(()), {}, NOW) == NOW


def test_nothing_written_is_nothing_used() -> None:
    assert from_text("") == {}
