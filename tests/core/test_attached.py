"""Files that go along with a digest: its papers as reference managers take them, within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.attached import MOST_BYTES, attachments
from paperdigest.core.attachment import Attachment
from paperdigest.core.citing import bibtex, ris
from paperdigest.core.ports import Format
from paperdigest.sources import bibtex as bibtex_format
from paperdigest.sources import ris as ris_format

READ: dict[str, Format] = {"bibtex": bibtex_format.FORMAT, "ris": ris_format.FORMAT}
TWO = (paper(), paper(title="Paper boats", id="arxiv:2611.00002", ids=("arxiv:2611.00002",)))
BOTH = pytest.mark.parametrize("kind", READ)


def test_bibtex_is_a_file_of_its_own_kind() -> None:
    assert attachments(TWO, ["bibtex"]) == (
        Attachment("papers.bib", "application/x-bibtex", bibtex(TWO)),
    )


def test_ris_is_a_file_of_its_own_kind() -> None:
    assert attachments(TWO, ["ris"]) == (
        Attachment("papers.ris", "application/x-research-info-systems", ris(TWO)),
    )


def test_both_are_made_in_the_order_asked_for() -> None:
    assert [one.name for one in attachments(TWO, ["ris", "bibtex"])] == ["papers.ris", "papers.bib"]


def test_nothing_is_made_of_no_papers() -> None:
    assert attachments((), ["bibtex", "ris"]) == ()


@BOTH
def test_what_finds_no_room_is_counted_in_the_file(kind: str) -> None:
    many = [paper(title=f"Boats {number}", abstract="ink " * 8_000) for number in range(10)]
    (made,) = attachments(many, [kind])
    kept = READ[kind].parse(made.text.encode()).papers
    assert [one.title for one in kept] == [f"Boats {number}" for number in range(6)]
    first = made.text.splitlines()[0]
    assert "4 more papers of this digest found no room in this file" in first


@BOTH
def test_a_paper_without_room_does_not_keep_smaller_ones_out(kind: str) -> None:
    large = paper(title="Large", abstract="ink " * 60_000)
    (made,) = attachments([large, *TWO], [kind])
    assert [one.title for one in READ[kind].parse(made.text.encode()).papers] == [
        one.title for one in TWO
    ]
    assert "1 more paper of this digest found no room" in made.text.splitlines()[0]


@BOTH
def test_a_paper_larger_than_a_file_leaves_a_file_that_says_so(kind: str) -> None:
    (made,) = attachments([paper(abstract="图" * 100_000)], [kind])
    assert made.text.count("\n") == 1
    assert "1 more paper of this digest found no room" in made.text


@BOTH
@given(st.lists(st.text(min_size=1, max_size=40_000), max_size=12))
@settings(deadline=None, max_examples=20)
def test_no_file_is_larger_than_its_bound(kind: str, abstracts: list[str]) -> None:
    for made in attachments([paper(abstract=text * 10) for text in abstracts], [kind]):
        assert len(made.text.encode(errors="replace")) <= MOST_BYTES


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../papers.bib", "application/x-bibtex"),
        ("a/b", "application/x-bibtex"),
        (".hidden", "application/x-bibtex"),
        ('a"b', "application/x-bibtex"),
        ("a\r\nBcc: x", "application/x-bibtex"),
        ("", "application/x-bibtex"),
        ("digest.html", "application/x-bibtex"),
        ("papers.bib", "text/html; x=y"),
        ("papers.bib", "bibtex"),
        ("papers.bib", "a/b\r\nBcc: x"),
    ],
)
def test_a_name_or_kind_that_could_say_more_is_refused(name: str, kind: str) -> None:
    with pytest.raises(ValueError, match="attachment"):
        Attachment(name, kind, "")
