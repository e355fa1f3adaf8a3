"""OpenReview's notes: which are papers, what became of them, and both ways to write a value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.sources import json_lines
from paperdigest.sources.openreview import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "openreview.dump").read_bytes().strip()
CONTENT: dict[str, Any] = {"title": "Folding maps", "abstract": "We fold."}
NOTE: dict[str, Any] = {"id": "mApFoLd_1", "forum": "mApFoLd_1", "content": CONTENT}
EMPTY = b'{"notes":[],"count":0}'


def parsed(value: object) -> tuple[Paper, ...]:
    return FORMAT.parse(json.dumps(value).encode()).papers


def note(**more: Any) -> Paper:
    (paper,) = parsed({**NOTE, **more})
    return paper


def one(**more: Any) -> Paper:
    """Return the paper of a note with these values, as the newer version writes them."""
    content = {key: {"value": value} for key, value in {**CONTENT, **more}.items()}
    return note(content=content)


def test_every_shape_says_the_same() -> None:
    shapes = ({"notes": [NOTE], "count": 1}, {"notes": [NOTE]}, [NOTE], NOTE)
    assert len({parsed(shape) for shape in shapes}) == 1
    assert len(parsed(NOTE)) == 1


def test_values_stand_bare_or_under_their_name() -> None:
    more = {"authors": ["Ada Lovelace"], "keywords": ["maps"], "pdf": "/pdf/1.pdf"}
    assert one(**more) == note(content={**CONTENT, **more})
    assert note(content={"title": {"value": "Maps"}, "abstract": {"other": "x"}}).abstract == ""


def test_the_total_is_what_the_service_says() -> None:
    assert FORMAT.parse(SAMPLE).total == 61
    assert FORMAT.parse(EMPTY).total == 0
    assert FORMAT.parse(json.dumps([NOTE]).encode()).total is None


def test_a_reply_is_no_paper() -> None:
    review = {**NOTE, "id": "r1", "replyto": "mApFoLd_1"}
    comment = {**NOTE, "id": "r2"}
    found = FORMAT.parse(json.dumps({"notes": [review, NOTE, comment], "count": 3}).encode())
    assert [paper.id for paper in found.papers] == ["openreview:mApFoLd_1"]
    assert found.rejected == ()


def test_the_forum_is_the_id() -> None:
    paper = one()
    assert paper.ids == ("openreview:mApFoLd_1",)
    assert paper.url == "https://openreview.net/forum?id=mApFoLd_1"
    assert note(forum=None).id == "openreview:mApFoLd_1"


@pytest.mark.parametrize("odd", ["a b", "x&y=1", "<b>", "é", "x" * 200, None])
def test_what_is_no_name_of_a_forum_is_no_id(odd: str | None) -> None:
    paper = note(id=odd, forum=odd)
    assert (paper.id, paper.ids, paper.url) == ("", (), "")


# ------------------------------------------------------------------ what became of it


@pytest.mark.parametrize(
    ("venue", "venueid", "read", "withdrawn"),
    [
        ("FOLD 2026 Poster", "FOLD.cc/2026/Conference", "FOLD 2026 Poster", False),
        ("Trans. Folding", "TMF", "Trans. Folding", False),
        ("FOLD 2026 Conference Submission", "FOLD.cc/2026/Conference/Submission", "", False),
        ("Submitted to FOLD 2024", "FOLD.cc/2024/Conference", "", False),
        ("Under review for TMF", "TMF/Under_Review", "", False),
        ("Submitted to FOLD 2026", "FOLD.cc/2026/Conference/Rejected_Submission", "", False),
        ("Rejected by TMF", "TMF/Rejected", "", False),
        ("FOLD 2026", "FOLD.cc/2026/Conference/Desk_Rejected_Submission", "", False),
        ("FOLD 2026", "FOLD.cc/2026/Conference/Withdrawn_Submission", "", True),
        ("TMF", "TMF/Withdrawn_by_Authors", "", True),
        ("CoRR 2020", "dblp.org/journals/CORR/2020", "", False),
        ("FOLD 2020", "dblp.org/conf/FOLD/2020", "FOLD 2020", False),
        (None, None, "", False),
    ],
)
def test_a_venue_is_one_that_took_the_paper(
    venue: str | None, venueid: str | None, read: str, *, withdrawn: bool
) -> None:
    """A rejected paper has no venue, but nobody took it back."""
    paper = one(venue=venue, venueid=venueid)
    assert (paper.venue, paper.withdrawn) == (read, withdrawn)


def test_the_older_version_says_by_other_keys_that_a_paper_was_taken_back() -> None:
    assert note(invitation="FOLD.cc/2021/Conference/-/Withdrawn_Submission").withdrawn
    assert note(content={**CONTENT, "withdrawal": "Confirmed"}).withdrawn
    assert not note(invitation="FOLD.cc/2021/Conference/-/Blind_Submission").withdrawn


# ------------------------------------------------------------------ its other parts


def test_who_is_anonymous_is_not_named() -> None:
    hidden = ["Anonymous", "Anonymous Authors", "anonymous author 2", "", None, 7.5]
    assert one(authors=hidden).authors == ()
    assert one(authors=["Ada Lovelace", "Anonymous Bosch"]).authors == (
        "Ada Lovelace",
        "Anonymous Bosch",
    )
    assert one(authors=[{"fullname": "Ada Lovelace", "username": "~A1"}]).authors == (
        "Ada Lovelace",
    )


@pytest.mark.parametrize(
    ("pdf", "links"),
    [
        ("/pdf/1.pdf", (Link("pdf", "https://openreview.net/pdf/1.pdf"),)),
        ("https://x.example/1.pdf", (Link("pdf", "https://x.example/1.pdf"),)),
        ("//evil.example/1.pdf", (Link("pdf", "https://openreview.net//evil.example/1.pdf"),)),
        ("javascript:alert(1)", ()),
        ("@evil.example/1.pdf", ()),
        (None, ()),
    ],
)
def test_a_relative_pdf_is_made_whole(pdf: str | None, links: tuple[Link, ...]) -> None:
    assert one(pdf=pdf).links == links


def test_it_came_out_when_all_could_see_it() -> None:
    second = datetime(2026, 11, 9, 5, 0, tzinfo=UTC)
    moment = int(second.timestamp()) * 1000 + 123
    assert note(odate=moment, pdate=1, cdate=1_700_000_000_000).published_at == second
    assert note(odate=None, pdate=moment, cdate=1_700_000_000_000).published_at == second
    assert note(cdate=moment).published_at == second
    assert note(mdate=None, tmdate=moment).updated_at == second


@pytest.mark.parametrize("odd", [0, -1, 10**30, 1, True, "soon", 1.5, None])
def test_what_is_no_moment_is_no_date(odd: object) -> None:
    assert note(odate=odd, cdate=odd, mdate=odd).published_at is None


def test_keywords_are_the_papers_own() -> None:
    assert one(keywords=["maps", " maps", "", None, "folding"]).keywords == ("maps", "folding")


def test_a_short_summary_is_no_abstract() -> None:
    paper = note(content={"title": "Maps", "TL;DR": "It folds.", "TLDR": {"value": "It folds."}})
    assert (paper.abstract, paper.partial) == ("", True)


# ------------------------------------------------------------------ documents


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"name": "ForbiddenError", "message": "log in", "status": 403}, "error: log in"),
        ({"errors": ["Not found"]}, "error: Not found"),
        ({"notes": 5}, "no notes of OpenReview"),
        ([{"id": "a", "content": {}}], "no record of this document has a title"),
        (3, "no notes of OpenReview"),
        (None, "no notes of OpenReview"),
    ],
)
def test_another_document_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parsed(value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE,
        SAMPLE[:1500],
        EMPTY,
        b' {"count": 0, "notes": [ ] }\n',
        json.dumps([NOTE], indent=1).encode(),
        json.dumps({"count": 1, "notes": [NOTE]}).encode(),
    ],
)
def test_its_documents_are_recognised(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.recognise(b"\xef\xbb\xbf\n " + data)


def test_one_note_a_line_is_left_to_its_format() -> None:
    line = json.dumps(NOTE).encode()
    lines = line + b"\n" + line + b"\n"
    assert not FORMAT.recognise(lines)
    assert json_lines.FORMAT.recognise(lines)


@pytest.mark.parametrize(
    "head", [b"", b"{", b"[", b'["W1"]', b"[null, null]", b"[101](https://x.org)", b"\xff\xfe{"]
)
def test_hardly_anything_is_not_recognised(head: bytes) -> None:
    assert not FORMAT.recognise(head)
