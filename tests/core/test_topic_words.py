"""Topics in a line: the first by name, the others as a number, and all of them counted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import digest, entries, section
from paperdigest.core.topic_words import (
    also_in,
    everything_of,
    first_names,
    in_topics,
    known_under,
    new_words,
    numbers_of,
    shown_elsewhere,
    the_rest,
    together,
)
from paperdigest.core.words import how_many
from paperdigest.render.budget import Sizes, trimmed

MANY = [f"Topic {at}" for at in range(145)]


def test_a_few_are_all_named() -> None:
    assert also_in(["Experts"]) == "Also in Experts"
    assert also_in(["Experts", "Trending"]) == "Also in Experts and Trending"
    assert in_topics(["Experts", "Trending"]) == "In Experts, Trending"
    assert in_topics([]) == ""
    assert shown_elsewhere(3, ["Experts", "Maps"]) == "3 under Experts and Maps"
    assert shown_elsewhere(1, ["Maps"]) == "1 under Maps"
    assert shown_elsewhere(1) == "1 under another topic"
    assert new_words(["state space model"], "Models") == "New keyword: state space model"
    assert new_words(["RAG", "MoE"], "Models") == "New keywords: RAG, MoE"
    assert new_words([], "Models") == "Models: as changed"


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    first = ", ".join(MANY[:8])
    assert also_in(MANY) == f"Also in {first} and 137 more topics"
    assert in_topics(MANY) == f"In {first} and 137 more topics"
    assert shown_elsewhere(300, MANY) == f"300 under {first} and 137 more topics"
    assert new_words(MANY, "Models") == f"New keywords: {first} and 137 more"
    assert also_in(MANY[:9]).endswith("Topic 7 and 1 more topic")


@given(st.lists(st.text("ab, é图", min_size=1, max_size=300), min_size=1, max_size=300))
def test_a_line_is_short_and_counts_all_that_it_does_not_name(names: list[str]) -> None:
    said = first_names(names)
    assert len(said) <= 420
    more = re.search(r" and ([\d,]+) more topics?$", said)
    left = int(more[1].replace(",", "")) if more else 0
    assert 0 <= left < len(names)
    if not more:
        assert len(names) <= 8


def test_topics_that_stand_together_say_how_many_papers_each_has() -> None:
    assert numbers_of([("Experts", 2), ("Maps", 1)]) == "Experts (2) and Maps (1)"
    assert numbers_of([("Experts", 12_345), ("Sent already", 0)]) == (
        "Experts (12,345) and Sent already"
    )
    assert numbers_of([("t" * 200, 12_345), ("Maps", 1)]).count("(12,345)") == 1
    assert numbers_of([(name, 1) for name in MANY]).endswith("Topic 7 (1) and 137 more topics")


@pytest.mark.parametrize(
    ("topics", "further", "said"),
    [(37, True, "37 more topics"), (37, False, "37 topics"), (1_037, True, "1,037 more topics")],
)
def test_how_many_stand_together(topics: int, further: bool, said: str) -> None:
    assert together(topics, further=further) == said


def test_under_how_many_papers_are_known_already() -> None:
    assert known_under(3, 3) == "Under all of them are papers you already have"
    assert known_under(2, 37) == "Under 2 of them are papers you already have"


def test_why_papers_are_here_of_which_no_word_is_asked() -> None:
    assert everything_of(["hf", "list"], excluding=False) == "Everything new in hf and list"
    assert everything_of(["hf"], excluding=True) == "Everything new in hf, less what is excluded"
    many = everything_of([f"source {number}" for number in range(40)], excluding=False)
    assert many.endswith(" and 32 more sources")
    assert everything_of([], excluding=True) == ""


def test_where_the_papers_are_that_do_not_stand_whole_under_their_topic() -> None:
    boats = section(
        full=entries(1, 12), listed=entries(20, 38), elsewhere=9, elsewhere_in=("Maps", "Experts")
    )

    assert how_many(boats) == "12 of 59 papers"
    assert the_rest(boats) == "38 by title at the end · 9 under Maps and Experts"
    assert the_rest(replace(boats, listed=(), counted=entries(90, 8), elsewhere=0)) == "8 wait"
    assert the_rest(replace(boats, listed=(), counted=entries(90, 1), elsewhere=0)) == "1 waits"
    assert the_rest(section()) == ""


def test_what_a_topic_says_of_its_titles_below_is_not_said_over_them_as_well() -> None:
    only_titles = section(full=(), listed=entries(1, 3), elsewhere=2, elsewhere_in=("Maps",))

    assert (how_many(only_titles), the_rest(only_titles)) == ("5 papers", "2 under Maps")


@given(
    st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=4),
    st.integers(0, 12_000),
)
def test_the_numbers_over_a_topic_add_up_whatever_finds_no_room(
    topics: list[tuple[int, int, int, int]], excess: int
) -> None:
    keys = iter(range(1, 100_000, 100))
    whole = digest(
        *(
            section(
                f"Topic {at}",
                full=entries(next(keys), full),
                listed=entries(next(keys), listed),
                counted=entries(next(keys), counted),
                elsewhere=others,
                elsewhere_in=("Maps",),
            )
            for at, (full, listed, counted, others) in enumerate(topics)
        )
    )

    shown = trimmed(whole, excess, Sizes(lambda _: 1_000, lambda _: 100))

    for part in shown.sections:
        if part.full:
            whole_ones, _, of = how_many(part).partition(" of ")
            said = [int(number) for number in re.findall(r"(?:^|· )(\d+) ", the_rest(part))]
            assert int(whole_ones.split()[0]) + sum(said) == int((of or whole_ones).split()[0])
