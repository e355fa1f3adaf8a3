"""The `openalex` format: works as OpenAlex's service tells of them, a page of them, a list, or one alone.

Owns how an abstract is put together again from the index of its words.
https://developers.openalex.org/api-reference/works
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
from paperdigest.sources.ids import BadIdError, arxiv, identified
from paperdigest.sources.json_document import at, load, objects, parsed, promised, text, whole
from paperdigest.sources.names import MOST

_NAME = "openalex"
_ID_CAP = 500
_WORD_CAP = 500
_MOST_PLACES = 50
_MOST_TOPICS = 20
#: Each word of an abstract takes a letter and a blank at least.
_MOST_WORDS = ABSTRACT_CAP // 2

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
#: A second object on a line of its own: that is one record a line, and no document of ours.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_IS_ANSWER = re.compile(rb'"db_response_time_ms"\s*:')
_IS_EMPTY = re.compile(rb'"results"\s*:\s*\[\s*\]')
_WORK_ID = re.compile(rb'"(?:id|openalex)"\s*:\s*"https://openalex\.org/W\d')
_WORK_KEY = re.compile(
    rb'"(?:abstract_inverted_index|authorships|cited_by_count|display_name|primary_location'
    rb'|publication_date|publication_year)"\s*:'
)
_WORK = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{1,15})", re.ASCII)
_AT_ARXIV = re.compile(
    r"https?://(?:(?:(?:www|export)\.)?arxiv\.org/(?:abs|pdf)/|(?:dx\.)?doi\.org/10\.48550/arxiv\.)",
    re.IGNORECASE,
)
#: An address that says no more than an id does.
_AT_ID = re.compile(r"https?://(?:(?:dx\.)?doi\.org|(?:www\.)?arxiv\.org)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenAlex:
    """`{"meta", "results"}`, a list of works, or one work."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: JSON, with a work under OpenAlex's own name for it."""
        if not _BEGINS.match(head) or _NEXT_LINE.search(head):
            return False
        answer = _IS_ANSWER.search(head) is not None
        if answer and _IS_EMPTY.search(head):
            return True
        # Our own records may have such an id too, but none of the keys of a work.
        return bool(_WORK_ID.search(head)) and (answer or _WORK_KEY.search(head) is not None)

    def parse(self, data: bytes) -> Parsed:
        """Return the works in their order, and how many fit the search in all.

        Raises RefusedInput for other documents, broken ones, and the service's errors.
        """
        document = load(data)
        return parsed(
            _NAME, _records(document), paper_of, total=promised(document, "meta", "count")
        )


FORMAT = OpenAlex()


def _records(document: object) -> Sequence[object]:
    listed = document if isinstance(document, list) else at(document, "results")
    if not isinstance(listed, list):
        error = clean(text(document, "message") or text(document, "error"), 300)
        if error:
            raise RefusedInput(f"OpenAlex answers with an error: {error}")
        if not _is_work(document):
            raise RefusedInput("no works of OpenAlex: neither a list of them nor one")
        return [document]
    if listed and text(listed[0], "id") and not _is_work(listed[0]):
        raise RefusedInput("no works of OpenAlex, but others of its records")
    return listed


def _is_work(record: object) -> bool:
    return _WORK.fullmatch(text(record, "id") or text(record, "ids", "openalex")) is not None


# ------------------------------------------------------------------ one work


def paper_of(record: Mapping[str, object]) -> Paper:
    """Return what OpenAlex tells of a work. Its title may be empty."""
    ids = _ids(record)
    abstract = without_heading(_abstract(at(record, "abstract_inverted_index")))
    page = safe_url(text(record, "primary_location", "landing_page_url"))
    own = next((id_ for id_ in ids if scheme_of(id_) == "openalex"), "")
    return Paper(
        title=clean(text(record, "title") or text(record, "display_name"), TITLE_CAP),
        abstract=abstract,
        id=ids[0] if ids else "",
        ids=ids,
        authors=_authors(record),
        categories=_categories(record),
        venue=_venue(record),
        # Not the publisher's page, which would pass this record off as the word of who gave the DOI.
        url=f"https://openalex.org/{own.removeprefix('openalex:')}" if own else page,
        links=tuple(_links(record, ids, page)),
        published_at=_published_at(record),
        updated_at=utc(text(record, "updated_date")),
        withdrawn=at(record, "is_retracted") is True,
        partial=not abstract,
    )


def _abstract(index: object) -> str:
    """Return the abstract whose words are the keys and whose places are their lists; "" without one.

    What is no place from 0 on is passed over; of two words for one place the first is taken.
    """
    words: dict[int, str] = {}
    for word, places in index.items() if isinstance(index, Mapping) else ():
        for place in places if isinstance(places, list) else ():
            number = whole(place)
            if number is not None and 0 <= number < _MOST_WORDS:
                words.setdefault(number, word)
    return clean(" ".join(_beginning(words)), ABSTRACT_CAP)


def _beginning(words: Mapping[int, str]) -> Iterator[str]:
    """Yield the words in their order until the abstract is full: a long one may have many places."""
    left = ABSTRACT_CAP
    for place in sorted(words):
        if left <= 0:
            return
        yield words[place][:ABSTRACT_CAP]
        left -= len(words[place]) + 1


def _ids(record: Mapping[str, object]) -> tuple[str, ...]:
    work = _WORK.fullmatch(text(record, "id") or text(record, "ids", "openalex"))
    told = (
        f"openalex:{work[1]}" if work else "",
        text(record, "doi") or text(record, "ids", "doi"),
        text(record, "ids", "pmid"),
        *_at_arxiv(record),
    )
    found: list[str] = []
    for one in told:
        with suppress(BadIdError):  # what is no id names nothing
            found += identified((one,))[0] if len(one) <= _ID_CAP else ()
    return preferred_first(id_ for id_ in found if scheme_of(id_) in REGISTRIES)


def _at_arxiv(record: Mapping[str, object]) -> tuple[str, ...]:
    """Return the arXiv id under which the work is also to be had; none where OpenAlex took two for one."""
    found: dict[str, None] = {}
    for location in objects(record, "locations")[:_MOST_PLACES]:
        address = text(location, "landing_page_url")
        named = arxiv(address) if len(address) <= _ID_CAP and _AT_ARXIV.match(address) else None
        if named is not None:
            found[named[0]] = None
    return tuple(found) if len(found) == 1 else ()


def _authors(record: Mapping[str, object]) -> tuple[str, ...]:
    names = (
        clean(text(one, "author", "display_name") or text(one, "raw_author_name"), 200)
        for one in objects(record, "authorships")[:MOST]
    )
    return tuple(name for name in names if name)


def _categories(record: Mapping[str, object]) -> tuple[str, ...]:
    """Return the fields and topics OpenAlex files the work under. Its keywords are left out: they are
    given by machine, from the topics, and a reader's words are looked for in a paper's own keywords."""
    found = (
        clean(name, _WORD_CAP)
        for topic in objects(record, "topics")[:_MOST_TOPICS]
        for name in (text(topic, "field", "display_name"), text(topic, "display_name"))
    )
    return tuple(dict.fromkeys(name for name in found if name))


def _venue(record: Mapping[str, object]) -> str:
    """Return where the work was published: to lie in a repository such as arXiv is not that."""
    where = at(record, "primary_location", "source")
    return "" if text(where, "type") == "repository" else clean(text(where, "display_name"), 500)


def _links(record: Mapping[str, object], ids: Sequence[str], page: str) -> Iterator[Link]:
    for id_ in ids:
        scheme, _, bare = id_.partition(":")
        if scheme == "arxiv":
            yield Link("abstract", f"https://arxiv.org/abs/{bare}")
        elif scheme == "doi" and (address := safe_url(f"https://doi.org/{bare}")):
            yield Link("doi", address)
    pdf = safe_url(
        text(record, "primary_location", "pdf_url") or text(record, "best_oa_location", "pdf_url")
    )
    if pdf:
        yield Link("pdf", pdf)
    if page and not _AT_ID.match(page):
        yield Link("page", page)


def _published_at(record: Mapping[str, object]) -> datetime | None:
    """Return the day of publication.

    A year alone is written as its first day, by which a work of this year would look old: then the day
    OpenAlex first had it is nearer. A bare `publication_year` is its last day, for the same reason.
    """
    on = utc(text(record, "publication_date"))
    if on is None:
        year = whole(record, "publication_year")
        return None if year is None else utc(f"{year}-12-31")
    added = utc(text(record, "created_date"))
    if added is not None and (on.month, on.day) == (1, 1) and on.year == added.year:
        return added
    return on
