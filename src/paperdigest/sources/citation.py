"""What a record of a library says, made a paper: RIS, BibTeX and PubMed have the same things to tell.

Ids of several registries, names turned round, the journal, and the address that follows from an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.identity import preferred_first
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.abstract_text import without_heading, without_statements
from paperdigest.sources.ids import BadIdError, arxiv, doi_of, identified
from paperdigest.sources.names import MOST

_ITEMS = 500
_ITEM_CAP = 500
_NAME_CAP = 200
_ID_CAP = 500

# The sites whose address of a paper is its id; elsewhere a DOI in an address may have a tail.
_OWN_ADDRESS = re.compile(
    r"https?://(?:(?:www|export|dx|api)\.)?(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\."
    r"|pubmed\.ncbi\.nlm\.nih\.gov/[0-9]|ncbi\.nlm\.nih\.gov/pubmed/[0-9]|openreview\.net/"
    r"|semanticscholar\.org/paper/|openalex\.org/)",
    re.IGNORECASE,
)
_IS_PDF = re.compile(r"\.pdf(?:[?#]\S*)?\Z|arxiv\.org/pdf/", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid\s*:?\s*)?0*([1-9][0-9]{0,9})", re.IGNORECASE)
_PMC = re.compile(r"(?:pmcid\s*:?\s*)?PMC0*([1-9][0-9]{0,9})", re.IGNORECASE)
# "arXiv preprint arXiv:2401.00001", "CoRR abs/2401.00001", "arXiv [cs.LG]", "bioRxiv : the preprint …".
_PREPRINT = re.compile(
    r"(arxiv|biorxiv|medrxiv|ssrn(?= electronic)|corr(?= abs/))\b.*", re.IGNORECASE
)
_ARXIV_IN_VENUE = re.compile(r"\b(?:arxiv:\s*|corr,?\s+abs/)(\S+)", re.IGNORECASE)
#: Names in these letters are spoken as they are written, the family first.
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)
#: What stands in a list for those that are not named.
_NOBODY = re.compile(r"(?:[\W_]|\bet\b|\bal\b|\bothers\b)*", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.\.\.|\(abstract truncated(?: at \d+ words)?\))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A record as it was written: raw texts, ids in any spelling, addresses in the order of trust."""

    title: str
    abstract: str = ""
    names: Iterable[str] = ()
    ids: Iterable[str] = ()
    categories: Iterable[str] = ()
    keywords: Iterable[str] = ()
    venue: str = ""
    urls: Iterable[str] = ()
    pdfs: Iterable[str] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    withdrawn: bool = False


def paper_of(record: Citation) -> Paper:
    """Return the paper; its title may be empty. Texts that are no ids or addresses are left out."""
    urls = [url for url in map(safe_url, record.urls) if url]
    pages = [url for url in urls if not _IS_PDF.search(url)]
    ids, version = _ids((*record.ids, *filter(_OWN_ADDRESS.match, urls)))
    abstract = clean(without_heading(without_statements(record.abstract.strip())), ABSTRACT_CAP)
    return Paper(
        title=clean(record.title, TITLE_CAP),
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=tuple(
            name for name in _cleaned(record.names, _NAME_CAP) if not _NOBODY.fullmatch(name)
        )[:MOST],
        categories=tuple(_cleaned(record.categories, _ITEM_CAP))[:_ITEMS],
        keywords=tuple(dict.fromkeys(_cleaned(record.keywords, _ITEM_CAP)))[:_ITEMS],
        venue=_venue(record.venue),
        url=next(iter((*pages, *_addresses(ids), *urls)), ""),
        links=tuple(_links(ids, (*record.pdfs, *filter(_IS_PDF.search, urls)))),
        published_at=record.published_at,
        updated_at=record.updated_at,
        version=version,
        withdrawn=record.withdrawn,
        partial=not abstract or _CUT.search(abstract) is not None,
    )


def some_doi(text: str) -> str:
    """Return the text if it is a DOI in any spelling (arXiv's own are arXiv ids), else ""."""
    return text if len(text) <= _ID_CAP and doi_of(text) is not None else ""


def some_arxiv(text: str) -> str:
    """Return the text if it is an arXiv id in any spelling, else ""."""
    return text if len(text) <= _ID_CAP and arxiv(text) is not None else ""


def some_pmid(text: str) -> str:
    """Return a PMID with its origin (`pmid:123`), else ""."""
    found = _PMID.fullmatch(text.strip())
    return f"pmid:{found[1]}" if found else ""


def some_pmc(text: str) -> str:
    """Return an id of PubMed Central with its origin (`pmc:PMC123`), else ""."""
    found = _PMC.fullmatch(text.strip())
    return f"pmc:PMC{found[1]}" if found else ""


def arxiv_in_venue(venue: str) -> str:
    """Return the id in "arXiv preprint arXiv:2401.00001", where a journal's name should be, else ""."""
    found = _ARXIV_IN_VENUE.search(venue)
    return some_arxiv(found[1].rstrip(".,;)")) if found else ""


def turned(parts: list[str]) -> str:
    """Return a name in the order in which it is spoken, from its parts between commas.

    "Last, First", "Last, Jr, First" (BibTeX), "Last, First, Jr" (RIS), "Last, First Jr" (MEDLINE).
    """
    words = [part for part in map(str.strip, parts) if part]
    suffixes = [part for part in words[1:] if _SUFFIX.fullmatch(part)]
    given = [part for part in words[1:] if not _SUFFIX.fullmatch(part)]
    if len(given) != 1:
        return ", ".join(words)
    if _EAST_ASIAN.fullmatch(words[0] + given[0]):
        return words[0] + given[0]
    first, _, last = given[0].rpartition(" ")
    if first and not suffixes and _SUFFIX.fullmatch(last):
        given, suffixes = [first], [last]
    return ", ".join((f"{given[0]} {words[0]}", *suffixes))


def _ids(texts: Iterable[str]) -> tuple[tuple[str, ...], int | None]:
    found: list[str] = []
    version: int | None = None
    for text in texts:
        try:
            ids, carried = identified((text,))
        except BadIdError:
            continue
        found.extend(ids)
        version = carried if version is None else version
    return preferred_first(found), version


def _cleaned(texts: Iterable[str], cap: int) -> Iterator[str]:
    return (text for text in (clean(one, cap) for one in texts) if text)


def _venue(text: str) -> str:
    """Return the journal; a server of preprints by its name alone, which nobody takes for a journal's."""
    venue = clean(text, _ITEM_CAP)
    server = _PREPRINT.fullmatch(venue)
    return server[1] if server else venue


def _addresses(ids: Iterable[str]) -> Iterator[str]:
    for scheme, _, value in (id_.partition(":") for id_ in ids):
        match scheme:
            case "arxiv":
                yield f"https://arxiv.org/abs/{value}"
            case "doi":
                yield safe_url(f"https://doi.org/{value}")
            case "pmid":
                yield f"https://pubmed.ncbi.nlm.nih.gov/{value}/"


def _links(ids: Iterable[str], pdfs: Iterable[str]) -> Iterator[Link]:
    for pdf in filter(None, map(safe_url, pdfs)):
        yield Link("pdf", pdf)
    for id_ in ids:
        if id_.startswith("doi:") and (url := safe_url("https://doi.org/" + id_[4:])):
            yield Link("doi", url)
