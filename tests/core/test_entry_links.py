"""Links beside a paper: what its sources give, and what its ids lead to, each once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import paper
from paperdigest.core import words
from paperdigest.core.entry import Desk, Find, full_entry
from paperdigest.core.entry_links import (
    id_at,
    is_outdated,
    links_of,
    published_first,
    without_outdated,
)
from paperdigest.core.identity import normal_id
from paperdigest.core.paper import Link

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ARXIV, DOI = "arxiv:2611.00001", "doi:10.1000/lantern"
PDF_LINK = Link("pdf", "https://arxiv.org/pdf/2611.00001")
DOI_LINK = Link("doi", "https://doi.org/10.1000/lantern")
BIBTEX_LINK = Link("bibtex", "https://arxiv.org/bibtex/2611.00001")


def shown(**over: Any) -> tuple[Link, ...]:
    """Return the links of a paper of arXiv that has a DOI, too, and nothing else but what is told."""
    one = paper(**{"ids": (ARXIV, DOI), "links": (), **over})
    return full_entry(Find(1, one, "new", 1, NOW), Desk(), NOW).links


def test_ids_lead_to_a_pdf_and_a_doi() -> None:
    assert shown() == (PDF_LINK, DOI_LINK, BIBTEX_LINK)


def test_what_is_given_stands_first() -> None:
    code = Link("code", "https://github.com/example/maps")
    assert shown(links=(code,)) == (code, PDF_LINK, DOI_LINK, BIBTEX_LINK)


@pytest.mark.parametrize(
    "pdf", ["https://arxiv.org/pdf/2611.00001v2", "https://example.org/maps.pdf"]
)
def test_a_pdf_that_a_source_gave_is_the_only_one(pdf: str) -> None:
    assert shown(links=(Link("pdf", pdf),)) == (Link("pdf", pdf), DOI_LINK, BIBTEX_LINK)


@pytest.mark.parametrize(
    "address",
    ["https://doi.org/10.1000/LANTERN", "http://dx.doi.org/10.1000/lantern"],
)
def test_a_doi_in_any_spelling_is_not_said_twice(address: str) -> None:
    assert DOI_LINK not in shown(links=(Link("doi", address),))
    assert DOI_LINK not in shown(links=(Link("page", address),))
    assert DOI_LINK not in shown(url=address)


def test_a_doi_that_the_title_opens_is_not_said_again() -> None:
    assert links_of(paper(id=DOI, ids=(DOI,), url=""), DOI_LINK.url) == ()


OLD = "doi:10.1002/(sici)9997-0258(19980815/30)17:15/16<9961::aid-x968>3.0.co;2-2"
SPELLINGS = [
    "https://doi.org/10.1002/(SICI)9997-0258(19980815/30)17:15/16%3C9961::AID-X968%3E3.0.CO;2-2",
    "https://doi.org/10.1002%2F(sici)9997-0258(19980815%2f30)17:15%2f16%3C9961::aid-x968%3E3.0.co;2-2",
    "http://dx.doi.org/10.1002/(sici)9997-0258(19980815/30)17:15/16%3c9961::aid-x968%3e3.0.co%3B2-2",
    "https://doi.org/10.1002/(sici)9997-0258(19980815/30)17:15/16<9961::aid-x968>3.0.co;2-2",
]


@pytest.mark.parametrize("address", SPELLINGS)
def test_a_doi_is_told_from_its_address_as_ids_are(address: str) -> None:
    assert id_at(address) == normal_id(address) == OLD


@pytest.mark.parametrize("address", SPELLINGS)
def test_a_doi_of_signs_in_any_spelling_is_linked_once(address: str) -> None:
    assert len(shown(id=OLD, ids=(OLD,), links=(Link("doi", address),))) == 1
    assert shown(id=OLD, ids=(OLD,), url=address) == ()


def test_of_two_spellings_of_a_doi_the_first_is_linked() -> None:
    one, two = Link("doi", SPELLINGS[0]), Link("page", SPELLINGS[1])
    assert shown(id=OLD, ids=(OLD,), links=(one, two)) == (one,)
    assert shown(id=OLD, ids=(OLD,), url=SPELLINGS[2], links=(one, two)) == ()


def test_an_id_with_escapes_from_before_is_linked_as_what_it_stands_for() -> None:
    before = "doi:10.1000/a%3cb%3e"
    (link,) = shown(id=before, ids=(before,))
    assert link == Link("doi", "https://doi.org/10.1000/a%3Cb%3E")
    assert shown(id=before, ids=(before,), url=link.url) == ()


def test_a_doi_with_signs_is_an_address() -> None:
    found = shown(ids=(ARXIV, "doi:10.1000/a<b>#c"))
    assert Link("doi", "https://doi.org/10.1000/a%3Cb%3E%23c") in found


def test_of_a_works_versions_the_newest_is_linked() -> None:
    versions = ("doi:10.21203/rs.3.rs-9123456/v2", "doi:10.21203/rs.3.rs-9123456/v1")
    links = shown(id=versions[0], ids=versions, url="https://example.org/maps")
    assert [link.url for link in links] == ["https://doi.org/10.21203/rs.3.rs-9123456/v2"]


#: The first and the second version of a work in every form; Qeios, ChemRxiv and OSF do not number the first one.
VERSIONS = [
    ("10.21203/rs.3.rs-9123456/v1", "10.21203/rs.3.rs-9123456/v2"),
    ("10.20944/preprints202611.9001.v1", "10.20944/preprints202611.9001.v2"),
    ("10.7287/peerj.preprints.90123v1", "10.7287/peerj.preprints.90123v2"),
    ("10.26434/chemrxiv-2026-ab1de", "10.26434/chemrxiv-2026-ab1de-v2"),
    ("10.31234/osf.io/ab1de", "10.31234/osf.io/ab1de_v2"),
    ("10.31234/osf.io/ab1de_v1", "10.31234/osf.io/ab1de_v2"),
    ("10.32388/AB1DEF", "10.32388/AB1DEF.2"),
    ("10.7554/eLife.91234.1", "10.7554/eLife.91234.2"),
]


@pytest.mark.parametrize(("one", "two"), VERSIONS)
def test_the_address_of_an_older_version_is_outdated(one: str, two: str) -> None:
    first, second = f"https://doi.org/{one}", f"http://dx.doi.org/{two.upper()}"
    ids = (f"doi:{one.lower()}", f"doi:{two.lower()}")
    assert is_outdated(first, ids)
    assert not is_outdated(first, ids[:1])
    assert not is_outdated(second, ids)
    assert not is_outdated(f"https://example.org/{one}", ids)


def test_the_address_of_whatever_version_is_the_newest_is_never_outdated() -> None:
    assert not is_outdated("https://doi.org/10.7554/eLife.91234", ("doi:10.7554/elife.91234.2",))


def test_other_addresses_are_not_outdated() -> None:
    assert not is_outdated("https://doi.org/10.1000/x", ("doi:10.1000/x", "doi:10.1000/y.v2"))


@pytest.mark.parametrize(("one", "two"), VERSIONS)
def test_links_to_older_versions_are_left_out(one: str, two: str) -> None:
    code = Link("code", "https://example.org/code")
    v1, v2 = (f"https://doi.org/{name}" for name in (one, two))
    assert without_outdated((Link("doi", v1), code, Link("doi", v2)), "") == (code, Link("doi", v2))
    assert without_outdated((Link("doi", v1), code), v2) == (code,)
    assert without_outdated((Link("doi", v2), code), v1) == (Link("doi", v2), code)


def test_without_such_ids_nothing_is_made_up() -> None:
    assert shown(id="s2:1", ids=("s2:1", "feed:x", "pmid:1"), url="https://example.org/") == ()


@pytest.mark.parametrize(
    ("id_", "address"),
    [
        (ARXIV, "https://arxiv.org/abs/2611.00001"),
        (DOI, "https://doi.org/10.1000/lantern"),
        ("pmid:12345", "https://pubmed.ncbi.nlm.nih.gov/12345/"),
        ("s2:1", ""),
    ],
)
def test_without_an_address_a_title_opens_the_page_of_its_id(id_: str, address: str) -> None:
    one = paper(id=id_, ids=(id_,), url="")
    assert full_entry(Find(1, one, "new", 1, NOW), Desk(), NOW).url == address


def test_what_was_published_leads_its_links() -> None:
    preprint = Link("doi", "https://doi.org/10.1101/2026.11.01.000001")
    assert published_first((PDF_LINK, preprint, DOI_LINK, BIBTEX_LINK), DOI) == (
        DOI_LINK,
        preprint,
        PDF_LINK,
        BIBTEX_LINK,
    )
    assert published_first((PDF_LINK, DOI_LINK), "Journal of Maps") == (DOI_LINK, PDF_LINK)


IDS = st.sampled_from(
    [ARXIV, DOI, "doi:10.1000/b", "doi:10.21203/rs.3.rs-9123456/v1", "arxiv:math/0102003", "pmid:1"]
)
GIVEN = st.sampled_from(
    [
        PDF_LINK,
        DOI_LINK,
        Link("page", "https://doi.org/10.1000/B"),
        Link("pdf", "https://a.example/x"),
    ]
)


@given(st.lists(IDS, min_size=1, unique=True), st.lists(GIVEN, unique=True))
def test_no_address_stands_twice_and_each_kind_is_named(
    ids: list[str], given_links: list[Link]
) -> None:
    links = shown(id=ids[0], ids=tuple(ids), links=tuple(given_links), url="https://a.example/")
    addresses = [link.url.lower() for link in links]
    assert len(set(addresses)) == len(addresses)
    labels = [label for label, _ in words.link_labels(links)]
    assert len(set(labels)) == len(labels)
