"""OpenAlex's works: every shape they come in, and abstracts put together again whatever their index says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP
from paperdigest.sources import json_lines
from paperdigest.sources.openalex import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "openalex.dump").read_bytes().strip()
WORK: dict[str, Any] = {
    "id": "https://openalex.org/W1",
    "title": "Folding maps",
    "publication_year": 2026,
    "authorships": [],
}
EMPTY = b'{"meta":{"count":0,"db_response_time_ms":9,"page":1,"per_page":25},"results":[],"group_by":[]}'


def parsed(value: object) -> tuple[Paper, ...]:
    return FORMAT.parse(json.dumps(value).encode()).papers


def one(**more: Any) -> Paper:
    (paper,) = parsed({**WORK, **more})
    return paper


def abstract(index: object) -> str:
    return one(abstract_inverted_index=index).abstract


def test_a_page_a_list_and_one_work_say_the_same() -> None:
    page = {"meta": {"count": 9}, "results": [WORK]}
    assert parsed(page) == parsed([WORK]) == parsed(WORK) != ()


def test_the_total_is_what_the_service_says() -> None:
    assert FORMAT.parse(SAMPLE).total == 4120
    assert FORMAT.parse(EMPTY).total == 0
    assert FORMAT.parse(json.dumps([WORK]).encode()).total is None
    for odd in (-1, 10**40, None, "many"):
        page = {"meta": {"count": odd}, "results": [WORK]}
        assert FORMAT.parse(json.dumps(page).encode()).total is None


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ({"fold": [1, 3], "We": [0], "and": [2]}, "We fold and fold"),
        ({"b": ["1"], "a": ["0"]}, "a b"),
        ({"a": [7], "b": [900]}, "a b"),
        ({"first": [0], "second": [0]}, "first"),
        ({"a": [0, None, "x", -3, 1.5, True, [], 10**30]}, "a"),
        ({"a": 0, "b": None, "c": {"d": [1]}, "e": [0]}, "e"),
        ({"p <0.05 &": [0], "$x$\n": [1]}, "p <0.05 & $x$"),
        ([["a", [0]]], ""),
        ("We fold", ""),
        ({}, ""),
    ],
)
def test_an_abstract_is_put_together_from_its_index(index: object, words: str) -> None:
    assert abstract(index) == words


def test_a_work_without_abstract_is_partial() -> None:
    assert one(abstract_inverted_index=None).partial
    assert not one(abstract_inverted_index={"a": [0]}).partial


def test_a_long_word_with_many_places_fills_the_abstract_and_no_more() -> None:
    with at_most(10):
        found = abstract({"x" * 1_000_000: list(range(100_000)), "y": [5] * 100_000})
    assert found == "x" * ABSTRACT_CAP


def test_an_arxiv_doi_is_an_arxiv_id() -> None:
    assert one(doi="https://doi.org/10.48550/arXiv.2611.00007").ids == (
        "arxiv:2611.00007",
        "openalex:W1",
    )


def test_a_place_at_arxiv_gives_the_arxiv_id_unless_there_are_two() -> None:
    first, second = "http://arxiv.org/abs/2611.00007v2", "https://arxiv.org/abs/hep-th/9901001"
    assert one(locations=[{"landing_page_url": first}, None]).id == "arxiv:2611.00007"
    both = one(locations=[{"landing_page_url": first}, {"landing_page_url": second}])
    assert both.ids == ("openalex:W1",)
    assert one(locations=[{"landing_page_url": "https://x.org/abs/2611.00007"}]).id == "openalex:W1"


@pytest.mark.parametrize(
    "doi",
    ["nothing", "feed:other#1", "title1:0123456789abcdef", "https://doi.org/", "10.1/\x00", 5],
)
def test_what_is_no_doi_is_no_id(doi: object) -> None:
    assert one(doi=doi).ids == ("openalex:W1",)


def test_a_repository_is_no_venue() -> None:
    source = {"display_name": "arXiv (Cornell University)", "type": "repository"}
    assert one(primary_location={"source": source}).venue == ""
    assert one(primary_location={"source": {**source, "type": "journal"}}).venue != ""


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"publication_date": "2026-11-12", "created_date": "2026-11-19"}, (2026, 11, 12)),
        ({"publication_date": "2026-01-01", "created_date": "2026-11-19"}, (2026, 11, 19)),
        ({"publication_date": "2019-01-01", "created_date": "2026-11-19"}, (2019, 1, 1)),
        ({"publication_date": "2026-01-01"}, (2026, 1, 1)),
        ({"publication_date": None, "publication_year": 2019}, (2019, 12, 31)),
        ({"publication_date": "2026-02-30", "publication_year": None}, None),
    ],
)
def test_a_year_alone_makes_no_work_look_older_than_it_may_be(
    told: dict[str, Any], day: tuple[int, int, int] | None
) -> None:
    assert one(**told).published_at == (None if day is None else datetime(*day, tzinfo=UTC))


def test_a_retracted_work_is_withdrawn() -> None:
    assert one(is_retracted=True).withdrawn
    assert not one(is_retracted="no").withdrawn


def test_its_machines_keywords_are_not_the_papers_own() -> None:
    assert one(keywords=[{"display_name": "Leverage (statistics)"}]).keywords == ()


def test_links_are_safe_or_left_out() -> None:
    where = {"landing_page_url": "javascript:alert(1)", "pdf_url": "https://x.example/a b.pdf"}
    assert one(primary_location=where).links == (Link("pdf", "https://x.example/a%20b.pdf"),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"error": "Invalid query", "message": "page is no number"}, "error: page is no number"),
        ({"id": "https://openalex.org/A1", "display_name": "Ada"}, "no works of OpenAlex"),
        ({"results": [{"id": "https://openalex.org/A1"}]}, "others of its records"),
        ({"results": {}}, "no works of OpenAlex"),
        ([{"id": "https://openalex.org/W1"}], "no record of this document has a title"),
        (3, "no works of OpenAlex"),
        (None, "no works of OpenAlex"),
    ],
)
def test_another_document_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parsed(value)
    assert words in str(caught.value)


# ------------------------------------------------------------------ told by content


@pytest.mark.parametrize(
    "data", [SAMPLE, SAMPLE[:2000], EMPTY, json.dumps([WORK]).encode(), json.dumps(WORK).encode()]
)
def test_its_documents_are_recognised(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.recognise(b"\xef\xbb\xbf\n " + data)


def test_records_of_our_own_with_its_ids_are_left_to_their_format() -> None:
    line = b'{"id": "https://openalex.org/W1", "title": "Folding maps", "authors": []}\n'
    assert not FORMAT.recognise(line)
    assert json_lines.FORMAT.recognise(line)
    work = json.dumps(WORK).encode()
    assert not FORMAT.recognise(work + b"\n" + work + b"\n")


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[", b'["W1"]', b"[101](https://x.org)", b"\xff\xfe{"]
)
def test_hardly_anything_is_not_recognised(head: bytes) -> None:
    assert not FORMAT.recognise(head)


def test_a_heading_in_the_index_is_no_part_of_the_abstract() -> None:
    assert abstract({"Abstract": [0], "We": [1], "fold": [2]}) == "We fold"
    assert abstract({"Abstract": [0], "interpretation": [1]}) == "Abstract interpretation"
