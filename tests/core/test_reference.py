"""The matcher finds what the slow reference finds, at the same places: on made-up and on real texts."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from paperdigest.core.closed_words import word_set
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.core.text import display
from paperdigest.core.tree import Field, Kind, Term
from real_papers import real_papers
from reference import Place, places
from reference_words import read

SEED = 20261126
SKIPPED = 0.75  # of the papers that the matcher does not find: most are far from it
WORDS = sorted(
    word_set(
        """
        multi modal multimodal modals data set sets dataset Datasets a of the symmetric asymmetric
        GPT 4 4.5 GPT4 K k means LLM LLMs GPUs gpus SARS sar MICE mice mouse analyses analysis
        colour color coloured coded organi sation organisation organization end to state art so
        called end-to-end state-of-the-art 图 神经 网络 β beta αβ Δ C++ C# .NET matri ces matrix
        bases base leaves C naïve naive Straße na use uses in put input is land over lay off
        out vs. al cf i.e. CD4+ 10 5 1.5 labelled labeled program programme off-line
        oesophagus esophagus gastro-oesophageal gastroesophageal x-ray rays X A I 2D 3Ds
        """
    )
)
GAPS = (
    [" "] * 6
    + ["-"] * 4
    + ["/", "&", "_", " & ", " / ", ". ", ", ", "- ", " -", " - ", "–", "—"]
    + ["---", "’s ", "' ", "'", "/-", "", ".", "; ", " (", ") ", '"', " + ", "--", "\u2011"]
)


@st.composite
def texts(draw: st.DrawFn, most: int = 9) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=most))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(words), max_size=len(words)))
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    return text.upper() if draw(st.integers(0, 9)) == 0 else text


@st.composite
def cut_from(draw: st.DrawFn, text: str) -> str:
    """Draw a piece of the text, parted otherwise here and there."""
    words = text.split(" ")
    first = draw(st.integers(0, len(words) - 1))
    piece = " ".join(words[first : first + draw(st.integers(1, 4))])
    for old in draw(st.lists(st.sampled_from(" -/&_.,s"), max_size=2)):
        piece = piece.replace(old, draw(st.sampled_from(["", " ", "-", "/"])), 1)
    return piece


def found(term: Term, title: str) -> set[Place]:
    return {(hit.start, hit.end) for hit in Query(term).hits(Paper(title=title))}


def agree(term: Term, title: str) -> None:
    if read(term.text).tokens:
        assert found(term, title) == places(term, title)


KINDS = st.sampled_from([Kind.PHRASE, Kind.PHRASE, Kind.PREFIX, Kind.LITERAL, Kind.LITERAL_PREFIX])


@settings(deadline=None, max_examples=400)
@given(texts(), st.data(), KINDS)
def test_a_piece_of_a_text_is_found_where_the_reference_finds_it(
    title: str, data: st.DataObject, kind: Kind
) -> None:
    agree(Term(data.draw(cut_from(title)), kind), title)


@settings(deadline=None, max_examples=400)
@given(texts(4), KINDS, texts())
@example("e.g. a", Kind.PHRASE, "e.g., a")
@example("state of the art", Kind.PREFIX, "state-of-the-arts")
@example("LLM", Kind.PHRASE, "LLM-as-a-judge")
def test_any_term_is_found_where_the_reference_finds_it(query: str, kind: Kind, title: str) -> None:
    agree(Term(query, kind), title)


@settings(deadline=None, max_examples=200)
@given(texts(3), st.integers(1, 4), texts())
def test_the_beginning_of_a_term_is_found_where_the_reference_finds_it(
    query: str, cut: int, title: str
) -> None:
    agree(Term(query[:-cut], Kind.PREFIX), title)


NEAR = st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join)


@settings(deadline=None, max_examples=300)
@given(NEAR, st.integers(1, 5), st.sampled_from([Kind.NEAR, Kind.NEAR_PREFIX]), texts())
def test_words_near_each_other_are_found_where_the_reference_finds_them(
    words: str, within: int, kind: Kind, title: str
) -> None:
    agree(Term(words, kind, within=within), title)


def drawn_from(texts: Sequence[str], count: int, dice: random.Random) -> list[Term]:
    """Draw terms of every kind, mostly phrases of one to four words, some of them parted otherwise."""
    drawn: dict[Term, None] = {}
    while len(drawn) < count:
        words = display(dice.choice(texts)).split(" ")
        first = dice.randrange(len(words))
        piece = " ".join(words[first : first + dice.choice([1, 1, 2, 2, 3, 4])])
        kind = dice.choice([Kind.PHRASE] * 7 + [Kind.PREFIX, Kind.LITERAL, Kind.NEAR])
        if dice.random() < 0.4:
            piece = piece.replace(dice.choice("- /"), dice.choice(["", " ", "-"]))
        if kind is Kind.PREFIX:
            piece = piece[: max(3, len(piece) - dice.randrange(4))]
        if len(piece) > 2 and read(piece).tokens:
            drawn[Term(piece, kind, (Field.TITLE, Field.ABSTRACT), within=3)] = None
    return list(drawn)


def test_terms_drawn_from_real_papers_are_found_where_the_reference_finds_them() -> None:
    papers = list(real_papers().values())
    dice = random.Random(SEED)
    asked = drawn_from([text for one in papers for text in (one.title, one.abstract)], 220, dice)
    by_matcher: dict[tuple[int, int], set[tuple[str, int, int]]] = {}
    for match in Matcher([Query(term) for term in asked]).matches(papers):
        by_matcher[match.query, match.paper] = {(h.field, h.start, h.end) for h in match.hits}
    for number, term in enumerate(asked):
        for at, one in enumerate(papers):
            if (number, at) not in by_matcher and dice.random() < SKIPPED:
                continue
            expected = {("title", *place) for place in places(term, one.title)}
            expected |= {("abstract", *place) for place in places(term, one.abstract)}
            assert by_matcher.get((number, at), set()) == expected, (number, at)
