r"""Papers for reference managers: what is written reads back as the same paper, and nothing in it is a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.citing import bibtex, ris
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Format
from paperdigest.core.text import clean, display
from paperdigest.sources import bibtex as bibtex_format
from paperdigest.sources import ris as ris_format

WRITTEN: dict[str, tuple[Callable[[Iterable[Paper]], str], Format]] = {
    "bibtex": (bibtex, bibtex_format.FORMAT),
    "ris": (ris, ris_format.FORMAT),
}
BOTH = pytest.mark.parametrize("form", WRITTEN)
FULL = paper(
    title="BERT reads {maps}: 50% of $\\beta$-folds & the NeurIPS deadline",
    authors=("Ada Lovelace", "Ludwig van Beethoven", "Martin Luther King, Jr", "Wang, Li", "李明"),
    ids=("arxiv:2611.00001", "doi:10.1000/a_b", "pmid:12345"),
    venue="Journal of Maps & Creases",
    keywords=("folding", "maps"),
    published_at=datetime(2026, 11, 1, tzinfo=UTC),
)


def read_back(form: str, *papers: Paper) -> list[Paper]:
    write, read = WRITTEN[form]
    found = read.parse(write(papers).encode())
    assert not found.rejected
    return list(found.papers)


def test_bibtex_as_it_is_written() -> None:
    assert (
        bibtex([FULL])
        == r"""@article{lovelace2026bert,
  title = {{BERT} reads maps: 50\% of β-folds \& the {NeurIPS} deadline},
  author = {Ada Lovelace and Ludwig van Beethoven and King, Jr, Martin Luther and Wang, Li and 李明},
  journal = {Journal of Maps \& Creases},
  year = {2026},
  month = nov,
  eprint = {2611.00001},
  archiveprefix = {arXiv},
  primaryclass = {cs.LG},
  doi = {10.1000/a_b},
  pmid = {12345},
  url = {https://arxiv.org/abs/2611.00001},
  keywords = {folding, maps},
  abstract = {We fold maps along their creases with a small graph network and measure the loss of ink.},
}
"""
    )


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Vision-Language Maps", "Vision-Language Maps"),
        ("MuMu-LLaMA and GPT-4o", "{MuMu-LLaMA} and {GPT-4o}"),
        ("A ÀÉ map", "A {ÀÉ} map"),
    ],
)
def test_a_title_keeps_the_capitals_of_names(title: str, written: str) -> None:
    assert f"title = {{{written}}}" in bibtex([paper(title=title)])


def test_ris_as_it_is_written() -> None:
    assert ris([FULL]).split("\n") == [
        "TY  - JOUR",
        "TI  - BERT reads maps: 50% of β-folds & the NeurIPS deadline",
        "AU  - Lovelace, Ada",
        "AU  - van Beethoven, Ludwig",
        "AU  - King, Martin Luther, Jr",
        "AU  - Wang, Li",
        "AU  - 李明",
        "T2  - Journal of Maps & Creases",
        "PY  - 2026",
        "DA  - 2026/11/01",
        "DO  - 10.1000/a_b",
        "UR  - https://arxiv.org/abs/2611.00001",
        "AN  - 12345",
        "KW  - folding",
        "KW  - maps",
        "AB  - We fold maps along their creases with a small graph network and measure the loss of ink.",
        "ER  - ",
        "",
    ]


@BOTH
def test_what_is_written_reads_back_as_the_same_paper(form: str) -> None:
    (found,) = read_back(form, FULL)
    assert display(found.title) == display(FULL.title)
    assert found.authors == (*FULL.authors[:3], "Li Wang", "李明")
    assert display(found.venue) == FULL.venue
    assert (found.published_at, found.keywords) == (FULL.published_at, FULL.keywords)
    assert "doi:10.1000/a_b" in found.ids
    assert display(found.abstract) == FULL.abstract


@BOTH
def test_what_is_missing_leaves_no_trace(form: str) -> None:
    write, _ = WRITTEN[form]
    written = write([Paper(title="A title and nothing else")])
    assert len(written.splitlines()) == 3


@BOTH
def test_a_preprint_server_is_no_journal(form: str) -> None:
    write, _ = WRITTEN[form]
    assert write([paper(venue="arXiv")]) == write([paper(venue="")])


def test_papers_that_would_have_one_key_have_two() -> None:
    keys = re.findall(r"@\w+\{([^,]*),", bibtex([paper()] * 30))
    assert keys[:3] == ["lovelace2026folding", "lovelace2026foldinga", "lovelace2026foldingb"]
    assert len(set(keys)) == 30


@pytest.mark.parametrize(
    "name", ["John and Sons Co.", "One, Two, Three, Four", "Others", "A, B, C"]
)
def test_a_name_that_a_list_would_part_stays_whole(name: str) -> None:
    written = bibtex([paper(authors=(name, "Ada Lovelace"))])
    assert f"author = {{{{{name}}} and Ada Lovelace}}" in written


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("Lovelace AB", "Lovelace, AB"),
        ("Vincent van der Berg", "van der Berg, Vincent"),
        ("Ada", "Ada"),
        ("John Smith Jr.", "Smith Jr., John"),
        ("King, Jr, Martin Luther", "King, Martin Luther, Jr"),
    ],
)
def test_ris_has_the_family_name_first(name: str, turned: str) -> None:
    assert f"AU  - {turned}\n" in ris([paper(authors=(name,))])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("The ATLAS Collaboration", "atlas"),
        ("Fold Team", "fold"),
        ("The LIGO Scientific Collaboration", "ligo"),
        ("International Fold Genome Consortium", "international"),
        ("Working Group on Maps", "working"),
        ("The 1000 Maps Project", "1000"),
        ("The CREASE Study", "crease"),
        ("Department of Maps, University of Ink", "maps"),
        ("on behalf of the INK Network", "ink"),
    ],
)
def test_a_group_is_a_whole_and_has_a_key_by_its_own_word(name: str, key: str) -> None:
    group = paper(authors=(name, "Ada Lovelace"))
    assert f"author = {{{{{name}}} and Ada Lovelace}}" in bibtex([group])
    assert bibtex([group]).startswith(f"@misc{{{key}2026folding,")
    assert f"AU  - {name}\nAU  - Lovelace, Ada\n" in ris([group])


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("The Anh Han", "Han, The Anh"),
        ("Group, Ada", "Group, Ada"),
        ("Grace Lab", "Lab, Grace"),
        ("Nguyen The", "The, Nguyen"),
        ("Teamann Ada", "Ada, Teamann"),
    ],
)
def test_a_person_is_no_group(name: str, turned: str) -> None:
    assert f"AU  - {turned}\n" in ris([paper(authors=(name,))])
    assert f"author = {{{name}}}" in bibtex([paper(authors=(name,))])


@BOTH
def test_a_group_reads_back_as_it_is(form: str) -> None:
    group = paper(authors=("The ATLAS Collaboration", "Fold Team", "Ada Lovelace"))
    assert tuple(map(display, read_back(form, group)[0].authors)) == group.authors


def test_bibtex_tells_of_authors_past_those_that_are_kept() -> None:
    assert "Ada and Ada and others}" in bibtex([paper(authors=("Ada",) * 2_000)])
    assert "others" not in bibtex([paper(authors=("Ada",) * 1_999)])


HOSTILE = st.text(
    st.sampled_from("\\{}$&%#_^~,\"@=\n\r\t <>`'-") | st.characters(codec="utf-8"), max_size=40
) | st.sampled_from(["\\input{/etc/passwd}", "}, author = {evil", "ER  - ", "TY  - JOUR", " and "])
PAPERS = st.builds(
    lambda **fields: paper(**{name: clean_of(value) for name, value in fields.items()}),
    title=HOSTILE.map(lambda text: f"Maps {text}"),
    abstract=HOSTILE,
    authors=st.lists(HOSTILE, max_size=3).map(tuple),
    keywords=st.lists(HOSTILE, max_size=3).map(tuple),
    venue=HOSTILE,
    id=HOSTILE.map(lambda text: f"doi:{text}"),
    url=HOSTILE.map(lambda text: f"https://example.org/{text}"),
)


def clean_of(value: Any) -> Any:
    """Return a value as history keeps it."""
    return clean(value) if isinstance(value, str) else tuple(map(clean, value))


_COMMANDS = re.compile(
    r"\\(?:(?:textbackslash|textasciitilde|textbraceleft|textbraceright|\^)\{\}|[$&%#_])"
)


@given(st.lists(PAPERS, min_size=1, max_size=3))
def test_nothing_in_a_paper_is_a_command_or_ends_its_field(papers: list[Paper]) -> None:
    written = bibtex(papers)
    bare = _COMMANDS.sub("", written)
    assert "\\" not in bare
    depth = 0
    for line in bare.splitlines():
        if depth == 0:
            assert line == "" or re.fullmatch(r"@(?:misc|article)\{[a-z0-9]+,", line)
        elif depth == 1 and line != "}":
            assert re.match(r"  [a-z]+ = ", line)
        depth += line.count("{") - line.count("}")
        assert depth in (0, 1)


@given(st.lists(PAPERS, min_size=1, max_size=3))
def test_no_value_of_a_paper_is_a_line_of_ris(papers: list[Paper]) -> None:
    lines = ris(papers).split("\n")
    assert lines.count("ER  - ") == len(papers)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])


@BOTH
@given(st.lists(PAPERS, min_size=1, max_size=3))
def test_as_many_papers_are_read_as_were_written(form: str, papers: list[Paper]) -> None:
    assert len(read_back(form, *papers)) == len(papers)
