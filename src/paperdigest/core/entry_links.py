"""The links that stand beside a paper: those its sources and its abstract give, and those its ids lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from paperdigest.core.bibtex_address import bibtex_address
from paperdigest.core.doi_versions import id_at, without_outdated
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import links_in, safe_url


def address_of(id_: str) -> str:
    """Return the page of an arXiv id, a DOI or a PMID; "" of others."""
    origin, _, value = id_.partition(":")
    match origin:
        case "arxiv":
            return f"https://arxiv.org/abs/{value}"
        case "doi":
            return f"https://doi.org/{quote(value, safe='/:;().-_')}"
        case "pmid":
            return f"https://pubmed.ncbi.nlm.nih.gov/{value}/"
        case _:
            return ""


def links_of(paper: Paper, title_opens: str) -> tuple[Link, ...]:
    """Return the links in the order in which they are shown, none twice and none where the title leads already:
    what was given, then a PDF, the DOI and BibTeX where nobody gave them and the ids tell."""
    given = [link for link in paper.links if link.rel != "abstract"]
    given += links_in(paper.abstract)
    links = [*given, *_from_ids(paper, given, title_opens)]
    links.append(Link("bibtex", bibtex_address(paper)))
    known = {title_opens}
    shown: list[Link] = []
    for link in without_outdated(links, title_opens):
        url = safe_url(link.url)
        if url and url not in known:
            known.add(url)
            shown.append(Link(link.rel, url))
    return tuple(shown)


def published_first(links: Sequence[Link], where: str) -> tuple[Link, ...]:
    """Return the links for a paper that has been published: DOIs first, before all the one that `where` names."""
    return tuple(
        sorted(links, key=lambda link: (link.rel != "doi", id_at(link.url) != where.lower()))
    )


def _from_ids(paper: Paper, given: Sequence[Link], title_opens: str) -> Iterator[Link]:
    ids = dict.fromkeys((paper.id, *paper.ids))
    if not any(link.rel == "pdf" for link in given):
        for id_ in ids:
            origin, _, value = id_.partition(":")
            if origin == "arxiv":
                yield Link("pdf", f"https://arxiv.org/pdf/{value}")
    told = {id_at(url) for url in (title_opens, *(link.url for link in given))}
    for id_ in ids:
        if id_.startswith("doi:") and id_ not in told:
            yield Link("doi", address_of(id_))
