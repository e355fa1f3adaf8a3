"""What is said of a source that does not come to an end, or broke: reasons that the store keeps and digests show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from paperdigest.core import words


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
