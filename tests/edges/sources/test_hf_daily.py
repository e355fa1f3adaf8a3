"""Hugging Face's daily papers: lists, the page's own object and single items, whatever is missing in them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Announced, Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean
from paperdigest.sources.hf_daily import FORMAT, hub_id

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "hf_daily.dump").read_bytes()
OTHERS = sorted(
    path for path in GOLDEN.iterdir() if path.suffix != ".json" and path.name != "hf_daily.dump"
)


def item(number: int = 1, **paper: Any) -> dict[str, Any]:
    inner = {
        "id": f"2611.0000{number}",
        "title": f"Folding paper maps, part {number}",
        "summary": "We fold maps.",
        "upvotes": number,
        "submittedOnDailyAt": "2026-11-20T00:00:00.000Z",
        "publishedAt": "2026-11-17T18:59:00.000Z",
    }
    return {"paper": inner | paper}


def read(document: object) -> Parsed:
    data = json.dumps(document).encode()
    assert FORMAT.recognise(data[: 64 * 1024])
    return FORMAT.parse(data)


def one(**paper: Any) -> Paper:
    return read([item(**paper)]).papers[0]


def ranks(parsed: Parsed) -> list[tuple[int | None, int | None]]:
    return [(paper.rank, paper.rank_of) for paper in parsed.papers]


# ------------------------------------------------------------------ one paper


def test_a_paper_of_arxiv_has_its_id_address_and_pdf() -> None:
    paper = one(id="2611.01234")
    assert (paper.id, paper.ids) == ("arxiv:2611.01234", ("arxiv:2611.01234",))
    assert paper.url == "https://huggingface.co/papers/2611.01234"
    assert paper.links == (
        Link("abstract", "https://arxiv.org/abs/2611.01234"),
        Link("pdf", "https://arxiv.org/pdf/2611.01234"),
    )


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("2611.01234", "arxiv:2611.01234"),
        ("hep-th/9901001", "arxiv:hep-th/9901001"),
        ("sourdough-report_2", "hf:sourdough-report_2"),
        ("6489", "hf:6489"),
        ("2699.99999", "hf:2699.99999"),
        ("..", ""),
        ("a b", ""),
        ("a\u202eb", ""),
        ("x" * 101, ""),
        ("", ""),
    ],
)
def test_a_name_that_is_not_arxivs_is_hugging_faces_own(name: str, id_: str) -> None:
    assert hub_id(name) == id_
    paper = one(id=name)
    assert paper.ids == ((id_,) if id_ else ())
    assert bool(paper.url) is bool(id_)


def test_the_day_on_the_list_is_no_date_of_the_paper() -> None:
    paper = one()
    assert paper.published_at == datetime(2026, 11, 17, 18, 59, tzinfo=UTC)
    assert (paper.updated_at, paper.announced) == (None, Announced.UNSAID)
    assert one(publishedAt=None).published_at is None


def test_an_old_dump_has_only_the_items_own_date() -> None:
    record = item(publishedAt=None) | {"publishedAt": "2023-05-04T00:00:00.000Z"}
    assert read([record]).papers[0].published_at == datetime(2023, 5, 4, tzinfo=UTC)


def test_title_and_summary_of_the_paper_go_before_those_of_the_item() -> None:
    short = {"title": "Short", "summary": "Short."}
    assert read([item() | short]).papers[0].abstract == "We fold maps."
    paper = read([item(title=None, summary=None) | short]).papers[0]
    assert (paper.title, paper.abstract) == ("Short", "Short.")


def test_hard_line_ends_become_blanks_and_tex_stays() -> None:
    paper = one(title="Folding\n  maps", summary="For $n<p$\nwe fold &amp; \\textbf{tear}.\n")
    assert (paper.title, paper.abstract) == (
        "Folding maps",
        "For $n<p$ we fold &amp; \\textbf{tear}.",
    )


@pytest.mark.parametrize(
    ("summary", "partial"),
    [("We fold.", False), ("", True), (None, True), ("We fold …", True), ("We fold...", True)],
)
def test_without_its_whole_abstract_a_record_is_partial(
    summary: str | None, *, partial: bool
) -> None:
    assert one(summary=summary).partial is partial


def test_a_machines_summary_is_no_abstract() -> None:
    assert one(summary=None, ai_summary="A network folds maps.").abstract == ""


def test_hidden_authors_stay_hidden() -> None:
    authors = [
        {"name": "Ada Lovelace", "hidden": False},
        {"name": "Hidden Hand", "hidden": True},
        {"name": " Charles\nBabbage "},
        {"_id": "3"},
        None,
    ]
    assert one(authors=authors).authors == ("Ada Lovelace", "Charles Babbage")


def test_code_and_project_page_are_links() -> None:
    links = one(githubRepo="https://github.com/example/fold", projectPage="https://example.org/f")
    assert links.links[2:] == (
        Link("code", "https://github.com/example/fold"),
        Link("page", "https://example.org/f"),
    )
    assert one(githubRepo="example/fold").links[2].url == "https://github.com/example/fold"


def test_what_is_no_web_address_is_no_link() -> None:
    assert len(one(githubRepo="javascript:alert(1)", projectPage="file:///etc/passwd").links) == 2


def test_keywords_come_without_repeats() -> None:
    assert one(ai_keywords=["maps", " folding\n ", "maps", None, ""]).keywords == (
        "maps",
        "folding",
    )


@pytest.mark.parametrize(
    ("upvotes", "votes"),
    [(12, 12), (0, 0), (None, None), (-1, None), (True, None), (1.5, None), (10**30, None)],
)
def test_votes_are_a_whole_number_or_none(upvotes: object, votes: int | None) -> None:
    assert one(upvotes=upvotes).votes == votes


def test_a_withdrawn_paper_is_withdrawn() -> None:
    assert one(withdrawnAt="2026-11-20T00:00:00.000Z").withdrawn
    assert not one(withdrawnAt=None).withdrawn


def test_fields_have_their_caps() -> None:
    record = item(
        title="é" * 2_000,
        summary="é" * 40_000,
        authors=[{"name": "A" * 900}] * 2_500,
        ai_keywords=[f"{n}" + "k" * 900 for n in range(900)],
    )
    paper = FORMAT.parse(json.dumps([record]).encode()).papers[0]
    assert len(paper.title.encode()) <= TITLE_CAP
    assert len(paper.abstract.encode()) <= ABSTRACT_CAP
    assert (len(paper.authors), len(paper.authors[0])) == (2_000, 200)
    assert (len(paper.keywords), len(paper.keywords[0])) == (200, 200)


def test_what_cannot_be_seen_is_taken_out() -> None:
    paper = one(title="Fold\u202eing\x00 maps", summary="a \ud800 b")
    assert (paper.title, paper.abstract) == ("Folding maps", "a \ufffd b")


# ------------------------------------------------------------------ places


def test_in_the_list_of_one_day_papers_have_their_places() -> None:
    later = "2026-11-20T21:04:20.120Z"
    parsed = read([item(1), item(2, submittedOnDailyAt=later), item(3)])
    assert ranks(parsed) == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("on", ["2026-11-19T00:00:00.000Z", None, "soon"])
def test_in_a_list_of_more_than_a_day_they_have_none(on: str | None) -> None:
    assert ranks(read([item(1), item(2, submittedOnDailyAt=on)])) == [(None, None)] * 2


def test_a_record_that_is_rejected_keeps_its_place() -> None:
    parsed = read([item(1), item(2, title=""), item(3)])
    assert ranks(parsed) == [(1, 3), (3, 3)]
    assert [(bad.place, bad.reason) for bad in parsed.rejected] == [(2, "a record without a title")]


@pytest.mark.parametrize(
    ("said", "places"), [("2026-11-20", (1, 1)), ("2026-W47", (None, None)), (None, (None, None))]
)
def test_the_page_says_itself_whether_it_is_of_one_day(
    said: str | None, places: tuple[int | None, int | None]
) -> None:
    parsed = read({"dateString": said, "dailyPapers": [item(submittedOnDailyAt=None)]})
    assert ranks(parsed) == [places]


def test_one_item_alone_has_no_place() -> None:
    assert ranks(read(item())) == [(None, None)]


def test_a_paper_without_its_item_is_read() -> None:
    paper = read([item()["paper"] | {"discussionId": "d"}]).papers[0]
    assert (paper.id, paper.votes) == ("arxiv:2611.00001", 1)


# ------------------------------------------------------------------ the document


@pytest.mark.parametrize("data", [b"[]", b'{"dailyPapers": [], "dateString": "2026-11-22"}'])
def test_a_day_without_papers_is_well(data: bytes) -> None:
    assert FORMAT.parse(data).papers == ()


def test_an_error_of_the_service_is_refused_in_its_words() -> None:
    with pytest.raises(RefusedInput, match="answers with an error: Invalid date"):
        FORMAT.parse(b'{"error": "Invalid date"}')


@pytest.mark.parametrize("data", [b"{}", b"7", b'"x"', b"null", b"[1, 2]", b'[{"paper": {}}]'])
def test_other_documents_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput):
        FORMAT.parse(data)


@pytest.mark.parametrize("document", [[item()], item(), {"dailyPapers": [item()]}])
def test_a_document_cut_anywhere_is_refused(document: object) -> None:
    data = json.dumps(document, ensure_ascii=False).encode()
    for cut in range(1, len(data)):
        with pytest.raises(RefusedInput):
            FORMAT.parse(data[:cut])


def test_a_document_that_nests_without_end_is_refused() -> None:
    with pytest.raises(RefusedInput, match="nested too deeply"):
        FORMAT.parse(b'[{"paper": ' + b"[" * 100_000)


def test_a_document_is_told_by_its_beginning_in_any_layout() -> None:
    document = [item(number, summary="We fold. " * 300) for number in range(9)] * 9
    for data in (
        json.dumps(document),
        json.dumps(document, indent=2),
        "\ufeff\n" + SAMPLE.decode(),
    ):
        assert FORMAT.recognise(data.encode()[: 64 * 1024])


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_samples_of_other_formats_are_not_taken(path: Path) -> None:
    assert not FORMAT.recognise(path.read_bytes()[: 64 * 1024])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[1, 2]",
        b'{"title": "x", "abstract": "\\"paper\\": {\\"upvotes\\": 3}"}',
        b'{"paper": {"upvotes": 3}}\n{"paper": {"upvotes": 4}}\n',
        b'{"results": [{"title": "x", "upvotes": 3}]}',
        b"Get trending papers in your email inbox!\n",
        b"<rss/>",
    ],
)
def test_what_is_no_such_answer_is_not_taken(data: bytes) -> None:
    assert not FORMAT.recognise(data)


# ------------------------------------------------------------------ hostile input

_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = [
    "id",
    "title",
    "summary",
    "authors",
    "publishedAt",
    "submittedOnDailyAt",
    "upvotes",
    "ai_keywords",
    "projectPage",
    "githubRepo",
    "withdrawnAt",
]


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(_KEYS), _ANY), _ANY)
def test_any_value_anywhere_is_taken_or_refused(inner: dict[str, Any], beside: object) -> None:
    record = {"paper": inner, "title": beside, "publishedAt": beside}
    for document in (record, [record], {"dailyPapers": [record, beside], "dateString": beside}):
        with suppress(RefusedInput):
            parsed = FORMAT.parse(json.dumps(document).encode())
            assert all(clean(paper.title) == paper.title for paper in parsed.papers)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 40), st.binary(max_size=12))
def test_a_sample_with_any_bytes_in_it_is_read_or_refused(
    start: int, gone: int, other: bytes
) -> None:
    data = SAMPLE[:start] + other + SAMPLE[start + gone :]
    FORMAT.recognise(data)
    with suppress(RefusedInput):
        FORMAT.parse(data)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    FORMAT.recognise(data)
    with suppress(RefusedInput):
        FORMAT.parse(data)
