"""Many queries at once: the same as one by one, the same as the slow way, on any text."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.closed_words import word_set
from paperdigest.core.errors import QueryError
from paperdigest.core.fold import JOIN, MARK, Folded, fold
from paperdigest.core.forms import (
    american_letters,
    joined_query_keys,
    joined_text_keys,
    query_keys,
)
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, keywords
from paperdigest.core.spelling import american_openings
from paperdigest.core.text import display
from paperdigest.core.tree import And, Kind, Node, Not, Or, Term

DUMPS = Path(__file__).parents[2].parent / "shared" / "dumps"
WORDS = sorted(
    word_set(
        "multi modal multimodal data set sets dataset datasets a of symmetric asymmetric GPT "
        "4 4.5 GPT4 K means LLM LLMs SARS sar analyses analysis colour color coded organi "
        "sation organization end to state the art so called 图 神经 β beta C++ matri ces matrix "
        "C"
    )
)
GAPS = [" ", " ", " ", "-", "-", "/", " & ", ". ", ", ", "- ", " - ", "_", "’s ", "'"]


@st.composite
def texts(draw: st.DrawFn, most: int = 8) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=most))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(words), max_size=len(words)))
    return "".join(word + gap for word, gap in zip(words, gaps, strict=True)).rstrip(" -&/_.,")


def slow(query: str, text: str, *, prefix: bool = False) -> set[tuple[int, int]]:
    """Find a phrase by the letter of the rules: every way to read parts as one, on both sides."""
    wanted, there = fold(display(query)), fold(display(text))
    found = set()
    for first, word in enumerate(there.words):
        pasts = set(_pasts(wanted, there, 0, first, prefix=prefix)) if word.starts else set()
        if prefix and pasts:
            pasts = {min(pasts)}
        spans = there.spans
        for past in pasts:
            end = past
            while prefix and not there.words[end - 1].ends:
                end += 1
            if there.words[end - 1].ends:
                found.add((spans[first][0], spans[end - 1][1]))
    return found


def _pasts(wanted: Folded, there: Folded, at: int, where: int, *, prefix: bool) -> Iterator[int]:
    if at == len(wanted.words):
        yield where
        return
    if where == len(there.words) or (at and not _parted_alike(wanted, at, there, where)):
        return
    for at_end in _ends(wanted, at):
        for where_end in _ends(there, where):
            if prefix and at_end == len(wanted.words):
                if _opens(wanted, at, there, where, where_end):
                    yield where_end
            elif _same(wanted, at, at_end, there, where, where_end):
                yield from _pasts(wanted, there, at_end, where_end, prefix=prefix)


def _parted_alike(wanted: Folded, at: int, there: Folded, where: int) -> bool:
    return (wanted.before[at] == MARK) == (there.before[where] == MARK)


def _ends(text: Folded, start: int) -> Iterator[int]:
    yield start + 1
    for end in range(start + 2, len(text.words) + 1):
        if not text.joins(end - 1):
            return
        yield end


def _same(wanted: Folded, at: int, at_end: int, there: Folded, where: int, where_end: int) -> bool:
    asked = [word.shape for word in wanted.words[at:at_end]]
    said = [word.shape for word in there.words[where:where_end]]
    keys = (
        query_keys(asked[0], both=wanted.both)
        if len(asked) == 1
        else joined_query_keys(tuple(asked), both=wanted.both)
    )
    if len(said) == 1:
        return bool(set(keys) & set(there.words[where].keys))
    return bool(set(keys) & set(joined_text_keys(tuple(said), both=there.both)))


def _opens(wanted: Folded, at: int, there: Folded, where: int, where_end: int) -> bool:
    if any(there.before[n] != JOIN for n in range(where + 1, where_end)):
        return False
    said = [word.shape for word in there.words[where:where_end]]
    forms = {"".join(said).casefold(), american_letters("".join(said))}
    forms.add("".join(american_letters(shape) for shape in said))
    forms |= set(
        there.words[where].keys
        if len(said) == 1
        else joined_text_keys(tuple(said), both=there.both)
    )
    openings = american_openings("".join(word.raw for word in wanted.words[at:]))
    return any(form.startswith(opening) for form in forms for opening in openings)


@settings(deadline=None, max_examples=300)
@given(texts(4), texts())
def test_a_phrase_is_found_where_the_slow_way_finds_it(query: str, text: str) -> None:
    hits = Query(Term(query)).hits(Paper(title=text))
    assert {(hit.start, hit.end) for hit in hits} == slow(query, text)


@settings(deadline=None, max_examples=200)
@given(texts(3), st.integers(1, 4), texts())
def test_a_prefix_is_found_where_the_slow_way_finds_it(query: str, cut: int, text: str) -> None:
    query = display(query)[:-cut].strip() or "mul"
    hits = Query(Term(query, Kind.PREFIX)).hits(Paper(title=text))
    assert {(hit.start, hit.end) for hit in hits} == slow(query, text, prefix=True)


def nodes() -> st.SearchStrategy[Node]:
    kinds = st.sampled_from([Kind.PHRASE, Kind.PREFIX, Kind.LITERAL, Kind.NEAR])
    leaf: st.SearchStrategy[Node] = st.builds(Term, texts(3), kinds, within=st.integers(1, 4))

    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))

    return st.recursive(leaf, grown, max_leaves=4)


def queries() -> st.SearchStrategy[Query | None]:
    def query(node: Node) -> Query | None:
        try:
            return Query(node)
        except QueryError:
            return None

    return nodes().map(query)


@settings(deadline=None, max_examples=100)
@given(st.lists(queries(), max_size=5), st.lists(texts(), max_size=4))
def test_many_at_once_find_what_each_finds_alone(
    given_queries: list[Query | None], titles: list[str]
) -> None:
    asked = [query for query in given_queries if query is not None]
    papers = [Paper(title=title, abstract=title[::-1]) for title in titles]
    together = {(match.query, match.paper): match.hits for match in Matcher(asked).matches(papers)}
    alone = {
        (number, at): query.hits(one)
        for number, query in enumerate(asked)
        for at, one in enumerate(papers)
    }
    assert together == {place: hits for place, hits in alone.items() if hits}
    assert list(together) == sorted(together)


@pytest.mark.parametrize(
    ("word", "parted"),
    [
        ("colour", "col-our"),
        ("centre", "cent-re"),
        ("labelled", "label-led"),
        ("behaviour", "behavi our"),
    ],
)
def test_a_british_word_is_found_whoever_else_asks_for_it_in_parts(word: str, parted: str) -> None:
    asked = [Query(Term(word)), Query(Term(parted))]
    assert 0 in {match.query for match in Matcher(asked).matches([Paper(title=f"{word} of it")])}


COMPOUNDS = ["pre", "train", "training", "set", "sets", "data", "ai", "man", "men", "x", "of"]


@st.composite
def compounds(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(COMPOUNDS), min_size=1, max_size=4))
    gaps = draw(st.lists(st.sampled_from(["", "", " ", "-"]), min_size=3, max_size=3))
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=False)).strip(" -")


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.tuples(compounds(), st.sampled_from([Kind.PHRASE, Kind.PREFIX])), min_size=2),
    st.lists(compounds(), min_size=1, max_size=3),
)
def test_compounds_are_found_the_same_whatever_else_is_looked_for(
    asked: list[tuple[str, Kind]], words: list[str]
) -> None:
    given_paper = Paper(title=" ".join(words))
    queries = [Query(Term(text, kind)) for text, kind in asked if len(text) > 2]
    together = {match.query for match in Matcher(queries).matches([given_paper])}
    assert together == {number for number, one in enumerate(queries) if one.hits(given_paper)}


@settings(deadline=None, max_examples=200)
@given(texts(10), st.data())
def test_a_text_always_finds_itself(title: str, data: st.DataObject) -> None:
    words = display(title).split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    past = data.draw(st.integers(first + 1, len(words)))
    copied = " ".join(words[first:past])
    for kind in (Kind.PHRASE, Kind.LITERAL):
        if fold(copied).words:
            assert Query(Term(copied, kind)).hits(Paper(title=title))


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_title_finds_itself(title: str) -> None:
    if fold(display(title)).words:
        assert Query(Term(display(title))).hits(Paper(title=title))


@settings(deadline=None, max_examples=200)
@given(texts(3), texts(), st.sampled_from([Kind.PHRASE, Kind.PREFIX, Kind.LITERAL, Kind.NEAR]))
def test_what_a_hit_points_at_matches_the_term(query: str, text: str, kind: Kind) -> None:
    asked = Query(Term(query, kind, within=3))
    for hit in asked.hits(Paper(title=text)):
        if any(
            sign.islower() for sign in display(text)
        ):  # else the title was read as not in capitals
            assert asked.hits(Paper(title=hit.text))


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters(), max_size=80), st.text(max_size=30))
def test_any_paper_can_be_read(title: str, name: str) -> None:
    papers = [
        Paper(
            title=title,
            abstract=name,
            authors=(name,),
            categories=(title,),
            keywords=(name,),
            venue=name,
        )
    ]
    asked = [
        keywords(["graph", "neural*", "=X"], authors=["A B"], exclude=["survey"]),
        keywords(categories=["cs"]),
    ]
    for match in Matcher(asked).matches(papers):
        assert match.hits


def test_strength_counts_each_term_once_by_its_best_place() -> None:
    given_paper = paper(title="Graph nets", abstract="Graph trees and graph nets of trees")
    (match,) = Matcher([keywords(["graph", "tree", "none"], authors=["Lovelace"])]).matches(
        [given_paper]
    )
    assert match.strength == 3 + 1 + 5


def test_equal_queries_give_equal_matches_in_their_order() -> None:
    asked = [keywords(["graph"]), keywords(["tree"]), keywords(["graph"])]
    papers = [Paper(title="A tree"), Paper(title="A graph"), Paper(title="A graph, a tree")]
    found = [(match.query, match.paper) for match in Matcher(asked).matches(papers)]
    assert found == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 2)]


def test_a_matcher_serves_any_number_of_batches() -> None:
    matcher = Matcher([keywords(["graph"])])
    assert [
        match.paper for match in matcher.matches([Paper(title="A tree"), Paper(title="A graph")])
    ] == [1]
    assert [match.paper for match in matcher.matches([Paper(title="Graphs")])] == [0]
    assert list(matcher.matches([])) == []
    assert list(Matcher([]).matches([Paper(title="A graph")])) == []


@pytest.mark.parametrize(
    ("keyword", "other", "title"),
    [
        ("box", "boxesque", "the boxe-s here"), ("fly", "fliesx", "the flie-s, the fl-ies"),
        ("city", "citiesx", "the citi/es here"), ("model", "modelsim", "model/S"),
        ("class", "classesx", "the class/es here"), ("box*", "boxesque", "boxe-s"),
        ("pretraining*", "pre-training", "a pre-training"), ("pre-training", "pretraining*", "pretraining"),
        ("pretraining", "pre-training", "pre-training"), ("multimodality", "multi-modal ity", "multi-modality"),
    ],
)  # fmt: skip
def test_what_is_found_does_not_depend_on_what_else_is_looked_for(
    keyword: str, other: str, title: str
) -> None:
    given = Paper(title=title)
    together = Matcher([keywords([keyword]), keywords([other])]).matches([given])
    found = next((match.hits for match in together if match.query == 0), ())
    assert found == keywords([keyword]).hits(given)


@pytest.mark.parametrize(
    ("words", "within", "text", "found"),
    [
        ("graph gra*", 3, "graph", False),
        ("graph gra*", 3, "graph x x x x x x x x gravel", False),
        ("graph gra*", 3, "graph x gravel", True),
        ("vision vis*", 5, "vision a b c d e f g h i visual", False),
        ("multi multimodal", 3, "multi-modal", False),
        ("multi multimodal", 3, "multi and multi-modal", True),
        ("a a a", 9, "a b a", False),
    ],
)
def test_a_word_never_stands_for_two_that_must_be_near(
    words: str, within: int, text: str, found: bool
) -> None:
    kind = Kind.NEAR_PREFIX if words.endswith("*") else Kind.NEAR
    query = Query(Term(words.rstrip("*"), kind, within=within))
    assert bool(query.hits(Paper(title=text))) is found


@pytest.mark.parametrize(
    ("words", "within"), [("a b", 4), ("a a a a a a", 9_999), ("a b c d e f", 9_999)]
)
def test_words_near_each_other_are_found_in_linear_time(words: str, within: int) -> None:
    query = Query(Term(words, Kind.NEAR, within=within))

    def seconds(count: int) -> float:
        began = time.process_time()
        query.hits(Paper(title="x", abstract="a b c d e " * count))
        return time.process_time() - began

    seconds(100)
    assert seconds(4_000) < 16 * seconds(1_000) + 0.5


def test_many_near_and_literal_queries_share_one_walk_through_a_text() -> None:
    texts = [Paper(title=" ".join(f"w{(n * k) % 50}" for k in range(200))) for n in range(1, 60)]

    def seconds(count: int) -> float:
        asked = [Query(Term(f"w{n % 50} w{n % 7}", Kind.NEAR, within=3)) for n in range(count)]
        asked += [Query(Term(f"W{n % 50}", Kind.LITERAL)) for n in range(count)]
        began = time.process_time()
        assert any(Matcher(asked).matches(texts))
        return time.process_time() - began

    seconds(5)
    assert seconds(80) < 16 * seconds(20) + 0.5


def test_threads_may_share_a_matcher_that_is_still_learning() -> None:
    papers = [
        Paper(title=f"mice and fiber {n}", abstract="data sets of mice " * 3) for n in range(40)
    ]
    words = ["mice", "fibre", "dataset", "mouse and fiber", "=mice"]
    expected = [match.hits for match in Matcher([keywords([w]) for w in words]).matches(papers)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            matcher = Matcher([keywords([word]) for word in words])
            with ThreadPoolExecutor(4) as pool:
                found = pool.map(lambda _: [m.hits for m in matcher.matches(papers)], range(4))  # noqa: B023
                assert list(found) == [expected] * 4
    finally:
        sys.setswitchinterval(interval)


def test_a_matcher_that_has_forgotten_what_it_learned_misses_nothing() -> None:
    """Texts without end must not need memory without end: after 33,000 words it begins anew."""
    words = [f"word{n}" for n in range(400)]
    papers = [
        Paper(title=f"Paper {n}", abstract=" ".join([*words, "graph" if n % 3 else "tree", "net"]))
        for n in range(300)
    ]
    matches = Matcher([keywords(["graph net"])]).matches(papers)
    assert [match.paper for match in matches] == [n for n in range(300) if n % 3]


@pytest.mark.parametrize("sign", ["a", "-", "a-", "multi-", "a ", "图", "'"])
def test_long_texts_of_one_sign_stay_linear(sign: str) -> None:
    asked = [
        keywords([word])
        for word in ("a-a-a-a-a-a-a-a-a-a", "multi modal", "aaa*", "a a a", "图图图")
    ]

    def seconds(size: int) -> float:
        began = time.process_time()
        for match in Matcher(asked).matches(
            [Paper(title="x", abstract=sign * (size // len(sign)))]
        ):
            assert match.paper == 0
        return time.process_time() - began

    seconds(100)
    assert seconds(20_000) < 16 * seconds(5_000) + 0.5


def test_a_keyword_of_very_many_parts_stays_quick() -> None:
    began = time.process_time()
    assert keywords(["a-" * 200 + "a"]).hits(Paper(title="a-" * 250 + "a"))
    assert keywords(["a " * 200 + "a"]).hits(Paper(title="a " * 250 + "a"))
    assert time.process_time() - began < 20


def test_a_thousand_queries_are_no_matter_of_minutes() -> None:
    asked = [
        keywords([f"word{n} term", f"term word{n}", f"long{n} phrase here"]) for n in range(1000)
    ]
    abstract = " ".join(f"word{n} term of a long{n % 7} phrase here," for n in range(30))
    papers = [Paper(title=f"Paper {n}", abstract=f"{abstract} word{n} term") for n in range(100)]
    began = time.process_time()
    assert sum(1 for _ in Matcher(asked).matches(papers)) > 100
    assert time.process_time() - began < 10


def dump_papers() -> list[Paper]:
    if not DUMPS.is_dir():
        pytest.skip("the real dumps are not beside this checkout")
    header = re.compile(
        r"new|Get trending .*|Subscribe|by.* the research community|[A-Z][a-z]{2} \d{1,2}"
    )
    papers: dict[str, Paper] = {}
    for file in sorted(DUMPS.glob("*.txt")):
        lines = [
            line.strip().removeprefix("Subscribe") for line in file.read_text("utf-8").splitlines()
        ]
        lines = [line for line in lines if line and not header.fullmatch(line)]
        for title, abstract in zip(lines[::2], lines[1::2], strict=True):
            papers.setdefault(title, Paper(title=title, abstract=abstract))
    return list(papers.values())


@pytest.mark.parametrize(
    ("keyword", "count"), [("vision language model", 101), ("multimodal pretraining", 25)]
)
def test_real_papers_are_found_however_they_spell_it(keyword: str, count: int) -> None:
    papers = dump_papers()
    assert len(papers) == 446
    assert sum(1 for _ in Matcher([keywords([keyword])]).matches(papers)) == count


def test_real_titles_find_themselves_and_their_hits_match() -> None:
    papers = dump_papers()
    asked = [Query(Term(display(one.title).replace('"', " "))) for one in papers]
    found = list(Matcher(asked).matches(papers))
    assert {match.query for match in found if match.query == match.paper} == set(range(len(papers)))
    words = [
        keywords([word])
        for word in ("model*", "multimodal", "=LLM", "data set", "reinforcement learning")
    ]
    for match in Matcher(words).matches(papers[:150]):
        assert match.hits
        for hit in match.hits:
            assert words[match.query].hits(Paper(title=hit.text))
