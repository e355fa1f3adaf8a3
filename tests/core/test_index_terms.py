"""What the search index holds of a paper, what a query asks of it, and what can be told at a glance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.index_bounds import bounds
from paperdigest.core.index_terms import LONGEST, index_terms, joined, pair, token
from paperdigest.core.nearness import vector, words_of
from paperdigest.core.paper import Paper
from paperdigest.core.plain_sight import Sight, look
from paperdigest.core.query import And, Not, Or, Query, Term, keywords
from paperdigest.core.tree import Field, Kind, nots_inward

# ------------------------------------------------------------------ tokens


@given(st.text())
def test_a_token_is_one_run_of_signs_that_no_tokenizer_parts(letters: str) -> None:
    made = token("w", letters)
    made.encode()
    assert all(sign.isalnum() or ord(sign) > 127 for sign in made)
    assert made[0] == "w"


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_token_of_a_beginning_is_the_beginning_of_the_token(one: str, other: str) -> None:
    assert token("w", one + other).startswith(token("w", one))


@given(st.text(max_size=LONGEST), st.text(max_size=LONGEST))
def test_different_letters_are_different_tokens(one: str, other: str) -> None:
    encoded = [text.encode("utf-8", "replace") for text in (one, other)]
    assert (token("w", one) == token("w", other)) is (encoded[0] == encoded[1])


def test_no_token_grows_without_end() -> None:
    assert len(token("w", "x" * 10_000)) == LONGEST + 1
    assert len(pair("x" * 10_000)) < 8
    assert len(joined("\ud800")) < 8


def test_a_paper_has_its_words_and_all_that_it_lists() -> None:
    found = index_terms(
        paper(
            title="Fast multi-modal models",
            abstract="Of AIDS.",
            venue="Journal of Maps",
            sources=("Pages",),
            categories=("cs.LG",),
            authors=("Ada Lovelace",),
        )
    )
    assert {"wfast", "tfast", "wmodel", "rmodels", "kmultimodal", "hmultimodal"} <= found
    assert {"waids", token("w", "\x00aids"), "vmap", "spages"} <= found
    assert {token("c", "cs.lg"), "ccs", "alovelace", token("d", "2611.00001")} <= found
    assert "taids" not in found
    assert "wmap" not in found


def test_a_word_inside_an_idiom_is_no_word_of_its_own() -> None:
    found = index_terms(Paper("state-of-the-art maps"))
    assert {"istate", "iart", "wmap"} <= found
    assert not {"wstate", "wart"} & found


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    ("node", "upper", "lower"),
    [
        (Term("cs.LG", fields=(Field.CATEGORY,)), '"ccsĮlg"', '"ccsĮlg"'),
        (Term("cs.*", fields=(Field.CATEGORY,)), '"ccs"', '"ccs"'),
        (Term("cs.L", Kind.PREFIX, (Field.CATEGORY,)), '"ccsĮl" *', '"ccsĮl" *'),
        (Term("Y LeCun", fields=(Field.AUTHOR,)), '"alecun" OR "ay"', ""),
        (Term("77", fields=(Field.ID,)), '"d77"', '"d77"'),
        (Not(Term("a", fields=(Field.SOURCE,))), None, ""),
    ],
)
def test_what_a_query_asks(node: Term | Not, upper: str | None, lower: str) -> None:
    found = bounds(node)
    assert (found.upper, found.lower) == (upper, lower)


def test_what_is_excluded_bounds_from_the_other_side() -> None:
    a, b = (Term(name, fields=(Field.SOURCE,)) for name in "ab")
    assert bounds(And((a, Not(b)))).upper == '("sa") NOT ("sb")'
    assert bounds(And((a, Not(b)))).lower == '("sa") NOT ("sb")'
    assert bounds(Or((a, Not(b)))).upper is None
    assert bounds(And((a, Not(b)))).doubtful == '"sb"'


def test_nots_are_brought_to_the_terms() -> None:
    a, b = Term("a"), Term("b")
    assert nots_inward(Not(And((a, Not(b))))) == Or((Not(a), b))
    assert nots_inward(Not(Or((a, Not(Not(b)))))) == And((Not(a), Not(b)))


def test_a_query_of_any_size_has_bounds() -> None:
    many = Or(tuple(Term(f"some words of topic number {at}") for at in range(200)))
    assert bounds(many).upper is not None
    assert len(bounds(Term("very long words " * 120)).upper or "") < 2_000_000
    deep: Term | And = Term("a")
    for _ in range(300):
        deep = And((deep, Or((Term("b"), Term("c")))))
    assert bounds(deep).upper is None


# ------------------------------------------------------------------ at a glance


def seen(query: Query, title: str, abstract: str = "", *, alone: bool = True) -> bool | None:
    sees = look(query.root)
    assert sees is not None
    return sees(Sight(title, abstract, alone))


@pytest.mark.parametrize(
    "text",
    [
        "large language models",
        "of (Large Language Model)",
        "Large language model.",
        "large-language model",
    ],
)
def test_the_very_words_prove_a_match(text: str) -> None:
    query = keywords(["large language model"])
    if text != "large-language model":
        assert seen(query, text) is True
    assert seen(query, "Of maps", text) in {True, None}


@pytest.mark.parametrize(
    "text",
    [
        "enlarge language models",
        "large language modeling",
        "large, language model",
        "x-large language model",
    ],
)
def test_other_words_are_left_to_the_matcher(text: str) -> None:
    assert seen(keywords(["large language model"]), text) is None


def test_a_literal_whose_letters_are_nowhere_is_not_there() -> None:
    assert seen(keywords(["=RAG"]), "a rag of maps") is False
    assert seen(keywords(["=RAG"]), "a rag of maps", alone=False) is None
    assert seen(keywords(["=RAG"]), "a RAG of maps") is True
    assert seen(keywords(["=RAG", "maps"]), "a rag of maps") is True
    assert seen(keywords(["=RAG"], require=["maps"]), "a rag of maps") is False


def test_a_query_that_a_glance_cannot_settle_is_not_looked_at() -> None:
    assert look(Term("tree*", Kind.PREFIX)) is None
    assert look(Term("Ada", fields=(Field.AUTHOR,))) is None


# ------------------------------------------------------------------ nearness


def test_rare_words_bring_papers_near() -> None:
    papers_with = {"whale": 3, "map": 900, "fold": 2}
    whales = vector(words_of(Paper("Whales on maps")), papers_with, 1_000)
    others = vector(words_of(Paper("Maps of whales")), papers_with, 1_000)
    folded = vector(words_of(Paper("Folding the folds of maps")), papers_with, 1_000)
    assert whales.nearness(others) == pytest.approx(1)
    assert whales.nearness(folded) == 0
    assert whales.shared(others, 5) == ("whale",)


def test_words_of_the_title_weigh_more_and_function_words_nothing() -> None:
    found = words_of(Paper("Whales of the sea", "Whales and maps in 2026."))
    assert found == {"whale": 4, "sea": 3, "map": 1}
