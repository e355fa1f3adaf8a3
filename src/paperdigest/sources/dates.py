"""Dates as sources write them, to aware UTC. What cannot be a paper's date is dropped, never guessed.

There is no clock here: a date in the future is the reader's to judge, who knows the time of reading.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

#: The first journals: registries tell of works of any age, and old is not new.
_FIRST_YEAR = 1665
_LAST_YEAR = 2100
#: What programs write that know no date.
_EPOCH = date(1970, 1, 1)
_YEAR_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")


def utc(text: str) -> datetime | None:
    """Return the instant that an ISO 8601 or RFC 5322 date names; without a zone it is UTC.

    A month stands for its first day. A year alone stands for its last: taken for the first, every paper of
    this year would soon be too old to be news.

    None for what is no date, does not exist (30 February), is the first day of Unix time or lies outside 1665 to 2100.
    """
    text = text.strip()
    if not text or len(text) > 60:
        return None
    at = _iso(text) or _mail(text)
    if at is None:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return None
    if at.date() == _EPOCH:
        return None
    return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _iso(text: str) -> datetime | None:
    partial = _YEAR_MONTH.fullmatch(text)
    try:
        if partial:
            month, day = (int(partial[2]), 1) if partial[2] else (12, 31)
            return datetime(int(partial[1]), month, day, tzinfo=UTC)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
