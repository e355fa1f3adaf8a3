"""The links that stand beside a paper: those its sources and its abstract give, and those its ids lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from paperdigest.core.bibtex_address import bibtex_address
from paperdigest.core.doi_versions import parted
from paperdigest.core.identity import doi
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import links_in, safe_url

_OF_DOIS = re.compile(r"https?://(?:(?:dx|www)\.)?doi\.org/10[^\s?#]+", re.IGNORECASE)


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
    known = {id_at(title_opens) or title_opens}
    shown: list[Link] = []
    for link in without_outdated(links, title_opens):
        url = safe_url(link.url)
        name = id_at(url) or url
        if url and name not in known:
            known.add(name)
            shown.append(Link(link.rel, url))
    return tuple(shown)


def published_first(links: Sequence[Link], where: str) -> tuple[Link, ...]:
    """Return the links for a paper that has been published: DOIs first, before all the one that `where` names."""
    return tuple(
        sorted(links, key=lambda link: (link.rel != "doi", id_at(link.url) != where.lower()))
    )


def id_at(address: str) -> str:
    """Return the id at an address of doi.org, as it is known by; "" for others."""
    name = doi(address) if _OF_DOIS.fullmatch(address) else None
    return f"doi:{name}" if name else ""


def is_outdated(address: str, others: Iterable[str]) -> bool:
    """Say whether an address is the DOI of an older version of what one of the others is the id of."""
    found = parted(id_at(address))
    if found is None or found.version is None:
        return False
    return any(
        (other := parted(id_)) is not None
        and other.first == found.first
        and (other.version or 0) > found.version
        for id_ in others
    )


def without_outdated(links: Sequence[Link], address: str) -> tuple[Link, ...]:
    """Return the links without the DOIs of older versions of what another one, or the paper's own address, leads to."""
    if not any(link.rel == "doi" for link in links):
        return tuple(links)
    ids = [id_ for url in (address, *(link.url for link in links)) if (id_ := id_at(url))]
    return tuple(link for link in links if not is_outdated(link.url, ids))


def _from_ids(paper: Paper, given: Sequence[Link], title_opens: str) -> Iterator[Link]:
    ids = dict.fromkeys((paper.id, *paper.ids))
    if not any(link.rel == "pdf" for link in given):
        for id_ in ids:
            origin, _, value = id_.partition(":")
            if origin == "arxiv":
                yield Link("pdf", f"https://arxiv.org/pdf/{value}")
    told = {id_at(url) for url in (title_opens, *(link.url for link in given))}
    for id_ in ids:
        # History may have ids from before the escapes of addresses were taken out of them.
        name = doi(id_) if id_.startswith("doi:") else None
        if name and (known := f"doi:{name}") not in told:
            yield Link("doi", address_of(known))
