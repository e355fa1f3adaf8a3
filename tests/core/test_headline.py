"""What stands largest on a page: the number, and below it every topic with its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import AT, digest, entries, entry, section
from paperdigest.core.digest import Digest
from paperdigest.core.headline import headline, topics_line
from paperdigest.render.by_day import as_shown
from paperdigest.render.condensed import as_condensed

DAY = timedelta(days=1)
MAPS, BOATS = section("Maps", full=entries(1, 2)), section("Boats", full=entries(3, 1))


def test_several_topics_stand_below_their_number() -> None:
    assert headline(digest(MAPS, BOATS)) == "3 new papers"
    assert topics_line(digest(MAPS, BOATS)) == (("Maps", 2), ("Boats", 1))


def test_what_waited_is_told_apart_there_too() -> None:
    assert headline(digest(MAPS, BOATS, waited=1)) == "2 new papers and 1 that waited"


def test_a_topic_with_nothing_of_its_own_is_not_named() -> None:
    known = section("Known", full=(), earlier=entries(9, 1))
    assert topics_line(digest(MAPS, BOATS, known)) == (("Maps", 2), ("Boats", 1))


@pytest.mark.parametrize(
    "other",
    [
        digest(MAPS),
        digest(MAPS, BOATS, kind="alert"),
        digest(MAPS, BOATS, kind="notice"),
        digest(kind="empty"),
    ],
)
def test_every_other_digest_has_its_title_there(other: Digest) -> None:
    assert headline(other) == other.title
    assert topics_line(other) == ()


def test_of_many_topics_the_first_are_named_and_the_others_counted() -> None:
    many = digest(*(section(f"Topic {at}", full=entries(at * 10, 2)) for at in range(10)))

    *first, last = topics_line(many)

    assert headline(many) == "20 new papers"
    assert first == [(f"Topic {at}", 2) for at in range(8)]
    assert last == ("2 more topics", 4)


def test_of_nine_topics_one_is_left() -> None:
    nine = digest(*(section(f"Topic {at}", full=entries(at * 10, 2)) for at in range(9)))

    assert topics_line(nine)[-1] == ("1 more topic", 2)


def test_topics_with_names_as_long_as_a_page_leave_room_for_papers() -> None:
    long = [section(f"{at}" * 190, full=entries(at * 10, 1)) for at in range(1, 5)]

    named = topics_line(digest(*long))

    assert sum(len(name) for name, _ in named) <= 240
    assert sum(papers for _, papers in named) == 4
    assert headline(digest(*long)) == "4 new papers"


def test_a_digest_by_day_names_its_topics_too() -> None:
    shown = as_shown(
        digest(
            section("Maps", full=tuple(replace(one, seen_on=AT.date()) for one in entries(1, 2))),
            section("Boats", full=(entry(3, seen_on=AT.date() - DAY),), counted=entries(4, 1)),
            group="day",
        )
    )

    assert headline(shown) == "4 new papers"
    assert topics_line(shown) == (("Maps", 2), ("Boats", 2))


def test_a_digest_by_day_of_one_topic_has_its_title_there() -> None:
    seen = tuple(replace(one, seen_on=AT.date()) for one in entries(1, 2))
    shown = as_shown(digest(section("Maps", full=seen), group="day"))

    assert (headline(shown), topics_line(shown)) == (shown.title, ())


def test_topics_that_stand_together_for_want_of_room_are_counted_as_they_are() -> None:
    waiting = [section(f"Topic {at}", full=(), counted=entries(at * 10, 2)) for at in range(30)]
    shown = as_condensed(digest(MAPS, *waiting, condensed=True))

    assert headline(shown) == "62 new papers"
    assert topics_line(shown) == (("Maps", 2), ("30 more topics", 60))


@given(st.lists(st.integers(0, 5), max_size=14), st.booleans(), st.integers(1, 90))
def test_the_numbers_of_the_topics_add_up_to_the_headlines(
    counts: list[int], by_day: bool, letters: int
) -> None:
    parts = [
        section(
            f"{at:02}".ljust(letters, "x"),
            full=tuple(replace(one, seen_on=AT.date()) for one in entries(at * 10, some)),
        )
        for at, some in enumerate(counts, start=1)
    ]
    shown = digest(
        *parts, section("Last", full=entries(500, 1)), group="day" if by_day else "topic"
    )

    told = topics_line(as_shown(shown))

    assert len(told) <= 9
    assert sum(papers for _, papers in told) == (shown.papers if any(counts) else 0)
