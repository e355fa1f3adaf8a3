"""Trees of terms: what they mean, where they look, and the hits they give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builders import paper
from paperdigest.core.errors import QueryError
from paperdigest.core.expression import parse_query
from paperdigest.core.paper import Paper
from paperdigest.core.query import Hit, Query, keywords
from paperdigest.core.text import display
from paperdigest.core.tree import (
    ANY_FIELDS,
    TEXT_FIELDS,
    And,
    Field,
    Kind,
    Node,
    Not,
    Or,
    Term,
    finds_something,
)

CASES = [
    json.loads(line)
    for name in ("query_match", "query_own")
    for line in (Path(__file__).parent / "cases" / f"{name}.jsonl").read_text().splitlines()
]
IDS = [f"{number} {case['query']} in {case['title']}" for number, case in enumerate(CASES, 1)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_cases_of_the_query_language(case: dict[str, Any]) -> None:
    assert bool(parse_query(case["query"]).hits(_paper(case))) is case["match"], case.get(
        "note", ""
    )


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_reading_of_a_query_finds_the_same(case: dict[str, Any]) -> None:
    read = parse_query(parse_query(case["query"]).reading)
    assert bool(read.hits(_paper(case))) is case["match"]


def _paper(case: dict[str, Any]) -> Paper:
    told = {name: value for name, value in case.items() if name not in {"query", "match", "note"}}
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    return Paper(**given)


@pytest.mark.parametrize(
    ("keyword", "title", "places"),
    [
        ("vision language model", "A survey of vision-language models", [(12, 34)]),
        ("multimodal", "Multi-modal and multimodal and multi modal", [(0, 11), (16, 26), (31, 42)]),
        ("model", "Model’s models", [(0, 5), (8, 14)]),
        ("naive", r"A na\"ive nai\"ve baseline", [(2, 7)]),
        ("TGF-beta", r"On TGF-$\beta$ signalling", [(3, 8)]),
        ("state of the art", "A state-of-the-art method", [(2, 18)]),
        ("stat*", "A state-of-the-art method", [(2, 18)]),
        ("pretrain*", "Pre-trained, pretraining", [(0, 11), (13, 24)]),
        ("神经", "图神经网络与神经", [(1, 3), (6, 8)]),
        ("C++", "C++17, C++", [(0, 3), (7, 10)]),
        ("a a", "A a a", [(0, 3), (2, 5)]),
        ("1", "½", [(0, 1)]),
        ("GPT-4.5", "On <b>GPT</b>-4.5", [(3, 10)]),
        ("graph, tree", "Graph (tree)", [(0, 11)]),
    ],
)
def test_hits_lead_to_every_place(keyword: str, title: str, places: list[tuple[int, int]]) -> None:
    hits = keywords([keyword]).hits(Paper(title=title))
    assert [(hit.start, hit.end) for hit in hits] == places
    for hit in hits:
        assert display(title)[hit.start : hit.end] == hit.text
        assert hit.term == keyword


def test_hits_come_by_field_then_place_and_may_overlap() -> None:
    query = keywords(
        ["neural network", "graph neural", "network*"], authors=["Lovelace"], categories=["cs"]
    )
    given = paper(
        title="Graph neural networks", abstract="A network", keywords=("Network science",)
    )
    assert query.hits(given) == (
        Hit("graph neural", Field.TITLE, 0, 12, "Graph neural"),
        Hit("neural network", Field.TITLE, 6, 21, "neural networks"),
        Hit("network*", Field.TITLE, 13, 21, "networks"),
        Hit("network*", Field.ABSTRACT, 2, 9, "network"),
        Hit("Lovelace", Field.AUTHOR, 0, 12, "Ada Lovelace"),
        Hit("cs", Field.CATEGORY, 0, 5, "cs.LG"),
        Hit("network*", Field.KEYWORD, 0, 15, "Network science"),
    )


def test_a_term_typed_twice_hits_once() -> None:
    assert len(keywords(["graph", "graph"]).hits(Paper(title="A graph"))) == 1


def test_an_excluded_term_gives_no_hit() -> None:
    query = keywords(["graph"], exclude=["title:tree"])
    hits = query.hits(Paper(title="A graph", abstract="no tree"))
    assert [hit.term for hit in hits] == ["graph"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (TEXT_FIELDS, False),
        (ANY_FIELDS, True),
        ((Field.VENUE,), True),
        ((Field.TITLE, Field.VENUE), True),
        ((Field.ABSTRACT,), False),
    ],
)
def test_a_term_looks_in_its_fields_only(fields: tuple[Field, ...], found: bool) -> None:
    query = Query(Term("letters", fields=fields))
    assert bool(query.hits(paper(venue="Journal of Paper Letters"))) is found


def test_the_papers_own_keywords_are_looked_at_one_by_one() -> None:
    given = Paper(title="x", keywords=("graph", "neural nets"))
    assert keywords(["neural net"]).hits(given) == (
        Hit("neural net", Field.KEYWORD, 0, 11, "neural nets"),
    )
    assert not keywords(["graph neural"]).hits(given)


def test_any_finds_authors_and_categories_too() -> None:
    for text in ("Lovelace", "cs.LG", "folding"):
        assert Query(Term(text, fields=ANY_FIELDS)).hits(paper())


@pytest.mark.parametrize(
    ("wanted", "listed", "found"),
    [
        ("cs.LG", "cs.lg", True), ("CS", "cs.LG", True), ("cs", "cs-x.AB", False), ("cs", "cs", True),
        ("cs.*", "cs.CV", True), ("cs.L", "cs.LG", False), ("cs.LG", "cs", False),
        ("Machine  learning", "machine learning", True), ("math", "math.CO", True), ("math", "mathematics", False),
    ],
)  # fmt: skip
def test_categories(wanted: str, listed: str, found: bool) -> None:
    assert bool(keywords(categories=[wanted]).hits(Paper(title="x", categories=(listed,)))) is found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("arxiv:2611.00001", True), ("2611.00001", True), ("arXiv:2611.00001v3", True),
        ("https://arxiv.org/abs/2611.00001v1", True), ("http://arxiv.org/pdf/2611.00001", True),
        ("doi:10.1000/XY", True), ("https://doi.org/10.1000/xy", True), ("2611.0000", False), ("10.1000/x", False),
    ],
)  # fmt: skip
def test_ids(wanted: str, found: bool) -> None:
    given = paper(ids=("arxiv:2611.00001", "doi:10.1000/xy"))
    assert bool(Query(Term(wanted, fields=(Field.ID,))).hits(given)) is found


@pytest.mark.parametrize(
    ("wanted", "listed", "found"),
    [
        ("Y LeCun", "Yann LeCun", True), ("LeCun, Yann", "Y. LeCun", True), ("lecun", "Yann LeCun", True),
        ("LeCun Yann", "Yann LeCun", True), ("Yann LeCun", "LeCun Y", True), ("Yann LeCun", "LeCun, Y. A.", True),
        ("Y LeCun", "LeCun Yann", True), ("Z LeCun", "Yann LeCun", False), ("Yves LeCun", "Yann LeCun", False),
        ("Yann", "Yann LeCun", False), ("Y A LeCun", "Yann LeCun", True), ("YA LeCun", "Yann André LeCun", True),
        ("Y B LeCun", "Yann André LeCun", False), ("Le Cun", "Yann LeCun", True),
        ("van der Waals", "Johannes D. van der Waals", True), ("J van der Waals", "van der Waals, J. D.", True),
        ("Waals", "Johannes van der Waals", False), ("van der Waals", "Waals, J.", False),
        ("van der waals jd", "Johannes Diderik van der Waals", True), ("J van der Waals", "van der Waals JD", True),
        ("Lovelace", "Lovelace, A.", True), ("Ada Lovelace", "Lovelace AK", True), ("Grace Lovelace", "Ada Lovelace", False),
        ("Love", "Ada Lovelace", False), ("Muller", "Jörg Müller", True), ("Müller", r'J\"org M\"uller', True),
        ("García Márquez, G", "Gabriel García Márquez", True), ("Garcia Marquez, Gabriel", "García, Gabriel", False),
        ("Jean-Pierre Serre", "J.-P. Serre", True), ("JP Serre", "Jean-Pierre Serre", True),
        ("Xiao-Ming Li", "Xiaoming Li", True), ("X Li", "Li, Xiaoming", True), ("Wei Wang", "Wang Wei", True),
        ("Martin King", "Martin Luther King, Jr.", True), ("King, Martin", "King Jr., Martin Luther", True),
        ("O'Neil", "Cathy O’Neil", True), ("Lloyd Jones, D", "David Lloyd-Jones", True), ("Song", "Le Song", True),
        ("L Song", "Le Song", True), ("Gore", "Al Gore", True), ("LI WEI", "Wei Li", True),
        ("ATLAS Collaboration", "The ATLAS Collaboration", True), ("李明", "李明", True), ("Aristotle", "Aristotle", True),
        ("Ada Lovelace", "Lovelace", True), ("Lovelace, Ada", "Ada Byron Lovelace", True),
    ],
)  # fmt: skip
def test_authors(wanted: str, listed: str, found: bool) -> None:
    query = keywords(authors=[wanted])
    hits = query.hits(Paper(title="x", authors=("Someone Else", listed)))
    assert [hit.text for hit in hits] == ([listed] if found else [])


def test_a_prefix_of_an_author_is_one_of_the_family_name() -> None:
    given = Paper(title="x", authors=("Ada Lovelace",))
    assert Query(Term("lov", Kind.PREFIX, (Field.AUTHOR,))).hits(given)
    assert not Query(Term("ada", Kind.PREFIX, (Field.AUTHOR,))).hits(given)


@pytest.mark.parametrize(
    ("words", "within", "text", "found"),
    [
        ("graph pooling", 1, "pooling graph", ["pooling graph"]),
        ("graph pooling", 2, "graph-based pooling", ["graph-based pooling"]),
        ("graph pooling", 1, "graph-based pooling", []),
        ("graph pooling", 3, "graph. A pooling", ["graph. A pooling"]),
        ("graph graph", 3, "a graph", []),
        ("graph graph", 3, "graph of graphs", ["graph of graphs"]),
        ("multimodal graph", 3, "graphs of multi-modal data", ["graphs of multi-modal"]),
        ("multi-modal graph", 2, "multimodal graph", ["multimodal graph"]),
        ("graph pooling net", 4, "net of graph and pooling, graph pooling net", ["net of graph and pooling", "graph pooling net"]),
        ("a b", 5, "a x b x a", ["a x b", "b x a"]),
        ("art graph", 4, "state-of-the-art graph", []),
    ],
)  # fmt: skip
def test_near(words: str, within: int, text: str, found: list[str]) -> None:
    hits = Query(Term(words, Kind.NEAR, within=within)).hits(Paper(title=text))
    if "pooling net" in words:
        assert {hit.text for hit in hits} >= set(found)
    else:
        assert [hit.text for hit in hits] == found


def test_the_last_word_of_near_may_be_a_prefix() -> None:
    query = Query(Term("graph pool", Kind.NEAR_PREFIX, within=2))
    assert query.hits(Paper(title="Pooling a graph"))
    assert not query.hits(Paper(title="Pooling of a small graph"))


A, B, C = Term("alpha"), Term("beta"), Term("gamma")


@pytest.mark.parametrize(
    ("node", "means"),
    [
        (A, True), (Not(A), False), (And((A, Not(B))), True), (Or((A, Not(B))), False), (Not(Not(A)), True),
        (Not(And((Not(A), B))), False), (Not(Or((Not(A), B))), True), (And(()), False), (Or(()), False),
        (And((Or((A, B)), Not(C))), True), (Or((A, And((B, Not(C))))), True), (And((Not(A), Not(B))), False),
    ],
)  # fmt: skip
def test_every_branch_needs_something_to_find(node: Node, means: bool) -> None:
    assert finds_something(node) is means
    if not means:
        with pytest.raises(QueryError, match="only excludes"):
            Query(node)


@pytest.mark.parametrize("said", range(8))
@pytest.mark.parametrize(
    ("node", "means"),
    [
        (Or((And((A, Not(B))), C)), lambda a, b, c: (a and not b) or c),
        (And((Or((A, B)), Not(And((B, C))))), lambda a, b, c: (a or b) and not (b and c)),
        (And((A, Not(And((B, Not(C)))))), lambda a, b, c: a and not (b and not c)),
        (Not(Not(And((A, Or((B, C)))))), lambda a, b, c: a and (b or c)),
    ],
)
def test_a_tree_means_what_logic_says(node: Node, means: Any, said: int) -> None:
    truths = [bool(said >> n & 1) for n in range(3)]
    words = [name for name, truth in zip(("alpha", "beta", "gamma"), truths, strict=True) if truth]
    assert bool(Query(node).hits(Paper(title=", ".join(words)))) is bool(means(*truths))
