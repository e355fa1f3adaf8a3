"""One entry of any feed to a paper. arXiv's own entries are read by `arxiv_feed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.arxiv_feed import arxiv_of, arxiv_paper, categories, is_arxivs_own
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import doi_of
from paperdigest.sources.names import from_feed

_GUID_CAP = 400


def paper(entry: Mapping[str, Any], feed_url: str) -> Paper:
    """Return the paper an entry speaks of. Its title may be empty; whether that matters is the caller's.

    `feed_url` makes the entry's own id unique among feeds ("" if it is not known).
    """
    named = arxiv_of(entry)
    if named is not None and is_arxivs_own(entry):
        return arxiv_paper(entry, *named)
    link = safe_url(_said(entry, "link"))
    abstract = clean(_summary(entry), ABSTRACT_CAP)
    ids = tuple(dict.fromkeys((*((named[0],) if named else ()), *_ids(entry, feed_url))))
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
        links=tuple(_links(entry, ids)),
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
        yield str(author.get("name") or "")


def _ids(entry: Mapping[str, Any], feed_url: str) -> Iterator[str]:
    """Yield the ids that the entry's own id, identifier and address name: a DOI, and the feed's own."""
    guid, link = _said(entry, "id"), _said(entry, "link")
    for key in ("prism_doi", "dc_identifier", "arxiv_doi", "id", "link"):
        text = _said(entry, key)
        name = doi_of(text) if _names_doi(text) else None
        if name is not None:
            yield name
    own = clean((guid or link).replace(" ", "%20"), _GUID_CAP)
    if own:
        yield f"feed:{feed_url}#{own}" if feed_url else f"feed:{own}"


def _names_doi(text: str) -> bool:
    """Say whether the text is a DOI or its address, and not some other address with one inside."""
    low = text.lower()
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
