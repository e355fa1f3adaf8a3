"""The `crossref` format: works as Crossref's service tells of them, a page of them, a list, or one alone.

Owns which of Crossref's many dates is a paper's, and what its notices of retraction mean.
https://api.crossref.org/swagger-ui/index.html
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
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import BadIdError, doi_of, identified
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

_NAME = "crossref"
_ID_CAP = 500
_MOST_RELATED = 20
_MOST_UPDATES = 200
_MOST_LINKS = 50

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
#: A second object on a line of its own: that is one record a line, and no document of ours.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_IS_MESSAGE = re.compile(rb'"message-type"\s*:\s*"(?:work|work-list|validation-failure)"')
_HAS_DOI = re.compile(rb'"DOI"\s*:\s*"10\.')
#: CSL, which has the same keys, gives a title as one text.
_HAS_TITLES = re.compile(rb'"title"\s*:\s*\[')

_HEADING = re.compile(
    r"<(?:jats:)?title>\s*(?:abstract|summary)\s*[.:]?\s*</(?:jats:)?title>\s*", re.IGNORECASE
)
_NOTHING_BUT_TAGS = re.compile(r"(?:\s|<[^<>]*>)*")
_SAME_PAPER = ("is-preprint-of", "has-preprint")
_ID_TYPES = ("", "doi", "arxiv", "uri")
_TAKEN_BACK = frozenset({"retraction", "withdrawal", "removal"})
#: A smaller number is a slip, and no year.
_FIRST_YEAR = 1400
_PUBLISHED = ("published", "issued", "published-online", "posted", "published-print")


@dataclass(frozen=True, slots=True)
class Crossref:
    """`{"message": {"items"}}`, `{"message": work}`, `{"items"}` of a data file, a list of works, or one."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: JSON of a type of message that holds works, or with
        a DOI and a list of titles."""
        if not _BEGINS.match(head) or _NEXT_LINE.search(head):
            return False
        if _IS_MESSAGE.search(head):
            return True
        return bool(_HAS_DOI.search(head)) and _HAS_TITLES.search(head) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the works in their order, and how many fit the search in all.

        Raises RefusedInput for other documents, broken ones, and the service's errors.
        """
        document = load(data)
        return parsed(
            _NAME,
            _records(document),
            paper_of,
            total=promised(document, "message", "total-results"),
        )


FORMAT = Crossref()


def _records(document: object) -> Sequence[object]:
    if isinstance(document, list):
        return document
    message = at(document, "message") or document
    listed = at(message, "items")
    if text(document, "status") == "failed" or isinstance(message, str):
        error = clean(text(message, 0, "message") or text(message), 300)
        raise RefusedInput(f"Crossref answers with an error: {error or 'it does not say which'}")
    if isinstance(listed, list):
        return listed
    if not text(message, "DOI"):
        raise RefusedInput("no works of Crossref: neither a list of them nor one")
    return [message]


# ------------------------------------------------------------------ one work


def paper_of(record: Mapping[str, object]) -> Paper:
    """Return what Crossref tells of a work. Its title may be empty."""
    own = text(record, "DOI")
    ids = _ids(own, *_related(record))
    abstract = _abstract(text(record, "abstract"))
    posted = text(record, "type") == "posted-content"
    group = clean(text(record, "group-title"), 200) if posted else ""
    return Paper(
        title=_title(record),
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=_authors(record),
        categories=(group,) if group else (),
        # A server of preprints is no venue.
        venue="" if posted else clean(next(iter(texts(record, "container-title")), ""), 500),
        url=safe_url(text(record, "URL")) or _resolved(own),
        links=tuple(_links(record, own)),
        published_at=_published_at(record),
        updated_at=_instant(record, "deposited"),
        withdrawn=_is_withdrawn(record, own),
        partial=not abstract,
    )


def _title(record: Mapping[str, object]) -> str:
    """Return the first title, later ones being translations, with what subtitles it does not hold yet."""
    title = clean(next(iter(texts(record, "title")), ""), TITLE_CAP)
    for subtitle in texts(record, "subtitle")[:3] if title else ():
        more = clean(subtitle, TITLE_CAP)
        if more.casefold() not in title.casefold():
            title = f"{title.rstrip(' :')}: {more}"
    return clean(title, TITLE_CAP)


def _abstract(told: str) -> str:
    """Return the abstract with its JATS as it came, but without a heading that says it is one."""
    abstract = clean(_HEADING.sub("", told), ABSTRACT_CAP)
    return "" if _NOTHING_BUT_TAGS.fullmatch(abstract) else abstract


def _ids(*told: str) -> tuple[str, ...]:
    found: list[str] = []
    for one in told:
        with suppress(BadIdError):  # what is no id names nothing
            found += identified((one,))[0] if len(one) <= _ID_CAP else ()
    return preferred_first(id_ for id_ in found if scheme_of(id_) in REGISTRIES)


def _related(record: Mapping[str, object]) -> Iterator[str]:
    """Yield the ids of the preprint of an article, or the article of a preprint: they are one paper."""
    for kind in _SAME_PAPER:
        for other in objects(record, "relation", kind)[:_MOST_RELATED]:
            if text(other, "id-type").lower() in _ID_TYPES:
                yield text(other, "id")


def _authors(record: Mapping[str, object]) -> tuple[str, ...]:
    names = (
        clean(" ".join(text(one, part) for part in ("given", "family", "suffix")), 200)
        or clean(text(one, "name"), 200)
        for one in objects(record, "author")[:MOST]
    )
    return tuple(name for name in names if name)


def _links(record: Mapping[str, object], own: str) -> Iterator[Link]:
    address = _resolved(own)
    if address:
        yield Link("doi", address)
    for link in objects(record, "link")[:_MOST_LINKS]:
        pdf = safe_url(text(link, "URL"))
        if pdf and text(link, "content-type") == "application/pdf":
            yield Link("pdf", pdf)
            break
    page = safe_url(text(record, "resource", "primary", "URL"))
    if page:
        yield Link("page", page)


def _resolved(own: str) -> str:
    name = doi_of(own) if len(own) <= _ID_CAP else None
    return "" if name is None else safe_url("https://doi.org/" + name.removeprefix("doi:"))


def _is_withdrawn(record: Mapping[str, object], own: str) -> bool:
    """Say whether this very work was taken back.

    A notice of retraction (`update-to`) is a work of its own about another one, which it does not
    describe: it is read as it stands. The work it speaks of says so itself (`updated-by`), unless the
    notice took its place under the same DOI.
    """
    if any(_takes_back(one) for one in objects(record, "updated-by")[:_MOST_UPDATES]):
        return True
    return any(
        _takes_back(one) and text(one, "DOI").lower() == own.lower()
        for one in objects(record, "update-to")[:_MOST_UPDATES]
    )


def _takes_back(update: Mapping[str, object]) -> bool:
    return text(update, "type").lower() in _TAKEN_BACK


# ------------------------------------------------------------------ dates


def _published_at(record: Mapping[str, object]) -> datetime | None:
    """Return when Crossref first had the work (`created`).

    What it calls published is often a year alone, or an issue to come. It counts where there is nothing
    else, and where it lies more than a year back: publishers register their old volumes too, and old is
    not new.
    """
    created, published = _instant(record, "created"), _published(record)
    if created is None or (published and _a_year_on(published) < _day_of(created)):
        return _first_moment(published)
    return created


def _instant(record: Mapping[str, object], key: str) -> datetime | None:
    return utc(text(record, key, "date-time")) or _first_moment(_parts(record, key))


def _published(record: Mapping[str, object]) -> tuple[int, ...]:
    told = (_parts(record, key) for key in _PUBLISHED)
    return next((parts for parts in told if parts and parts[0] >= _FIRST_YEAR), ())


def _parts(record: Mapping[str, object], key: str) -> tuple[int, ...]:
    """Return year, month and day as far as they are known; `[[null]]` stands for nothing."""
    parts: list[int] = []
    for place in range(3):
        part = whole(record, key, "date-parts", 0, place)
        if part is None:
            break
        parts.append(part)
    return tuple(parts)


def _first_moment(parts: Sequence[int]) -> datetime | None:
    """Return the instant of a date; a year alone is its last day, by whose first day it would look old."""
    if len(parts) == 1:
        return utc(f"{parts[0]:04}-12-31")
    return utc("-".join(f"{part:02}" for part in parts))


def _a_year_on(parts: Sequence[int]) -> tuple[int, ...]:
    """Return the day a year after the end of what a date names."""
    return (parts[0] + 1, *parts[1:], *(12, 31)[len(parts) - 1 :])


def _day_of(moment: datetime) -> tuple[int, ...]:
    return moment.year, moment.month, moment.day
