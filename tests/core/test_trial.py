"""A query tried: what bare words are, which papers are worth a look, on which day a paper counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from paperdigest.core.expression import parse_query
from paperdigest.core.paper import Paper
from paperdigest.core.trial import bare_phrase, per_day, worth_a_look


def test_bare_words_are_one_phrase_as_a_keyword() -> None:
    phrase = bare_phrase("vision  language model", parse_query("vision language model").root)

    assert phrase is not None
    assert (phrase.text, phrase.name) == ("vision language model", '"vision language model"')


@pytest.mark.parametrize(
    "expression",
    ["vision", '"vision language"', "a OR b", "a AND b", "a | b", "a -b", "(a b)", "title:a b", "a =b", "a boat*"],
)  # fmt: skip
def test_anything_but_several_bare_words_is_no_phrase(expression: str) -> None:
    assert bare_phrase(expression, parse_query(expression).root) is None


@pytest.mark.parametrize("title", ["A paper map", "Maps of paper", "Map on some paper"])
def test_papers_with_the_words_close_together_are_worth_a_look(title: str) -> None:
    look = worth_a_look(parse_query('"paper map"'), None)

    assert look.hits(Paper(title=title))


def test_a_day_begins_where_the_reader_lives() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    until = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert per_day([late], late, until, ZoneInfo("Europe/Berlin")) == (
        (date(2026, 11, 21), 1),
        (date(2026, 11, 22), 0),
    )
