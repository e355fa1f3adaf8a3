"""What a digest says before its papers: of the time it stands for, where that is more than the time since the last one,
and of papers that are not new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from paperdigest.core.schedule import MOST_DUE
from paperdigest.core.words import (
    clock,
    count,
    count_papers,
    how_long,
    short_date,
    weekday,
)

#: What is said of such a paper itself.
WAITED = "waited"
#: The title of a message that is sent to try out whether any arrive, and what it says of sources.
TEST = "A test: this is how digests arrive"
TEST_LOOKED_AT = "A test: nothing was looked at"
#: What the first message of a schedule is called: an alert, the only kind of digest, one of several.
ALERT, DIGEST, ONE_OF_SEVERAL = "alert", "digest", "digest on this schedule"


def caught_up(slots: Sequence[datetime], since: datetime, now: datetime) -> str:
    """Return what a digest says that stands for several after an absence: `Here is everything since Mon 23 Nov: 4 digests
    in one.` Where not even the last of them goes out on its day: `Late: it was due on Mon 14 Dec. Here is everything
    since Mon 23 Nov.` It holds what came until now, whenever the last was due.

    `slots` are when they were due, oldest first, `since` when the digest before went out; all in the reader's zone.
    """
    due, from_day = slots[-1].date(), since.date()
    told = clock(since) if from_day == now.date() else _told(from_day)
    if due < now.date():
        return f"Late: it was due on {_told(due)}. Here is everything since {told}."
    more = " or more" if len(slots) >= MOST_DUE else ""
    return f"Here is everything since {told}: {count(len(slots), 'digest')}{more} in one."


def left_out(slots: int) -> str:
    """Return what a digest says after an absence to a reader who wants no catching up."""
    return f"Left out, as you asked: {count(slots, 'digest')} that {'was' if slots == 1 else 'were'} missed."


def looks_back(span: timedelta) -> str:
    """Return what is said of a topic that holds older papers because it is new: `New topic: it looks back over 7 days`."""
    return f"New topic: it looks back over {how_long(span)}"


def waited(amount: int) -> str:
    """Return what is said of papers that an earlier digest only counted: `3 papers had no room in an earlier digest and
    waited.`"""
    return f"{count_papers(amount)} had no room in an earlier digest and waited."


def _told(day: date) -> str:
    return f"{weekday(day)[:3]} {short_date(day)}"
