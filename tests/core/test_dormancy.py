"""Which words are asked whether they find anything, when it is said, and how."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digests import digest, entry, listed, section
from paperdigest.core.digest import Why
from paperdigest.core.dormancy import found_here, is_time, keywords_of, lines
from paperdigest.core.subscription import Topic
from paperdigest.core.timezone import zone
from paperdigest.core.tree import Term

BERLIN = zone("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=BERLIN)


def names(topic: Topic) -> list[str]:
    return [term.name for term in keywords_of(topic)]


def test_words_looked_for_in_texts_are_asked_about_and_nothing_else() -> None:
    topic = Topic(
        "Maps",
        keywords=("paper map", "title:atlas"),
        require=(("fold",),),
        exclude=("survey",),
        authors=("Ada Lovelace",),
        categories=("cs.LG",),
        expression='"road map" -railway',
    )

    assert names(topic) == ["paper map", "title:atlas", "fold", '"road map"']


def test_a_list_of_everything_has_no_words() -> None:
    assert names(Topic("Trending", trending=10)) == []


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, True),
        (datetime(2026, 11, 19, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 15, 22, 59, tzinfo=UTC), True),  # Sunday in Berlin
        (datetime(2026, 11, 15, 23, 1, tzinfo=UTC), False),  # Monday in Berlin
        (datetime(2025, 11, 21, 7, 0, tzinfo=UTC), True),  # the same week of another year
    ],
)
def test_it_is_said_in_the_first_digest_of_a_week(last: datetime | None, said: bool) -> None:
    assert is_time(last, FRIDAY) is said


def test_a_word_that_found_a_paper_of_this_digest_is_known_whether_shown_whole_or_by_title() -> (
    None
):
    whole = entry(1, why=(Why("Maps", "title", "map"),))
    by_title = listed(2, why=(Why("boats", "title", "boat"),))

    assert found_here(digest(section(full=(whole,), listed=(by_title,)))) == {"map", "boat"}


def test_silent_words_stand_with_their_topics_and_what_to_do() -> None:
    silent = [
        ("Experts", [Term("state space modell"), Term("x", typed='"road map"')]),
        ("Maps", []),
    ]

    assert lines(silent) == (
        "Nothing in 30 days: “state space modell”, “road map” (Experts)",
        "Edit them, or see what may be meant: `paperdigest check`",
    )


def test_many_silent_words_are_counted() -> None:
    silent = [(f"Topic {at}", [Term(f"word{n}") for n in range(7)]) for at in range(6)]

    said = lines(silent)

    assert said[0].endswith("“word4” and 2 more (Topic 0)")
    assert said[5:] == ("and 7 more in other topics", said[-1])


def test_no_silent_words_are_no_lines() -> None:
    assert lines([("Maps", [])]) == ()


def test_readers_who_cannot_edit_their_words_are_told_whom_to_ask() -> None:
    assert lines([("Maps", [Term("boat")])], ask="ops@example.org") == (
        "Nothing in 30 days: “boat” (Maps)",
        "Ask ops@example.org to change them",
    )


def test_no_address_looks_like_a_command() -> None:
    _, said = lines([("Maps", [Term("boat")])], ask="`rm`@example.org")
    assert "`" not in said


def test_readers_of_a_shared_digest_are_given_no_advice() -> None:
    assert lines([("Maps", [Term("boat")])], shared=True) == ("Nothing in 30 days: “boat” (Maps)",)


def test_no_name_of_a_topic_looks_like_a_command() -> None:
    said, _ = lines([("`rm -r`", [Term("boat")])])
    assert "`" not in said
