"""The `semantic-scholar` format: papers as the Semantic Scholar Academic Graph tells of them.

https://api.semanticscholar.org/api-docs/graph
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.identity import REGISTRIES, preferred_first, scheme_of
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.abstract_text import without_heading
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import BadIdError, identified
from paperdigest.sources.json_document import (
    at,
    load,
    objects,
    parsed,
    promised,
    text,
    texts,
    whole,
)
from paperdigest.sources.names import MOST

_NAME = "semantic-scholar"
_ID_CAP = 500
_MOST_FIELDS = 50

#: The batch answers null for an id it does not know.
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*(?:null\s*,\s*)*)?\{\s*"')
#: A second object on a line of its own: that is one record a line, and no document of ours.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_HAS_PAPER = re.compile(rb'"paperId"\s*:\s*"[0-9a-f]{40}"')
_NOTHING_FOUND = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"total"\s*:\s*0\s*,\s*(?:"(?:offset|token)"\s*:\s*(?:\d+|null)\s*,\s*)?"data"\s*:\s*\[\s*\]\s*\}\s*'
)
_LISTS = ("data", "recommendedPapers")
_PAPER_ID = re.compile(r"[0-9a-f]{40}", re.ASCII)
_PUBMED = re.compile(r"\d{1,10}", re.ASCII)
_MARK = re.compile(r"\s*\[PDF\]\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SemanticScholar:
    """A search, a batch (a list, null where nothing is known), recommendations, citations, or one paper."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: JSON, with a `paperId` of 40 hex digits."""
        if _NOTHING_FOUND.fullmatch(head):
            return True
        if not _BEGINS.match(head) or _NEXT_LINE.search(head):
            return False
        return _HAS_PAPER.search(head) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in their order, and how many fit the search in all.

        Raises RefusedInput for other documents, broken ones, and the service's errors.
        """
        document = load(data)
        return parsed(_NAME, _records(document), paper_of, total=promised(document, "total"))


FORMAT = SemanticScholar()


def _records(document: object) -> Sequence[object]:
    if isinstance(document, list):
        return [one for one in document if one is not None]
    for key in _LISTS:
        listed = at(document, key)
        if isinstance(listed, list):
            return [_cited(one) for one in listed]
    if text(document, "paperId"):
        return [document]
    error = clean(text(document, "error") or text(document, "message"), 300)
    if error:
        raise RefusedInput(f"Semantic Scholar answers with an error: {error}")
    raise RefusedInput("no papers of Semantic Scholar: neither a list of them nor one")


def _cited(record: object) -> object:
    """Return the paper in a line of citations or references; another record is one itself."""
    return at(record, "citingPaper") or at(record, "citedPaper") or record


# ------------------------------------------------------------------ one paper


def paper_of(record: Mapping[str, object]) -> Paper:
    """Return what Semantic Scholar tells of a paper. Its title may be empty."""
    ids = _ids(record)
    abstract = clean(without_heading(text(record, "abstract")), ABSTRACT_CAP)
    return Paper(
        title=clean(_MARK.sub("", text(record, "title"), count=1), TITLE_CAP),
        # What `tldr` says is a machine's summary, and no abstract.
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=_authors(record),
        categories=_categories(record),
        venue=_venue(record),
        url=_url(record, ids),
        links=tuple(_links(record, ids)),
        published_at=_published_at(record),
        partial=not abstract,
    )


def _ids(record: Mapping[str, object]) -> tuple[str, ...]:
    own, pubmed = text(record, "paperId"), text(record, "externalIds", "PubMed")
    arxiv = text(record, "externalIds", "ArXiv")
    told = (
        f"arxiv:{arxiv}" if arxiv else "",
        text(record, "externalIds", "DOI"),
        f"pmid:{pubmed}" if _PUBMED.fullmatch(pubmed) else "",
        f"s2:{own}" if _PAPER_ID.fullmatch(own) else "",
    )
    found: list[str] = []
    for one in told:
        with suppress(BadIdError):  # what is no id names nothing
            found += identified((one,))[0] if len(one) <= _ID_CAP else ()
    return preferred_first(id_ for id_ in found if scheme_of(id_) in REGISTRIES)


def _authors(record: Mapping[str, object]) -> tuple[str, ...]:
    names = (clean(text(one, "name"), 200) for one in objects(record, "authors")[:MOST])
    return tuple(name for name in names if name)


def _categories(record: Mapping[str, object]) -> tuple[str, ...]:
    fields = (clean(field, 200) for field in texts(record, "fieldsOfStudy")[:_MOST_FIELDS])
    return tuple(dict.fromkeys(field for field in fields if field))


def _venue(record: Mapping[str, object]) -> str:
    told = (text(record, "venue"), text(record, "publicationVenue", "name"))
    return clean(next(filter(None, told), text(record, "journal", "name")), 500)


def _url(record: Mapping[str, object], ids: Sequence[str]) -> str:
    own = next((id_ for id_ in ids if scheme_of(id_) == "s2"), "")
    if own:
        return f"https://www.semanticscholar.org/paper/{own.removeprefix('s2:')}"
    return safe_url(text(record, "url"))


def _links(record: Mapping[str, object], ids: Sequence[str]) -> Iterator[Link]:
    for id_ in ids:
        scheme, _, bare = id_.partition(":")
        if scheme == "arxiv":
            yield Link("abstract", f"https://arxiv.org/abs/{bare}")
        elif scheme == "doi" and (address := safe_url(f"https://doi.org/{bare}")):
            yield Link("doi", address)
    pdf = safe_url(text(record, "openAccessPdf", "url"))
    if pdf:
        yield Link("pdf", pdf)


def _published_at(record: Mapping[str, object]) -> datetime | None:
    """Return the day of publication; of a bare year the last day, since by its first one a paper of
    this year would look old. A day that is still to come is dropped by whoever knows the time."""
    year = whole(record, "year")
    return utc(text(record, "publicationDate")) or (None if year is None else utc(f"{year}-12-31"))
