"""The search index is a filter that never misses: what the matcher takes is always among its candidates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from paperdigest.core.closed_words import word_set
from paperdigest.core.errors import StoreError
from paperdigest.core.index_bounds import bounds
from paperdigest.core.index_terms import index_terms
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.pattern import has_words
from paperdigest.core.plain_sight import Sight, look
from paperdigest.core.query import Query
from paperdigest.core.text import display
from paperdigest.core.tree import And, Field, Kind, Node, Not, Or, Term, finds_something
from paperdigest.flow.indexing import fill, read, write
from paperdigest.flow.intake import Intake
from paperdigest.sources.page_dump import FORMAT
from paperdigest.store import history, search_index
from paperdigest.store.connection import Store, open_memory, open_store
from paperdigest.store.merges import merge
from paperdigest.store.papers import leave_index
from paperdigest.store.schema import SCHEMA_VERSION

DUMPS = Path(__file__).parents[2].parent / "shared" / "dumps"
WORDS = sorted(
    word_set("""
    multi modal multimodal data set sets dataset datasets a of the in to into symmetric asymmetric
    GPT 4 4.5 GPT4 GPT-4.5 K means LLM LLMs SARS sars sar analyses analysis ana lyses colour color co lour
    coded organi sation organization organisation organisa tion s end ends state art so called
    state-of-the-art so-called end-to-end 图 神经 图神经 β beta C++ matri ces ce matrix matrices C vs. al.
    model models Models MODELS modelling modeling large language Ångström naïve .NET C# CD4+ x1 12
    Straße studies study bus buses $\\alpha$ \\textbf{graph} graph {\\bf G}raph &amp; r&amp;d
""")
)
GAPS = [" ", " ", " ", " ", "-", "-", "/", " & ", ". ", ", ", "- ", " - ", "_", "'s ", "' ", " -- "]
NAMES = [
    "Ada Lovelace",
    "Lovelace, Ada",
    "A. Lovelace",
    "Yann Le Cun",
    "Y LeCun",
    "van der Berg, Jan",
]
NAMES += [
    "Jan Berg",
    "Wei Wang",
    "Wang Wei",
    "李 明",
    "Lovelace AB",
    "O'Neil Ann",
    "Ada B. de Souza",
]
CATEGORIES = ["cs.LG", "cs.CL", "cs", "CS.lg", "cs-x", "math.OC", "q-bio.NC"]
IDS = ["arxiv:2611.00001", "arxiv:2611.00001v2", "doi:10.1000/X.1", "2611.00001", "pmid:77"]
SOURCES = ["shelf", "Pages", "arXiv CS"]


@st.composite
def texts(draw: st.DrawFn, most: int = 9) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=most))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(words), max_size=len(words)))
    text = "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    text = text.rstrip(" -&/_.,")
    return text.upper() if draw(st.integers(0, 9)) == 0 else text


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


papers = st.builds(
    Paper,
    title=texts(),
    abstract=st.one_of(st.just(""), texts(16)),
    id=st.sampled_from(IDS),
    ids=some(IDS),
    authors=some(NAMES),
    categories=some(CATEGORIES),
    keywords=st.lists(texts(3), max_size=2).map(tuple),
    venue=st.one_of(st.just(""), texts(3)),
    sources=some(SOURCES),
)
FOLDED = [Field.TITLE, Field.ABSTRACT, Field.KEYWORD, Field.VENUE]
text_terms = st.builds(
    Term,
    text=st.one_of(texts(1), texts(3), texts(5)),
    kind=st.sampled_from(Kind),
    fields=st.one_of(
        st.just(Term("x").fields),
        st.just((Field.TITLE,)),
        st.lists(st.sampled_from(FOLDED), min_size=1, unique=True).map(tuple),
        st.lists(st.sampled_from(Field), min_size=1, unique=True).map(tuple),
    ),
    within=st.integers(1, 5),
)
cut_terms = st.builds(  # a beginning of a word, as prefixes are
    lambda text, size: Term(text[: max(3, len(text) - size)].strip() or "data", kind=Kind.PREFIX),
    texts(3),
    st.integers(0, 4),
)
name_terms = st.one_of(
    *(
        st.builds(
            lambda text, kind, one=field: Term(text, kind, (one,)),
            st.sampled_from(values),
            st.sampled_from([Kind.PHRASE, Kind.PREFIX, Kind.LITERAL]),
        )
        for field, values in (
            (Field.AUTHOR, [*NAMES, "LeCun", "Lovelace", "Berg", "lov", "Souza"]),
            (Field.CATEGORY, [*CATEGORIES, "cs.*", "q-bio", "math.O"]),
            (Field.SOURCE, [*SOURCES, "arxiv", "pages"]),
            (Field.ID, [*IDS, "10.1000/x.1", "https://arxiv.org/abs/2611.00001", "77"]),
        )
    )
)
terms = st.one_of(text_terms, cut_terms, name_terms)


def trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(leaves, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, leaves))


queries = (
    st.one_of(terms, st.recursive(terms, trees, max_leaves=6)).filter(finds_something).map(Query)
)


def candidates(store: Store, expression: str | None, everything: Sequence[int]) -> set[int]:
    if expression is None:
        return set(everything)
    return search_index.keys_matching(store, expression) if expression else set()


def check(shelf: Sequence[Paper], query: Query) -> None:
    keys = range(1, len(shelf) + 1)
    with open_memory() as store:
        with store.transaction():
            search_index.take_in(store, zip(keys, (index_terms(one) for one in shelf), strict=True))
        taken = {key for key, one in zip(keys, shelf, strict=True) if query.hits(one)}
        between = bounds(query.root)
        assert taken <= candidates(store, between.upper, keys)
        assert candidates(store, between.lower, keys) <= taken
        sees = look(query.root)
        if sees is not None and between.doubtful is not None:
            for key in set(keys) - candidates(store, between.doubtful, keys):
                one = shelf[key - 1]
                said = sees(Sight(display(one.title), display(one.abstract), not one.keywords))
                assert said is None or said is (key in taken)


def titled(*titles: str) -> list[Paper]:
    return [Paper(title) for title in titles]


@given(st.lists(papers, min_size=1, max_size=3), queries)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(titled("organi-sa-tion of maps"), Query(Term("organization")))
@example(titled("organi-sa-tion of maps"), Query(Term("organiz", Kind.PREFIX)))
@example(titled("matri ces of maps"), Query(Term("matrix")))
@example(titled("large-language model"), Query(Term("large languagemodels")))
@example(titled("models"), Query(Term("models", Kind.PREFIX)))
@example(titled("the state-of-the-arts of maps"), Query(Term("arts", Kind.PREFIX)))
@example(titled("a model of the"), Query(Term("of the")))
@example(titled("x " * 300), Query(Term("x " * 150)))
def test_no_paper_that_matches_is_ever_missed(shelf: list[Paper], query: Query) -> None:
    check(shelf, query)


@given(texts(12), st.data())
@settings(max_examples=200, deadline=None)
def test_a_text_is_found_by_every_stretch_of_it(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    kind = data.draw(st.sampled_from(Kind))
    check(titled(text), Query(Term(" ".join(words[start:end]), kind, within=9)))


@pytest.mark.skipif(not DUMPS.is_dir(), reason="the real dumps lie beside the checkout only")
def test_real_papers_are_found_by_the_words_of_each_other() -> None:
    dumps = sorted(DUMPS.glob("*.txt"))
    shelf = [one for dump in dumps for one in FORMAT.parse(dump.read_bytes()).papers]
    kinds = [Kind.PHRASE, Kind.PHRASE, Kind.LITERAL, Kind.PREFIX]
    asked = []
    for at, one in enumerate(shelf[::9]):
        words = display(one.title).split()
        for size in (1, 2, 3):
            start = at % max(1, len(words) - size)
            text = " ".join(words[start : start + size])
            if has_words(text):
                asked.append(Query(Term(text, kinds[(at + size) % len(kinds)])))
    taken: list[set[int]] = [set() for _ in asked]
    for match in Matcher(asked).matches(shelf):
        taken[match.query].add(match.paper + 1)
    keys = range(1, len(shelf) + 1)
    with open_memory() as store:
        with store.transaction():
            search_index.take_in(store, zip(keys, (index_terms(one) for one in shelf), strict=True))
        beyond = 0
        for query, found in zip(asked, taken, strict=True):
            between = bounds(query.root)
            upper = candidates(store, between.upper, keys)
            assert candidates(store, between.lower, keys) <= found <= upper
            beyond += len(upper - found)
        assert beyond < len(asked) * len(shelf) * 0.06


# ------------------------------------------------------------------ filling it


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paperdigest.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path, write=True) as opened:
        yield opened


def add(store: Store, *papers: Paper, source: str = "shelf") -> None:
    with store.transaction():
        Intake(store, source, NOW, is_news=lambda paper: True).take(papers)


def numbered(number: int, **over: object) -> Paper:
    id_ = f"arxiv:2611.{number:05}"
    title = f"Folding the map of island number {number}"
    return paper(**{"title": title, "id": id_, "ids": (id_,), **over})


def indexed(store: Store, word: str) -> set[int]:
    upper = bounds(Term(word)).upper
    assert upper is not None
    return search_index.keys_matching(store, upper)


def test_new_papers_are_missing_until_they_are_taken_in(store: Store) -> None:
    add(store, numbered(1), numbered(2))
    assert search_index.missing_keys(store) == [1, 2]
    assert fill(store) == 2
    assert search_index.missing_keys(store) == []
    assert indexed(store, "island") == {1, 2}
    assert fill(store) == 0


def test_so_many_are_taken_in_as_was_said_the_oldest_first(store: Store) -> None:
    add(store, *(numbered(number) for number in range(1, 8)))
    assert fill(store, most=3) == 3
    assert search_index.missing_keys(store) == [4, 5, 6, 7]
    assert fill(store, stop=lambda: True) == 0


def test_what_was_taken_in_before_a_crash_stays(store: Store, path: Path) -> None:
    add(store, numbered(1), numbered(2))
    fill(store, most=1)
    with pytest.raises(ZeroDivisionError), store.transaction():
        take_in_and_fail(store, 2)
    with open_store(path, write=True) as again:
        assert search_index.missing_keys(again) == [2]
        assert fill(again) == 1
        assert indexed(again, "island") == {1, 2}


def take_in_and_fail(store: Store, key: int) -> None:
    search_index.take_in(store, [(key, index_terms(history.papers(store, [key])[key]))])
    raise ZeroDivisionError


def test_a_revised_paper_drops_out_and_comes_back_with_its_new_words(store: Store) -> None:
    add(store, numbered(1), numbered(2))
    fill(store)
    add(store, numbered(1, abstract="Now we sail round it and measure its harbours.", version=2))
    assert search_index.missing_keys(store) == [1]
    assert indexed(store, "harbours") == set()
    assert indexed(store, "island") == {2}
    fill(store)
    assert indexed(store, "harbours") == {1}
    assert search_index.size(store) == (3, 2, 0)


def test_votes_move_without_touching_the_index(store: Store) -> None:
    add(store, numbered(1, votes=1))
    fill(store)
    add(store, numbered(1, votes=9))
    assert search_index.missing_keys(store) == []


def test_a_second_source_is_found_once_the_paper_is_read_anew(store: Store) -> None:
    add(store, numbered(1))
    fill(store)
    add(store, numbered(1), source="pages")
    assert search_index.missing_keys(store) == [1]
    fill(store)
    upper = bounds(Term("pages", fields=(Field.SOURCE,))).upper or ""
    assert search_index.keys_matching(store, upper) == {1}


def test_papers_that_become_one_are_one_in_the_index(store: Store) -> None:
    add(store, numbered(1), numbered(2))
    fill(store)
    with store.transaction():
        merge(store, 1, 2, NOW)
    assert search_index.missing_keys(store) == [1]
    fill(store)
    assert indexed(store, "island") == {1}
    for id_ in ("2611.00001", "2611.00002"):
        upper = bounds(Term(id_, fields=(Field.ID,))).upper or ""
        assert search_index.keys_matching(store, upper) == {1}


def test_papers_that_change_while_they_are_read_stay_missing(store: Store, path: Path) -> None:
    add(store, numbered(1), numbered(2), numbered(3))
    batch = read(store)
    with open_store(path, write=True) as other:
        add(other, numbered(1, abstract="Now we sail round it.", version=2))
        fill(other, most=2)
    assert write(store, batch) == 1
    assert search_index.missing_keys(store) == []
    assert indexed(store, "sail") == {1}
    batch = read(store)
    assert not batch.papers
    with open_store(path, write=True) as other:
        add(other, numbered(4))
        batch = read(store)
        add(other, numbered(4, abstract="Now we sail round it.", version=2))
    assert write(store, batch) == 0
    assert search_index.missing_keys(store) == [4]


def test_a_worn_index_is_made_anew(store: Store) -> None:
    add(store, *(numbered(number) for number in range(1, 6)))
    for _ in range(400):
        with store.transaction():
            leave_index(store, range(1, 6))
        if fill(store) and search_index.size(store).documents == 5:
            break
    else:
        pytest.fail("it was never made anew")
    assert indexed(store, "island") == {1, 2, 3, 4, 5}


def test_a_reader_may_ask_and_not_fill(store: Store, path: Path) -> None:
    add(store, numbered(1))
    fill(store)
    with open_store(path, write=False) as reader:
        assert indexed(reader, "island") == {1}
        add(store, numbered(2))
        with pytest.raises(StoreError):
            fill(reader)


# ------------------------------------------------------------------ databases of before


def make_old(path: Path) -> None:
    """Make the database what the first version would have written."""
    with closing(sqlite3.connect(path)) as old:
        for table in ("search_terms", "search", "search_documents"):
            old.execute(f"DROP TABLE {table}")
        for column in ("newest_id", "newest_at", "rejects"):
            old.execute(f"ALTER TABLE receipts DROP COLUMN {column}")
        old.execute("ALTER TABLE sources DROP COLUMN quiet_days")
        old.execute("ALTER TABLE merges DROP COLUMN parted_at")
        old.execute("DROP INDEX papers_baseline")
        old.execute("DROP TABLE ways")
        old.execute("DROP TABLE run_digests")
        old.execute("DROP TABLE runs")
        old.execute("ALTER TABLE outcomes DROP COLUMN part")
        old.execute("ALTER TABLE deliveries DROP COLUMN by_hand")
        old.execute("ALTER TABLE deliveries DROP COLUMN left_out")
        old.execute("ALTER TABLE digests DROP COLUMN overtaken")
        for index in ("payloads", "unsent", "in_doubt"):
            old.execute(f"DROP INDEX deliveries_{index}")
        old.execute("DELETE FROM _sqlite_migrations WHERE name <> 'm001_history_and_ledger'")
        old.execute("PRAGMA user_version = 1")
        old.commit()


def test_an_older_database_gets_an_index_and_keeps_its_papers(store: Store, path: Path) -> None:
    add(store, numbered(1))
    store.close()
    make_old(path)
    with open_store(path, write=True) as again:
        assert again.row("PRAGMA user_version") == (SCHEMA_VERSION,)
        assert search_index.exists(again)
        assert fill(again) == 1
        assert indexed(again, "island") == {1}


def test_an_older_database_can_still_be_read(store: Store, path: Path) -> None:
    add(store, numbered(1))
    store.close()
    make_old(path)
    with open_store(path, write=False) as reader:
        assert not search_index.exists(reader)
        assert history.paper_count(reader) == 1
