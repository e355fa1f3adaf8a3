"""What a digest says before its papers: of the time it stands for, where that is more than the time since the last one,
and of papers that are not new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from paperdigest.core.words import (
    count,
    count_days,
    count_papers,
    how_long,
    names,
    short_date,
    weekday,
)

_WEEK = timedelta(weeks=1)
_MOST_NAMED = 4
#: What is said of such a paper itself.
WAITED = "waited"
#: The title of a message that is sent to try out whether any arrive, and what it says of sources.
TEST = "A test: this is how digests arrive"
TEST_LOOKED_AT = "A test: nothing was looked at"
#: What the first message of a schedule is called: an alert, the only kind of digest, one of several.
ALERT, DIGEST, ONE_OF_SEVERAL = "alert", "digest", "digest on this schedule"


def covers(days: Sequence[date], since: date) -> str:
    """Return what one digest stands for after an absence: `Covers Wed 18 Nov and Thu 19 Nov`.

    `days` are the dates of its slots, oldest first, `since` that of the digest before. Slots a week or more apart are
    ends of stretches, and no days: `Covers 4 weeks, up to Mon 21 Dec`.
    """
    slots = tuple(dict.fromkeys(days))
    first, last = slots[0], slots[-1]
    if len(slots) > 1 and all(later - earlier >= _WEEK for earlier, later in pairwise(slots)):
        return f"Covers {_stretch((last - since).days)}, up to {_told(last)}"
    if len(slots) > _MOST_NAMED:
        return f"Covers {count(len(slots), 'date')}, {_told(first)} to {_told(last)}"
    return f"Covers {names([_told(day) for day in slots])}"


def looks_back(span: timedelta) -> str:
    """Return what is said of a topic that holds older papers because it is new: `New topic: it looks back over 7 days`."""
    return f"New topic: it looks back over {how_long(span)}"


def waited(amount: int) -> str:
    """Return what is said of papers that an earlier digest only counted: `3 papers had no room in an earlier digest and
    waited.`"""
    return f"{count_papers(amount)} had no room in an earlier digest and waited."


def _stretch(days: int) -> str:
    return count_days(days) if days % _WEEK.days else count(days // _WEEK.days, "week")


def _told(day: date) -> str:
    return f"{weekday(day)[:3]} {short_date(day)}"
