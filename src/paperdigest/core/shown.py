"""How history shows a paper that several records tell of: whose text stands, and what is gathered from all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from paperdigest.core.entry_links import is_outdated, without_outdated
from paperdigest.core.identity import scheme_of
from paperdigest.core.paper import Link, Paper

ELLIPSES = ("…", "...", "[…]", "[...]")
_MOST_LINKS = 50
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)
_REGISTRY_HOSTS = {
    "arxiv": "arxiv.org",
    "doi": "doi.org",
    "pmid": "ncbi.nlm.nih.gov",
    "openreview": "openreview.net",
    "s2": "semanticscholar.org",
    "openalex": "openalex.org",
}

#: (has its whole abstract, version, told by the id's own registry): the greatest supplies the shown text.
Rank = tuple[bool, int, bool]


def is_partial(paper: Paper) -> bool:
    """Say whether the record lacks its abstract or has only the beginning of it."""
    return paper.partial or not paper.abstract.strip() or paper.abstract.rstrip().endswith(ELLIPSES)


def rank_of(paper: Paper) -> Rank:
    """Return what decides which of several records supplies the shown text."""
    return not is_partial(paper), paper.version or 0, _from_registry(paper)


def united(shown: Paper, other: Paper, ids: tuple[str, ...]) -> Paper:
    """Return two papers that turned out to be one; the text is that of the first, `ids` are all of theirs."""
    paper = with_record(shown, other, takes_text=False)
    return replace(paper, id=ids[0], ids=ids, withdrawn=shown.withdrawn or other.withdrawn)


def with_record(shown: Paper, new: Paper, *, takes_text: bool) -> Paper:
    """Return a paper with what a record adds to it; `takes_text`: its title, abstract, authors are shown now."""
    text = new if takes_text else shown
    moved_on = takes_text and (new.version or 0) > (shown.version or 0)
    url = _address(shown, new, takes_text=takes_text)
    best = new if new.rank is not None and (shown.rank is None or new.rank < shown.rank) else shown
    return replace(
        shown,
        title=text.title,
        abstract=text.abstract or shown.abstract,
        authors=text.authors or shown.authors or new.authors,
        categories=_union(shown.categories, new.categories),
        keywords=_union(shown.keywords, new.keywords),
        venue=(text.venue or shown.venue or new.venue),
        url=url,
        links=without_outdated(_links(shown.links, new.links), url),
        published_at=_earliest(shown.published_at, new.published_at),
        updated_at=_latest(shown.updated_at, new.updated_at),
        version=shown.version if text.version is None else text.version,
        votes=shown.votes if new.votes is None else new.votes,
        withdrawn=shown.withdrawn and not (moved_on and not new.withdrawn),
        partial=is_partial(text),
        rank=best.rank,
        rank_of=best.rank_of,
    )


def _address(shown: Paper, new: Paper, *, takes_text: bool) -> str:
    if new.url and takes_text:
        stays = _from_registry(shown) and not _from_registry(new)
        if not stays or is_outdated(shown.url, (new.id, *new.ids)):
            return new.url
    return shown.url or new.url


def _union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _links(a: tuple[Link, ...], b: tuple[Link, ...]) -> tuple[Link, ...]:
    by_url = {link.url: link for link in (*b, *a)}
    ordered = dict.fromkeys(link.url for link in (*a, *b))
    return tuple(by_url[url] for url in ordered)[:_MOST_LINKS]


def _earliest(a: datetime | None, b: datetime | None) -> datetime | None:
    return min((at for at in (a, b) if at is not None), default=None)


def _latest(a: datetime | None, b: datetime | None) -> datetime | None:
    return max((at for at in (a, b) if at is not None), default=None)


def _from_registry(paper: Paper) -> bool:
    """Say whether a record comes from those who gave the paper its id."""
    host = _REGISTRY_HOSTS.get(scheme_of(paper.id))
    if host is None:
        return False
    if paper.announced or paper.url.startswith(f"https://{host}/"):
        return True
    found = _HOST.match(paper.url)
    where = found[1].lower() if found else ""
    return where == host or where.endswith("." + host)
