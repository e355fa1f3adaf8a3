"""One record a line, as services, scrapers, data sets and reference managers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from paperdigest.core.paper import Paper
from paperdigest.sources.formats import parse

TITLE = "Mosses keep roofs cool"
TEXT = "Mosses were counted on twelve roofs. They keep a house cool."
DAY = datetime(2026, 11, 20, tzinfo=UTC)
RECORDS: dict[str, dict[str, Any]] = {
    "openalex": {
        "id": "https://openalex.org/W1",
        "doi": "https://doi.org/10.1000/roofs",
        "title": TITLE,
        "display_name": TITLE,
        "publication_date": "2026-11-20",
        "authorships": [{"author": {"display_name": "Ada Moss"}}],
        "abstract_inverted_index": {word: [at] for at, word in enumerate(TEXT.split())},
    },
    "crossref": {
        "DOI": "10.1000/roofs",
        "title": [TITLE],
        "author": [{"given": "Ada", "family": "Moss"}],
        "created": {"date-time": "2026-11-20T00:00:00Z"},
        "abstract": TEXT,
    },
    "semantic scholar": {
        "paperId": "a" * 40,
        "externalIds": {"DOI": "10.1000/roofs"},
        "title": TITLE,
        "abstract": TEXT,
        "publicationDate": "2026-11-20",
        "authors": [{"authorId": "1", "name": "Ada Moss"}],
    },
    "semantic scholar's data sets": {
        "corpusid": 7,
        "externalids": {"DOI": "10.1000/roofs", "ArXiv": None},
        "title": TITLE,
        "abstract": TEXT,
        "publicationdate": "2026-11-20",
        "authors": [{"authorId": "1", "name": "Ada Moss"}],
    },
    "csl": {
        "id": "moss2026",
        "type": "article-journal",
        "title": TITLE,
        "author": [{"family": "Moss", "given": "Ada"}],
        "issued": {"date-parts": [[2026, 11, 20]]},
        "DOI": "10.1000/roofs",
        "abstract": TEXT,
    },
    "zotero": {
        "key": "ABCD2345",
        "itemType": "journalArticle",
        "title": TITLE,
        "creators": [
            {"creatorType": "author", "firstName": "Ada", "lastName": "Moss"},
            {"creatorType": "editor", "firstName": "Bo", "lastName": "Fern"},
        ],
        "abstractNote": TEXT,
        "date": "2026-11-20",
        "DOI": "10.1000/roofs",
    },
    "scraper": {
        "title": TITLE,
        "authors": "Ada Moss",
        "date": "2026/11/20",
        "abstract": TEXT,
        "journal": "Roofs",
        "doi": "10.1000/roofs",
    },
    "data set": {
        "id": "mosses-keep-roofs-cool",
        "title": TITLE,
        "summary": TEXT,
        "authors": ["Ada Moss"],
        "published": "2026-11-20",
        "doi": "https://doi.org/10.1000/ROOFS",
    },
}


def lines(*records: dict[str, Any]) -> tuple[Paper, ...]:
    parsed = parse("".join(json.dumps(one) + "\n" for one in records).encode())
    assert parsed.rejected == ()
    return parsed.papers


@pytest.mark.parametrize("service", RECORDS)
def test_a_record_a_line_says_what_the_same_record_says_elsewhere(service: str) -> None:
    for paper in lines(RECORDS[service], RECORDS[service]):
        assert (paper.title, paper.abstract) == (TITLE, TEXT)
        assert paper.authors == ("Ada Moss",)
        assert "doi:10.1000/roofs" in paper.ids
        assert paper.published_at == DAY


@pytest.mark.parametrize("service", ["csl", "zotero", "scraper", "data set"])
def test_a_list_of_such_records_is_read_alike(service: str) -> None:
    (paper,) = parse(json.dumps([RECORDS[service]], indent=1).encode()).papers
    assert (paper,) == lines(RECORDS[service])


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("Ada Moss, Bo Fern and Cy Reed", ("Ada Moss", "Bo Fern", "Cy Reed")),
        ("Moss, A.; Fern, B.", ("Moss, A.", "Fern, B.")),
        ([{"name": "Ada Moss"}, {"literal": "Roof Group"}], ("Ada Moss", "Roof Group")),
        ([{"given": "Ada", "non-dropping-particle": "van", "family": "Moss"}], ("Ada van Moss",)),
        ("", ()),
    ],
)
def test_authors_may_be_one_text_or_objects(authors: object, names: tuple[str, ...]) -> None:
    (paper,) = lines({"title": TITLE, "authors": authors, "year": 2026})
    assert paper.authors == names


@pytest.mark.parametrize(
    "other",
    [
        {"arxiv_id": "2611.00001"},
        {"entry_id": "http://arxiv.org/abs/2611.00001v1"},
        {"externalIds": {"ArXiv": "2611.00001"}},
        {"doi": "10.48550/arXiv.2611.00001"},
    ],
)
def test_an_arxiv_id_is_found_under_other_names(other: dict[str, object]) -> None:
    (paper,) = lines({"title": TITLE, "authors": ["Ada Moss"], **other})
    assert paper.id == "arxiv:2611.00001"


def test_our_own_keys_count_before_others() -> None:
    ours = {"title": TITLE, "abstract": TEXT, "venue": "Roofs", "published_at": "2026-11-20"}
    (paper,) = lines({**ours, "summary": "Short.", "journal": "Walls", "year": 1999})
    assert (paper.abstract, paper.venue, paper.published_at) == (TEXT, "Roofs", DAY)


def test_a_year_alone_is_its_last_day() -> None:
    (paper,) = lines({"title": TITLE, "year": 2026})
    assert paper.published_at == datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("odd", [None, 5, [], {}, [None], "x", {"ArXiv": 5}, [[1]]])
@pytest.mark.parametrize(
    "key", ["doi", "externalIds", "issued", "year", "summary", "author", "creators"]
)
def test_what_other_keys_hold_never_breaks_a_record(key: str, odd: object) -> None:
    (paper,) = lines({"title": TITLE, key: odd})
    assert paper.title == TITLE


@pytest.mark.parametrize("head", ["Abstract: ", "arXiv:2611.00001v1 Announce Type: new Abstract: "])
def test_what_feeds_print_before_an_abstract_is_no_part_of_it(head: str) -> None:
    (paper,) = lines({"title": TITLE, "abstract": head + TEXT, "year": 2026})
    assert paper.abstract == TEXT
