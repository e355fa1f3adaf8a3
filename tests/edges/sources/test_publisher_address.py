"""Addresses of articles that are made of a DOI, and those that only hold one."""

from __future__ import annotations

import pytest

from paperdigest.sources.publisher_address import doi_in


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://dl.acm.org/doi/10.1145/1234567.1234568", "10.1145/1234567.1234568"),
        ("https://www.science.org/doi/abs/10.1126/science.abc1234?af=R", "10.1126/science.abc1234"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/roof.12?af=R", "10.1002/roof.12"),
        ("https://link.springer.com/article/10.1007/s10000-026-00001-2", "10.1007/s10000-026-00001-2"),
        ("https://link.springer.com/content/pdf/10.1007/s1-2-3.pdf", "10.1007/s1-2-3"),
        ("https://roofs.biomedcentral.com/articles/10.1186/s1-2-3", "10.1186/s1-2-3"),
        ("https://www.frontiersin.org/articles/10.3389/froof.2026.1234567/full", "10.3389/froof.2026.1234567"),
        ("https://www.frontiersin.org/journals/roofs/articles/10.3389/froof.2026.1", "10.3389/froof.2026.1"),
        ("https://iopscience.iop.org/article/10.1088/1361-0000/abc123/meta", "10.1088/1361-0000/abc123"),
        ("https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.1.2", "10.1103/PhysRevLett.1.2"),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001", "10.1371/journal.pone.0000001"),
        ("https://www.nature.com/articles/s41000-026-00001-2", "10.1038/s41000-026-00001-2"),
        ("https://www.nature.com/articles/s41000-026-00001-2.pdf", "10.1038/s41000-026-00001-2"),
    ],
)  # fmt: skip
def test_an_address_made_of_a_doi_tells_it(address: str, doi: str) -> None:
    assert doi_in(address) == doi


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/10.1000/roofs",
        "https://example.org/doi/10.1000/roofs",
        "https://example.org/cite?doi=10.1000/roofs",
        "https://www.nature.com/nature/volumes/12",
        "https://blog.example.org/articles/10.1000/roofs",
        "https://link.springer.com/journal/10994",
        "https://dl.acm.org/doi/" + "10.1000/" + "x" * 600,
        "",
    ],
)
def test_any_other_address_tells_nothing(address: str) -> None:
    assert doi_in(address) == ""
