"""Counts by day and by week in words: short, complete, and as wide as a mail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import AT, digest
from paperdigest.core.columns import columns
from paperdigest.core.digest import DayCount, TopicWeeks
from paperdigest.core.tally_words import (
    day_chart,
    day_name,
    per_day_line,
    week_line,
    week_lines,
    week_table,
)

MONDAY = date(2026, 11, 16)


def days(*papers: int, first: date = MONDAY) -> tuple[DayCount, ...]:
    return tuple(DayCount(first + timedelta(days=at), some) for at, some in enumerate(papers))


def flat(line: str) -> str:
    return line.replace("\u00a0", " ")


def test_days_are_named_with_their_papers() -> None:
    line = per_day_line(days(3, 0, 5, 1_200))

    assert flat(line) == "Papers per day: Mon 3 · Tue 0 · Wed 5 · Thu 1,200"


def test_a_day_of_the_week_before_has_its_date_for_the_same_weekday_comes_again() -> None:
    monday_to_monday = days(3, 0, 5, 1, 0, 2, 0, 4)

    _, _, _, labels = day_chart(monday_to_monday)

    assert [name for name, _, _ in labels] == ["16", "Tu", "We", "Th", "Fr", "Sa", "Su", "Mo"]
    assert flat(per_day_line(monday_to_monday)) == (
        "Papers per day: 16 Nov: 3, Tu 0, We 5, Th 1, Fr 0, Sa 2, Su 0, Mo 4"
    )


@given(st.lists(st.integers(0, 99), min_size=1, max_size=7))
def test_a_week_of_days_is_one_line_of_a_mail(papers: list[int]) -> None:
    assert len(per_day_line(days(*papers))) <= 72


def test_no_days_are_no_line() -> None:
    assert per_day_line(()) == ""


def test_a_month_is_told_week_by_week() -> None:
    line = per_day_line(days(*[1] * 30, first=date(2026, 11, 2)))

    assert flat(line) == (
        "Papers per week: from 2 Nov: 7 · from 9 Nov: 7 · from 16 Nov: 7 · from 23 Nov: 7 · from 30 Nov: 2"
    )


def test_the_tallest_bar_is_the_day_with_the_most_papers_and_an_empty_day_a_line() -> None:
    title, _, heights, labels = day_chart(days(3, 0, 6))

    assert title == ("Papers", "per day")
    assert heights == (7, 1, 14)
    assert labels == (("Mon", "3", 1), ("Tue", "0", 1), ("Wed", "6", 1))


@pytest.mark.parametrize("count", range(2, 33))
def test_a_chart_has_a_bar_a_day_labels_for_all_and_room_on_a_phone(count: int) -> None:
    _, width, heights, labels = day_chart(days(*range(count)))

    assert len(heights) == count == sum(bars for _, _, bars in labels)
    assert sum(int(papers) for _, papers, _ in labels) == sum(range(count))
    assert 58 + count * (width + 3) <= 320 - 36  # title, bars with their gaps; the sheet's sides


def test_weeks_stand_in_columns_under_their_months_and_days() -> None:
    weeks = (TopicWeeks("Experts", (3, 0, 4, 2, 0, 1, 5, 12)),)

    assert week_lines(digest(weeks=weeks)) == (
        "                                Oct                      Nov",
        "Week to                           2    9   16   23   30    6   13   20",
        "Experts                           3    0    4    2    0    1    5   12",
    )


def test_the_table_of_weeks_has_a_heading_for_every_column() -> None:
    shown = digest(weeks=(TopicWeeks("Experts", (1,) * 8),))

    caption, months, ends = week_table(shown)

    assert caption == "Papers under each topic, last 8 weeks"
    assert months == (("Oct", 5), ("Nov", 3))
    assert ends == ("2", "9", "16", "23", "30", "6", "13", "20")
    assert int(ends[-1]) == AT.day


@given(st.text(max_size=200), st.lists(st.integers(0, 999), min_size=8, max_size=8))
def test_no_line_of_weeks_is_wider_than_a_mail(name: str, papers: list[int]) -> None:
    lines = week_lines(digest(weeks=(TopicWeeks(name, tuple(papers)),)))

    assert max(map(len, lines)) <= 72


def test_fewer_weeks_are_fewer_columns_and_the_caption_says_how_many() -> None:
    shown = digest(weeks=(TopicWeeks("Experts", (1, 2)),))

    assert week_table(shown) == (
        "Papers under each topic, last 2 weeks",
        (),
        ("13 Nov", "20 Nov"),
    )
    assert week_lines(shown) == (
        "Week to                         13 Nov  20 Nov",
        "Experts                              1       2",
    )


@given(st.integers(1, 8))
def test_a_few_weeks_have_their_month_each_and_many_one_row_of_months(weeks: int) -> None:
    shown = digest(weeks=(TopicWeeks("Experts", (999,) * weeks),))

    _, months, ends = week_table(shown)

    assert bool(months) is (weeks > 4)
    assert len(ends) == weeks
    assert all((" " in end) is (weeks <= 4) for end in ends)
    assert max(map(len, week_lines(shown))) <= 72


def test_no_weeks_are_no_table() -> None:
    assert week_lines(digest()) == ()


def test_weeks_of_a_topic_in_one_line() -> None:
    assert week_line(TopicWeeks("Experts", (3, 0, 1_000))) == "Experts: 3 · 0 · 1,000"


def test_a_day_is_named() -> None:
    assert day_name(MONDAY) == "Monday 16 Nov"


def test_wide_letters_and_large_numbers_stay_in_their_columns() -> None:
    whole = digest(
        weeks=(
            TopicWeeks(
                "論文を折る方法と地図の読み方についての研究",
                (0, 999, 1_000, 9_949, 9_950, 12_345, 2, 3),
            ),
        )
    )
    days, row = week_lines(whole)[1:]
    assert {columns(days), columns(row)} == {70}
    assert row.endswith("    0  999 1.0k 9.9k  10k  12k    2    3")
