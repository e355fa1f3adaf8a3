"""Searching history answers what the matcher answers, whatever the index knows; and what is like a paper."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from house import House
from paperdigest.core.matcher import Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.query import And, Not, Or, Query, Term, keywords
from paperdigest.core.tree import Field, Kind
from paperdigest.flow.indexing import fill
from paperdigest.flow.intake import Intake
from paperdigest.flow.search import search
from paperdigest.flow.similar import similar
from paperdigest.rounds import AppRounds
from paperdigest.store import history, search_index
from paperdigest.store.connection import Store, open_memory, open_store
from paperdigest.store.merges import merge
from program import Program

DAY = timedelta(days=1)
SUBJECTS = ["multi-modal", "multimodal", "graph", "Graph", "large language", "language", "survey"]
SUBJECTS += ["state-of-the-art", "models", "model", "RAG", "rag", "multi modal", "data set", "maps"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as opened:
        yield opened


def add(store: Store, *papers: Paper, day: int = 0) -> None:
    with store.transaction():
        Intake(store, "shelf", NOW + day * DAY, is_news=lambda paper: True).take(papers)


def about(number: int, title: str, abstract: str = "", **over: object) -> Paper:
    id_ = f"arxiv:2611.{number:05}"
    text = abstract or f"Of island number {number}."
    return paper(**{"title": title, "abstract": text, "id": id_, "ids": (id_,), **over})


def titles(found: tuple[Paper, ...]) -> list[str]:
    return [one.title for one in found]


titled = st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=4).map(" ".join)
told = st.lists(st.tuples(titled, titled, st.none() | st.integers(0, 3)), min_size=1, max_size=8)
asked = st.builds(
    Term,
    st.sampled_from(SUBJECTS),
    st.sampled_from([Kind.PHRASE, Kind.PHRASE, Kind.LITERAL, Kind.PREFIX]),
    st.sampled_from([Term("x").fields, (Field.TITLE,), tuple(Field)]),
)
queries = st.one_of(
    asked,
    st.builds(lambda a, b: And((a, b)), asked, asked),
    st.builds(lambda a, b: Or((a, b)), asked, asked),
    st.builds(lambda a, b: And((a, Not(b))), asked, asked),
    st.builds(lambda a, b, c: And((a, Or((b, Not(c))))), asked, asked, asked),
).map(Query)


@given(told, queries, st.integers(0, 8), st.integers(1, 8))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_answer_is_the_matchers_whatever_the_index_knows(
    told: list[tuple[str, str, int | None]], query: Query, taken_in: int, limit: int
) -> None:
    with open_memory() as store:
        add(
            store,
            *(
                about(at, f"{title} {at}", abstract, votes=votes)
                for at, (title, abstract, votes) in enumerate(told)
            ),
        )
        fill(store, most=taken_in)
        keys = history.paper_keys(store)
        papers = history.papers(store, keys)
        matches = list(Matcher([query]).matches(list(papers.values())))
        strong = {keys[match.paper]: match.strength for match in matches}
        order = sorted(
            strong,
            key=lambda key: (
                -strong[key],
                -1 if papers[key].votes is None else -1 - (papers[key].votes or 0) - 1,
                papers[key].id,
            ),
        )
        found = search(store, query, limit=limit)
        assert set(found.matched) == set(strong)
        assert found.searched == len(keys)
        assert [one.key for one in found.papers] == order[:limit]
        for one in found.papers:
            assert one.hits == query.hits(papers[one.key])
            assert one.strength == strong[one.key]
            assert one.paper == papers[one.key]


def test_thousands_that_match_are_shown_in_order_all_the_same(store: Store) -> None:
    some = [
        about(
            at, f"{'Graph' if at % 7 == 0 else 'Paper'} maps {at}", f"On a graph of {at}.", votes=at
        )
        for at in range(400)
    ]
    add(store, *some)
    fill(store)
    found = search(store, keywords(["graph"]), limit=3)
    assert found.total == 400
    assert [one.paper.votes for one in found.papers] == [399, 392, 385]
    assert [one.strength for one in found.papers] == [3, 3, 3]


def test_only_what_was_first_seen_since_then(store: Store) -> None:
    for day in range(3):
        add(store, about(day, f"Maps of day {day}"), day=day)
    fill(store, most=2)
    found = search(store, keywords(["maps"]), since=NOW + DAY)
    assert (found.total, found.searched) == (2, 2)
    assert sorted(found.matched.values()) == [NOW + DAY, NOW + 2 * DAY]


def test_order_is_strength_then_votes_then_place_then_newest(store: Store) -> None:
    add(
        store,
        about(1, "Old islands", "Of maps."),
        about(2, "Maps, without votes"),
        about(3, "Maps, tenth", rank=10, rank_of=20),
        about(4, "Maps, second", rank=2, rank_of=20),
        about(5, "Maps, voted for", votes=3),
        about(6, "Maps, newest", published_at=NOW),
    )
    fill(store)
    found = search(store, keywords(["maps"]))
    assert [one.paper.id[-1] for one in found.papers] == ["5", "4", "3", "6", "2", "1"]


def test_a_revised_paper_is_found_by_what_it_says_now(store: Store) -> None:
    add(store, about(1, "Folding the maps of islands", "By hand."))
    fill(store)
    add(store, about(1, "Folding the maps of islands", "By machine, which is quicker.", version=2))
    for _ in range(2):
        assert search(store, keywords(["machine"])).total == 1
        assert search(store, keywords(["by hand"])).total == 0
        fill(store)


def test_history_without_an_index_is_searched_too(store: Store, tmp_path: Path) -> None:
    add(store, about(1, "Folding the maps of islands"))
    with open_store(tmp_path / "paperdigest.db", write=False) as reader:
        assert search(reader, keywords(["maps"])).total == 1


# ------------------------------------------------------------------ like a paper


def shelf() -> list[Paper]:
    return [
        about(1, "Folding paper maps with origami", "Creases of origami maps are modelled."),
        about(2, "Origami creases for maps", "We fold maps along the creases of origami."),
        about(3, "Origami for satellites", "Solar panels unfold in orbit."),
        about(4, "Sorting whales by song", "Whales sing and are sorted."),
    ]


@pytest.mark.parametrize("taken_in", [0, 2, 4])
def test_the_nearest_share_the_rare_words_and_never_are_the_paper_itself(
    store: Store, taken_in: int
) -> None:
    add(store, *shelf())
    fill(store, most=taken_in)
    near = similar(store, 1)
    assert [one.key for one in near] == [2, 3]
    assert near[0].score > near[1].score > 0
    assert "crease" in near[0].shared
    assert near[1].shared == ("origami",)
    assert [one.key for one in similar(store, 1, limit=1)] == [2]


def test_a_merged_paper_is_not_like_itself(store: Store) -> None:
    add(store, *shelf())
    fill(store)
    with store.transaction():
        merge(store, 1, 2, NOW)
    assert [one.key for one in similar(store, 1)] == [3]


def test_nothing_is_like_a_paper_that_is_not_there(store: Store) -> None:
    assert similar(store, 7) == ()


# ------------------------------------------------------------------ commands


def test_search_answers_in_words_and_in_json(house: House, program: Program) -> None:
    house.drop(
        "a.jsonl", {"title": "Folding a paper map by machine", "abstract": "Multi-modal maps."}
    )
    house.ingest()
    said = program("search", "multimodal")
    assert said.code == 0
    assert said.out.startswith("1 of 1 paper")
    assert "Folding a paper map by machine" in said.out
    assert '"Multi-modal" in abstract' in said.out
    assert "\x1b" not in said.out
    answer = program("search", "multimodal", "--json").json
    assert (answer["query"], answer["total"]) == ("multimodal", 1)
    (found,) = answer["papers"]
    (hit,) = found["hits"]
    assert found["abstract"][hit["start"] : hit["end"]] == hit["text"] == "Multi-modal"
    assert program("search", "whales", "--json").json["papers"] == []


def test_search_of_a_wrong_expression_says_where(house: House, program: Program) -> None:
    house.ingest()
    said = program("search", "a OR", "--json")
    assert said.code == 3
    assert said.json["error"]["column"] == 3


def test_similar_names_the_words_that_are_shared(house: House, program: Program) -> None:
    house.drop(
        "a.jsonl",
        {"title": "Folding paper maps with origami", "abstract": "Creases of origami."},
        {"title": "Origami creases in maps", "abstract": "We fold along creases."},
        {"title": "Origami for satellites", "abstract": "Solar panels."},
    )
    house.ingest()
    said = program("similar", "folding paper maps")
    assert said.code == 0
    assert "Origami creases in maps" in said.out
    near = program("similar", "folding paper maps", "--json").json["papers"]
    assert [one["title"] for one in near] == ["Origami creases in maps", "Origami for satellites"]
    assert "crease" in near[0]["shared"]
    assert len(program("similar", "origami", "--json").json["candidates"]) == 3
    assert program("similar", "whales").code == 2


def test_parts_of_an_idiom_make_no_papers_alike(house: House, program: Program) -> None:
    house.drop(
        "a.jsonl",
        {"title": "Origami by state-of-the-art folding"},
        {"title": "Origami and a state-of-the-art crane"},
    )
    house.ingest()

    (near,) = program("similar", "state-of-the-art folding", "--json").json["papers"]

    assert near["shared"] == ["origami"]


def test_a_title_that_is_a_whole_text_is_cut_for_people(house: House, program: Program) -> None:
    title = "Folding " + "paper maps " * 60
    house.drop("a.jsonl", title)
    house.ingest()

    said = program("search", "folding").out

    assert len(said) < 600
    assert "…\n" in said


def test_a_title_that_is_a_whole_text_is_whole_in_json(house: House, program: Program) -> None:
    title = ("Folding " + "paper maps " * 60).strip()
    house.drop("a.jsonl", title)
    house.ingest()

    assert program("search", "folding", "--json").json["papers"][0]["title"] == title


@pytest.mark.parametrize("args", [("search", "origami"), ("similar", "Origami one"), ("--help",)])
def test_a_reader_who_leaves_early_is_no_failure(house: House, args: tuple[str, ...]) -> None:
    house.drop("a.jsonl", "Origami one", "Origami two")
    house.ingest()
    reading, writing = os.pipe()
    os.close(reading)

    command = [
        sys.executable,
        "-m",
        "paperdigest",
        "--config",
        str(house.folder / "paperdigest.toml"),
    ]
    done = subprocess.run([*command, *args], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


def test_running_once_fills_the_index(house: House, program: Program) -> None:
    house.drop("a.jsonl", "Folding a paper map by machine")
    assert program("run", "--once").code == 0
    with house.app.open_store(write=False) as store:
        assert search_index.size(store) == (1, 1, 0)


def test_upkeep_fills_the_index(house: House) -> None:
    house.drop("a.jsonl", "Folding a paper map by machine")
    house.ingest()
    AppRounds(house.app).upkeep(house.now)
    with house.app.open_store(write=False) as store:
        assert search_index.missing_keys(store) == []
