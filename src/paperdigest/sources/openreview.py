"""The `openreview` format: submissions as the notes of OpenReview's service, version 2 and the older one.

Owns what a note's venue says of its fate. https://docs.openreview.net/reference/api-v2
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.json_document import at, load, parsed, promised, text, texts, whole
from paperdigest.sources.names import MOST

_NAME = "openreview"
_SITE = "https://openreview.net"
_KEYWORD_CAP = 500
_MOST_KEYWORDS = 500
#: The end of the years that are dates to us, in milliseconds.
_LAST_MOMENT = 4_200_000_000_000

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
#: A second object on a line of its own: that is one record a line, and no document of ours.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_IS_EMPTY = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"count"\s*:\s*0\s*,\s*)?"notes"\s*:\s*\[\s*\]\s*(?:,\s*"count"\s*:\s*0\s*)?\}\s*'
)
_IS_NOTE = re.compile(rb'"forum"\s*:\s*"[\w-]')
_HAS_CONTENT = re.compile(rb'"content"\s*:\s*\{')
_NOTE_ID = re.compile(r"[\w-]{1,100}", re.ASCII)

_ANONYMOUS = re.compile(r"anonymous(?: authors?)?(?:\W*\d*)", re.IGNORECASE)
_WITHDRAWN = re.compile(r"withdr[ae]w|retract", re.IGNORECASE)
#: What a venue is called while, or because, it has not taken the paper.
_NOT_TAKEN = re.compile(
    r"submi(?:ssion|tted)|under[ _]review|reject|withdr[ae]w|retract", re.IGNORECASE
)
_PREPRINTS = re.compile(r"dblp\.org/journals/corr\b|(?:\w+\.)?arxiv\.org\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenReview:
    """`{"notes", "count"}`, a list of notes, or one note; values bare or under `value`."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether it begins like such an answer: JSON, with a note that has a forum and a content."""
        if _IS_EMPTY.fullmatch(head):
            return True
        if not _BEGINS.match(head) or _NEXT_LINE.search(head):
            return False
        return bool(_IS_NOTE.search(head)) and _HAS_CONTENT.search(head) is not None

    def parse(self, data: bytes) -> Parsed:
        """Return the submissions in their order, and how many notes fit in all; reviews, comments and
        other replies are passed over.

        Raises RefusedInput for other documents, broken ones, and the service's errors.
        """
        document = load(data)
        records = [one for one in _records(document) if not _is_reply(one)]
        return parsed(_NAME, records, _paper, total=promised(document, "count"))


FORMAT = OpenReview()


def _records(document: object) -> Sequence[object]:
    listed = document if isinstance(document, list) else at(document, "notes")
    if isinstance(listed, list):
        return listed
    if isinstance(at(document, "content"), Mapping):
        return [document]
    error = clean(text(document, "message") or text(document, "errors", 0), 300)
    if error:
        raise RefusedInput(f"OpenReview answers with an error: {error}")
    raise RefusedInput("no notes of OpenReview: neither a list of them nor one")


def _is_reply(record: object) -> bool:
    """Say whether the note stands below another one: then it is no paper, but a word about one."""
    forum = text(record, "forum")
    return bool(text(record, "replyto")) or (bool(forum) and forum != text(record, "id"))


# ------------------------------------------------------------------ one note


def _paper(record: Mapping[str, object]) -> Paper:
    name = text(record, "forum") or text(record, "id")
    forum = name if _NOTE_ID.fullmatch(name) else ""
    url = f"{_SITE}/forum?id={forum}" if forum else ""
    abstract = clean(_said(record, "abstract"), ABSTRACT_CAP)
    return Paper(
        title=clean(_said(record, "title"), TITLE_CAP),
        abstract=abstract,
        id=f"openreview:{forum}" if forum else "",
        ids=(f"openreview:{forum}",) if forum else (),
        authors=_authors(record),
        keywords=_keywords(record),
        venue=_venue(record),
        url=url,
        links=tuple(_links(record)),
        # Open to all, published, made: the first of these that is known is the day it came out.
        published_at=_moment(record, "odate", "pdate", "cdate", "tcdate"),
        updated_at=_moment(record, "mdate", "tmdate"),
        withdrawn=_is_withdrawn(record),
        partial=not abstract,
    )


def _content(record: Mapping[str, object], key: str) -> object:
    """Return a value of the content: version 2 keeps it under `value`, version 1 bare."""
    found = at(record, "content", key)
    return at(found, "value") if isinstance(found, Mapping) else found


def _said(record: Mapping[str, object], key: str) -> str:
    return text(_content(record, key))


def _authors(record: Mapping[str, object]) -> tuple[str, ...]:
    found = _content(record, "authors")
    some = found if isinstance(found, list) else [found]
    names = (clean(text(one, "fullname") or text(one), 200) for one in some[:MOST])
    return tuple(name for name in names if name and not _ANONYMOUS.fullmatch(name))


def _keywords(record: Mapping[str, object]) -> tuple[str, ...]:
    words = texts(_content(record, "keywords"))[:_MOST_KEYWORDS]
    cleaned = (clean(word, _KEYWORD_CAP) for word in words)
    return tuple(dict.fromkeys(word for word in cleaned if word))


def _links(record: Mapping[str, object]) -> Iterator[Link]:
    pdf = _said(record, "pdf")
    address = safe_url(_SITE + pdf if pdf.startswith("/") else pdf)
    if address:
        yield Link("pdf", address)


def _moment(record: Mapping[str, object], *keys: str) -> datetime | None:
    """Return the first of these instants that there is; they count milliseconds from 1970."""
    for key in keys:
        moment = whole(record, key)
        if moment is not None and 0 < moment < _LAST_MOMENT:
            at_ = utc(datetime.fromtimestamp(moment // 1000, UTC).isoformat())
            if at_ is not None:
                return at_
    return None


# ------------------------------------------------------------------ its fate


def _standing(record: Mapping[str, object]) -> str:
    """Return the last part of the venue's id, which says where the paper stands: `Rejected_Submission`."""
    return _said(record, "venueid").rpartition("/")[2]


def _is_withdrawn(record: Mapping[str, object]) -> bool:
    """Say whether the authors took it back. A rejected paper stays where it is, and is not withdrawn."""
    return (
        _WITHDRAWN.search(_standing(record)) is not None
        or _WITHDRAWN.search(text(record, "invitation").rpartition("/")[2]) is not None
        or _said(record, "withdrawal").lower() == "confirmed"
    )


def _venue(record: Mapping[str, object]) -> str:
    """Return the venue that took the paper: "Submitted to ICLR 2025" would make a preprint published."""
    venue = _said(record, "venue")
    waits = _NOT_TAKEN.search(venue) or _NOT_TAKEN.search(_standing(record))
    if waits or _PREPRINTS.match(_said(record, "venueid")):
        return ""
    return clean(venue, 500)
