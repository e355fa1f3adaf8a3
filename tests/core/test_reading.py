"""The reading of a query: all brackets, every operator, and parsed again the same query."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import QueryError
from paperdigest.core.expression import parse_query
from paperdigest.core.paper import Paper
from paperdigest.core.pattern import Needle, patterns
from paperdigest.core.query import Query, keywords
from paperdigest.core.reading import reading
from paperdigest.core.tree import ANY_FIELDS, And, Field, Kind, Node, Not, Or, Term

FOLDED = {Field.TITLE, Field.ABSTRACT, Field.KEYWORD, Field.VENUE}


def meaning(node: Node) -> Any:
    """Return what a tree means: like operators in one, in any order, terms by what they look for."""
    match node:
        case Term(text, kind, fields, within):
            folds = FOLDED.issuperset(fields)
            said = patterns(Needle(text, kind, within)) if folds else _letters(text)
            return "term", said, kind, fields, within
        case Not(Not(part)):
            return meaning(part)
        case Not(part):
            return "not", meaning(part)
        case And(parts) | Or(parts):
            operator = type(node).__name__
            flat: list[Any] = []
            for part in map(meaning, parts):
                flat += part[1] if part[0] == operator else [part]
            return operator, sorted(flat, key=repr)


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("graph", "graph"),
        ("a b", "a AND b"),
        ("a b OR c", "(a AND b) OR c"),
        ("a OR b -survey", "(a OR b) AND NOT survey"),
        ("a | (b -survey)", "a OR (b AND NOT survey)"),
        ("a (b (c d))", "a AND b AND c AND d"),
        ("a -(b OR c)", "a AND NOT (b OR c)"),
        ("title:(a OR abs:b)", "title:a OR abstract:b"),
        ("all:x cat:cs", "any:x AND cat:cs"),
        ('"graph"', "graph"),
        ('“graph neural”', '"graph neural"'),
        ('"graph pool*"~3', '"graph pool*"~3'),
        ("graph* =RAG =GPT*", "graph* AND =RAG AND =GPT*"),
        ('="a b" "OR" and', '="a b" AND "OR" AND and'),
        ("C++ GPT-4.5 K-means,", 'C++ AND GPT-4.5 AND "K-means,"'),
        (r'na\"ive "a\"o b"', r'"na\"ive" AND "a\"o b"'),
        ("arXiv:2601.00042v2", 'id:"arxiv:2601.00042"'),
        ("cat:cs.*", "cat:cs.*"),
        ("au:LeCun au:\"Y LeCun\"", 'author:LeCun AND author:"Y LeCun"'),
        ("--a b", "a AND b"),
        ("-a (b -c) d", "b AND d AND NOT c AND NOT a"),
    ],
)  # fmt: skip
def test_a_query_reads(text: str, read: str) -> None:
    assert parse_query(text).reading == read


@pytest.mark.parametrize(
    ("lists", "read"),
    [
        ({"words": ["graph neural", "title:tree*", "=RAG"]}, '"graph neural" OR title:tree* OR =RAG'),
        ({"words": ["a", "b"], "require": [["c"], ["d", "e"]]}, "(a OR b) AND c AND (d OR e)"),
        ({"words": ["a"], "authors": ["Y LeCun"], "exclude": ["title:x"]}, '(a OR author:"Y LeCun") AND NOT title:x'),
        ({"categories": ["cs.LG", "stat.*"], "sources": ["hf"]}, "(cat:cs.LG OR cat:stat.*) AND source:hf"),
        ({"words": ["a"], "query": parse_query("b c")}, "a OR (b AND c)"),
        ({"words": ["a"], "categories": ["cs"], "query": parse_query("b OR c -d")}, "(a OR ((b OR c) AND NOT d)) AND cat:cs"),
        ({"words": ["2601.00042", "K\\\"ahler", "f(R)"]}, '"2601.00042" OR "K\\"ahler" OR "f(R)"'),
        ({"authors": ['Ada "Countess" Lovelace']}, 'author:"Ada ″Countess″ Lovelace"'),
    ],
)  # fmt: skip
def test_lists_read(lists: dict[str, Any], read: str) -> None:
    assert keywords(**lists).reading == read


def test_a_term_of_several_fields_is_several_terms() -> None:
    node = And((Term("a", fields=(Field.TITLE, Field.VENUE)), Term("b", fields=ANY_FIELDS)))
    assert reading(node) == "(title:a OR venue:a) AND any:b"


# -- parsed again, it is the same

WORDS = st.sampled_from(
    ["graph", "C++", "=RAG", "multi-mod*", '"graph neural"', '"a b"~3', '"gra*"', '="x, y"', "na\\\"ive", '"K\\"ahler x"', "2:1", "cs.*", "LEGO:",
     "and", '"OR"', "arXiv:2601.00042", "10.5555/a(b)", "https://example.org/?q=(x)", '"A* b"', '"c *"', "“x″ y”", '"\\"', "图", "$\\beta$", '"\\ "']
)  # fmt: skip
FIELDED = st.builds(
    "{}{}".format, st.sampled_from(["", "", "", "title:", "ti: ", "any:", "cat:", "au:", "id:", "source:", "kw:", "venue:", "-", "NOT "]), WORDS
)  # fmt: skip
EXPRESSIONS = st.recursive(
    FIELDED,
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("{}({})".format, st.sampled_from(["-", "NOT ", "title:", "abs:-", "any:"]), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["OR", "|", "AND", "", "AND NOT", "-"]), inner),
    ),
    max_leaves=12,
).map(lambda text: text.replace("- ", "-"))  # fmt: skip
KEYWORDS = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(["graph", 'K\\"ahler', "abc*", "=", "title:", "\\", '"', "*", " ", "C++", "$\\beta$", ",", "(", ")", "OR", "2601.00042", "-", "“"]), max_size=5).map("".join),
)  # fmt: skip


@settings(deadline=None)
@given(EXPRESSIONS)
@example('id:"K\\ " x')
def test_a_reading_means_what_was_typed(text: str) -> None:
    query = _parsed(text)
    again = parse_query(query.reading)
    assert meaning(again.root) == meaning(query.root)


@settings(deadline=None)
@given(EXPRESSIONS)
def test_a_reading_reads_as_itself(text: str) -> None:
    read = _parsed(text).reading
    assert parse_query(read).reading == read


@settings(deadline=None)
@given(
    words=st.lists(KEYWORDS, max_size=3),
    require=st.lists(st.lists(KEYWORDS, min_size=1, max_size=2), max_size=2),
    exclude=st.lists(KEYWORDS, max_size=2),
    authors=st.lists(KEYWORDS, max_size=2),
    categories=st.lists(KEYWORDS, max_size=2),
    sources=st.lists(KEYWORDS, max_size=2),
)
def test_the_reading_of_lists_means_the_lists(**lists: Any) -> None:
    usable: dict[str, Any] = {name: _usable(name, given) for name, given in lists.items()}
    try:
        query = keywords(**usable)
    except QueryError:
        assume(False)
        raise
    again = parse_query(query.reading)
    assert meaning(again.root) == meaning(query.root)
    assert again.reading == query.reading


def _parsed(text: str) -> Query:
    try:
        return parse_query(text)
    except QueryError:
        assume(False)
        raise


def _usable(name: str, given: list[Any]) -> list[Any]:
    """Return what may stand in such a list."""
    if name == "require":
        groups = [_usable("words", group) for group in given]
        return [group for group in groups if group]
    return [word for word in given if _may_stand(name, word)]


def _may_stand(name: str, word: str) -> bool:
    lists: dict[str, Any] = {"words": ["x"], name: [word]}
    try:
        keywords(**lists)
    except QueryError:
        return False
    return True


def test_a_reading_is_never_nested_too_deeply_to_be_parsed() -> None:
    deep = "a OR b " + "".join(f"(c{n} OR d{n} " for n in range(20)) + "x" + ")" * 20
    query = parse_query(f"{deep} -y")
    assert meaning(parse_query(query.reading).root) == meaning(query.root)


def test_a_query_that_is_read_finds_what_it_found() -> None:
    query = keywords(['K\\"ahler metric'], exclude=["f(R)"])
    read = parse_query(query.reading)
    assert read.hits(Paper(title="Kähler metrics"))
    assert not read.hits(Paper(title="Kähler metrics of f(R)"))
    assert read.root == And(
        (
            Term('K\\"ahler metric', Kind.PHRASE, typed='"K\\"ahler metric"'),
            Not(Term("f(R)", typed='"f(R)"')),
        )
    )
