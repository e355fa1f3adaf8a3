"""Which papers stand for a digest of several topics: the best of each in turn."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from digests import AT, entries, entry, section
from paperdigest.core import foremost
from paperdigest.core.digest import Entry, Section


def keys(papers: list[Entry]) -> list[int]:
    return [paper.paper_key for paper in papers]


def topics(*sizes: int, weights: tuple[float, ...] = ()) -> list[Section]:
    """Return topics whose papers are numbered 10, 11 …, 20, 21 …"""
    given_weights = weights or (1.0,) * len(sizes)
    return [
        section(f"Topic {at}", full=entries(10 * at, size), weight=weight)
        for at, (size, weight) in enumerate(zip(sizes, given_weights, strict=True), 1)
    ]


def test_the_first_of_each_topic_come_before_the_second_of_any() -> None:
    assert keys(list(foremost.foremost(topics(3, 1, 2)))) == [10, 20, 30, 11, 31, 12]


def test_the_heaviest_topic_has_the_first_turn() -> None:
    found = foremost.foremost(topics(2, 2, 2, weights=(1.0, 3.0, 1.0)))
    assert keys(list(found)) == [20, 10, 30, 21, 11, 31]


def test_a_topic_that_shows_none_whole_has_no_turn() -> None:
    assert keys(list(foremost.foremost(topics(0, 2)))) == [20, 21]


@given(st.lists(st.integers(0, 7), max_size=9), st.integers(0, 12))
def test_of_any_few_no_topic_has_two_more_than_another_that_has_some_left(
    sizes: list[int], few: int
) -> None:
    taken = Counter(at for at, _ in list(foremost.in_turns(sizes))[:few])
    assert taken.total() == min(few, sum(sizes))
    for at, size in enumerate(sizes):
        if taken[at] < size:
            assert max(taken.values(), default=0) <= taken[at] + 1


@given(st.lists(st.integers(0, 7), max_size=9))
def test_each_paper_has_one_turn(sizes: list[int]) -> None:
    places = sorted((at, place) for at, size in enumerate(sizes) for place in range(size))
    assert sorted(foremost.in_turns(sizes)) == places


def test_what_is_announced_stands_in_the_order_of_the_pages() -> None:
    assert keys(foremost.announced(topics(4, 4))) == [10, 11, 12, 20, 21]
    assert keys(foremost.announced(topics(9, 1, 1, 1, 1, 1))) == [10, 20, 30, 40, 50]


def test_by_day_the_newest_stand_first() -> None:
    days = (3, 0, 5)
    found = [entry(key, seen_on=AT.date() - timedelta(days=day)) for key, day in enumerate(days)]
    shown = foremost.announced([section(full=tuple(found))], by_day=True)
    assert keys(shown) == [1, 0, 2]
