"""The `biorxiv` format: what the service of bioRxiv and medRxiv says of its preprints, one row per version.

https://api.biorxiv.org/details/biorxiv/help
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import doi_of
from paperdigest.sources.json_document import at, load, parsed, text, whole
from paperdigest.sources.names import MOST

_NAME = "biorxiv"
_NAME_CAP = 200
_CATEGORY_CAP = 200
_DOI_CAP = 500
_MOST_VERSIONS = 9_999
_MOST = 10**9
_NOTHING = frozenset({"", "na", "n/a", "none", "null"})
_HOSTS = {"biorxiv": "www.biorxiv.org", "medrxiv": "www.medrxiv.org"}

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?P<first>messages|collection)"\s*:\s*\[')
_STATUS = re.compile(rb'"messages"\s*:\s*\[\s*\{[^{}]*"status"\s*:')
_ROWS = re.compile(rb'"collection"\s*:\s*\[\s*(?:\]|\{)')
_DETAIL = re.compile(rb'"collection"\s*:\s*\[\s*\]|"(?:doi|jatsxml|server)"\s*:')
_EMPTY = re.compile(
    r"no (?:posts?|papers?|preprints?|articles?|results?|records?) found\b", re.IGNORECASE
)
_WITHDRAWN_TYPE = re.compile(r"withdraw|retract|remov", re.IGNORECASE)
_WITHDRAWN_TITLE = re.compile(r"\W*(?:WITHDRAWN|RETRACTED)\s*[\]:]|\[(?:Withdrawn|Retracted)\]")
_WITHDRAWN_TEXT = re.compile(
    r"(?:withdrawal statement\W*)?(?:the authors?|this (?:manuscript|preprint|article|paper)|biorxiv|medrxiv)"
    r" (?:have|has)(?: been)? withdrawn\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Biorxiv:
    """An answer of `details`: an interval, the newest so many, or all versions of one preprint."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: a status, and a collection of preprints or none."""
        begins = _BEGINS.match(head)
        if begins is None or not _ROWS.search(head):
            return False
        # Where the rows come first, the status may lie behind what is seen of the document.
        if begins["first"] == b"messages" and not _STATUS.search(head):
            return False
        return _DETAIL.search(head) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the preprints, the versions of one in their order, and how many there are in all.

        "No posts found" is an empty answer, and well. Raises RefusedInput for other documents, broken
        ones, and answers that say of themselves that they are errors.
        """
        document = load(data)
        rows = at(document, "collection")
        _refuse_errors(text(document, "messages", 0, "status"), has_rows=bool(rows))
        if not isinstance(rows, list):
            raise RefusedInput("no answer of bioRxiv: it has no collection")
        found = parsed(_NAME, rows, _paper)
        return replace(found, papers=_oldest_first(found.papers), total=_total(document))


FORMAT = Biorxiv()


def _total(document: object) -> int | None:
    total = whole(document, "messages", 0, "total")
    return total if total is not None and 0 <= total <= _MOST else None


def _refuse_errors(status: str, *, has_rows: bool) -> None:
    if status.lower() == "ok" or _EMPTY.match(status) or (not status and has_rows):
        return
    if not status:
        raise RefusedInput("no answer of bioRxiv: it has neither a status nor preprints")
    raise RefusedInput(f"bioRxiv answers with an error: {clean(status, 300)}")


def _oldest_first(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the papers with the versions of each in order, in the places that they had together.

    A second version that came before the first would make the first one old news.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, paper in enumerate(papers):
        if paper.id:
            places[paper.id].append(place)
    ordered = list(papers)
    for own in places.values():
        versions = sorted((papers[place] for place in own), key=lambda one: one.version or 0)
        for place, paper in zip(own, versions, strict=True):
            ordered[place] = paper
    return tuple(ordered)


# ------------------------------------------------------------------ one row


def _paper(row: Mapping[str, object]) -> Paper:
    title, abstract = clean(text(row, "title"), TITLE_CAP), _said(row, "abstract", ABSTRACT_CAP)
    ids = tuple(_ids(row))
    version = _version(row)
    on = utc(text(row, "date"))
    revised = version is not None and version > 1
    return Paper(
        title=title,
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=_authors(text(row, "authors")),
        categories=tuple(
            category for category in (_said(row, "category", _CATEGORY_CAP),) if category
        ),
        url=safe_url(_resolved(ids[0])) if ids else "",
        links=tuple(_links(row, ids)),
        # A row's date is that of its version: of a later one, not the day the preprint came out.
        published_at=None if revised else on,
        updated_at=on if revised else None,
        version=version,
        withdrawn=_is_withdrawn(text(row, "type"), title, abstract),
        partial=not abstract,
    )


def _said(row: Mapping[str, object], key: str, cap: int) -> str:
    """Return the text there; "NA" stands for nothing."""
    said = clean(text(row, key), cap)
    return "" if said.lower() in _NOTHING else said


def _ids(row: Mapping[str, object]) -> Iterator[str]:
    """Yield the preprint's DOI and that of the article it became: history holds them for one paper."""
    own, published = _doi(row, "doi"), _doi(row, "published")
    if own:
        yield own
    if published and published != own:
        yield published


def _doi(row: Mapping[str, object], key: str) -> str:
    said = text(row, key)
    is_sound = len(said) <= _DOI_CAP and said.isprintable()
    return (doi_of(said) or "") if is_sound else ""


def _version(row: Mapping[str, object]) -> int | None:
    version = whole(row, "version")
    return version if version is not None and 1 <= version <= _MOST_VERSIONS else None


def _authors(names: str) -> tuple[str, ...]:
    """Return the names of "Last, F. M.; Last, G."."""
    cleaned = (clean(name, _NAME_CAP) for name in names.split(";"))
    return tuple(name for name in cleaned if name)[:MOST]


def _is_withdrawn(kind: str, title: str, abstract: str) -> bool:
    return (
        _WITHDRAWN_TYPE.search(kind) is not None
        or _WITHDRAWN_TITLE.match(title) is not None
        or _WITHDRAWN_TEXT.match(abstract) is not None
    )


def _links(row: Mapping[str, object], ids: Sequence[str]) -> Iterator[Link]:
    """Yield the preprint's page, which shows its newest version, and the article's address."""
    own = _doi(row, "doi")
    host = _HOSTS.get(text(row, "server").lower())
    page = safe_url(f"https://{host}/content/{own.removeprefix('doi:')}") if own and host else ""
    if page:
        yield Link("abstract", page)
    for other in ids:
        address = safe_url(_resolved(other)) if other != own else ""
        if address:
            yield Link("doi", address)


def _resolved(name: str) -> str:
    return "https://doi.org/" + name.removeprefix("doi:")
