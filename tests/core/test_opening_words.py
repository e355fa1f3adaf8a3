"""What a digest says of the time that it stands for after an absence."""

from __future__ import annotations

from datetime import date, timedelta

from paperdigest.core.opening_words import covers, waited


def every(days: int, times: int, *, first: date = date(2026, 11, 30)) -> list[date]:
    return [first + timedelta(days=days * at) for at in range(times)]


def test_days_are_named_and_many_are_counted() -> None:
    days = every(1, 11, first=date(2026, 11, 10))

    assert covers(days[:2], date(2026, 11, 9)) == "Covers Tue 10 Nov and Wed 11 Nov"
    assert covers(days, date(2026, 11, 9)) == "Covers 11 dates, Tue 10 Nov to Fri 20 Nov"


def test_several_slots_of_a_day_are_one_day() -> None:
    monday, tuesday = every(1, 2)

    assert covers([monday, monday, tuesday], monday) == "Covers Mon 30 Nov and Tue 1 Dec"


def test_slots_of_a_single_day_are_that_day() -> None:
    assert covers([date(2026, 11, 30)] * 2, date(2026, 11, 29)) == "Covers Mon 30 Nov"


def test_weeks_are_no_days() -> None:
    """Slots a week apart are the ends of what is covered, and not all of it."""
    slots = every(7, 4)

    assert covers(slots, date(2026, 11, 23)) == "Covers 4 weeks, up to Mon 21 Dec"


def test_what_is_no_number_of_whole_weeks_is_told_in_days() -> None:
    """A monthly; a weekly whose last digest came on another day."""
    months = [date(2026, 10, 1), date(2026, 11, 1)]

    assert covers(months, date(2026, 9, 1)) == "Covers 61 days, up to Sun 1 Nov"
    assert covers(every(7, 2), date(2026, 11, 27)) == "Covers 10 days, up to Mon 7 Dec"


def test_papers_that_waited_are_told_why() -> None:
    assert waited(1) == "1 paper had no room in an earlier digest and waited."
    assert waited(1_200) == "1,200 papers had no room in an earlier digest and waited."
