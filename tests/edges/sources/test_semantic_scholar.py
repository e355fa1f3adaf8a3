"""Semantic Scholar's papers: every shape they come in, their ids, and what is no abstract."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.sources import json_lines
from paperdigest.sources.semantic_scholar import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "semantic_scholar.dump").read_bytes().strip()
REAL = Path(__file__).parents[4] / "shared" / "samples" / "s2_search.yaml"
OWN = "00112233445566778899aabbccddeeff00112233"
PAPER: dict[str, Any] = {"paperId": OWN, "title": "Folding maps"}
EMPTY = b'{"total": 0, "offset": 0, "data": []}'


def parsed(value: object) -> tuple[Paper, ...]:
    return FORMAT.parse(json.dumps(value).encode()).papers


def one(**more: Any) -> Paper:
    (paper,) = parsed({**PAPER, **more})
    return paper


def test_every_shape_says_the_same() -> None:
    shapes = (
        {"total": 70, "offset": 0, "data": [PAPER]},
        {"total": 70, "token": "x", "data": [PAPER]},
        {"recommendedPapers": [PAPER]},
        {"offset": 0, "data": [{"contexts": [], "citingPaper": PAPER}]},
        {"offset": 0, "data": [{"citedPaper": PAPER}]},
        [None, PAPER, None],
        PAPER,
    )
    assert len({parsed(shape) for shape in shapes}) == 1
    assert len(parsed(PAPER)) == 1


def test_an_unknown_id_of_a_batch_is_no_bad_record() -> None:
    found = FORMAT.parse(json.dumps([None, PAPER, 3]).encode())
    assert [item.reason for item in found.rejected] == ["no object"]
    assert FORMAT.parse(b"[null, null]").papers == ()


def test_the_total_is_what_the_service_says() -> None:
    assert FORMAT.parse(SAMPLE).total == 70
    assert FORMAT.parse(EMPTY).total == 0
    assert FORMAT.parse(json.dumps([PAPER]).encode()).total is None
    assert FORMAT.parse(json.dumps({"total": -5, "data": []}).encode()).total is None


@pytest.mark.parametrize(
    ("external", "ids"),
    [
        ({"ArXiv": "2611.00021"}, ("arxiv:2611.00021",)),
        ({"ArXiv": "hep-th/9901001", "DOI": "10.1/x"}, ("arxiv:hep-th/9901001",)),
        ({"DOI": "10.1000/FOLD.22", "PubMed": "0040"}, ("doi:10.1000/fold.22", "pmid:40")),
        ({"DOI": "10.48550/arXiv.2611.00021"}, ("arxiv:2611.00021",)),
        ({"ArXiv": "nothing", "DOI": "feed:x#1", "PubMed": "PMC1", "CorpusId": 7}, ()),
        ({"ArXiv": None, "DOI": 5, "PubMed": 40}, ("pmid:40",)),
        (None, ()),
    ],
)
def test_ids_of_other_places_come_before_its_own(external: object, ids: tuple[str, ...]) -> None:
    assert one(externalIds=external).ids == (*ids, f"s2:{OWN}")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("[PDF] Folding maps", "Folding maps"),
        ("[pdf]  Folding [PDF] maps", "Folding [PDF] maps"),
        ("[PDF]s at a glance", "[PDF]s at a glance"),
        ("Folding\n maps", "Folding maps"),
    ],
)
def test_the_mark_of_a_pdf_is_no_part_of_a_title(told: str, read: str) -> None:
    assert one(title=told).title == read


def test_a_machines_summary_is_no_abstract() -> None:
    paper = one(abstract=None, tldr={"text": "Folding works."})
    assert (paper.abstract, paper.partial) == ("", True)
    assert not one(abstract="We fold.").partial


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"publicationDate": "2026-11-17", "year": 2026}, (2026, 11, 17)),
        ({"publicationDate": None, "year": 2019}, (2019, 12, 31)),
        ({"publicationDate": "2026-02-30", "year": None}, None),
        ({"year": "soon"}, None),
        ({"year": 10**40}, None),
    ],
)
def test_a_year_alone_is_its_last_day(
    told: dict[str, Any], read: tuple[int, int, int] | None
) -> None:
    """By its first day a paper of this year would look old, and be passed over in silence."""
    assert one(**told).published_at == (None if read is None else datetime(*read, tzinfo=UTC))


def test_the_venue_is_the_journal_where_nothing_else_is_said() -> None:
    assert one(venue="", journal={"name": "Annals of Folding"}).venue == "Annals of Folding"
    assert one(venue="FOLD", journal={"name": "Annals"}).venue == "FOLD"
    assert one(venue=None, journal=None).venue == ""


def test_links_are_safe_or_left_out() -> None:
    paper = one(externalIds={"ArXiv": "2611.00021"}, openAccessPdf={"url": "javascript:alert(1)"})
    assert paper.links == (Link("abstract", "https://arxiv.org/abs/2611.00021"),)
    assert paper.url == f"https://www.semanticscholar.org/paper/{OWN}"
    assert one(paperId="x", url="https://x.example/1").url == "https://x.example/1"


# ------------------------------------------------------------------ documents


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"error": "Paper not found"}, "error: Paper not found"),
        ({"message": "Too Many Requests", "code": "429"}, "error: Too Many Requests"),
        ({"data": 5}, "no papers of Semantic Scholar"),
        ([{"paperId": OWN}], "no record of this document has a title"),
        (3, "no papers of Semantic Scholar"),
        (None, "no papers of Semantic Scholar"),
    ],
)
def test_another_document_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parsed(value)
    assert words in str(caught.value)


def test_a_real_answer_is_read_whole() -> None:
    if not REAL.is_file():
        pytest.skip("the recorded answers are not beside this checkout")
    body = re.search(r"string: '((?:[^']|'')*)'", REAL.read_text("utf-8"))
    assert body is not None
    data = re.sub(r"\s*\n\s*", " ", body[1]).replace("''", "'").encode()
    assert FORMAT.recognise(data)
    found = FORMAT.parse(data)
    assert (len(found.papers), found.rejected, found.total) == (100, (), 70499)
    assert all(paper.id.startswith("s2:") and paper.partial for paper in found.papers)
    assert not [paper.title for paper in found.papers if paper.title.startswith("[PDF]")]


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE,
        SAMPLE[:900],
        EMPTY,
        b'{"total":0,"token":null,"data":[]}\n',
        json.dumps([None, None, PAPER]).encode(),
        json.dumps({"recommendedPapers": [PAPER]}, indent=1).encode(),
        json.dumps(PAPER).encode(),
    ],
)
def test_its_documents_are_recognised(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.recognise(b"\xef\xbb\xbf\n " + data)


def test_one_paper_a_line_is_left_to_its_format() -> None:
    paper = json.dumps(PAPER).encode()
    lines = paper + b"\n" + paper + b"\n"
    assert not FORMAT.recognise(lines)
    assert json_lines.FORMAT.recognise(lines)


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[", b'["W1"]', b"[null, null]", b"[101](https://x.org)", b"\xff\xfe{"]
)
def test_hardly_anything_is_not_recognised(head: bytes) -> None:
    assert not FORMAT.recognise(head)


def test_a_heading_before_the_abstract_is_no_part_of_it() -> None:
    assert one(abstract="Abstract We fold maps.").abstract == "We fold maps."
