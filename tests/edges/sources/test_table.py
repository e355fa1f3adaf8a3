"""Tables: how their layout is told, what their columns mean, and what becomes of broken rows."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.sources.table import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "papers.csv").read_bytes()
TABS = (GOLDEN / "papers.tsv").read_bytes()
ROW = b"Folding maps,We fold.,2026\n"
HEAD = b"title,abstract,year\n"


def one(**cells: str) -> Paper:
    """Return the paper of a row with these columns."""
    cells.setdefault("title", "Folding maps")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(cells)
    writer.writerow(cells.values())
    parsed = FORMAT.parse(text.getvalue().encode())
    assert parsed.rejected == ()
    return parsed.papers[0]


def rejected(
    bad: bytes, *, head: bytes = HEAD, row: bytes = ROW, good: int = 60
) -> list[tuple[int, str]]:
    """Return what is rejected of a table with something bad between good rows."""
    parsed = FORMAT.parse(head + row * good + bad + row * good)
    return [(item.place, item.reason) for item in parsed.rejected]


# ------------------------------------------------------------------ layout


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\n\n"])
def test_the_header_tells_the_delimiter(delimiter: str, end: str, mark: str) -> None:
    rows = [["Title", "Abstract"], ["Maps, folded; well", 'We "fold".']]
    text = end.join(
        delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows
    )
    data = (mark + text + end).encode()
    assert FORMAT.recognise(data)
    paper = FORMAT.parse(data).papers[0]
    assert (paper.title, paper.abstract) == ("Maps, folded; well", 'We "fold".')


def test_a_table_in_utf16_with_its_mark_is_read() -> None:
    """This is what a spreadsheet calls Unicode text."""
    data = "title\tabstract\nNaïve maps\tWe fold.\n".encode("utf-16")
    assert FORMAT.recognise(data)
    assert FORMAT.parse(data).papers[0].title == "Naïve maps"


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (HEAD, True),
        (b"title,abstract", True),
        (b"\n \n TITLE ;arXiv_ID\n", True),
        (b'"Document Title","Publication Year"\n', True),
        (b"title\n", False),
        (b"title,colour\n", False),
        (b"name,abstract,year\n", False),
        (b"Folding maps, title, and abstract of it all\n", False),
        (b"title abstract year\n", False),
        (b'{"title":"a","abstract":"b"}\n', False),
        (b'[{"title":"a"},{"abstract":"b"}]', False),
        (b"TY  - JOUR\nTI  - title, abstract\n", False),
        (b"@article{x, title={abstract}, year=2026}\n", False),
        (b"<rss><channel><title>a</title></channel></rss>", False),
        (b"Folding paper maps\n\nWe fold.\n", False),
        (b'"title,abstract\n', False),
        (b"", False),
        (b"\xff\xfe", False),
    ],
)
def test_it_is_told_by_a_title_column_and_one_more(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


def test_columns_may_have_other_names() -> None:
    other = FORMAT.with_fields({"title": "Name", "abstract": "what IT says", "votes": "absent"})
    data = b"name,What it_says,votes\nFolding,We fold.,3\n"
    assert other.recognise(data)
    assert not FORMAT.recognise(data)
    paper = other.parse(data).papers[0]
    assert (paper.title, paper.abstract, paper.votes) == ("Folding", "We fold.", 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,abstract\nx,y\n", "no column of its first line is a title"),
        (b"", "no column of its first line is a title"),
        (HEAD, "no records"),
        (HEAD + b"\n,,\n \n", "no records"),
        (HEAD + b"\xff\n", "not valid UTF-8: byte 0xff"),
    ],
)
def test_what_holds_no_table_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        FORMAT.parse(data)
    assert words in str(caught.value)


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("cells", "ids", "version"),
    [
        ({"arxiv": "2401.00001v3"}, ("arxiv:2401.00001",), 3),
        ({"arXiv ID": "arXiv:hep-ph/9901001"}, ("arxiv:hep-ph/9901001",), None),
        ({"doi": "https://doi.org/10.1000/ABC"}, ("doi:10.1000/abc",), None),
        (
            {"doi": "10.1000/a", "id": "2401.00001", "pmid": "123.0"},
            ("arxiv:2401.00001", "doi:10.1000/a", "pmid:123"),
            None,
        ),
        ({"ids": "doi:10.1000/a; openreview:aB"}, ("doi:10.1000/a", "openreview:aB"), None),
        ({"url": "https://arxiv.org/abs/2401.00001v2"}, ("arxiv:2401.00001",), 2),
        ({"link": "https://doi.org/10.1000/a"}, ("doi:10.1000/a",), None),
        ({"url": "https://example.org/10.1000/a"}, (), None),
        ({"id": "17"}, (), None),
        ({"id": "row 5", "doi": "N/A", "arxiv": "-", "pmid": "x"}, (), None),
        ({"abstract": "cf. arXiv:2401.00001, doi:10.1000/a"}, (), None),
    ],
)
def test_ids_are_taken_from_their_columns_and_what_is_none_is_passed_over(
    cells: dict[str, str], ids: tuple[str, ...], version: int | None
) -> None:
    paper = one(**cells)
    assert (paper.ids, paper.id, paper.version) == (ids, ids[0] if ids else "", version)


@pytest.mark.parametrize("spoilt", ["2401.0001", "1501.001", "2401.1"])
@pytest.mark.parametrize("column", ["arxiv", "id"])
def test_an_id_that_a_spreadsheet_took_for_a_number_is_no_id(spoilt: str, column: str) -> None:
    """2401.00010 becomes 2401.0001: what is left may be another paper's."""
    assert one(**{column: spoilt}).ids == ()


def test_an_old_id_of_four_digits_is_one() -> None:
    assert one(arxiv="1412.0001").ids == ("arxiv:1412.0001",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace; Charles Babbage;", ("Ada Lovelace", "Charles Babbage")),
        (
            "Lovelace, Ada A.; van der Falz, Jan Piet",
            ("Lovelace, Ada A.", "van der Falz, Jan Piet"),
        ),
        ("Ada Lovelace and Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        (
            "van der Falz, Jan Piet and Lovelace, Ada A.",
            ("van der Falz, Jan Piet", "Lovelace, Ada A."),
        ),
        ("Ada Lovelace, Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("Ada Lovelace, Bo Ek, and Charles Babbage", ("Ada Lovelace", "Bo Ek", "Charles Babbage")),
        ("Lovelace, Ada", ("Lovelace, Ada",)),
        ("Ada Lovelace\n<ada@example.org>", ("Ada Lovelace",)),
        ("nan", ()),
        ("A B;" * 2001, ("A B",) * 2000),
    ],
)
def test_authors_are_parted(text: str, names: tuple[str, ...]) -> None:
    assert one(authors=text).authors == names


@pytest.mark.parametrize(
    ("cells", "at"),
    [
        ({"date": "2026-11-20"}, datetime(2026, 11, 20, tzinfo=UTC)),
        ({"published": "Fri, 20 Nov 2026 08:00:00 GMT"}, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ({"published_at": "2026/11/2"}, datetime(2026, 11, 2, tzinfo=UTC)),
        ({"year": "2025"}, datetime(2025, 12, 31, tzinfo=UTC)),
        ({"Publication Year": "2025.0"}, datetime(2025, 12, 31, tzinfo=UTC)),
        ({"year": "2026", "date": "2026-11-20"}, datetime(2026, 11, 20, tzinfo=UTC)),
        ({"year": "2026", "date": ""}, datetime(2026, 12, 31, tzinfo=UTC)),
        ({"date": "05/12/2026"}, None),
        ({"date": "soon"}, None),
    ],
)
def test_dates_are_read_and_never_guessed(cells: dict[str, str], at: datetime | None) -> None:
    assert one(**cells).published_at == at


@pytest.mark.parametrize(
    ("column", "text", "items"),
    [
        ("categories", "cs.LG cs.CV", ("cs.LG", "cs.CV")),
        ("categories", "cs.LG, hep-ph", ("cs.LG", "hep-ph")),
        ("categories", "Machine Learning; Vision", ("Machine Learning", "Vision")),
        ("categories", "machine learning", ("machine learning",)),
        ("keywords", "maps, folding", ("maps", "folding")),
        ("Manual Tags", "maps; a, b", ("maps", "a, b")),
        ("tags", "maps|folding", ("maps", "folding")),
        ("keywords", " ", ()),
    ],
)
def test_lists_are_parted(column: str, text: str, items: tuple[str, ...]) -> None:
    paper = one(**{column: text})
    assert paper.categories + paper.keywords == items


@pytest.mark.parametrize(
    ("text", "votes"),
    [("12", 12), ("12.0", 12), ("", None), ("many", None), ("1e9", None), ("9" * 30, None)],
)
def test_votes_are_whole_numbers(text: str, votes: int | None) -> None:
    assert one(upvotes=text).votes == votes


def test_the_other_columns_are_read() -> None:
    paper = one(
        abstract="We\n fold",
        journal="Folds",
        url="https://example.org/",
        withdrawn="TRUE",
        updated="2026-11-20",
    )
    assert paper == Paper(
        title="Folding maps",
        abstract="We fold",
        venue="Folds",
        url="https://example.org/",
        updated_at=datetime(2026, 11, 20, tzinfo=UTC),
        withdrawn=True,
    )


def test_an_address_that_is_no_web_address_is_dropped() -> None:
    assert one(url="javascript:alert(1)").url == ""


def test_a_title_may_be_any_word_and_text_stays_raw() -> None:
    paper = one(title="None", abstract="<b>x</b> $\\alpha$ &amp; x<y \u202e\x00")
    assert (paper.title, paper.abstract) == ("None", "<b>x</b> $\\alpha$ &amp; x<y")


# ------------------------------------------------------------------ rows


def test_a_cell_may_hold_line_breaks_and_quotes() -> None:
    data = HEAD + b'"Maps ""folded""","One\r\n\r\ntwo, three",2026\n' + ROW
    papers = FORMAT.parse(data).papers
    assert [paper.title for paper in papers] == ['Maps "folded"', "Folding maps"]
    assert papers[0].abstract == "One two, three"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"Folding maps,We fold.\n", "2 columns instead of 3"),
        (b"Folding maps,We fold.,2026,more\n", "4 columns instead of 3"),
        (b",We fold.,2026\n", "the title is empty"),
        (b'"Maps "folded" well",We fold.,2026\n', "a quote in a quoted cell is not doubled"),
        (b'"' + b"x" * 200_000 + b'",We fold.,2026\n', "a cell of more than 131,072 characters"),
    ],
)
def test_a_bad_row_is_refused_alone_with_its_line(bad: bytes, reason: str) -> None:
    assert rejected(bad) == [(62, reason)]


def test_the_line_of_a_bad_row_counts_line_breaks_in_cells() -> None:
    parsed = FORMAT.parse(HEAD + b'x,"a\nb\nc",2026\n' * 30 + b"short\n")
    assert [item.place for item in parsed.rejected] == [92]


def test_cells_that_a_spreadsheet_adds_at_the_end_do_not_matter() -> None:
    parsed = FORMAT.parse(b"title,abstract,,\nFolding,We fold.,,,\n,,,\n")
    assert ([paper.title for paper in parsed.papers], parsed.rejected) == (["Folding"], ())


def test_where_tabs_part_the_cells_a_quote_may_be_only_that() -> None:
    data = b'title\tabstract\n"Zero-shot" maps\tWe "fold".\n"Why?"\tSo.\n'
    assert [paper.title for paper in FORMAT.parse(data).papers] == ['"Zero-shot" maps', "Why?"]


def test_rows_that_a_stray_quote_runs_over_are_counted_one_by_one() -> None:
    bad = b'"Stray,We fold.,2026\n' + ROW * 3 + b'x,"y",2026\n'
    assert rejected(bad, good=100) == [
        (102, "a quote in a quoted cell is not doubled"),
        *(
            (line, "lost to a quote that opens in line 102 and is not closed there")
            for line in (103, 104, 105, 106)
        ),
    ]


def test_a_stray_quote_that_costs_too_much_refuses_the_file() -> None:
    with pytest.raises(RefusedInput, match=r"11 of 71 records cannot be read.*line 62: cut off"):
        FORMAT.parse(HEAD + ROW * 60 + b'"Stray,We fold.,2026\n' + ROW * 10)


@pytest.mark.parametrize(
    "tail",
    [
        b"Fold",
        b"Folding maps,We f",
        b'"Fold',
        b'Folding maps,"We\nfold',
        b'Folding maps,"We fold",20\xc3',
        b"\xc3",
    ],
)
def test_a_last_row_whose_end_is_not_there_is_left_out(tail: bytes) -> None:
    parsed = FORMAT.parse(HEAD + ROW * 30 + tail)
    assert len(parsed.papers) == 30
    assert [(item.place, item.reason[:8]) for item in parsed.rejected] == [(32, "cut off:")]


def test_a_last_row_without_line_end_may_be_cut_and_is_partial() -> None:
    papers = FORMAT.parse(HEAD + ROW + ROW.rstrip()).papers
    assert [paper.partial for paper in papers] == [False, True]


@pytest.mark.parametrize("sample", [SAMPLE, TABS])
def test_of_a_file_cut_anywhere_no_other_record_comes_out(sample: bytes) -> None:
    whole = FORMAT.parse(sample).papers
    for cut in range(len(sample)):
        try:
            papers = FORMAT.parse(sample[:cut]).papers
        except RefusedInput:
            continue
        assert all(paper in whole for paper in papers[:-1])
        assert papers[: len(papers) - 1] == whole[: len(papers) - 1]
        assert papers[-1].partial or papers[-1] in whole


# ------------------------------------------------------------------ anything


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.lists(st.text(st.sampled_from('a",;\t\n\r x@()0'), max_size=8), max_size=4), max_size=8
    ),
    st.sampled_from([b"title,authors,date\n", b"title;authors;id\n", b"title\tauthors\tdoi\n"]),
)
def test_any_rows_are_read_or_refused(rows: list[list[str]], head: bytes) -> None:
    for joint in (",", ";", "\t"):
        with suppress(RefusedInput):
            FORMAT.parse(head + "\n".join(joint.join(row) for row in rows).encode())


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=30), st.integers(0, len(SAMPLE)), st.integers(0, 30))
def test_any_bytes_anywhere_are_read_or_refused(noise: bytes, place: int, gap: int) -> None:
    for data in (noise, SAMPLE[:place] + noise + SAMPLE[place + gap :]):
        FORMAT.recognise(data)
        with suppress(RefusedInput):
            FORMAT.parse(data)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "arxiv",
                "doi",
                "id",
                "ids",
                "pmid",
                "authors",
                "date",
                "url",
                "categories",
                "votes",
                "keywords",
            ]
        ),
        st.text(max_size=20),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=300)
def test_any_cell_is_taken_or_refused_alone(cells: dict[str, Any]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["title", *cells])
    for _ in range(40):
        writer.writerow(["x", *("" for _ in cells)])
    writer.writerow(["Folding maps", *cells.values()])
    parsed = FORMAT.parse(text.getvalue().encode("utf-8", "replace"))
    assert len(parsed.papers) + len(parsed.rejected) == 41


@pytest.mark.parametrize(
    "cell",
    [
        "@" * 100_000,
        "a" * 100_000,
        "(" * 100_000,
        " and" * 30_000,
        "x@y (" * 20_000,
        "10.1000/" * 12_000,
    ],
)
@pytest.mark.parametrize("column", ["authors", "doi", "ids", "categories", "url", "date"])
def test_a_hostile_cell_costs_little_time(cell: str, column: str) -> None:
    with at_most(8), suppress(RefusedInput):
        FORMAT.parse(f'title,{column}\nx,"{cell}"\n'.encode())


def test_five_thousand_stray_quotes_cost_little_time() -> None:
    with at_most(10), pytest.raises(RefusedInput):
        FORMAT.parse(HEAD + b'"Stray,"We fold.,2026\n' * 5_000 + b'"' + ROW * 5_000)


def test_a_column_without_a_name_is_passed_over() -> None:
    """What pandas writes: the numbers of the rows."""
    (paper,) = FORMAT.parse(b",title,arxiv_id,upvotes\n0,Folding maps,2611.00001,12\n").papers
    assert (paper.title, paper.id, paper.votes) == ("Folding maps", "arxiv:2611.00001", 12)


def test_web_of_sciences_tags_are_column_names() -> None:
    data = b"PT\tAU\tAF\tTI\tSO\tAB\tPY\tDI\tUT\nJ\tMoss, A\tMoss, Ada; Fern, Bo\tFolding maps\tROOFS\tWe fold.\t2026\t10.1000/x\tWOS:1\n"
    assert FORMAT.recognise(data)
    (paper,) = FORMAT.parse(data).papers
    assert (paper.title, paper.abstract, paper.venue) == ("Folding maps", "We fold.", "ROOFS")
    assert paper.authors == ("Moss, Ada", "Fern, Bo")
    assert paper.ids == ("doi:10.1000/x",)


def test_a_line_about_the_export_may_stand_above_the_column_names() -> None:
    data = b'"About the data: exported on May 20, 2026"\nRank,DOI,Title,Authors\n1,10.1000/x,Folding maps,"Moss, Ada; Fern, Bo"\n'
    assert FORMAT.recognise(data)
    parsed = FORMAT.parse(data)
    assert [paper.title for paper in parsed.papers] == ["Folding maps"]
    assert parsed.rejected == ()


def test_full_names_are_preferred_and_without_numbers_of_their_own() -> None:
    data = (
        b'Authors,Author full names,Title\nMoss A.,"Moss, Ada (123); Fern, Bo (45)",Folding maps\n'
    )
    (paper,) = FORMAT.parse(data).papers
    assert paper.authors == ("Moss, Ada", "Fern, Bo")
