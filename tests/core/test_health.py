"""A quiet day is told from a feed that has gone stale."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from paperdigest.core.health import Condition, Habits, condition

MONDAY = date(2026, 11, 23)
DAYS = timedelta(days=1)
FIRST = MONDAY - 70 * DAYS


def every(days: str, count: int = 200) -> dict[date, int]:
    """Return ten weeks of a source that brings `count` papers on these days of the week (0 is Monday)."""
    past = (FIRST + ahead * DAYS for ahead in range(70))
    return {day: count for day in past if str(day.weekday()) in days}


def at(day: int, hour: int = 9) -> datetime:
    """Return a time on a day after Monday the 23rd (0)."""
    return datetime(2026, 11, 23, hour, tzinfo=UTC) + day * DAYS


def habits(
    days: str = "01234", count: int = 200, quiet_after: int | None = 4, **more: object
) -> Habits:
    after = None if quiet_after is None else quiet_after * DAYS
    return Habits(every(days, count), FIRST, quiet_after=after, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "usual"), [(0, 200.0), (4, 200.0), (5, 0.0), (6, 0.0)])
def test_a_day_usually_brings_the_median_of_such_days(day: int, usual: float) -> None:
    assert habits().usual(MONDAY + day * DAYS) == usual


def test_one_day_of_very_many_does_not_move_what_is_usual() -> None:
    past = every("0", 10)
    past[max(past)] = 5_000
    assert Habits(past, FIRST).usual(MONDAY) == 10


def test_of_a_young_source_nothing_is_usual_yet() -> None:
    assert Habits(every("0"), MONDAY - 20 * DAYS).usual(MONDAY) is None
    assert Habits({}, None).usual(MONDAY) is None


@pytest.mark.parametrize(
    ("news", "now", "stale"),
    [
        (at(0), at(1), False),  # nothing on Tuesday, yet
        (at(0), at(2), False),  # one full day without
        (at(0), at(3), True),  # Tuesday and Wednesday without
        (at(4), at(7), False),  # a weekend brings nothing
        (at(4), at(8), False),  # Monday brought nothing
        (at(4), at(9), True),
    ],
)
def test_days_without_papers_that_usually_bring_some_are_too_many_at_two(
    news: datetime, now: datetime, stale: bool
) -> None:
    assert habits().is_stale(news, now) is stale


def test_a_source_that_brings_little_may_be_silent_for_as_long_as_its_option_says() -> None:
    few = habits(count=1)
    assert not few.is_stale(at(0), at(3))
    assert not few.is_stale(at(0), at(4))
    assert few.is_stale(at(0), at(4, 10))


def test_days_of_which_the_source_says_that_nothing_comes_do_not_count() -> None:
    weekend = Habits({}, MONDAY, quiet_days={5, 6}, quiet_after=4 * DAYS)
    assert not weekend.is_stale(at(3), at(9))
    assert weekend.is_stale(at(3), at(9, 10))
    assert weekend.usual(MONDAY + 5 * DAYS) == 0


def test_without_the_option_no_silence_is_too_long() -> None:
    assert not habits(quiet_after=None).is_stale(at(0), at(400))


@pytest.mark.parametrize(
    ("failing", "success", "news", "found"),
    [
        (None, None, None, Condition.UNREAD),
        (at(1), at(0), at(0), Condition.FAILED),
        (at(1), None, None, Condition.FAILED),
        (None, at(0), at(0), Condition.OK),
        (None, at(1), at(0), Condition.QUIET),
        (None, at(3), at(0), Condition.STALE),
        (None, at(3), None, Condition.STALE),  # it never brought anything
    ],
)
def test_the_conditions_of_a_source(
    failing: datetime | None, success: datetime | None, news: datetime | None, found: Condition
) -> None:
    now = max(one for one in (failing, success, news, at(0)) if one is not None)
    said = condition(
        habits(),
        now,
        failing_since=failing,
        first_read_at=None if success is None else at(0),
        last_success_at=success,
        last_new_at=news,
    )
    assert said is found
