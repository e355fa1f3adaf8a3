"""One entry of any feed to a paper. What a service wrote itself is read by that service's own reader:
`arxiv_feed`, `biorxiv_feed`, `pubmed_feed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from paperdigest.core.identity import normal_id, preferred_first, scheme_of
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.arxiv_feed import arxiv_of, arxiv_paper, categories, is_arxivs_own
from paperdigest.sources.biorxiv_feed import biorxiv_of, biorxiv_paper
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import doi_of
from paperdigest.sources.names import from_feed
from paperdigest.sources.pubmed_feed import pubmed_of, pubmed_paper

_GUID_CAP = 400
_LONGEST_ID = 500
_LONGEST_NAME = 200
_MOST_LINKS = 20
_PMID = re.compile(r"pmid:\s*\d{1,12}", re.IGNORECASE)
#: What else an address may be the id of; DOIs stand in addresses of many kinds of things.
_IN_ADDRESSES = frozenset({"pmid", "openreview", "s2", "openalex"})


def paper(entry: Mapping[str, Any], feed_url: str) -> Paper:
    """Return the paper an entry speaks of. Its title may be empty; whether that matters is the caller's.

    `feed_url` makes the entry's own id unique among feeds ("" if it is not known).
    """
    named = arxiv_of(entry)
    if named is not None and is_arxivs_own(entry):
        return arxiv_paper(entry, *named)
    if (address := biorxiv_of(entry)) is not None:
        return biorxiv_paper(entry, address)
    if (pmid := pubmed_of(entry)) is not None:
        return pubmed_paper(entry, pmid)
    return _any_paper(entry, feed_url, named[0] if named else "")


def _any_paper(entry: Mapping[str, Any], feed_url: str, arxiv_name: str) -> Paper:
    link = safe_url(_said(entry, "link"))
    abstract = clean(_summary(entry), ABSTRACT_CAP)
    ids = preferred_first((*filter(None, [arxiv_name]), *_ids(entry, feed_url)))
    published = utc(_said(entry, "published")) or utc(_said(entry, "prism_publicationdate"))
    updated = utc(_said(entry, "updated"))
    return Paper(
        title=clean(" ".join(_said(entry, "title").split()), TITLE_CAP),
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=from_feed(_authors(entry)),
        categories=categories(entry),
        venue=clean(_said(entry, "prism_publicationname"), 500),
        url=link,
        links=tuple(islice(_links(entry, ids), _MOST_LINKS)),
        published_at=published or updated,
        updated_at=updated,
        partial=not abstract or abstract.endswith(("…", "...", "[…]", "[...]")),
    )


def _said(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def _summary(entry: Mapping[str, Any]) -> str:
    """Return the summary, or the content where there is none."""
    summary = _said(entry, "summary")
    if summary:
        return summary
    return next(
        (str(part.get("value", "")) for part in entry.get("content", ()) if part.get("value")), ""
    )


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    for author in entry.get("authors", ()):
        name = str(author.get("name") or "")
        if len(name) > _LONGEST_NAME and "@" in name:  # a list: its addresses are nobody's name
            name = " ".join(word for word in name.split() if "@" not in word)
        yield name


def _ids(entry: Mapping[str, Any], feed_url: str) -> Iterator[str]:
    """Yield the ids that the entry's own id, identifiers and address name, and last the feed's own."""
    guid, link = _said(entry, "id"), _said(entry, "link")
    said = entry.get("identifiers") or (_said(entry, "dc_identifier"),)
    for text in (_said(entry, "prism_doi"), *said, _said(entry, "arxiv_doi"), guid, link):
        name = _named(clean(text, _LONGEST_ID))
        if name:
            yield name
    own = clean((guid or link).replace(" ", "%20"), _GUID_CAP)
    if own:
        yield f"feed:{feed_url}#{own}" if feed_url else f"feed:{own}"


def _named(text: str) -> str:
    """Return the id that a text is, with its origin; "" if it is none of those that many sources share."""
    if _names_doi(text):
        return doi_of(text) or ""
    if _PMID.fullmatch(text) or text.startswith(("http://", "https://")):
        name = normal_id(text)
        return name if scheme_of(name) in _IN_ADDRESSES else ""
    return ""


def _names_doi(text: str) -> bool:
    """Say whether the text is a DOI or its address, and not some other address with one inside."""
    low = text[:30].lower()
    return low.startswith(
        (
            "10.",
            "doi:",
            "https://doi.org/",
            "http://doi.org/",
            "https://dx.doi.org/",
            "http://dx.doi.org/",
        )
    )


def _links(entry: Mapping[str, Any], ids: tuple[str, ...]) -> Iterator[Link]:
    for link in entry.get("links", ()):
        address = safe_url(str(link.get("href", "")))
        if address and ("pdf" in str(link.get("type", "")) or address.lower().endswith(".pdf")):
            yield Link("pdf", address)
    for name in ids:
        if name.startswith("doi:"):
            yield Link("doi", "https://doi.org/" + name.removeprefix("doi:"))
