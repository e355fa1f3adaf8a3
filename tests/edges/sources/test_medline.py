"""PubMed's tagged lines: records told apart, the last one never trusted beyond its end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.sources.medline import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
DATA = (GOLDEN / "medline.nbib").read_bytes()
GOOD = b"PMID- 9\nTI  - Folding maps\nSO  - J\n\n"


def one(lines: str) -> Paper:
    parsed = FORMAT.parse(f"PMID- 9\nTI  - Folding maps\n{lines}\nSO  - J\n".encode())
    assert parsed.rejected == ()
    return parsed.papers[0]


def test_each_record_before_the_cut_is_as_in_the_whole_file() -> None:
    """At every byte: the last record is left out, or partial with nothing in it that may be cut."""
    data = GOOD * 30 + DATA + b"\n" + GOOD
    whole = FORMAT.parse(data).papers
    before = len(GOOD) * 30
    for cut in range(before, len(data)):
        found = FORMAT.parse(data[:cut]).papers
        assert found[:30] == whole[:30]
        for cut_short, paper in zip(found[30:-1], whole[30:], strict=False):
            assert cut_short == paper
        if len(found) > 30:
            _is_beginning_of(found[-1], whole[len(found) - 1])


def _is_beginning_of(paper: Paper, whole: Paper) -> None:
    if not paper.partial:
        assert paper == whole
        return
    assert paper.title == whole.title
    assert set(paper.ids) <= set(whole.ids)
    assert set(paper.authors) <= set(whole.authors)
    assert paper.abstract in ("", whole.abstract)


def test_a_file_that_is_cut_in_its_only_record_has_a_partial_paper_or_none() -> None:
    (paper,) = FORMAT.parse(b"PMID- 9\nTI  - Folding maps\nAB  - We fold\nLID - 10.5555/cu").papers
    assert paper == replace(one("AB  - We fold"), partial=True)
    with pytest.raises(RefusedInput, match="cut off"):
        FORMAT.parse(b"PMID- 9\nTI  - Folding maps wi\n")


def test_a_title_that_goes_on_is_one_title() -> None:
    (paper,) = FORMAT.parse(b"PMID- 9\r\nTI  - Folding\r\n      maps.\r\nSO  - J").papers
    assert paper.title == "Folding maps"


def test_a_dash_in_a_line_that_goes_on_begins_no_field() -> None:
    assert one("AB  - We fold\n      DNA - and RNA\n      PMID- 3").abstract.endswith("RNA PMID- 3")


def test_a_blank_line_ends_a_record_and_so_does_the_next_pmid() -> None:
    parsed = FORMAT.parse(b"PMID- 1\nTI  - A\nPMID- 2\nTI  - B\n\nPMID- 3\nTI  - C\n\n")
    assert [(one.title, one.ids) for one in parsed.papers] == [
        ("A", ("pmid:1",)),
        ("B", ("pmid:2",)),
        ("C", ("pmid:3",)),
    ]
    assert all(paper.partial for paper in parsed.papers)  # they have no abstract


def test_a_name_in_full_stands_for_the_short_one_behind_it() -> None:
    lines = "FAU - Maurer, Calvin R Jr\nAU  - Maurer CR Jr\nAU  - Fold A\nCN  - A Group\nAU  - B C"
    assert one(lines).authors == ("Calvin R Maurer, Jr", "Fold A", "A Group", "B C")


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        ("AID - 10.5555/X [doi]", ("doi:10.5555/x", "pmid:9")),
        ("LID - 10.5555/X", ("pmid:9",)),
        ("AID - 10.5555/X [pii]", ("pmid:9",)),
        ("AID - arXiv:2611.00001v3 [pii]", ("arxiv:2611.00001", "pmid:9")),
        ("CIN - see 10.5555/other [doi]", ("pmid:9",)),
        ("AB  - see 10.5555/other [doi]", ("pmid:9",)),
        ("PMC - PMC12", ("pmid:9", "pmc:PMC12")),
    ],
)
def test_only_its_own_ids_are_taken(lines: str, ids: tuple[str, ...]) -> None:
    assert one(lines).ids == ids


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("DP  - 2026 May 7", (2026, 5, 7)),
        ("DP  - 2021 Oct-Dec", (2021, 12, 1)),
        ("DP  - 2026 May\nDEP - 20260403", (2026, 4, 3)),
        ("DP  - 2026\nCRDT- 2026/11/09 11:43\nEDAT- 2026/11/10 06:00", (2026, 11, 9)),
        ("DP  - 2019 Winter\nEDAT- 2026/11/10 06:00", (2019, 12, 31)),
    ],
)
def test_the_day_it_came_out_is_read(lines: str, day: tuple[int, int, int]) -> None:
    assert one(lines).published_at == datetime(*day, tzinfo=UTC)


def test_a_record_without_a_title_is_rejected_alone() -> None:
    parsed = FORMAT.parse(GOOD * 20 + b"PMID- 8\nAB  - We fold\nSO  - J\n\n" + GOOD)
    assert len(parsed.papers) == 21
    assert [(one.place, one.reason) for one in parsed.rejected] == [
        (81, "a record without a title")
    ]


def test_past_the_budget_of_bad_records_the_file_is_refused() -> None:
    with pytest.raises(RefusedInput, match="2 of 22 records cannot be read"):
        FORMAT.parse(GOOD * 20 + b"PMID- 8\nSO  - J\n\n" * 2)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"no tags at all\n"])
def test_a_file_without_records_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput, match="no records in this file"):
        FORMAT.parse(data)


def test_bytes_that_are_no_utf8_refuse_the_file_and_name_the_place() -> None:
    with pytest.raises(RefusedInput, match="0xe9 at offset 17"):
        FORMAT.parse(b"PMID- 9\nTI  - Pli\xe9 rapide\nSO  - J\n")


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (DATA, True),
        (b"\xef\xbb\xbfPMID- 9\r\nOWN - NLM\r\n", True),
        (b"PMID- 9\n", False),
        (b"PMID: 9\nTI  - x\n", False),
        (b"words before\nPMID- 9\nTI  - x\n", False),
        (b"TY  - JOUR\nTI  - x\n", False),
        (b"", False),
    ],
)
def test_it_is_told_by_its_first_line(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


def test_no_other_kind_of_document_is_taken_for_it() -> None:
    others = [path for path in GOLDEN.iterdir() if path.suffix != ".nbib"]
    assert not [path.name for path in others if FORMAT.recognise(path.read_bytes())]


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(DATA) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_to_a_file_is_read_or_refused(at: int, put: bytes, less: int) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(DATA[:at] + put + DATA[at + less :])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"PMID- 1", b"TI  - a", b"SO  - "])))
def test_any_lines_are_read_or_refused(lines: list[bytes]) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(b"\n".join(lines))


@pytest.mark.parametrize(
    "data",
    [
        GOOD * 8_000,
        b"PMID- 9\nTI  - Folding\n" + b"      maps\n" * 50_000,
        b"PMID- 9\nTI  - Folding\n" + b"AU  - A B\n" * 50_000,
        b"\n" * 1_000_000,
        b"PMID- 9\nTI  - " + b" " * 1_000_000 + b"\nAID - " + b" " * 1_000_000 + b"x\n\n",
    ],
    ids=["records", "lines", "fields", "blanks", "spaces"],
)
def test_what_is_made_to_take_long_takes_no_time_to_speak_of(data: bytes) -> None:
    with at_most(20), suppress(RefusedInput):
        FORMAT.parse(data)
