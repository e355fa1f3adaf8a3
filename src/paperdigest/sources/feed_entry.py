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
from paperdigest.sources.feed_imprint import apart
from paperdigest.sources.ids import doi_of
from paperdigest.sources.names import from_feed
from paperdigest.sources.publisher_address import doi_in
from paperdigest.sources.pubmed_feed import pubmed_of, pubmed_paper

_GUID_CAP = 400
_LONGEST_ID = 500
_LONGEST_NAME = 200
_MOST_LINKS = 20
#: How a text ends that goes on elsewhere, also within its last elements.
_CUT = re.compile(r"(?:…|\.\.\.|&#8230;|&hellip;)\]?\s*(?:</\w{1,20}>\s*)*\Z")
_LONGEST_END = 200
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
    names = from_feed(_authors(entry))
    printed = apart(" ".join(_said(entry, "title").split()), _texts(entry), names)
    abstract = clean(printed.abstract, ABSTRACT_CAP)
    ids = preferred_first((*filter(None, [arxiv_name]), *_ids(entry, feed_url)))
    published = utc(_said(entry, "published")) or utc(_said(entry, "prism_publicationdate"))
    updated = utc(_said(entry, "updated"))
    return Paper(
        title=clean(printed.title, TITLE_CAP),
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=names or from_feed([printed.names]),
        categories=categories(entry),
        venue=clean(_said(entry, "prism_publicationname") or printed.venue, 500),
        url=link,
        links=tuple(islice(_links(entry, ids), _MOST_LINKS)),
        published_at=published or updated or printed.online_at,
        updated_at=updated,
        partial=not abstract or _CUT.search(abstract[-_LONGEST_END:]) is not None,
    )


def _said(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def _texts(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the summary, then the contents: what the abstract may be in."""
    yield _said(entry, "summary")
    for part in entry.get("content", ()):
        yield str(part.get("value") or "")


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
    if told := doi_in(text):
        return doi_of(told) or ""
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
            "info:doi/",
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
