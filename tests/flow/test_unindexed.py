"""Words are found in the papers that the search index lacks, whether those were matched already or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import NOW, paper
from paperdigest.core.dormancy import keywords_of
from paperdigest.core.subscription import Subscriber, Topic
from paperdigest.core.tree import Term
from paperdigest.flow.due import due
from paperdigest.flow.intake import Intake
from paperdigest.flow.register import register
from paperdigest.flow.unindexed import Unindexed
from paperdigest.flow.window import Window, read_window
from paperdigest.store import history
from paperdigest.store.connection import Store, open_store

ADA = Subscriber("ada", topics=(Topic("Maps", keywords=("title:map", "atlas")),))


def term(text: str) -> Term:
    (found,) = keywords_of(Topic("Any", keywords=(text,)))
    return found


def take(store: Store, number: int, title: str) -> None:
    taken = paper(title=title, abstract="Of islands.", id=f"arxiv:2611.{number:05}", ids=())
    with store.transaction():
        Intake(store, "shelf", NOW, is_news=lambda _: True).take([taken])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as made:
        register(made, [ADA], NOW)
        take(made, 1, "An atlas of the moon")
        yield made


@pytest.fixture
def window(store: Store) -> Window:
    return read_window(store, due(store, [ADA], NOW), NOW)


def test_words_of_the_round_are_known_from_its_matches(store: Store, window: Window) -> None:
    papers = Unindexed(store, history.paper_keys(store), window)

    assert papers.holds(term("atlas")) is True
    assert papers.holds(term("title:map")) is False


def test_a_paper_that_came_after_the_matching_counts(store: Store, window: Window) -> None:
    take(store, 2, "At last a map")

    assert Unindexed(store, history.paper_keys(store), window).holds(term("title:map")) is True


def test_a_paper_that_says_something_else_since_the_matching_counts_as_it_is_now(
    store: Store, window: Window
) -> None:
    with store.transaction():
        store.write("UPDATE papers SET title = 'A map of the moon'")
    papers = Unindexed(store, history.paper_keys(store), window)

    assert papers.holds(term("title:map")) is True
    assert papers.holds(term("atlas")) is False


@pytest.mark.parametrize(("word", "held"), [("moon", True), ("islands", True), ("sun", False)])
def test_words_that_the_round_does_not_ask_for_are_looked_for(
    store: Store, window: Window, word: str, held: bool
) -> None:
    assert Unindexed(store, history.paper_keys(store), window).holds(term(word)) is held


def test_a_word_that_was_looked_for_in_titles_alone_is_looked_for_in_abstracts(
    store: Store,
) -> None:
    titles = Subscriber("ada", topics=(Topic("Titles", keywords=("title:islands",)),))
    window = read_window(store, due(store, [titles], NOW), NOW)

    assert Unindexed(store, history.paper_keys(store), window).holds(term("islands")) is True


def test_without_a_round_every_paper_is_looked_through(store: Store) -> None:
    papers = Unindexed(store, history.paper_keys(store))

    assert (papers.holds(term("atlas")), papers.holds(term("sun"))) == (True, False)


def test_of_papers_that_became_one_nothing_is_certain(store: Store, window: Window) -> None:
    gone = max(history.paper_keys(store)) + 1

    assert Unindexed(store, [*history.paper_keys(store), gone], window).holds(term("sun")) is None
