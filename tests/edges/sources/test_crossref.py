"""Crossref's works: their many dates, their lists of titles, and what is taken back."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.sources import json_lines
from paperdigest.sources.crossref import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "crossref.dump").read_bytes().strip()
REAL = Path(__file__).parents[4] / "shared" / "samples" / "crossref_cursor.yaml"
WORK: dict[str, Any] = {
    "DOI": "10.1000/FOLD.1",
    "type": "journal-article",
    "title": ["Folding maps"],
    "created": {"date-time": "2026-11-18T13:37:48Z"},
}
CREATED = datetime(2026, 11, 18, 13, 37, 48, tzinfo=UTC)
EMPTY = (
    b'{"status":"ok","message-type":"work-list","message-version":"1.0.0",'
    b'"message":{"facets":{},"total-results":0,"items":[],"items-per-page":20}}'
)
ONE = {"status": "ok", "message-type": "work", "message": WORK}


def parsed(value: object) -> tuple[Paper, ...]:
    return FORMAT.parse(json.dumps(value).encode()).papers


def one(**more: Any) -> Paper:
    (paper,) = parsed({**WORK, **{key.replace("_", "-"): said for key, said in more.items()}})
    return paper


def day(*parts: int | None) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}


def test_every_shape_says_the_same() -> None:
    page = {"status": "ok", "message-type": "work-list", "message": {"items": [WORK]}}
    shapes = (page, ONE, {"items": [WORK]}, [WORK], WORK)
    assert len({parsed(shape) for shape in shapes}) == 1
    assert len(parsed(page)) == 1


def test_the_total_is_what_the_service_says() -> None:
    assert FORMAT.parse(SAMPLE).total == 812
    assert FORMAT.parse(EMPTY).total == 0
    assert FORMAT.parse(json.dumps(ONE).encode()).total is None


# ------------------------------------------------------------------ one work


@pytest.mark.parametrize(
    ("title", "subtitle", "read"),
    [
        (["Maps", "Karten"], [], "Maps"),
        (["Maps"], ["A history"], "Maps: A history"),
        (["Maps:"], ["A history"], "Maps: A history"),
        (["Maps: a history"], ["A History"], "Maps: a history"),
        (["Maps\n   of <i>n</i> &lt; 5"], None, "Maps of <i>n</i> &lt; 5"),
        ("Maps", "A history", "Maps: A history"),
    ],
)
def test_titles_are_lists_and_subtitles_follow(title: object, subtitle: object, read: str) -> None:
    assert one(title=title, subtitle=subtitle).title == read


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (
            "<jats:title>Abstract</jats:title><jats:p>We fold &lt;5.</jats:p>",
            "<jats:p>We fold &lt;5.</jats:p>",
        ),
        (
            "<jats:sec> <jats:title> ABSTRACT: </jats:title>\n<jats:p>x</jats:p></jats:sec>",
            "<jats:sec> <jats:p>x</jats:p></jats:sec>",
        ),
        ("<title>Summary</title><p>x</p>", "<p>x</p>"),
        (
            "<jats:title>Abstract maps</jats:title><jats:p>x</jats:p>",
            "<jats:title>Abstract maps</jats:title><jats:p>x</jats:p>",
        ),
        ("p <0.05 and x<y", "p <0.05 and x<y"),
        ("<jats:title>Abstract</jats:title><jats:p/>", ""),
        (None, ""),
    ],
)
def test_an_abstract_keeps_its_marks_but_not_its_heading(told: object, read: str) -> None:
    paper = one(abstract=told)
    assert (paper.abstract, paper.partial) == (read, not read)


def test_authors_are_people_and_groups() -> None:
    people = [
        {"given": "Ada", "family": "Lovelace"},
        {"family": "Babbage"},
        {"name": "The Map Collaboration"},
        {"given": "Sam", "family": "Page", "suffix": "Jr."},
        {"ORCID": "x"},
        None,
    ]
    assert one(author=people).authors == (
        "Ada Lovelace",
        "Babbage",
        "The Map Collaboration",
        "Sam Page Jr.",
    )


def test_a_preprint_and_its_article_are_one_paper() -> None:
    related = {
        "is-preprint-of": [{"id-type": "doi", "id": "10.1000/Article"}],
        "has-preprint": [{"id-type": "arxiv", "id": "2610.00007"}, {"id-type": "issn", "id": "1"}],
        "is-supplemented-by": [{"id-type": "doi", "id": "10.5555/data"}],
        "references": [{"id-type": "doi", "id": "10.5555/cited"}],
    }
    paper = one(relation=related, reference=[{"DOI": "10.5555/cited.too"}])
    assert paper.ids == ("arxiv:2610.00007", "doi:10.1000/fold.1", "doi:10.1000/article")


@pytest.mark.parametrize("odd", ["nothing", "feed:other#1", "title1:0123456789abcdef", 5, None])
def test_what_is_no_doi_is_no_id(odd: object) -> None:
    related = {"has-preprint": [{"id-type": "doi", "id": odd}]}
    assert one(relation=related).ids == ("doi:10.1000/fold.1",)


def test_a_server_of_preprints_is_no_venue_and_its_section_a_category() -> None:
    posted = one(type="posted-content", group_title="Bioinformatics", container_title=["bioRxiv"])
    assert (posted.venue, posted.categories) == ("", ("Bioinformatics",))
    article = one(container_title=["Annals of Folding", "Ann. Fold."], group_title="x")
    assert (article.venue, article.categories) == ("Annals of Folding", ())


def test_links_are_the_doi_the_pdf_and_the_page() -> None:
    links = [
        {"URL": "https://x.example/1.xml", "content-type": "text/xml"},
        {"URL": "javascript:alert(1)", "content-type": "application/pdf"},
        {"URL": "https://x.example/1.pdf", "content-type": "application/pdf"},
        {"URL": "https://x.example/2.pdf", "content-type": "application/pdf"},
    ]
    paper = one(link=links, resource={"primary": {"URL": "https://x.example/1"}})
    assert paper.links == (
        Link("doi", "https://doi.org/10.1000/fold.1"),
        Link("pdf", "https://x.example/1.pdf"),
        Link("page", "https://x.example/1"),
    )
    assert paper.url == "https://doi.org/10.1000/fold.1"


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    "issued",
    [day(None), day(2026), day(2027, 1), day(2026, 9, 1), day(2025), day(2025, 12), day(7), {}, 5],
)
def test_new_is_what_crossref_has_just_got(issued: object) -> None:
    assert one(issued=issued).published_at == CREATED


@pytest.mark.parametrize(
    ("issued", "read"),
    [
        (day(1998), (1998, 12, 31)),
        (day(2025, 10), (2025, 10, 1)),
        (day(2025, 11, 17), (2025, 11, 17)),
    ],
)
def test_an_old_volume_registered_late_is_old(issued: object, read: tuple[int, int, int]) -> None:
    assert one(issued=issued).published_at == datetime(*read, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (day(2026, 11, 3), (2026, 11, 3)),
        (day(2026, 11), (2026, 11, 1)),
        (day(2026), (2026, 12, 31)),
        (day(2026, 2, 30), None),
        (day(None), None),
        ({"date-parts": []}, None),
    ],
)
def test_the_published_day_stands_in_for_created(
    told: object, read: tuple[int, int, int] | None
) -> None:
    found = one(created=None, published=told).published_at
    assert found == (None if read is None else datetime(*read, tzinfo=UTC))


def test_updated_is_what_was_last_deposited() -> None:
    paper = one(deposited=day(2026, 11, 19), indexed={"date-time": "2026-11-20T00:00:00Z"})
    assert paper.updated_at == datetime(2026, 11, 19, tzinfo=UTC)


# ------------------------------------------------------------------ taken back


@pytest.mark.parametrize(
    ("kind", "withdrawn"),
    [("retraction", True), ("Withdrawal", True), ("removal", True), ("correction", False)],
)
def test_a_work_says_itself_that_it_was_taken_back(kind: str, *, withdrawn: bool) -> None:
    assert one(updated_by=[{"type": kind, "DOI": "10.1000/notice"}]).withdrawn is withdrawn


def test_a_notice_of_retraction_is_a_work_of_its_own() -> None:
    """It has another title and no abstract: as a record of the paper it speaks of it would spoil both."""
    notice = one(DOI="10.1000/notice", update_to=[{"type": "retraction", "DOI": "10.1000/fold.1"}])
    assert (notice.ids, notice.withdrawn) == (("doi:10.1000/notice",), False)


def test_a_notice_in_the_place_of_its_paper_withdraws_it() -> None:
    assert one(update_to=[{"type": "withdrawal", "DOI": "10.1000/fold.1"}]).withdrawn


# ------------------------------------------------------------------ documents


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            {
                "status": "failed",
                "message-type": "validation-failure",
                "message": [{"type": "parameter-not-found", "message": "no such filter"}],
            },
            "error: no such filter",
        ),
        ({"status": "error", "message": "Resource not found."}, "error: Resource not found."),
        ({"status": "ok", "message-type": "member", "message": {"id": 1}}, "no works of Crossref"),
        ({"message": {"items": 5}}, "no works of Crossref"),
        ([{"DOI": "10.1000/x", "title": []}], "no record of this document has a title"),
        (3, "no works of Crossref"),
        (None, "no works of Crossref"),
    ],
)
def test_another_document_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parsed(value)
    assert words in str(caught.value)


def test_a_real_answer_is_read_whole() -> None:
    if not REAL.is_file():
        pytest.skip("the recorded answers are not beside this checkout")
    body = re.search(r"string: !!binary \|\n((?: {8}\S+\n)+)", REAL.read_text("utf-8"))
    assert body is not None
    data = gzip.decompress(base64.b64decode(body[1]))
    assert FORMAT.recognise(data[: 64 * 1024])
    found = FORMAT.parse(data)
    assert (len(found.papers), found.rejected, found.total) == (20, (), 454)
    assert all(paper.id.startswith("doi:10.") and paper.published_at for paper in found.papers)
    assert sum(not paper.partial for paper in found.papers) == 1


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE,
        SAMPLE[:2500],
        EMPTY,
        json.dumps(ONE).encode(),
        json.dumps([WORK], indent=1).encode(),
        json.dumps({"items": [WORK]}).encode(),
        json.dumps({"message": {"items": [WORK]}, "status": "ok"}, sort_keys=True).encode(),
    ],
)
def test_its_documents_are_recognised(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.recognise(b"\xef\xbb\xbf\n " + data)


def test_records_with_the_same_keys_are_left_to_their_format() -> None:
    csl = b'[{"DOI": "10.1000/x", "title": "Folding maps", "issued": {"date-parts": [[2026]]}}]'
    assert not FORMAT.recognise(csl)
    line = b'{"title": "Folding maps", "DOI": "10.1000/x", "authors": []}\n'
    assert not FORMAT.recognise(line)
    assert json_lines.FORMAT.recognise(line)
    work = json.dumps(WORK).encode()
    assert not FORMAT.recognise(work + b"\n" + work + b"\n")


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[", b'["W1"]', b"[null, null]", b"[101](https://x.org)", b"\xff\xfe{"]
)
def test_hardly_anything_is_not_recognised(head: bytes) -> None:
    assert not FORMAT.recognise(head)
