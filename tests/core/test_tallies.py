"""The counts of a digest by day and by week say what was sent, and go on saying so when papers found no room."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import AT, digest, entry, listed, section
from paperdigest.core.digest import DayCount, Digest, Entry, Section
from paperdigest.core.tallies import Sent, counted, first_day, recounted
from paperdigest.render.budget import Sizes, trimmed

TODAY = AT.date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def seen(key: int, days: int) -> Entry:
    """Return a paper first seen so many days ago."""
    return entry(key, seen_on=ago(days))


def weekly(*sections: Section) -> Digest:
    return digest(*sections, covers_from=AT - timedelta(days=7))


def papers(days: tuple[DayCount, ...]) -> list[int]:
    return [day.papers for day in days]


def test_a_daily_digest_counts_what_was_sent_on_the_last_seven_days_and_itself() -> None:
    sent = (Sent(ago(6), "Maps", 3), Sent(ago(1), "Maps", 2), Sent(ago(0), "Other", 1))

    shown = counted(digest(section(full=(entry(1), entry(2)))), sent)

    assert papers(shown.per_day) == [3, 0, 0, 0, 0, 2, 3]
    assert [day.date for day in shown.per_day] == [ago(days) for days in range(6, -1, -1)]


def test_what_is_only_counted_or_no_news_is_not_among_the_papers_of_a_day() -> None:
    part = section(
        full=(entry(1), entry(2, kind="withdrawn", reason="withdrawn")), counted=(listed(3),)
    )

    shown = counted(digest(part), (Sent(ago(1), "Maps", 2),))

    assert papers(shown.per_day)[-2:] == [2, 1]


def test_papers_of_a_single_day_are_no_bar() -> None:
    assert counted(digest(), ()).per_day == ()


@pytest.mark.parametrize("kind", ["alert", "notice"])
def test_alerts_and_notices_have_no_bar(kind: str) -> None:
    assert counted(digest(kind=kind), (Sent(ago(1), "Maps", 2),)).per_day == ()


def test_an_empty_digest_tells_of_the_days_before() -> None:
    empty = digest(kind="empty", sections=())

    shown = counted(empty, (Sent(ago(3), "Maps", 2), Sent(ago(2), "Maps", 1)))

    assert papers(shown.per_day) == [0, 0, 0, 2, 1, 0, 0]


def test_a_weekly_counts_its_own_papers_by_the_day_they_were_first_seen() -> None:
    shown = counted(weekly(section(full=(seen(1, 7), seen(2, 2)), listed=(seen(3, 2),))), ())

    assert papers(shown.per_day) == [1, 0, 0, 0, 0, 2, 0, 0]


def test_a_first_day_that_brought_nothing_is_that_of_the_digest_before() -> None:
    shown = counted(weekly(section(full=(seen(1, 6), seen(2, 0)))), ())

    assert [day.date for day in shown.per_day] == [ago(days) for days in range(6, -1, -1)]


def test_a_paper_older_than_the_time_covered_has_its_day_as_well() -> None:
    shown = counted(weekly(section(full=(seen(1, 9), seen(2, 2)))), ())

    assert papers(shown.per_day) == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_days_that_are_more_than_a_month_are_not_shown() -> None:
    shown = counted(weekly(section(full=(seen(1, 40), seen(2, 2)))), ())

    assert shown.per_day == ()


def test_weeks_are_seven_dates_each_and_the_last_one_is_that_of_the_digest() -> None:
    sent = (
        Sent(ago(7), "Maps", 2),  # the weekly before, be it minutes more or less than a week
        Sent(ago(55), "Maps", 5),
        Sent(ago(56), "Maps", 9),
        Sent(ago(1), "Gone", 4),
    )

    shown = counted(weekly(section("Maps", full=(seen(1, 1),))), sent, ["Maps"])

    (maps,) = shown.weeks
    assert (maps.name, maps.papers) == ("Maps", (5, 0, 0, 0, 0, 0, 2, 1))


def test_weeks_before_the_reader_are_not_shown_as_weeks_without_papers() -> None:
    sent = (Sent(ago(7), "Maps", 2),)

    shown = counted(weekly(section("Maps", full=(seen(1, 1),))), sent, ["Maps"], since=ago(16))

    assert [one.papers for one in shown.weeks] == [(0, 2, 1)]


def test_a_week_counts_that_the_reader_knew_in_part() -> None:
    shown = counted(
        weekly(section("Maps", full=(seen(1, 1),))),
        (Sent(ago(7), "Maps", 2),),
        ["Maps"],
        since=ago(13),
    )

    assert [one.papers for one in shown.weeks] == [(2, 1)]


def test_what_was_sent_before_the_beginning_is_shown_all_the_same() -> None:
    """A reader's weekly may have begun after their alerts."""
    sent = (Sent(ago(40), "Maps", 2),)

    shown = counted(weekly(section("Maps", full=(seen(1, 1),))), sent, ["Maps"], since=ago(7))

    assert [one.papers for one in shown.weeks] == [(2, 0, 0, 0, 0, 1)]


def test_weeks_of_which_only_one_has_papers_are_not_shown() -> None:
    assert counted(weekly(section("Maps")), (), ["Maps"]).weeks == ()


def test_of_many_topics_those_with_the_most_papers_are_shown_in_their_own_order() -> None:
    topics = [f"Topic {number}" for number in range(20)]
    sent = [Sent(ago(8), topic, number) for number, topic in enumerate(topics)]
    sent += [Sent(ago(16), "Topic 19", 1)]

    shown = counted(weekly(section("Topic 0", full=())), sent, topics)

    assert [one.name for one in shown.weeks] == topics[8:]


def test_the_days_that_count_begin_with_the_first_of_the_weeks() -> None:
    assert first_day(TODAY, weekly=True) == ago(55)
    assert first_day(TODAY, weekly=False) == ago(6)


KEYS = st.lists(st.integers(0, 7), max_size=12)


@given(st.lists(KEYS, min_size=1, max_size=3), st.integers(0, 12_000), st.booleans(), st.booleans())
def test_whatever_finds_no_room_the_counts_are_those_of_the_papers_that_are_named(
    days: list[list[int]], excess: int, covers_a_week: bool, by_first_sight: bool
) -> None:
    numbers = iter(range(1, 1_000))
    sections = tuple(
        section(f"Topic {at}", full=tuple(seen(next(numbers), one) for one in some))
        for at, some in enumerate(days)
    )
    topics = [part.name for part in sections]
    sent = (Sent(ago(1), topics[0], 4), Sent(ago(10), topics[0], 2))
    whole = digest(*sections)
    whole = weekly(*sections) if covers_a_week else whole
    sizes = Sizes(lambda _: 1_000, lambda _: 100)

    def told(shown: Digest) -> Digest:
        return counted(shown, sent, topics, since=ago(20), by_first_sight=by_first_sight)

    smaller = trimmed(told(whole), excess, sizes)

    again = told(smaller)
    assert smaller.per_day == again.per_day
    assert smaller.weeks == again.weeks
    assert smaller.papers == whole.papers


def test_a_digest_that_keeps_all_its_papers_keeps_its_counts() -> None:
    before = counted(digest(), (Sent(ago(1), "Maps", 2),))

    assert recounted(before, before) is before


def test_days_before_the_reader_are_not_shown_as_days_without_papers() -> None:
    sent = (Sent(ago(2), "Maps", 3),)

    shown = counted(digest(section(full=(entry(1),))), sent, since=ago(2))

    assert papers(shown.per_day) == [3, 0, 1]


def test_a_daily_that_comes_late_counts_what_was_sent_as_it_does_in_time() -> None:
    late = digest(section(full=(seen(1, 0), seen(2, 2))), covers_from=AT - timedelta(days=3))

    shown = counted(late, (Sent(ago(3), "Maps", 40),), by_first_sight=False)

    assert papers(shown.per_day) == [0, 0, 0, 40, 0, 0, 2]
