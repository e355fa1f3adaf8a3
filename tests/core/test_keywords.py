"""Keywords as typed into a list: what they find, what they refuse, how a topic's lists combine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.errors import QueryError
from paperdigest.core.keyword import parse_keyword
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, keywords
from paperdigest.core.tree import Field, Kind, Term

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "keyword_match.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['keyword']} in {case['title']}")
def test_a_keyword_finds_what_says_the_same(case: dict[str, Any]) -> None:
    found = keywords([case["keyword"]]).hits(Paper(title=case["title"]))
    assert bool(found) is case["match"], case.get("note", "")


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("vision language model", Kind.PHRASE, "vision language model"),
        ("=RAG", Kind.LITERAL, "RAG"),
        ("= RAG ", Kind.LITERAL, "RAG"),
        ("diffus*", Kind.PREFIX, "diffus"),
        ("=GPT*", Kind.LITERAL_PREFIX, "GPT"),
        ("foo *", Kind.PHRASE, "foo *"),
        ("C*-algebra", Kind.PHRASE, "C*-algebra"),
        ("attention is all: you need", Kind.PHRASE, "attention is all: you need"),
        ("LEGO: language", Kind.PHRASE, "LEGO: language"),
        ("and or not", Kind.PHRASE, "and or not"),
        ('K\\"ahler', Kind.PHRASE, 'K\\"ahler'),
    ],
)
def test_a_keyword_is_a_phrase_and_little_else(typed: str, kind: Kind, text: str) -> None:
    term = parse_keyword(typed)
    assert isinstance(term, Term)
    assert (term.kind, term.text) == (kind, text)


@pytest.mark.parametrize("typed", ["title:survey", "title: survey", "ti:survey", "  title:survey "])
def test_a_leading_title_looks_in_titles_only(typed: str) -> None:
    query = keywords([typed])
    assert query.hits(Paper(title="A survey", abstract="none"))
    assert not query.hits(Paper(title="None", abstract="We survey"))


def test_a_hit_is_named_as_the_keyword_was_typed() -> None:
    (hit,) = keywords(["title:=RAG"]).hits(Paper(title="On RAG"))
    assert (hit.term, hit.text, hit.field) == ("title:=RAG", "RAG", Field.TITLE)


@pytest.mark.parametrize(
    ("typed", "column", "length"),
    [
        ("graph OR tree", 7, 2),
        ("graph AND tree", 7, 3),
        ("graph NOT tree", 7, 3),
        ("NOT tree", 1, 3),
        ("graph|tree", 6, 1),
        ('"graph neural"', 1, 1),
        ("“graph neural”", 1, 1),
        ("-survey", 1, 1),
        (" - survey", 2, 1),
        ("author:lecun", 1, 7),
        ("cat: cs.LG", 1, 4),
        ("graph author:lecun", 7, 7),
        ("title:a OR b", 9, 2),
    ],
)
def test_what_looks_like_an_expression_points_to_query(
    typed: str, column: int, length: int
) -> None:
    with pytest.raises(QueryError, match="keywords are plain phrases") as raised:
        parse_keyword(typed)
    assert (raised.value.column, raised.value.length) == (column, length)
    assert "query = '" in raised.value.hint


@pytest.mark.parametrize("typed", ["", "  ", "=", "title:", "title:=", "...", "***", "+", "?!"])
def test_a_keyword_without_a_word_is_empty(typed: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        parse_keyword(typed)


@pytest.mark.parametrize(("typed", "column"), [("tr*", 1), ("A*", 1), ("deep le*", 6), ("=GP*", 2)])
def test_a_prefix_needs_three_characters(typed: str, column: int) -> None:
    with pytest.raises(QueryError, match="at least 3 characters") as raised:
        parse_keyword(typed)
    assert raised.value.column == column


def test_an_endless_keyword_is_refused() -> None:
    with pytest.raises(QueryError, match=r"2,001 characters"):
        parse_keyword("a" * 2001)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_gives_a_query_or_a_query_error(typed: str) -> None:
    said = query_or_error(typed)
    if isinstance(said, QueryError):
        assert said.message
        assert min(said.column, said.length) >= 1


def query_or_error(typed: str) -> Query | QueryError:
    try:
        return keywords([typed])
    except QueryError as error:
        return error


GRAPH = paper(title="A graph survey", abstract="", authors=("Ada Lovelace",), categories=("cs.LG",))


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        ({"words": ["graph"]}, True),
        ({"words": ["tree", "graph"]}, True),
        ({"words": ["tree"]}, False),
        ({"words": "graph"}, True),
        ({"words": ["graph"], "require": [["survey", "review"]]}, True),
        ({"words": ["graph"], "require": [["survey"], ["review"]]}, False),
        ({"words": ["graph"], "require": ["survey", "graph"]}, True),
        ({"require": [["survey"]]}, True),
        ({"words": ["graph"], "exclude": ["title:surveys"]}, False),
        ({"words": ["graph"], "exclude": "review"}, True),
        ({"words": ["tree"], "authors": ["A Lovelace"]}, True),
        ({"words": ["tree"], "require": ["x"], "authors": "Lovelace"}, True),
        ({"words": ["tree"], "authors": ["Grace Lovelace"]}, False),
        ({"words": ["graph"], "categories": ["cs.lg"]}, True),
        ({"words": ["graph"], "categories": ["cs"]}, True),
        ({"words": ["graph"], "categories": ["math", "cs.CV"]}, False),
        ({"words": ["graph"], "sources": ["hf", "arxiv-cs"]}, True),
        ({"words": ["graph"], "sources": ["arxiv"]}, False),
        ({"categories": ["cs.LG"]}, True),
        ({"sources": ["hf"], "exclude": ["graph"]}, False),
        ({"authors": ["Lovelace"], "categories": ["math"]}, False),
    ],
)
def test_the_lists_of_a_topic_combine(wanted: dict[str, Any], match: bool) -> None:
    given_paper = paper(
        title=GRAPH.title,
        abstract=GRAPH.abstract,
        authors=GRAPH.authors,
        categories=GRAPH.categories,
        sources=("hf",),
    )
    words = wanted.get("words", ())
    rest = {key: value for key, value in wanted.items() if key != "words"}
    assert bool(keywords(words, **rest).hits(given_paper)) is match


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "empty"),
        ({"exclude": ["survey"]}, "only excludes"),
        ({"authors": [" "]}, "author is empty"),
        ({"categories": [""]}, "category is empty"),
        ({"sources": ["?"]}, "source is empty"),
        ({"require": [["a OR b"]]}, "plain phrases"),
    ],
)
def test_lists_that_find_nothing_are_refused(wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        keywords(**wanted)
