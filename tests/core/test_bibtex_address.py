"""A paper's BibTeX on the web: offered last among its links, and only where it is known to be."""

from __future__ import annotations

import pytest

from builders import NOW, paper
from paperdigest.cli.answers import paper_json
from paperdigest.core import words
from paperdigest.core.bibtex_address import bibtex_address
from paperdigest.core.entry import Desk, Find, full_entry
from paperdigest.core.paper import Link, Paper


def without_ids(**over: object) -> Paper:
    return paper(**{"id": "", "ids": (), "url": "", **over})


@pytest.mark.parametrize(
    ("id_", "address"),
    [
        ("arxiv:2611.00001", "https://arxiv.org/bibtex/2611.00001"),
        ("arxiv:2611.00001v3", "https://arxiv.org/bibtex/2611.00001"),
        ("arxiv:hep-th/9901001", "https://arxiv.org/bibtex/hep-th/9901001"),
        ("doi:10.48550/arxiv.2611.00001", "https://arxiv.org/bibtex/2611.00001"),
    ],
)
def test_arxiv_gives_bibtex_by_id_without_version(id_: str, address: str) -> None:
    assert bibtex_address(without_ids(ids=(id_,))) == address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://aclanthology.org/2023.acl-long.1/", "https://aclanthology.org/2023.acl-long.1.bib"),
        ("https://aclanthology.org/2023.acl-long.1", "https://aclanthology.org/2023.acl-long.1.bib"),
        ("http://www.aclanthology.org/P19-1001.pdf", "https://aclanthology.org/P19-1001.bib"),
        (
            "https://aclanthology.org/2022.findings-emnlp.12v2.pdf",
            "https://aclanthology.org/2022.findings-emnlp.12.bib",
        ),
    ],
)  # fmt: skip
def test_the_acl_anthology_gives_bibtex_beside_each_paper(url: str, address: str) -> None:
    assert bibtex_address(without_ids(url=url)) == address
    assert bibtex_address(without_ids(links=(Link("pdf", url),))) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://aclanthology.org/",
        "https://aclanthology.org/volumes/2023.acl-long/",
        "https://aclanthology.org/people/a/ada-lovelace/",
        "https://aclanthology.org.example.net/P19-1001/",
        "https://example.org/https://aclanthology.org/P19-1001/",
        "https://openreview.net/forum?id=AbCdEf",
        "https://example.org/paper.bib",
    ],
)
def test_nothing_is_offered_where_it_is_not_known(url: str) -> None:
    ids = ("doi:10.1000/x", "openreview:AbCdEf", "pmid:1")
    assert bibtex_address(without_ids(ids=ids, url=url)) == ""


def test_it_stands_last_among_the_links_of_an_entry() -> None:
    linked = paper(
        links=(Link("code", "https://github.com/example/maps"),),
        abstract="We fold. See https://maps.example.org/ for more.",
    )
    shown = full_entry(Find(1, linked, "new", 1, NOW), Desk(), NOW)
    assert words.link_labels(shown.links)[-1] == (
        "BibTeX",
        "https://arxiv.org/bibtex/2611.00001",
    )
    assert len(shown.links) == 4  # code, page, PDF


def test_an_address_that_a_source_gave_itself_is_not_said_twice() -> None:
    own = Link("page", "https://arxiv.org/bibtex/2611.00001")
    shown = full_entry(Find(1, paper(links=(own,)), "new", 1, NOW), Desk(), NOW)
    assert [link for link in shown.links if link.url == own.url] == [own]


def test_the_answer_of_commands_has_the_papers_own_links_alone() -> None:
    assert paper_json(paper())["links"] == []
