"""Papers as files for other programs: what is read back from them, and what is only for eyes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import clean
from paperdigest.render.exported import FORMS, csv_lines, json_lines
from paperdigest.sources.json_lines import FORMAT as JSON_LINES
from paperdigest.sources.table import FORMAT as TABLE

TEXT = st.text(
    st.sampled_from("\\{}$&%_^,;|\"'=+-@\n\r\t <>é") | st.characters(codec="utf-8"), max_size=30
).map(clean)
NAMES = st.lists(TEXT.filter(bool), max_size=3).map(tuple)
#: The years that a date may have (`sources.dates`).
TIMES = st.none() | st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.replace(year=1900 + at.year % 200, day=min(at.day, 28), microsecond=0)
)
PAPERS = st.builds(
    lambda number, version, more, abstract, **rest: Paper(
        id=f"arxiv:2611.{number:05}",
        ids=(f"arxiv:2611.{number:05}", *(f"doi:10.1000/{one}" for one in more)),
        version=version,
        abstract=abstract,
        partial=not abstract,
        **rest,
    ),
    number=st.integers(1, 99_999),
    version=st.none() | st.integers(1, 99),
    more=st.lists(st.integers(1, 99), unique=True, max_size=2),
    title=TEXT.map(lambda text: f"Maps {text}".strip()),
    abstract=TEXT,
    authors=NAMES,
    categories=NAMES,
    keywords=NAMES,
    venue=TEXT,
    url=st.sampled_from(["", "https://example.org/a?b=c&d=%20#e"]),
    links=st.lists(
        st.builds(Link, st.just("code"), st.just("https://example.org/c")), max_size=2
    ).map(tuple),
    published_at=TIMES,
    updated_at=TIMES,
    votes=st.none() | st.integers(-5, 10**9),
    withdrawn=st.booleans(),
)


@given(st.lists(PAPERS, min_size=1, max_size=4))
def test_json_lines_are_read_back_as_the_same_papers(papers: list[Paper]) -> None:
    assert list(JSON_LINES.parse("".join(json_lines(papers)).encode()).papers) == papers


def test_json_lines_have_the_keys_that_are_promised_in_their_order() -> None:
    (line,) = json_lines([paper(version=2, ids=("arxiv:2611.00001", "doi:10.1000/x"))])
    assert " ".join(json.loads(line)) == (
        "id ids title abstract authors categories keywords venue url links"
        " published_at updated_at votes withdrawn version"
    )
    assert json.loads(line)["id"] == "arxiv:2611.00001v2"
    assert json.loads(line)["ids"] == ["doi:10.1000/x"]
    assert json.loads(line)["published_at"] == "2026-11-19T00:00:00Z"


def test_a_version_that_no_id_carries_comes_back_too() -> None:
    given_ = paper(id="doi:10.1101/x", ids=("doi:10.1101/x",), version=2)
    (read,) = JSON_LINES.parse("".join(json_lines([given_])).encode()).papers
    assert read.version == 2


@pytest.mark.parametrize("version", ["2", 0, -1, True, 10_000, 1.5, None])
def test_what_is_no_version_is_passed_over(version: object) -> None:
    line = json.dumps({"title": "Maps", "version": version})
    assert JSON_LINES.parse(line.encode()).papers[0].version is None


@pytest.mark.parametrize("place", [0, 1])
def test_an_id_with_a_semicolon_never_comes_back_as_half_of_it(place: int) -> None:
    old = "doi:10.1002/(sici)1097-3.0.co;2-o"
    ids = ["doi:10.1000/x"]
    ids.insert(place, old)
    written = "".join(csv_lines([paper(id=ids[0], ids=tuple(ids), version=None, url="")]))
    (read,) = TABLE.parse(written.encode()).papers
    assert set(read.ids) <= set(ids)
    assert ids[0] in read.ids


def test_an_id_that_is_made_of_the_text_stays_at_home() -> None:
    (line,) = json_lines([paper(id="title1:0011223344556677", ids=("title1:0011223344556677",))])
    assert (json.loads(line)["id"], json.loads(line)["ids"]) == ("", [])


@given(st.lists(PAPERS, min_size=1, max_size=4))
def test_every_row_of_a_table_has_the_same_columns_and_none_is_a_formula(
    papers: list[Paper],
) -> None:
    rows = list(csv.reader(io.StringIO("".join(csv_lines(papers)), newline=""), strict=True))
    assert len(rows) == len(papers) + 1
    assert {len(row) for row in rows} == {13}
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


@pytest.mark.parametrize(
    "title", ["=HYPERLINK(0)", "+1 for maps", "-omics of maps", "@maps", 'Maps, "folded"', "O'Hara"]
)
def test_a_title_comes_back_from_a_table_as_it_was(title: str) -> None:
    written = "".join(csv_lines([paper(title=title)]))
    (read,) = TABLE.parse(written.encode()).papers
    assert read.title == title


@pytest.mark.parametrize(
    "names",
    [
        ("Ada Lovelace",),
        ("Ada Lovelace", "Charles Babbage"),
        ("Lovelace, Ada",),
        ("Maps and Charts Collaboration",),
        (),
    ],
)
def test_names_come_back_from_a_table_as_they_were(names: tuple[str, ...]) -> None:
    written = "".join(csv_lines([paper(authors=names, keywords=names)]))
    (read,) = TABLE.parse(written.encode()).papers
    assert (read.authors, read.keywords) == (names, names)


def test_what_a_table_carries_besides_comes_back_too() -> None:
    given_ = paper(
        votes=12,
        withdrawn=True,
        venue="Journal of Maps",
        updated_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    (read,) = TABLE.parse("".join(csv_lines([given_])).encode()).papers
    assert read == replace(given_, links=read.links)


def test_a_table_shows_tex_as_people_see_it() -> None:
    assert "Maps of α" in "".join(csv_lines([paper(title=r"Maps of $\alpha$")]))


def test_entries_of_bibtex_are_parted_by_an_empty_line() -> None:
    written = "".join(FORMS["bibtex"]([paper(), paper(title="Another")]))
    assert written.count("\n}\n\n@") == 1
    assert written.endswith("\n}\n")


@pytest.mark.parametrize(("form", "nothing"), [("jsonl", 0), ("csv", 1), ("bibtex", 0), ("ris", 0)])
def test_no_paper_makes_no_line_but_the_names_of_columns(form: str, nothing: int) -> None:
    assert len(list(FORMS[form]([]))) == nothing
