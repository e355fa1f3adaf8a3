"""Hits lead into the text as it is displayed, whatever it was made of, and however long all of it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import QueryError
from paperdigest.core.expression import parse_query
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, keywords
from paperdigest.core.text import display
from paperdigest.core.tree import And, Field, Kind, Not, Or, Term


@pytest.mark.parametrize(
    ("keyword", "raw", "marked"),
    [
        ("multimodal", "multi<b>modal</b> maps", ["multimodal"]),
        ("multimodal", "A multi&shy;modal map", ["multimodal"]),
        ("multimodal", "A multi&#45;modal map", ["multi-modal"]),
        ("multimodal", "A multi&ndash;modal map", ["multi–modal"]),
        ("generative", r"{\bf G}enerative maps", ["Generative"]),
        ("generative", "{bf G}enerative maps", ["Generative"]),
        ("pretraining", r"{\bf P}re-{\bf T}raining", ["Pre-Training"]),
        ("naive", r"a na\"ive na{\"\i}ve na&iuml;ve map", ["naïve", "naïve", "naïve"]),
        ("M2RAG", "M^2RAG and M$^2$RAG, M<sup>2</sup>RAG", ["M²RAG", "M²RAG", "M²RAG"]),
        ("H2O", "H<sub>2</sub>O or H$_2$O or H_2O", ["H₂O", "H₂O", "H₂O"]),
        ("TGF-beta", r"TGF-$\beta$, TGF-&beta;", ["TGF-β", "TGF-β"]),
        ("x < y", "if x&lt;y or x < y", ["x<y", "x < y"]),
        ("R&D", "R&amp;D, R&amp;amp;D", ["R&D", "R&D"]),
        ("proof", "<i>proofs</i> and <p>proof</p>", ["proofs", "proof"]),
        ("24%", r"by sim24\% or 24\% in all", ["24"]),
        ("case", "Fig.~reffig:case is a case", ["case", "case"]),
        ("model", "the model’s model&#8217;s models", ["model", "model", "models"]),
        ("graph", "a \x00gra\u200bph\u202e, gra\x00ph", ["graph", "graph"]),
        ("éclair", "e\u0301clairs", ["e\u0301clairs"]),
        ("שלום", "a שָׁלוֹם b", ["שָׁלוֹם"]),
    ],
)
def test_a_hit_is_what_people_see(keyword: str, raw: str, marked: list[str]) -> None:
    hits = keywords([keyword]).hits(Paper(title="x", abstract=raw))
    assert [hit.text for hit in hits] == marked
    for hit in hits:
        assert display(raw)[hit.start : hit.end] == hit.text


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [r"\emph{", "}", "{", "$", "^2", "_", " ", "-", "&amp;", "<b>", "</b>", "&eacute;", "\\'e",
             "graph", "Graphs", "multi", "modal", "β", "\u0301", "\u200b", "\ud800", "\x00", "<", "é"]
        ),
        max_size=20,
    ).map("".join)
)  # fmt: skip
def test_offsets_fit_the_displayed_text(raw: str) -> None:
    shown = display(raw)
    for hit in keywords(["graph", "multimodal", "multi*", "=é"]).hits(
        Paper(title=raw, abstract=raw)
    ):
        assert shown[hit.start : hit.end] == hit.text
        assert hit.text
        assert hit.text == hit.text.strip()


# -------------------------------------------------------------------------------------- exclusions

GRAPHS = Paper(
    title="A survey of graph neural networks", abstract="Trees, too.", keywords=("maps",)
)


@pytest.mark.parametrize(
    ("exclude", "kept"),
    [
        (["survey"], False),
        (["surveys"], False),
        (["title:survey"], False),
        (["title:tree"], True),
        (["tree"], False),
        (["map"], False),
        (["=Survey"], True),
        (["surv*"], False),
        (["graph-neural"], False),
        (["graph network"], True),
        (["review", "overview"], True),
        (["review", "SURVEY"], False),
    ],
)
def test_exclude_folds_and_looks_as_keywords_do(exclude: list[str], kept: bool) -> None:
    hits = keywords(["graph"], exclude=exclude).hits(GRAPHS)
    assert [hit.text for hit in hits] == (["graph"] if kept else [])


def test_what_is_both_wanted_and_excluded_is_not_taken() -> None:
    assert not keywords(["graph"], exclude=["graphs"]).hits(GRAPHS)


# ------------------------------------------------------------------------------------------ lengths

ASKED = ["multi modal", "aaa*", "graph", "=a", "a-a-a", "図図", "x y z", "e.g. a"]


def seconds(text: str) -> float:
    asked = [keywords([keyword]) for keyword in ASKED]
    began = time.process_time()
    for match in Matcher(asked).matches([Paper(title="x", abstract=text)]):
        assert match.paper == 0
    return time.process_time() - began


@pytest.mark.parametrize(
    "sign",
    ["a", "{", "}", "\\", "$", "-", "&", "<", "^", "_", "~", "'", "\ud800", "\x00", "\u05d0", "\u202e",
     "e\u0301", "\u0301", "図", "β", "a ", "a-", "{x}", "a<b ", "&amp;", "x_", "$x$", "\\emph{"],
)  # fmt: skip
def test_four_times_the_text_takes_about_four_times_as_long(sign: str) -> None:
    quarter = sign * (60_000 // len(sign))
    short, long = seconds(quarter), seconds(quarter * 4)
    assert long < 2 or long < short * 12


@pytest.mark.parametrize("text", ["a" * 1_000_000, "{" * 1_000_000, "\\" * 1_000_000, "$" * 1_000_000,
                                  "-" * 1_000_000, "&" * 1_000_000, "<" * 1_000_000,
                                  "{" * 50_000 + "graph" + "}" * 50_000])  # fmt: skip
def test_a_megabyte_of_one_sign_is_read_in_seconds(text: str) -> None:
    began = time.process_time()
    found = keywords(["graph"]).hits(Paper(title="x", abstract=text))
    assert bool(found) is ("graph" in text)
    assert time.process_time() - began < 20


def test_a_word_at_the_end_of_a_long_text_is_found_there() -> None:
    text = "paper maps fold. " * 60_000 + "graph"
    (hit,) = keywords(["graph"]).hits(Paper(title="x", abstract=text))
    assert (hit.field, hit.start, hit.end) == (Field.ABSTRACT, len(text) - 5, len(text))


def test_a_keyword_of_two_thousand_characters_finds_itself() -> None:
    long = " ".join(f"word{number}" for number in range(400))[:2_000].rstrip()
    assert keywords([long]).hits(Paper(title="x", abstract=f"so {long}, really"))
    with pytest.raises(QueryError, match="2,001"):
        keywords(["a" * 2_001])


def test_an_expression_of_two_thousand_characters_is_read() -> None:
    long = ("graph OR " + "a" * 2_000)[:2_000]
    assert parse_query(long).hits(Paper(title="A graph"))
    with pytest.raises(QueryError):
        parse_query(long + "a")


def test_two_hundred_terms_are_read_and_one_more_is_refused() -> None:
    words = [f"w{number}" for number in range(200)]
    query = parse_query(" OR ".join(words))
    assert query.hits(Paper(title="on w199 alone"))
    assert not query.hits(Paper(title="on w200 alone"))
    with pytest.raises(QueryError):
        parse_query(" OR ".join([*words, "more"]))


def test_twenty_levels_are_read_and_one_more_is_refused() -> None:
    assert parse_query("(" * 20 + "graph" + ")" * 20).hits(Paper(title="A graph"))
    with pytest.raises(QueryError):
        parse_query("(" * 21 + "graph" + ")" * 21)


def test_a_tree_as_deep_as_any_means_what_it_says() -> None:
    node = Or((Term("graph"), Term("tree")))
    for level in range(60):
        node = Or((And((node, Not(Term(f"w{level}")))), Term(f"v{level}", Kind.PREFIX)))
    assert Query(node).hits(Paper(title="A tree"))
    assert Query(node).hits(Paper(title="A tree and w0 and v5x"))
    assert not Query(node).hits(Paper(title="A tree and w59"))
