"""What holds of folding and matching whatever the text: nothing here knows how it is done."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from paperdigest.core.closed_words import FUNCTION_WORDS, word_set
from paperdigest.core.errors import QueryError
from paperdigest.core.fold import fold
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.plural import IRREGULAR
from paperdigest.core.query import Query
from paperdigest.core.spelling import ENDS, WHOLE
from paperdigest.core.text import display
from paperdigest.core.tree import And, Kind, Node, Not, Or, Term
from real_papers import real_papers


def finds(query: str, title: str, kind: Kind = Kind.PHRASE) -> bool:
    return bool(Query(Term(query, kind)).hits(Paper(title=title)))


def keys(word: str) -> set[str]:
    """Return the keys of a word in small letters."""
    (one,) = fold(word).words
    return {key for key in one.keys if key.isalnum()}


# ------------------------------------------------------------------------------- once is enough

LISTED = sorted({*IRREGULAR, *chain(*IRREGULAR.values()), *ENDS, *WHOLE})
BRITISH = sorted(
    word_set(
        """
        gastrooesophageal oesophagus transoesophageal oedema lymphoedema phytooestrogen tumour
        haematoma leukaemia palaeontology centred manoeuvring labelled tranquilliser practise
        encyclopaedia sulphur speciality cognisance dishevelled counsellor moulting analysing
        """
    )
)
ENDINGS = ["", "s", "es", "ies", "sses", "ise", "ising", "isation", "yse", "lled", "our", "ae", "i"]
MADE_UP = st.builds(
    str.__add__, st.text("aceilmnorstuy", min_size=2, max_size=8), st.sampled_from(ENDINGS)
)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(LISTED + BRITISH) | MADE_UP)
@example("cyanobacterias")
@example("caeca")
def test_a_key_is_its_own_key(word: str) -> None:
    for key in keys(word):
        assert key in keys(key)
        assert keys(key) <= keys(word)


def test_every_word_of_the_real_papers_has_keys_that_are_their_own() -> None:
    words = {
        word.raw
        for one in real_papers().values()
        for text in (one.title, one.abstract)
        for word in fold(display(text)).words
        if word.raw.isalpha()
    }
    assert len(words) > 4_000
    for word in words:
        assert all(key in keys(key) for key in keys(word)), word


@settings(deadline=None)
@given(
    st.sampled_from(LISTED), st.sampled_from([str.title, str.upper, "({})".format, "x-{}".format])
)
def test_a_word_is_found_in_any_dress(word: str, dress: Callable[[str], str]) -> None:
    assert finds(word, dress(word))


# ----------------------------------------------------------------------------- compounds, parted

PART = st.sampled_from(
    sorted(
        word_set(
            "multi modal data set graph colour analyses models off out up a an of in to by x k 4 2d "
            "pre training LLM β β4 é image text"
        )
    )
)
JOINED, BLANK = "", " "
SEPARATORS = [JOINED, BLANK, "-", "–", "\u2011", "/", "&", "_", " & ", " / "]


def may_be_joined(parts: list[str]) -> bool:
    """Say whether a blank may join these parts: no function word, no single letter."""
    return not any(
        part in FUNCTION_WORDS or (len(part) == 1 and part.isalpha() and part != "β")
        for part in parts
    )


@settings(deadline=None, max_examples=500)
@given(
    st.lists(PART, min_size=2, max_size=3),
    st.sampled_from(SEPARATORS),
    st.sampled_from(SEPARATORS),
)
@example(["multi", "modal"], "", " ")
@example(["a", "modal"], "", " ")
@example(["x", "image"], " ", "")
def test_a_compound_is_found_however_it_is_written(
    parts: list[str], asked: str, written: str
) -> None:
    query, title = asked.join(parts), f"The: {written.join(parts)}."
    assume(asked == written == JOINED or _apart(parts))
    assume(display(title) == title)  # "k_4" is one sign with a subscript, "k₄", and no compound
    # "βé" is folded to "betae", and that is the plural of "beta": it is found without any compound.
    assume(not any(finds(query, part) for part in parts))
    blank_against_joined = {asked, written} == {BLANK, JOINED}
    assert finds(query, title) is (not blank_against_joined or may_be_joined(parts))


def _apart(parts: list[str]) -> bool:
    """Say whether the parts are seen to be parts when nothing stands between them."""
    greek = any(left[-1] + right[0] == "ββ" for left, right in pairwise(parts))
    return len(fold("".join(parts)).words) == 1 and not greek and parts[-1] not in {"β", "β4"}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["low", "level", "deep", "of", "net"]), min_size=2, max_size=4))
def test_the_parts_of_a_hyphenated_compound_are_words(parts: list[str]) -> None:
    for first in range(len(parts)):
        for past in range(first + 1, len(parts) + 1):
            assert finds(" ".join(parts[first:past]), "A " + "-".join(parts))


# ----------------------------------------------------------------------------------------- itself

ANY_TITLE = st.one_of(
    st.text(alphabet=st.characters(exclude_characters='"', codec="utf-8"), max_size=40),
    st.text("aA sS'.,;:-–—/&_+#()[]{}$^~\\<>=%!?*1²βα图é", max_size=40),
)


@settings(deadline=None, max_examples=400)
@given(ANY_TITLE)
def test_a_title_copied_as_it_is_displayed_finds_its_paper(title: str) -> None:
    shown = display(title)
    assume(fold(shown).words)
    assert finds(shown, title)
    assert finds(shown, title, Kind.LITERAL)


@pytest.mark.parametrize("kind", [Kind.PHRASE, Kind.LITERAL])
def test_every_real_title_finds_its_paper(kind: Kind) -> None:
    papers = list(real_papers().values())
    asked = [Query(Term(display(one.title).replace('"', " "), kind)) for one in papers]
    found = {(match.query, match.paper) for match in Matcher(asked).matches(papers)}
    missed = [at for at, one in enumerate(papers) if (at, at) not in found and '"' not in one.title]
    assert not missed


PIECES = st.sampled_from(
    [
        "multi-modal models",
        "LLMs'",
        "e.g. data",
        "state-of-the-art",
        "GPT-4.5",
        "图神经",
        "colour-coded",
        "in put",
        "of a",
        "SARS and sars",
        "C++17",
        "vs. k-means",
        "β4 TGF-β",
        "data sets",
        "analyses,",
        "a/b",
        "x_y",
        "(set)",
        "model’s",
    ]
)
TITLES = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)


@settings(deadline=None, max_examples=400)
@given(TITLES, st.data(), st.sampled_from([Kind.PHRASE, Kind.PREFIX, Kind.LITERAL, Kind.NEAR]))
def test_what_is_marked_finds_the_term_by_itself(
    title: str, data: st.DataObject, kind: Kind
) -> None:
    words = title.split()
    first = data.draw(st.integers(0, len(words) - 1))
    query = " ".join(words[first : first + data.draw(st.integers(1, 3))])
    assume(fold(display(query)).words)
    asked = Query(Term(query, kind, within=4))
    hits = asked.hits(Paper(title=title))
    for hit in hits:
        assert display(title)[hit.start : hit.end] == hit.text
        assert asked.hits(Paper(title=hit.text))
    assert hits or kind is Kind.NEAR


# ------------------------------------------------------------------------------------------ logic

TERMS = [Term("graph"), Term("neural net"), Term("pool", Kind.PREFIX), Term("=X", Kind.LITERAL)]
TERMS += [Term("multimodal"), Term("graph pooling", Kind.NEAR, within=3), Term("survey")]


def trees() -> st.SearchStrategy[Node]:
    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))

    return st.recursive(st.sampled_from(TERMS), grown, max_leaves=8)


def holds(node: Node, paper: Paper) -> bool:
    """Say what a tree means, each term asked alone."""
    match node:
        case Term():
            return bool(Query(node).hits(paper))
        case Not(part):
            return not holds(part, paper)
        case And(parts):
            return all(holds(part, paper) for part in parts)
        case Or(parts):
            return any(holds(part, paper) for part in parts)


def query_of(node: Node) -> Query | None:
    try:
        return Query(node)
    except QueryError:
        return None


SAYINGS = st.lists(
    st.sampled_from(["graph", "neural", "nets", "pooling", "multi-modal", "surveys", "X", "of"]),
    min_size=1,
    max_size=6,
).map(" ".join)
PAPERS = st.builds(Paper, title=SAYINGS, abstract=SAYINGS)


@settings(deadline=None, max_examples=200)
@given(st.lists(trees(), min_size=1, max_size=6), st.lists(PAPERS, min_size=1, max_size=5))
def test_many_trees_at_once_mean_what_logic_says_of_each(
    nodes: list[Node], papers: list[Paper]
) -> None:
    asked = [query for query in map(query_of, nodes) if query is not None]
    found = {(match.query, match.paper) for match in Matcher(asked).matches(papers)}
    assert found == {
        (number, at)
        for number, query in enumerate(asked)
        for at, one in enumerate(papers)
        if holds(query.root, one)
    }
    for number, query in enumerate(asked):
        assert [at for at, one in enumerate(papers) if query.hits(one)] == sorted(
            at for asked_number, at in found if asked_number == number
        )
