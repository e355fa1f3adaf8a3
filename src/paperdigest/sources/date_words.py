"""Dates as libraries and reference managers write them: "2018 May 17", "2021 Oct-Dec", "2006/05/03/".

Feeds and services write ISO dates: `dates`. A library also holds papers older than any feed, and they keep
their dates here: without one they would be taken for news.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

#: Journals began in 1665.
_FIRST_YEAR = 1665
_LAST_YEAR = 2100
_LONGEST = 60
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_TIME = re.compile(r"[T\s]\s*[0-9]{1,2}:.*", re.DOTALL)
# Not the number of "2018 1st Quarter".
_TOKEN = re.compile(r"[0-9]+(?![^\W_])|[^\W\d_]+")


def told(text: str) -> datetime | None:
    """Return the day that a text names, UTC; of several the last. None for what names no year.

    A month stands for its first day. A year alone, or with a season, stands for its last day: taken for
    the first, every paper of this year would soon be too old to be news.
    """
    year = month = day = ""
    for token in _TOKEN.findall(_TIME.sub("", text[:_LONGEST])):
        if not token[0].isdigit():
            # "17 May 2018": the number before was the day.
            named = _month_named(token)
            month, day = (named, "" if year else day) if named else (month, day)
        elif len(token) == 8:
            year, month, day = token[:4], token[4:6], token[6:]
        elif len(token) == 4:
            month, day = ("", "") if year else (month, day)
            year = token
        elif len(token) > 2:
            continue
        elif year and not month:
            month = token
        else:
            day = token
    return on(year, month, day)


def on(year: str, month: str = "", day: str = "") -> datetime | None:
    """Return the day that numbers or the name of a month give, as `told` does; None if there is none."""
    named = _month_named(month.strip())
    numbers = [one.strip() for one in (year, named or month, day)]
    if not all(re.fullmatch(r"[0-9]{0,4}", one) for one in numbers) or not numbers[0]:
        return None
    y, m, d = (int(one or 0) for one in numbers)
    if not _FIRST_YEAR <= y <= _LAST_YEAR:
        return None
    try:
        return datetime(y, m, d or 1, tzinfo=UTC) if m else datetime(y, 12, 31, tzinfo=UTC)
    except ValueError:  # the 30th of February
        return None


def _month_named(word: str) -> str:
    """Return the number of a month from its name or the beginning of it, "" if it is none."""
    low = word.strip(".").lower()
    found = [place for place, name in enumerate(_MONTHS, 1) if name.startswith(low)]
    return str(found[0]) if len(low) >= 3 and found else ""
