"""PubMed's feeds of searches (RSS): one entry an article, its abstract inside the entry's HTML.

https://pubmed.ncbi.nlm.nih.gov/help/#create-rss-feed
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import doi_of
from paperdigest.sources.names import MOST

_GUID = re.compile(r"pubmed:\s*0*(\d{1,12})", re.IGNORECASE)
_PMID = re.compile(r"pmid:\s*0*(\d{1,12})", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/0*(\d{1,12})/?(?:[?#]\S*)?"
)
# The abstract stands between its heading and the paragraph that names the ids once more.
_HEADING = re.compile(r"<p\b[^<>]*>\s*(?:<(?:b|strong)>)?\s*ABSTRACT\s*(?:</(?:b|strong)>)?\s*</p>")
_IDS_AGAIN = re.compile(r"<p\b[^<>]*>\s*(?:PMID|PMC|DOI)\s*:")
_NONE = re.compile(r"\s*(?:<[^<>]*>\s*)*NO ABSTRACT\b", re.IGNORECASE)
_LONGEST_ID = 500
_WITHDRAWN = re.compile(r"\s*(?:RETRACTED|WITHDRAWN|REMOVED)(?: ARTICLE)?\s*:")


def pubmed_of(entry: Mapping[str, Any]) -> str | None:
    """Return the PMID, as digits, of an entry that PubMed wrote; None for anyone else's."""
    guid = _GUID.fullmatch(str(entry.get("id", "")).strip())
    if guid is not None:
        return guid[1]
    at = _ADDRESS.fullmatch(str(entry.get("link", "")).strip())
    said = {found[1] for found in map(_PMID.fullmatch, _identifiers(entry)) if found}
    return at[1] if at is not None and at[1] in said else None


def pubmed_paper(entry: Mapping[str, Any], pmid: str) -> Paper:
    """Return what PubMed says of the article with this PMID. Without its HTML there is only the description,
    which is often no more than the conclusion: then it is partial."""
    title = clean(str(entry.get("title", "")), TITLE_CAP)
    abstract, whole = _abstract(entry)
    dois = tuple(dict.fromkeys(_dois(entry)))
    url = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    return Paper(
        title=title,
        abstract=abstract,
        id=dois[0] if dois else f"pmid:{pmid}",
        ids=(*dois, f"pmid:{pmid}"),
        authors=_authors(entry),
        venue=clean(str(entry.get("dc_source", "")), 500),
        url=safe_url(url),
        links=(
            Link("abstract", url),
            *(Link("doi", "https://doi.org/" + name.removeprefix("doi:")) for name in dois),
        ),
        # `pubDate` is the day PubMed took the record in, `dc:date` the paper's own.
        published_at=utc(str(entry.get("updated", ""))) or utc(str(entry.get("published", ""))),
        withdrawn=_WITHDRAWN.match(title) is not None,
        partial=not whole,
    )


def _abstract(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the abstract and whether it is whole."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    for text in contents:
        heading = _HEADING.search(text)
        if heading is not None:
            after = text[heading.end() :]
            end = _IDS_AGAIN.search(after)
            found = clean(after[: end.start()] if end else after, ABSTRACT_CAP)
            if found:
                return found, True
    # Where there is no description, feedparser gives the content in its place: citation and all.
    text = str(entry.get("summary", ""))
    said = text not in contents and _NONE.match(text) is None
    return (clean(text, ABSTRACT_CAP) if said else ""), False


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    # One element per author: a comma or an "and" there belongs to the name, often a group's.
    names = (clean(str(one.get("name") or ""), 200) for one in entry.get("authors", ()))
    return tuple(name for name in names if name)[:MOST]


def _dois(entry: Mapping[str, Any]) -> Iterator[str]:
    for text in _identifiers(entry):
        name = doi_of(clean(text, _LONGEST_ID)) if text[:4].lower() == "doi:" else None
        if name is not None:
            yield name


def _identifiers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    last = str(entry.get("dc_identifier", "")).strip()
    found: tuple[str, ...] = entry.get("identifiers") or ((last,) if last else ())
    return found
