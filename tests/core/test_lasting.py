"""When a condition that lasts is told: once, again each day, and once when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.lasting import MOST_A_DAY, News, Told, from_text, is_news, news, told_now

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(now: datetime, told: Told | None, *, lasts: bool, unsure: bool = False) -> News:
    """Return the news of one condition."""
    names = ["feed"] if lasts else []
    return news(names, ["feed"] if unsure else [], {"feed": told} if told else {}, now, BERLIN)


def test_it_is_told_at_once() -> None:
    assert at(NOON, None, lasts=True) == News(begun=("feed",))


def test_it_is_not_told_again_on_the_same_day() -> None:
    assert not at(NOON + 11 * HOUR, Told(NOON, "bad"), lasts=True)


def test_it_is_told_again_on_the_next_local_day() -> None:
    midnight_in_berlin = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert not at(midnight_in_berlin - HOUR, Told(NOON, "bad"), lasts=True)
    assert at(midnight_in_berlin, Told(NOON, "bad"), lasts=True).begun == ("feed",)


def test_what_was_told_just_before_midnight_is_not_told_just_after_it() -> None:
    late = datetime(2026, 11, 20, 22, 50, tzinfo=UTC)
    assert not at(late + HOUR, Told(late, "bad"), lasts=True)
    assert at(late + 6 * HOUR, Told(late, "bad"), lasts=True)


def test_it_is_told_when_it_is_over() -> None:
    assert at(NOON + HOUR, Told(NOON, "bad"), lasts=False) == News(over=("feed",))


def test_that_it_is_over_is_told_once() -> None:
    assert not at(NOON + HOUR, Told(NOON, "bad", over=True), lasts=False)


def test_what_is_neither_lasting_nor_over_is_not_told_of() -> None:
    assert not at(NOON + DAY, Told(NOON, "bad"), lasts=False, unsure=True)


def test_what_comes_back_is_told_anew() -> None:
    assert at(NOON + HOUR, Told(NOON, "bad", over=True), lasts=True).begun == ("feed",)


def test_what_was_over_on_an_earlier_day_is_forgotten() -> None:
    assert at(NOON + DAY, Told(NOON, "bad", over=True), lasts=False) == News(past=("feed",))


def test_a_clock_that_was_set_back_does_not_silence_it() -> None:
    assert at(NOON, Told(NOON + 400 * DAY, "bad"), lasts=True).begun == ("feed",)


@pytest.mark.parametrize(
    ("happened", "told", "news"),
    [
        (NOON, None, True),
        (NOON, NOON, False),
        (NOON, NOON + DAY, False),  # found before a kill, and told after it
        (NOON + HOUR, NOON, False),  # again on the same day
        (NOON + DAY, NOON, True),
        (NOON, NOON + 400 * DAY, True),  # the clock was set back
    ],
)
def test_what_may_happen_again_is_news_once_and_on_a_later_day(
    happened: datetime, told: datetime | None, news: bool
) -> None:
    assert is_news(happened, told, NOON + 3 * DAY, BERLIN) is news


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 30))
def test_what_flutters_all_day_is_told_a_few_times_only(lasts: list[bool], minutes: int) -> None:
    told: Told | None = None
    begun = over = 0
    for step, it_lasts in enumerate(lasts):
        now = NOON - 10 * HOUR + step * timedelta(minutes=minutes) / 3
        found = at(now, told, lasts=it_lasts)
        if found.begun:
            begun, told = begun + 1, told_now(told, "bad", now, BERLIN)
        if found.over and told is not None:
            over, told = over + 1, Told(told.at, told.said, told.times, over=True)
    assert over <= begun <= MOST_A_DAY
    assert over < MOST_A_DAY


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(1, 2000))
def test_words_alternate_and_the_last_one_is_true_a_day_later(
    lasts: list[bool], minutes: int
) -> None:
    told: Told | None = None
    now = NOON
    for it_lasts in [*lasts, lasts[-1], lasts[-1]]:
        found = at(now, told, lasts=it_lasts)
        assert not (found.begun and found.over)
        if found.begun:
            told = told_now(told, "bad", now, BERLIN)
        if found.over:
            assert told is not None
            told = Told(told.at, told.said, told.times, over=True)
        if found.past:
            told = None
        now += timedelta(minutes=minutes)
    now += DAY
    if at(now, told, lasts=lasts[-1]).over and told is not None:
        told = Told(told.at, told.said, told.times, over=True)
    assert (told is not None and not told.over) == lasts[-1]


@given(st.text(), st.integers(1, 9), st.booleans())
def test_what_is_remembered_is_read_back(said: str, times: int, over: bool) -> None:
    told = Told(NOON, said, times, over)
    assert from_text(told.to_text()) == told


def test_what_cannot_be_read_counts_as_never_told() -> None:
    assert [from_text(text) for text in ("", "2026-11-20", "[1]", '["x", 1, false, ""]')] == [
        None
    ] * 4
