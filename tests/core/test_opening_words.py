"""What a digest says of the time that it stands for after an absence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from paperdigest.core.opening_words import caught_up, waited


def at(day: int, hour: int = 8, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def every(days: int, times: int, *, last: datetime) -> list[datetime]:
    return [last - timedelta(days=days * back) for back in reversed(range(times))]


def test_what_goes_out_on_its_day_says_how_many_digests_it_is() -> None:
    weekly = every(7, 4, last=at(14))
    daily = every(1, 24, last=at(17))

    assert caught_up(weekly, at(16, month=11), at(14, 9)) == (
        "Here is everything since Mon 16 Nov: 4 digests in one."
    )
    assert caught_up(daily, at(23, month=11), at(17)) == (
        "Here is everything since Mon 23 Nov: 24 digests in one."
    )


def test_what_goes_out_after_its_day_is_late_and_holds_what_came_until_now() -> None:
    weekly = every(7, 3, last=at(14))

    assert caught_up(weekly, at(23, month=11), at(17)) == (
        "Late: it was due on Mon 14 Dec. Here is everything since Mon 23 Nov."
    )


def test_several_slots_of_one_day_are_told_with_the_hour() -> None:
    hourly = [at(14, 9), at(14, 10), at(14, 11)]

    assert caught_up(hourly, at(14, 8), at(14, 11)) == (
        "Here is everything since 08:00: 3 digests in one."
    )


def test_papers_that_waited_are_told_why() -> None:
    assert waited(1) == "1 paper had no room in an earlier digest and waited."
    assert waited(1_200) == "1,200 papers had no room in an earlier digest and waited."
