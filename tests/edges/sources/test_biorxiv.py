"""The answers of bioRxiv and medRxiv: one row a version, statuses that are errors and statuses that are none."""

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
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP
from paperdigest.sources.biorxiv import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "biorxiv.dump").read_bytes()
OTHERS = sorted(
    path for path in GOLDEN.iterdir() if path.suffix != ".json" and path.name != "biorxiv.dump"
)


def row(**said: Any) -> dict[str, Any]:
    return {
        "doi": "10.1101/2026.11.17.700001",
        "title": "Sourdough starters in winter",
        "authors": "Meitner, L.; Noether, E.",
        "date": "2026-11-18",
        "version": "1",
        "type": "new results",
        "category": "microbiology",
        "abstract": "Starters are alive.",
        "published": "NA",
        "server": "bioRxiv",
    } | said


def answer(*rows: Any, **message: Any) -> bytes:
    messages = [{"status": "ok"} | message]
    return json.dumps({"messages": messages, "collection": list(rows)}).encode()


def read(*rows: Any, **message: Any) -> Parsed:
    data = answer(*rows, **message)
    assert FORMAT.recognise(data[: 64 * 1024])
    return FORMAT.parse(data)


def one(**said: Any) -> Paper:
    return read(row(**said)).papers[0]


# ------------------------------------------------------------------ one row


def test_a_preprint_is_known_by_its_doi() -> None:
    paper = one(doi="10.64898/2026.11.17.700001")
    assert paper.ids == ("doi:10.64898/2026.11.17.700001",)
    assert paper.url == "https://doi.org/10.64898/2026.11.17.700001"


def test_the_article_it_became_is_the_same_paper() -> None:
    paper = one(published="10.1371/Journal.Pone.9999999")
    assert paper.id == "doi:10.1101/2026.11.17.700001"
    assert paper.ids == ("doi:10.1101/2026.11.17.700001", "doi:10.1371/journal.pone.9999999")
    assert Link("doi", "https://doi.org/10.1371/journal.pone.9999999") in paper.links


@pytest.mark.parametrize("published", ["NA", "", None, "10.1101/2026.11.17.700001", "in press"])
def test_what_names_no_other_article_adds_no_id(published: str | None) -> None:
    assert len(one(published=published).ids) == 1


@pytest.mark.parametrize("doi", ["", None, "700001", "10.1101/a\u202eb", "10.1101/" + "x" * 600])
def test_a_row_without_a_sound_doi_is_read_without_an_id(doi: str | None) -> None:
    paper = one(doi=doi)
    assert (paper.title, paper.id, paper.ids, paper.url, paper.links) == (
        "Sourdough starters in winter",
        "",
        (),
        "",
        (),
    )


@pytest.mark.parametrize(
    ("server", "host"),
    [
        ("bioRxiv", "https://www.biorxiv.org"),
        ("biorxiv", "https://www.biorxiv.org"),
        ("medRxiv", "https://www.medrxiv.org"),
    ],
)
def test_the_server_says_where_the_preprints_page_is(server: str, host: str) -> None:
    page = Link("abstract", f"{host}/content/10.1101/2026.11.17.700001")
    assert one(server=server).links == (page,)


def test_an_unknown_server_has_no_page() -> None:
    assert one(server="example.org/").links == ()


def test_the_date_of_a_first_version_is_the_papers() -> None:
    paper = one()
    assert (paper.version, paper.published_at, paper.updated_at) == (
        1,
        datetime(2026, 11, 18, tzinfo=UTC),
        None,
    )


def test_the_date_of_a_later_version_is_only_that_versions() -> None:
    paper = one(version="12")
    assert (paper.version, paper.published_at, paper.updated_at) == (
        12,
        None,
        datetime(2026, 11, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize("version", [None, "", "v2", "0", -1, 1.5, True, 10**30])
def test_a_version_that_is_none_is_not_known(version: object) -> None:
    paper = one(version=version)
    assert (paper.version, paper.published_at) == (None, datetime(2026, 11, 18, tzinfo=UTC))


def test_names_are_parted_by_semicolons_and_keep_their_commas() -> None:
    names = "Watson, O. J.; Tran, T. N.-A.;van der Maaten, L. ; The Bread and Salt Consortium; "
    assert one(authors=names).authors == (
        "Watson, O. J.",
        "Tran, T. N.-A.",
        "van der Maaten, L.",
        "The Bread and Salt Consortium",
    )


def test_the_category_is_kept_as_it_is_written() -> None:
    assert one(category="Health Informatics").categories == ("Health Informatics",)
    assert one(category="NA").categories == ()


def test_text_stays_raw_but_for_its_line_ends() -> None:
    paper = one(title="Of {beta}-glucan\n ", abstract=" At p<0.05\n  it {beta}s &lt;i&gt;. ")
    assert (paper.title, paper.abstract) == (
        "Of {beta}-glucan",
        "At p<0.05 it {beta}s &lt;i&gt;.",
    )


@pytest.mark.parametrize("abstract", ["", None, "NA"])
def test_without_its_abstract_a_record_is_partial(abstract: str | None) -> None:
    assert (one(abstract=abstract).abstract, one(abstract=abstract).partial) == ("", True)
    assert not one().partial


@pytest.mark.parametrize(
    "said",
    [
        {"type": "withdrawn"},
        {"type": "WITHDRAWAL"},
        {"title": "WITHDRAWN: Sourdough in winter"},
        {"title": "[Withdrawn] Sourdough in winter"},
        {"abstract": "The authors have withdrawn this manuscript."},
        {"abstract": "Withdrawal Statement: The authors have withdrawn it."},
        {"abstract": "This manuscript has been withdrawn by its authors."},
        {"abstract": "bioRxiv has withdrawn this preprint."},
    ],
)
def test_a_withdrawn_preprint_is_withdrawn(said: dict[str, str]) -> None:
    assert one(**said).withdrawn


@pytest.mark.parametrize(
    "said",
    [
        {"type": "PUBLISHAHEADOFPRINT"},
        {"type": "contradictory results"},
        {"title": "Withdrawn: how hermits live"},
        {"abstract": "We find that the authors have withdrawn their starter."},
    ],
)
def test_other_preprints_are_not(said: dict[str, str]) -> None:
    assert not one(**said).withdrawn


def test_fields_have_their_caps() -> None:
    paper = one(
        title="é" * 2_000,
        abstract="é" * 40_000,
        authors=f"{'A' * 900}; " * 2_500,
        category="c" * 900,
    )
    assert len(paper.title.encode()) <= TITLE_CAP
    assert len(paper.abstract.encode()) <= ABSTRACT_CAP
    assert (len(paper.authors), len(paper.authors[0])) == (2_000, 200)
    assert len(paper.categories[0]) == 200


# ------------------------------------------------------------------ versions


def test_every_version_is_a_record() -> None:
    parsed = read(row(), row(version="2", title="Sourdough starters in spring"))
    assert [(paper.id, paper.version) for paper in parsed.papers] == [
        ("doi:10.1101/2026.11.17.700001", 1),
        ("doi:10.1101/2026.11.17.700001", 2),
    ]


def test_versions_come_in_their_order_and_other_preprints_stay_where_they_are() -> None:
    """The newest first would make the first version old news, and nobody would be told of it."""
    other = row(doi="10.1101/2026.11.17.700002", version="4")
    parsed = read(row(version="10"), other, row(version="2"), row(version="1"))
    assert [paper.version for paper in parsed.papers] == [1, 4, 2, 10]


# ------------------------------------------------------------------ the document


@pytest.mark.parametrize(
    ("said", "total"),
    [("360", 360), (214, 214), (None, None), ("many", None), (-1, None), (10**40, None)],
)
def test_it_says_how_many_there_are_in_all(said: object, total: int | None) -> None:
    assert read(row(), total=said).total == total


@pytest.mark.parametrize("status", ["no posts found", "No articles found for this interval"])
def test_an_empty_answer_is_well(status: str) -> None:
    assert read(status=status).papers == ()


def test_an_interval_past_its_end_is_well() -> None:
    parsed = read(status="ok", total="360")
    assert (parsed.papers, parsed.total) == ((), 360)


@pytest.mark.parametrize("rows", [(), (row(),)])
def test_any_other_status_is_an_error_in_its_words(rows: tuple[Any, ...]) -> None:
    with pytest.raises(RefusedInput, match="answers with an error: no valid date found"):
        FORMAT.parse(answer(*rows, status="no valid date found"))


def test_preprints_without_a_status_are_read_and_nothing_without_one_is_refused() -> None:
    assert len(FORMAT.parse(json.dumps({"collection": [row()]}).encode()).papers) == 1
    with pytest.raises(RefusedInput, match="neither a status nor preprints"):
        FORMAT.parse(b'{"collection": []}')


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b"7", b"null", b'{"messages": [{"status": "ok"}]}', answer(row(title=""))],
)
def test_other_documents_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput):
        FORMAT.parse(data)


def test_a_row_without_a_title_is_rejected_alone() -> None:
    parsed = read(row(), row(title=None), 7)
    assert len(parsed.papers) == 1
    assert [bad.place for bad in parsed.rejected] == [2, 3]


def test_a_document_cut_anywhere_is_refused() -> None:
    data = answer(row(title="Hüte"), row(version="2"), total="2")
    for cut in range(1, len(data)):
        with pytest.raises(RefusedInput):
            FORMAT.parse(data[:cut])


def test_a_document_that_nests_without_end_is_refused() -> None:
    with pytest.raises(RefusedInput, match="nested too deeply"):
        FORMAT.parse(b'{"messages": [], "collection": ' + b"[" * 100_000)


def test_rows_before_the_status_are_told_too() -> None:
    rows = [row(abstract="Alive. " * 300) for _ in range(60)]
    data = json.dumps({"collection": rows, "messages": [{"status": "ok"}]}).encode()
    assert FORMAT.recognise(data[: 64 * 1024])
    assert len(FORMAT.parse(data).papers) == 60


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_samples_of_other_formats_are_not_taken(path: Path) -> None:
    assert not FORMAT.recognise(path.read_bytes()[: 64 * 1024])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"messages": []}',
        b'{"collection": [{"title": "x"}]}',
        b'{"messages": [{"text": "hello"}], "collection": []}',
        b'{"title": "x", "messages": [{"status": "ok"}], "collection": []}',
        b'{"messages": [{"status": "ok"}], "collection": [{"biorxiv_doi": "10.1101/1"}]}',
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


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(sorted(row())), _ANY), _ANY, _ANY)
def test_any_value_anywhere_is_taken_or_refused(
    said: dict[str, Any], status: object, total: object
) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(answer(row(), row(**said), status=status, total=total))
    parsed = FORMAT.parse(answer(row(), row(**said), total=total))
    assert len(parsed.papers) + len(parsed.rejected) == 2


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
