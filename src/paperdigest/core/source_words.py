"""What is said of a source that is not well: in digests and notices, and the reasons that the store keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from paperdigest.core import words

#: An address, a host, a folder at the beginning of an error: what it is about.
_FOREMOST = re.compile(r"^(?:(?:inbox .*?|\S*[./:\[]\S*): |[a-z]+://\S+ )", re.IGNORECASE)
_THROUGH = re.compile(r" \(asked through the proxy [^)]*\)")
#: The same within one: with a scheme, of numbers, or a path from the root.
_ADDRESS = re.compile(
    r"\b[a-z][a-z+.-]*://[^\s,;)]+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|(?<!\S)[~/][^\s,;:)]*",
    re.IGNORECASE,
)


def not_read_yet() -> str:
    """Return what is said of a source that was never read."""
    return "not read yet"


def nothing_since(at: datetime, now: datetime, usual: float = 0) -> str:
    """Return `nothing since Tuesday`, and what a day usually brings if that is much: `nothing since Tuesday,
    where about 210 a day are usual`. Both times in the reader's zone."""
    told = f"nothing since {words.since(at, now)}"
    return (
        f"{told}, where about {words.number(round(usual))} a day are usual" if usual >= 3 else told
    )


def nothing_ever(at: datetime, now: datetime) -> str:
    """Return `has never brought anything, read since Tuesday`. Both times in the reader's zone."""
    return f"has never brought anything, read since {words.since(at, now)}"


def partly_read(documents: int, records: int) -> str:
    """Return `1 file was refused, 3 records were rejected`."""
    parts = []
    if documents:
        parts.append(
            f"{words.count(documents, 'file')} {'was' if documents == 1 else 'were'} refused"
        )
    if records:
        parts.append(
            f"{words.count(records, 'record')} {'was' if records == 1 else 'were'} rejected"
        )
    return ", ".join(parts)


def could_not_be_read(at: datetime, now: datetime, error: str) -> str:
    """Return `could not be read since 06:30 (connection refused)`. Both times in the reader's zone. The error's address
    is left out: hosts and folders are the operator's affair, and tell a reader nothing."""
    cause = without_address(error)
    reason = f" ({words.cut(cause, 120)})" if cause else ""
    return f"could not be read since {words.since(at, now)}{reason}"


def without_address(error: str) -> str:
    """Return an error of a source without where it was read from: `connection refused` of `http://10.0.0.3/feed:
    connection refused`, `answers 404` of an address that does."""
    bare = _THROUGH.sub("", _FOREMOST.sub("", error))
    return " ".join(_ADDRESS.sub("…", bare).split())


def unanswered(since: datetime) -> str:
    """Return `has not answered since 20 Nov 09:15 UTC`."""
    return f"has not answered since {_moment(since)}"


def still_read(since: datetime) -> str:
    """Return `is still being read, since 20 Nov 09:15 UTC`: it answers, and there is more and more."""
    return f"is still being read, since {_moment(since)}"


def endless(span: timedelta) -> str:
    """Return what is said of a source that goes on bringing documents after so long."""
    hours = max(1, round(span / timedelta(hours=1)))
    return f"was still bringing documents after {words.count_hours(hours)} · the next read goes on from there"


def broke(kind: str) -> str:
    """Return what is said of a source whose own code failed. The error's text may hold anything, a password
    too: only its kind is told."""
    return f"broke with {kind}, a mistake in the code of this kind of source · the log says where"


def no_thread() -> str:
    """Return what is said of a source that could not be begun with: there is a limit on how many threads there may be."""
    return "this machine gives no more threads · raise the limit: TasksMax= of systemd, a container's on processes, ulimit -u"


def no_document(kind: str) -> str:
    """Return what is said of a source that hands on what is no document."""
    return f"handed on a {kind} where a document was expected, a mistake in the code of this kind of source"


def _moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{words.short_date(at)} {words.clock(at)} UTC"
