"""Queries that are compiled once and kept as text: they mean the same, and never outlive their folding."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core import compiled as compiled_module
from paperdigest.core import folding
from paperdigest.core.compiled import Compiled
from paperdigest.core.expression import parse_query
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, keywords

CORE = Path(compiled_module.__file__).parent
# What decides which words are the same, and what a compiled query holds.
SOURCES = [
    "asked",
    "chunk",
    "closed_words",
    "compiled",
    "forms",
    "joins",
    "keyword",
    "markup",
    "mathml",
    "pattern",
    "plural",
    "plural_tables",
    "program",
    "rows",
    "signs",
    "spelling",
    "tex",
    "tex_blanks",
    "tex_commands",
    "tex_dollars",
    "tex_groups",
    "tex_lost",
    "tex_tables",
    "text",
    "tree",
    "typography",
    "word",
]
PINNED = "2 4b20527344779459"

EXPRESSIONS = [
    "multi-modal",
    '"graph neural network" OR =GNN -title:survey',
    'author:"Y LeCun" cat:cs',
    '"data set*" abs:(colour OR tumour)',
    '"graph pooling"~4 venue:letters',
    'any:matrices kw:"state of the art"',
    '="Mixture, of" OR "a, b"',
    "=stat* OR src:hf",
]
PAPERS = [
    Paper(
        title="Multi-modal data sets", abstract="Pooling of a large graph. State-of-the-art color."
    ),
    Paper(title="Graph-Neural Networks", authors=("Yann LeCun",), categories=("cs.LG",)),
    Paper(title="A survey of GNN", keywords=("state of the art",), venue="Letters"),
    Paper(title="Mixture, of a (b)", abstract="Matrices", sources=("hf",)),
]


def compiled_of(queries: list[Query]) -> Compiled:
    compiled = Compiled()
    for number, query in enumerate(queries):
        compiled.add(str(number), query)
    return compiled


def found(matcher: Matcher) -> list[tuple[int, int, object]]:
    return [(match.query, match.paper, match.hits) for match in matcher.matches(PAPERS)]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(EXPRESSIONS), max_size=6))
def test_queries_read_back_find_the_same_with_the_same_hits(typed: list[str]) -> None:
    queries = [parse_query(text) for text in typed]
    again = Compiled.from_text(compiled_of(queries).to_text())
    keys = [str(number) for number in range(len(queries))]
    assert found(Matcher.of(again, keys)) == found(Matcher(queries))


def test_what_is_read_back_is_written_the_same() -> None:
    text = compiled_of([parse_query(typed) for typed in EXPRESSIONS]).to_text()
    assert Compiled.from_text(text).to_text() == text


def test_a_query_can_be_added_to_what_was_read_back() -> None:
    compiled = Compiled.from_text(compiled_of([keywords(["graph"])]).to_text())
    before = compiled.changed
    compiled.add("new", keywords(["graph", "matrix"]))
    assert (before, compiled.changed) == (False, True)
    matches = Matcher.of(compiled, ["new", "0"]).matches(PAPERS)
    assert [(match.query, match.paper) for match in matches] == [
        (0, 0),
        (0, 1),
        (0, 3),
        (1, 0),
        (1, 1),
    ]


def test_only_what_is_asked_for_is_kept() -> None:
    compiled = compiled_of([parse_query(typed) for typed in EXPRESSIONS])
    few = compiled.only(["1", "6"])
    assert set(few.programs) == {"1", "6"}
    assert len(few.terms) < len(compiled.terms)
    again = Compiled.from_text(few.to_text())
    assert found(Matcher.of(again, ["1", "6"])) == found(
        Matcher([parse_query(EXPRESSIONS[1]), parse_query(EXPRESSIONS[6])])
    )


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "nonsense", '{"stamp": 3}', '{"stamp'])
def test_anything_else_is_read_as_nothing(text: str | None) -> None:
    assert Compiled.from_text(text).programs == {}


def test_what_another_folding_made_is_made_anew() -> None:
    text = compiled_of([keywords(["graph"])]).to_text()
    assert text.startswith(folding.STAMP)
    assert Compiled.from_text(text.replace(folding.STAMP, "0/1.0", 1)).programs == {}


def test_what_is_damaged_is_made_anew() -> None:
    text = compiled_of([keywords(["graph"])]).to_text()
    assert Compiled.from_text(text.replace("graph", "groph", 1)).programs == {}
    assert Compiled.from_text(text[:-1]).programs == {}


def test_a_term_that_is_no_unicode_is_kept() -> None:
    query = keywords(["graph \ud800x"])
    again = Compiled.from_text(compiled_of([query]).to_text())
    assert found(Matcher.of(again, ["0"])) == found(Matcher([query]))


def test_a_change_to_the_folding_has_a_new_number() -> None:
    """If this fails: raise FOLDING if words become anything else, `compiled._SHAPE` if only compiled queries
    do, then pin the sources."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((CORE / f"{name}.py").read_bytes())
    assert f"{folding.FOLDING} {digest.hexdigest()[:16]}" == PINNED
