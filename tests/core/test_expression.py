"""The expression language: what a text means, and what is said where it means nothing."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import paperdigest
from paperdigest.core.errors import QueryError
from paperdigest.core.expression import MOST_TERMS, parse_query
from paperdigest.core.expression_tokens import DEEPEST, FIELDS
from paperdigest.core.keyword import LONGEST
from paperdigest.core.paper import Paper
from paperdigest.core.remarks import remarks
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
)

FAULTS = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "query_errors.jsonl").read_text().splitlines()
]
SIGNS = st.sampled_from(
    [*"()|-=*~^[]:/\\\"“”″ \n", "OR", "AND", "NOT", "title:", "au:", "id:", "graph", "a", "²", "图", "\u200b"]
)  # fmt: skip
ANYTHING = st.one_of(st.text(max_size=80), st.lists(SIGNS, max_size=25).map("".join))


def fault(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    return caught.value


def said_of(text: str) -> QueryError | None:
    try:
        parse_query(text)
    except QueryError as said:
        return said
    return None


def root(text: str) -> Node:
    return parse_query(text).root


def term(text: str) -> Term:
    node = root(text)
    assert isinstance(node, Term)
    return node


def plain(text: str, fields: tuple[Field, ...] = TEXT_FIELDS, typed: str = "") -> Term:
    return Term(text, fields=fields, typed=typed or text)


@pytest.mark.parametrize("case", FAULTS, ids=[case["query"] for case in FAULTS])
def test_a_fault_is_told_at_its_place(case: dict[str, Any]) -> None:
    said = fault(case["query"])
    assert said.column == case["column"]
    assert case["mentions"].lower() in f"{said.message} {said.hint}".lower()


@pytest.mark.parametrize("case", FAULTS, ids=[case["query"] for case in FAULTS])
def test_a_fault_says_what_to_do(case: dict[str, Any]) -> None:
    assert fault(case["query"]).hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('"graph neural', "this quote is never closed", 'add the closing "'),
        ("(a OR b", 'this "(" is never closed', 'add the closing ")"'),
        ("a ) b", 'this ")" has no opening "("', "remove it, or add the opening one"),
        ("-survey", "this only excludes", "add a term that must be present"),
        ("a OR", '"OR" needs a term on both sides', "add one, or remove it; as text, put it in quotes"),
        ("tr*", '"*" needs at least 3 characters before it', "write more of the word, or all of it without the star"),
        ("a ANDNOT b", '"ANDNOT" is not known here', "write `-b` or `NOT b`"),
        ("/regex/", "regular expressions are not supported", "use `prefix*` or OR"),
    ],
)  # fmt: skip
def test_a_fault_has_the_documented_words(text: str, message: str, hint: str) -> None:
    said = fault(text)
    assert (said.message, said.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a OR OR b", "OR"), ("x titel:foo", "titel:"), ("a tr* b", "tr*"), ('"graph tr*"', "tr*"), ("GNN^3 b", "^3"),
        ("foo[tiab] b", "[tiab]"), ("a ANDNOT b", "ANDNOT"), ("a () b", "()"), ("/x y/ b", "/x y/"), ("a ... b", "..."),
        ("a OR -b", "-"), ("a OR NOT b", "NOT"), ('"a b c d e f g"~10', "~10"), ("a title:", "title:"),
    ],
)  # fmt: skip
def test_a_fault_marks_what_is_wrong(text: str, marked: str) -> None:
    said = fault(text)
    start = said.column - 1
    assert text[start : start + said.length] == marked


@pytest.mark.parametrize(
    ("typed", "guess"),
    [("titel", "title"), ("itel", "title"), ("abstact", "abstract"), ("authors", "author"), ("intitle", "title"), ("doi", "id"), ("journal", "venue")],
)  # fmt: skip
def test_an_unknown_field_has_a_suggestion(typed: str, guess: str) -> None:
    assert f'did you mean "{guess}:"?' in fault(f"{typed}:x").hint


# -- terms


@pytest.mark.parametrize(
    "text",
    [
        "multi-modal", "GPT-4.5", "C++", "C#", ".NET", "K-means,", "state-of-the-art", r"na\"ive", r"\"Uber", "2:1", "LEGO:",
        "Title:graph", "x2:y", "S2:1", "std::vector", "and", "x^2y", "M^2RAG", "Q&A", "AND/OR", "ANDs", "$\\beta$-VAE", "图神经", "don't", "[18F]FDG",
    ],
)  # fmt: skip
def test_a_bare_word_is_one_term(text: str) -> None:
    assert root(text) == plain(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('"graph neural"', Term("graph neural")),
        ("“graph neural”", Term("graph neural")),
        ('"OR"', Term("OR")),
        ("=RAG", Term("RAG", Kind.LITERAL)),
        ("=OR", Term("OR", Kind.LITERAL)),
        ('="Graph Net"', Term("Graph Net", Kind.LITERAL)),
        ("=RAG*", Term("RAG", Kind.LITERAL_PREFIX)),
        ('="Graph Net*"', Term("Graph Net", Kind.LITERAL_PREFIX)),
        ("graph*", Term("graph", Kind.PREFIX)),
        ('"graph neur*"', Term("graph neur", Kind.PREFIX)),
        ('"A* search"', Term("A* search")),
        ('"graph *"', Term("graph *")),
        ('"C*-algebra"', Term("C*-algebra")),
        ('"a b"~3', Term("a b", Kind.NEAR, within=3)),
        ('"a graph*"~12', Term("a graph", Kind.NEAR_PREFIX, within=12)),
        ('"graph"~3', Term("graph")),
        ("title:x", Term("x", fields=(Field.TITLE,))),
        ("title:=RAG", Term("RAG", Kind.LITERAL, (Field.TITLE,))),
        ("title: x", Term("x", fields=(Field.TITLE,))),
        ("any:x", Term("x", fields=ANY_FIELDS)),
        ("author:lov*", Term("lov", Kind.PREFIX, (Field.AUTHOR,))),
        ("cat:cs.*", Term("cs.*", fields=(Field.CATEGORY,))),
        ("arXiv:2601.00042", Term("arxiv:2601.00042", fields=(Field.ID,))),
        ("arxiv:2601.00042v2", Term("arxiv:2601.00042", fields=(Field.ID,))),
        ("arXiv:math/0301001", Term("arxiv:math/0301001", fields=(Field.ID,))),
        ("2601.00042", Term("2601.00042", fields=(Field.ID,))),
        ("https://arxiv.org/abs/2601.00042", Term("arxiv:2601.00042", fields=(Field.ID,))),
        ("https://example.org/x", Term("https://example.org/x", fields=(Field.ID,))),
        ("doi:10.5555/ABC", Term("doi:10.5555/abc", fields=(Field.ID,))),
        ("10.5555/ABC", Term("doi:10.5555/abc", fields=(Field.ID,))),
        ("https://doi.org/10.5555/abc", Term("doi:10.5555/abc", fields=(Field.ID,))),
        ("doi:10.5555/a(b)c,", Term("doi:10.5555/a(b)c", fields=(Field.ID,))),
        ("id:2601.00042", Term("2601.00042", fields=(Field.ID,))),
        ("pmid:0123", Term("pmid:123", fields=(Field.ID,))),
        ("title:arXiv:2601.00042", Term("arXiv:2601.00042", fields=(Field.TITLE,))),
    ],
)  # fmt: skip
def test_a_term_means(text: str, meant: Term) -> None:
    found = term(text)
    assert (found.text, found.kind, found.fields, found.within) == (
        meant.text,
        meant.kind,
        meant.fields,
        meant.within,
    )


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        ("title ti", (Field.TITLE,)), ("abstract abs", (Field.ABSTRACT,)), ("author au", (Field.AUTHOR,)),
        ("category cat", (Field.CATEGORY,)), ("keyword kw", (Field.KEYWORD,)), ("source src", (Field.SOURCE,)),
        ("venue", (Field.VENUE,)), ("id", (Field.ID,)), ("any all", ANY_FIELDS),
    ],
)  # fmt: skip
def test_every_field_has_its_names(names: str, fields: tuple[Field, ...]) -> None:
    for name in names.split():
        assert term(f"{name}:graph").fields == fields
    assert len(FIELDS) == 16


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("graph", ["graph"]),
        ('"graph   neural"~3', ['"graph neural"~3']),
        ("title:=RAG", ["title:=RAG"]),
        ("title:(graph OR neur*)", ["graph", "neur*"]),
        ("graph -tree", ["graph"]),
        ("au: lovelace x", ["x", "au: lovelace"]),
        ("arXiv:2601.00042", ["arXiv:2601.00042"]),
    ],
)  # fmt: skip
def test_a_hit_is_called_as_typed(text: str, called: list[str]) -> None:
    found = parse_query(text).hits(
        Paper(title="Graph neural x RAG", authors=("A. Lovelace",), id="arxiv:2601.00042")
    )
    assert list(dict.fromkeys(hit.term for hit in found)) == called


# -- trees

A, B, C, D = plain("a"), plain("b"), plain("c"), plain("d")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a|b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("((a))", A),
        ("(a)OR(b)", Or((A, B))),
        ("a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("-b a", And((A, Not(B)))),
        ("a OR b -c", And((Or((A, B)), Not(C)))),
        ("a -c OR b", And((Or((A, B)), Not(C)))),
        ("a OR b NOT c", And((Or((A, B)), Not(C)))),
        ("a OR (b -c)", Or((A, And((B, Not(C)))))),
        ("(a OR b -c)", Or((A, And((B, Not(C)))))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ("a -(b -c)", And((A, Not(And((B, Not(C))))))),
        ("a OR b -c -d", And((Or((A, B)), Not(C), Not(D)))),
        ("--a", A),
        ("NOT -a b", And((A, B))),
        ("-(-a)", A),
        ("a (-b)", And((A, Not(B)))),
        ('a"b"', And((A, plain("b", typed='"b"')))),
        ("a –b", And((A, Not(B)))),
    ],
)  # fmt: skip
def test_a_text_means_a_tree(text: str, meant: Node) -> None:
    assert root(text) == meant


def test_a_field_is_for_all_of_its_group_but_other_fields() -> None:
    title, author = (Field.TITLE,), (Field.AUTHOR,)
    inner = plain("b", author, typed="author:b")
    assert root("title:(a OR author:b)") == Or((plain("a", title), inner))


def test_a_field_ends_with_its_term() -> None:
    assert root("title:a b") == And((plain("a", (Field.TITLE,), "title:a"), B))


# -- whatever is typed


@settings(deadline=None)
@given(ANYTHING)
@example("(" * 1_999)
@example("-(" * 900)
@example('"' * 1_001)
def test_any_text_is_a_query_or_a_fault_inside_it(text: str) -> None:
    said = said_of(text)
    if said is not None:
        assert 1 <= said.column <= len(text) + 1
        assert said.length >= 1
        assert (said.message + said.hint).isprintable()


@pytest.mark.parametrize("piece", ["(", "-", "NOT ", "title:", "a ", "a|", '"', "[", "^", "/a ", "\\", "図", "$^{", "(a OR -", "10.1/(", "&#"])  # fmt: skip
def test_a_long_text_takes_no_time(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    took = []
    for _ in range(3):
        start = time.process_time()
        said_of(text)
        took.append(time.process_time() - start)
    assert (
        min(took) < 0.25
    )  # 10 ms on a machine of today; what grows with the square takes longer than this


@pytest.mark.parametrize("piece", ["(", "-", "NOT ", "title:"])
def test_ten_thousand_of_one_sign_are_too_many_characters(piece: str) -> None:
    said = fault(piece * 10_000)
    assert "characters" in said.message
    assert said.column == LONGEST + 1


def test_a_query_has_at_most_two_thousand_characters() -> None:
    parse_query("a" * LONGEST)
    assert (fault("a" * (LONGEST + 3)).column, fault("a" * (LONGEST + 3)).length) == (
        LONGEST + 1,
        3,
    )


def test_a_query_has_at_most_two_hundred_terms() -> None:
    parse_query("a " * MOST_TERMS)
    assert fault("a " * MOST_TERMS + "b").column == 2 * MOST_TERMS + 1


@pytest.mark.parametrize("opening", ["(", "-(", "title:(", "(a OR ", "a NOT ("])
def test_brackets_are_nested_at_most_twenty_deep(opening: str) -> None:
    assert "levels" in fault(opening * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1)).message


def test_the_bracket_that_is_one_too_deep_is_marked() -> None:
    assert parse_query("(" * DEEPEST + "a" + ")" * DEEPEST).root == A
    assert fault("x " + "(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1)).column == DEEPEST + 3


def test_the_library_offers_it() -> None:
    assert paperdigest.parse_query("a").root == A


# -- what may not be meant


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("graph and tree", ["and"]),
        ("graph or tree not forest", ["or", "not"]),
        ("a b OR c", ["a b"]),
        ("a OR title:b  c", ["title:b  c"]),
        ("a AND b OR c", ["a AND b"]),
        ("x (a OR b c)", ["b c"]),
        ("(a OR b -c) d", ["b -c"]),
        ("f(R) gravity", ["f("]),
        ("author:Yann LeCun", ["author:Yann LeCun"]),
        ('graph "and" =or', []),
        ("a OR b -c", []),
        ("a OR b AND NOT c", ["NOT c"]),
        ("a OR (b AND NOT c)", []),
        ("a AND NOT c", []),
        ("a OR b -(c d)", []),
        ("a OR (b c)", []),
        ("a b c", []),
        ("title:(a OR b) NOT (c OR d)", []),
        ('"never closed and', []),
        (")(", []),
        ("author:lecun transformer", []),
    ],
)
def test_remarks_mark_what_may_not_be_meant(text: str, marked: list[str]) -> None:
    found = [text[one.column - 1 : one.column - 1 + one.length] for one in remarks(text)]
    assert found == marked


def test_a_remark_says_what_to_write() -> None:
    (said,) = remarks("graph or tree")
    assert str(said) == (
        '"or" is read as a word · the operator is OR in capitals; if the word is meant, write "or"'
    )


@settings(deadline=None)
@given(ANYTHING)
def test_remarks_never_fail(text: str) -> None:
    for said in remarks(text):
        assert 1 <= said.column <= len(text)


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        ("arxiv.org/abs/2401.00001v2", "arxiv:2401.00001"),
        ("hep-th/9901001", "arxiv:hep-th/9901001"),
        ("doi.org/10.1000/XY", "doi:10.1000/xy"),
    ],
)
def test_an_address_without_a_scheme_and_an_old_id_are_ids(typed: str, id_: str) -> None:
    assert parse_query(typed).hits(Paper(title="x", ids=(id_,)))
    assert not parse_query(typed).hits(Paper(title="x", ids=("arxiv:2401.00002",)))
