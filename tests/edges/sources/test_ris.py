"""RIS: whatever program wrote it, and the last record never trusted beyond its end."""

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
from paperdigest.core.paper import Link, Paper
from paperdigest.sources.ris import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "full.ris"
DATA = (GOLDEN / "export.ris").read_bytes()
GOOD = b"TY  - JOUR\nTI  - Folding maps\nER  - \n"


def one(*lines: str) -> Paper:
    text = "\n".join(("TY  - JOUR", "TI  - Folding maps", *lines, "ER  - "))
    parsed = FORMAT.parse(text.encode())
    assert parsed.rejected == ()
    return parsed.papers[0]


def test_each_record_before_the_cut_is_as_in_the_whole_file() -> None:
    """At every byte: the last record is left out, or partial with nothing in it that may be cut."""
    data = GOOD * 30 + DATA + GOOD
    whole = FORMAT.parse(data).papers
    for cut in range(len(GOOD) * 30, len(data)):
        found = FORMAT.parse(data[:cut]).papers
        assert found[: len(found) - 1] == whole[: len(found) - 1]
        last = whole[len(found) - 1]
        assert found[-1] == last or found[-1].partial
        assert found[-1].title == last.title
        assert set(found[-1].ids) <= set(last.ids)
        assert set(found[-1].authors) <= set(last.authors)
        assert found[-1].url in (last.url, "https://doi.org/10.5555/fold.2026.21", "")


def test_a_last_record_without_its_end_is_partial_and_loses_its_last_field() -> None:
    (paper,) = FORMAT.parse(
        b"TY  - JOUR\nTI  - Folding maps\nAB  - We fold\nDO  - 10.5555/cu"
    ).papers
    assert paper == replace(one("AB  - We fold"), partial=True)
    with pytest.raises(RefusedInput, match="cut off"):
        FORMAT.parse(b"TY  - JOUR\nTI  - Folding ma")


def test_the_next_record_ends_one_that_lacks_its_end() -> None:
    parsed = FORMAT.parse(b"TY  - JOUR\nTI  - A\nDO  - 10.5555/a\n" + GOOD)
    assert [paper.title for paper in parsed.papers] == ["A", "Folding maps"]
    assert parsed.papers[0].ids == ("doi:10.5555/a",)


def test_what_stands_between_records_says_nothing() -> None:
    parsed = FORMAT.parse(b"1.\nTI  - Nothing\n" + GOOD + b"\n2.\nAU  - Nobody\n" + GOOD)
    assert [paper.authors for paper in parsed.papers] == [(), ()]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"ER  - ", b"ER  -"),
        GOOD.replace(b"  - ", b" - "),
        GOOD.decode().encode("utf-16"),
        b"\n\n" + GOOD,
    ],
)
def test_line_ends_marks_and_blanks_do_not_matter(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.parse(data).papers == FORMAT.parse(GOOD).papers


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("TI  - A", "T1  - B"), "A"),
        (("T1  - B",), "B"),
        (("TI  - ", "T1  - B"), "B"),
        (("BT  - C",), "C"),
        (("T1  - A long", "title"), "A long title"),
    ],
)
def test_the_title_stands_under_several_tags(lines: tuple[str, ...], title: str) -> None:
    text = "\n".join(("TY  - JOUR", *lines, "ER  - "))
    assert FORMAT.parse(text.encode()).papers[0].title == title


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("van der Maaten, Laurens", "Laurens van der Maaten"),
        ("Babbage, Charles, Jr.", "Charles Babbage, Jr."),
        ("Babbage, Jr, Charles", "Charles Babbage, Jr"),
        ("King, Jr.", "King, Jr."),
        ("Study Group, Maps, Folds", "Study Group, Maps, Folds"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("Plato", "Plato"),
        ("Plato,", "Plato"),
    ],
)
def test_a_name_is_turned_into_the_order_it_is_spoken_in(name: str, spoken: str) -> None:
    assert one(f"AU  - {name}").authors == (spoken,)


def test_authors_under_both_tags_are_named_once_and_editors_not_at_all() -> None:
    paper = one("AU  - Fold, A", "AU  - Map, B", "A1  - Fold, A", "A2  - Editor, E")
    assert paper.authors == ("A Fold", "B Map")


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (("PY  - 2026/11/03/",), (2026, 11, 3)),
        (("Y1  - 2026/11//",), (2026, 11, 1)),
        (("Y1  - 2014//",), (2014, 12, 31)),
        (("PY  - 2026///Autumn 2025",), (2026, 12, 31)),
        (("PY  - 2026", "DA  - 2026/11/03"), (2026, 11, 3)),
        (("PY  - 2026/11/03", "DA  - 2026///"), (2026, 11, 3)),
        (("PY  - 2024", "DA  - 2026/11/03"), (2024, 12, 31)),
        (("DA  - 2026-11-03T10:30:00Z",), (2026, 11, 3)),
        (("PY  - 2026 Nov 3",), (2026, 11, 3)),
    ],
)
def test_the_date_is_read_as_far_as_it_is_named(
    lines: tuple[str, ...], day: tuple[int, int, int]
) -> None:
    assert one(*lines).published_at == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026/02/30", "no date", "////", "99999", "2026/13/01"])
def test_a_date_that_cannot_be_is_none(text: str) -> None:
    assert one(f"PY  - {text}").published_at is None


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        (("DO  - doi:10.5555/X",), ("doi:10.5555/x",)),
        (("DO  - 10.48550/arXiv.2611.00001",), ("arxiv:2611.00001",)),
        (("M3  - 10.5555/x",), ("doi:10.5555/x",)),
        (("M3  - Article",), ()),
        (("AN  - 12345678",), ()),
        (("AN  - PMID:12345678",), ("pmid:12345678",)),
        (("AN  - arXiv:2611.00001",), ("arxiv:2611.00001",)),
        (("C2  - PMC0012",), ("pmc:PMC12",)),
        (("UR  - https://arxiv.org/abs/2611.00001v2",), ("arxiv:2611.00001",)),
        (("UR  - https://publisher.example.org/pdf/10.5555/x.pdf",), ()),
        (("JO  - arXiv preprint arXiv:2611.00001",), ("arxiv:2611.00001",)),
        (("AB  - as in arXiv:2611.00001",), ()),
        (("N1  - doi:10.5555/note",), ()),
        (("DO  - 10.5555/a\x01b",), ()),
        (("DO  - 10.5555/" + "x" * 600,), ()),
    ],
)
def test_only_its_own_ids_are_taken(lines: tuple[str, ...], ids: tuple[str, ...]) -> None:
    assert one(*lines).ids == ids


def test_addresses_that_are_no_web_addresses_are_dropped() -> None:
    paper = one("UR  - file:///etc/passwd", "L1  - internal-pdf://1/x.pdf", "L2  - https://a.org/x")
    assert (paper.url, paper.links) == ("https://a.org/x", ())


def test_a_pdf_and_a_doi_are_links() -> None:
    paper = one("L1  - https://a.org/x.pdf", "DO  - 10.5555/x")
    assert paper.links == (
        Link("pdf", "https://a.org/x.pdf"),
        Link("doi", "https://doi.org/10.5555/x"),
    )
    assert paper.url == "https://doi.org/10.5555/x"


def test_an_id_that_is_no_address_gives_none() -> None:
    assert one("C2  - PMC12").url == ""


def test_the_abstract_is_raw_and_stands_under_one_of_two_tags() -> None:
    paper = one("N2  - second", "AB  - x<y &lt; $\\alpha$\u202e", "p")
    assert (paper.abstract, paper.partial) == ("x<y &lt; $\\alpha$ p", False)
    assert one("N2  - We fold").abstract == "We fold"


def test_a_record_without_a_title_is_rejected_alone() -> None:
    parsed = FORMAT.parse(GOOD * 20 + b"TY  - GEN\nER  - \n" + GOOD)
    assert len(parsed.papers) == 21
    assert [(one.place, one.reason) for one in parsed.rejected] == [
        (61, "a record without a title")
    ]


def test_past_the_budget_of_bad_records_the_file_is_refused() -> None:
    with pytest.raises(RefusedInput, match="2 of 22 records cannot be read"):
        FORMAT.parse(GOOD * 20 + b"TY  - GEN\nER  - \n" * 2)


@pytest.mark.parametrize("data", [b"", b"\n", b"AU  - Nobody\nER  - \n"])
def test_a_file_without_records_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput, match="no records in this file"):
        FORMAT.parse(data)


@pytest.mark.parametrize(("encoding", "byte"), [("cp1252", "0xe9"), ("mac_roman", "0x8e")])
def test_an_encoding_is_never_guessed(encoding: str, byte: str) -> None:
    with pytest.raises(RefusedInput, match=f"{byte} at offset 20; save the file as UTF-8"):
        FORMAT.parse("TY  - JOUR\nTI  - Plié\nER  - \n".encode(encoding))


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (GOOD, True),
        (DATA, True),
        (b"TY  - JOUR\n", False),
        (b"TY  - \nTI  - x\n", False),
        (b"<pre>\nTY  - JOUR\nTI  - x\n</pre>", False),
        (b'{"a":\n"\nTY  - JOUR\nTI  - x\n"}', False),
        (b"see TY  - JOUR\nTI  - x\n", False),
        (b"PMID- 9\nTI  - x\n", False),
        (b"", False),
    ],
)
def test_it_is_told_by_the_beginning_of_a_record(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


def test_no_other_kind_of_document_is_taken_for_it() -> None:
    others = [path for path in GOLDEN.iterdir() if path.suffix != ".ris"]
    assert not [path.name for path in others if FORMAT.recognise(path.read_bytes())]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real samples are not beside this checkout")
def test_a_real_export_is_read() -> None:
    data = SAMPLE.read_bytes()
    assert FORMAT.recognise(data)
    parsed = FORMAT.parse(data)
    assert (len(parsed.papers), parsed.rejected) == (2, ())
    for paper in parsed.papers:
        assert (len(paper.authors), len(paper.keywords)) == (2, 3)
        assert paper.abstract
        assert paper.published_at is not None
        assert not any("," in name for name in paper.authors)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(DATA) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_to_a_file_is_read_or_refused(at: int, put: bytes, less: int) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(DATA[:at] + put + DATA[at + less :])


_TAGS = st.sampled_from(
    ("TI", "AU", "PY", "DA", "DO", "M3", "AN", "C2", "UR", "L1", "JO", "KW", "AB")
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(_TAGS, st.text(max_size=30))))
def test_any_value_under_any_tag_is_taken(fields: list[tuple[str, str]]) -> None:
    lines = "\n".join(f"{tag}  - {value}" for tag, value in fields)
    data = f"TY  - JOUR\nT1  - Folding\n{lines}\nER  - \n".encode("utf-8", "replace")
    with suppress(RefusedInput):
        FORMAT.parse(GOOD * 50 + data)


@pytest.mark.parametrize(
    "data",
    [
        GOOD * 8_000,
        b"TY  - JOUR\nTI  - Folding\n" + b"maps\n" * 100_000 + b"ER  - \n",
        b"TY  - JOUR\nTI  - Folding\n" + b"AU  - A, B\n" * 50_000 + b"ER  - \n",
        b"TY  - JOUR\nTI  - Folding\nAU  - " + b"a," * 200_000 + b"\nER  - \n",
        b"TY  - JOUR\nTI  - Folding\nJO  - " + b"arxiv:" * 100_000 + b"\nER  - \n",
        b"TY  - JOUR\nTI  - Folding\nPY  - " + b"1" * 1_000_000 + b"\nER  - \n",
    ],
    ids=["records", "lines", "fields", "commas", "venue", "digits"],
)
def test_what_is_made_to_take_long_takes_no_time_to_speak_of(data: bytes) -> None:
    with at_most(20), suppress(RefusedInput):
        FORMAT.parse(data)


@pytest.mark.parametrize("between", ["; ", ";", " ", " ;"])
def test_several_addresses_in_one_field_are_several(between: str) -> None:
    paper = one(f"UR  - https://example.org/a;b=1{between}https://example.org/2")
    assert paper.url == "https://example.org/a;b=1"


def test_several_names_in_one_field_are_several() -> None:
    assert one("AU  - Moss, Ada; Fern, Bo; Roof Group").authors == (
        "Ada Moss",
        "Bo Fern",
        "Roof Group",
    )


@pytest.mark.parametrize("head", ["Abstract ", "ABSTRACT: ", "Abstract\n", "<h3>Abstract</h3>"])
def test_a_heading_that_only_says_abstract_is_no_part_of_it(head: str) -> None:
    assert one(f"N2  - {head}We fold maps.").abstract == "We fold maps."


@pytest.mark.parametrize("nobody", ["...", "…", "et al.", "others", "-"])
def test_what_stands_for_more_authors_is_nobody(nobody: str) -> None:
    assert one("AU  - Moss, A", f"AU  - {nobody}").authors == ("A Moss",)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("张, 三", "张三"),
        ("山田, 太郎", "山田太郎"),
        ("김, 혜린", "김혜린"),
        ("Zhang, 三", "三 Zhang"),
    ],
)
def test_names_in_east_asian_letters_begin_with_the_family(written: str, spoken: str) -> None:
    assert one(f"AU  - {written}").authors == (spoken,)


@pytest.mark.parametrize(
    "pdf", ["https://arxiv.org/pdf/2611.00001v2", "https://a.example.org/x.pdf?d=1"]
)
def test_the_address_is_a_page_and_not_a_pdf_where_there_is_one(pdf: str) -> None:
    page = one(f"UR  - {pdf}", "UR  - https://a.example.org/x")
    assert (page.url, page.links) == ("https://a.example.org/x", (Link("pdf", pdf),))
    named = one("DO  - 10.1000/x", f"UR  - {pdf}")
    assert named.url in ("https://doi.org/10.1000/x", "https://arxiv.org/abs/2611.00001")
    assert Link("pdf", pdf) in named.links


def test_a_pdf_is_the_address_where_nothing_else_is() -> None:
    assert one("UR  - https://a.example.org/x.pdf").url == "https://a.example.org/x.pdf"
