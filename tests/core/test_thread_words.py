"""What one message says of papers that stand in another."""

from __future__ import annotations

import pytest

from paperdigest.core import thread_words


@pytest.mark.parametrize(
    ("shown", "total", "told"),
    [
        (2, 7, "2 of 7 papers"),
        (7, 7, "7 papers"),
        (1, 1, "1 paper"),
        (5, 1_200, "5 of 1,200 papers"),
    ],
)
def test_how_many_are_here(shown: int, total: int, told: str) -> None:
    assert thread_words.here(shown, total) == told


def test_a_topic_of_the_thread_says_how_many_of_its_papers_are_there() -> None:
    assert thread_words.the_other(6) == "the other 6"
    assert thread_words.the_other(1) == "the other one"


def test_the_first_message_says_what_is_in_the_thread_and_what_only_waits() -> None:
    told = thread_words.in_thread(9, (("Maps", 5), ("Boats", 4)), 1_200)
    assert (
        told == "9 more in the thread: Maps (5) and Boats (4) · 1,200 more wait for the next digest"
    )


@pytest.mark.parametrize(
    ("papers", "topics", "waiting", "told"),
    [
        (2, (), 0, "2 more in the thread"),
        (2, (("Maps", 2),), 0, "2 more in the thread: Maps"),
        (0, (), 1, "1 more waits for the next digest"),
        (0, (), 0, "More in the thread"),
    ],
)
def test_what_there_is_none_of_is_not_told(
    papers: int, topics: tuple[tuple[str, int], ...], waiting: int, told: str
) -> None:
    assert thread_words.in_thread(papers, topics, waiting) == told


def test_of_many_topics_the_first_are_named_and_the_others_counted() -> None:
    told = thread_words.in_thread(60, [(f"Topic {at}", 3) for at in range(20)], 0)
    assert told.endswith("Topic 7 (3) and 12 more topics")


def test_long_names_leave_room_for_the_number_of_the_others() -> None:
    told = thread_words.in_thread(60, [("n" * 80, 3) for _ in range(20)], 0)
    assert len(told) < 400
    assert told.endswith(" and 17 more topics")
