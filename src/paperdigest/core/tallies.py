"""How many papers a reader was sent, by day and by week: the counts at the top and at the end of a digest.

Pure. What earlier digests brought is given (`Sent`); what this one brings is read from its sections, so it has to be
counted again when papers found no room (`recounted`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from paperdigest.core.digest import DayCount, Digest, TopicWeeks

WEEKS = 8
_DAY = timedelta(days=1)
_DAYS_BACK = 7
#: From more than so many days on a digest shows its own papers by day, and not what came before it.
_SHORT = 2
_MOST_DAYS = 32  # a month, with the days it begins and ends on
_MOST_TOPICS = 12  # a table is no list of everything
_NEW = "new"


@dataclass(frozen=True, slots=True)
class Sent:
    """How many new papers an earlier digest named under one topic. `day` is a date of the reader's."""

    day: date
    topic: str
    papers: int


def first_day(today: date, *, weekly: bool) -> date:
    """Return the first date whose digests count."""
    return today - (timedelta(weeks=WEEKS) if weekly else timedelta(days=_DAYS_BACK)) + _DAY


def covers_days(digest: Digest) -> bool:
    """Say whether it is about more than two days: then its own papers may stand by day."""
    return (digest.covers_until.date() - digest.covers_from.date()).days > _SHORT


def counted(
    digest: Digest,
    sent: Sequence[Sent],
    weekly: Sequence[str] = (),
    *,
    since: date = date.min,
    by_first_sight: bool | None = None,
) -> Digest:
    """Return the digest with its counts. `sent` is what this reader was sent before, of all lanes; `weekly` are the
    topics whose weeks are shown, where there are such: those with the most papers, if they are many. Days and weeks
    before `since`, when the reader was not known yet, are none without papers: they are left out. `by_first_sight`: its
    own papers stand by day, not what was sent on the last days; None: where it covers more than two days."""
    if by_first_sight is None:
        by_first_sight = covers_days(digest)
    weeks = _weeks(digest, sent, weekly, since)
    return replace(
        digest,
        per_day=_per_day(digest, sent, since, by_first_sight=by_first_sight),
        weeks=largest(weeks, _MOST_TOPICS),
        more_weeks=max(0, len(weeks) - _MOST_TOPICS),
    )


def largest(weeks: Sequence[TopicWeeks], most: int) -> tuple[TopicWeeks, ...]:
    """Return the topics with the most papers, in their order."""
    if len(weeks) <= most:
        return tuple(weeks)
    by_papers = sorted(range(len(weeks)), key=lambda at: -sum(weeks[at].papers))[:most]  # stable
    return tuple(weeks[at] for at in sorted(by_papers))


def recounted(before: Digest, after: Digest) -> Digest:
    """Return a digest some of whose papers found no room, `before` they had: it counts what it still names."""
    less = _own(before) - _own(after)
    if not less:
        return after
    per_day = after.per_day
    # Days of which more than its own papers are told are those of sending: each is on two days or more.
    if sum(day.papers for day in per_day) == _own(before).total():
        per_day = _telling(_by_first_sight(after)) if per_day else ()
    elif per_day:
        last = per_day[-1]
        fewer = DayCount(last.date, last.papers - less.total())
        per_day = _telling((*per_day[:-1], fewer))
    weeks = tuple(
        TopicWeeks(one.name, (*one.papers[:-1], one.papers[-1] - less[one.name]))
        for one in after.weeks
    )
    return replace(after, per_day=per_day, weeks=weeks)


def _own(digest: Digest) -> Counter[str]:
    """Return how many new papers it names under each topic."""
    return Counter(
        section.topic or section.name
        for section in digest.sections
        for entry in (*section.full, *section.listed)
        if entry.reason == _NEW
    )


def _per_day(
    digest: Digest, sent: Sequence[Sent], since: date, *, by_first_sight: bool
) -> tuple[DayCount, ...]:
    if digest.kind in ("alert", "notice"):
        return ()
    return _telling(_by_first_sight(digest) if by_first_sight else _by_sending(digest, sent, since))


def _by_sending(digest: Digest, sent: Sequence[Sent], since: date) -> tuple[DayCount, ...]:
    today = digest.at.date()
    first = max(_known_from(sent, since), first_day(today, weekly=False))
    papers = Counter({today: _own(digest).total()})
    for one in sent:
        papers[one.day] += one.papers
    return _cells(papers, first, today)


def _by_first_sight(digest: Digest) -> tuple[DayCount, ...]:
    """Return its papers by the day they were first seen. What waited, or is found by looking back, may be older than
    what it covers: every paper counts, or nothing is said. The day of the digest before is mostly that one's, and
    stands only where something is of it."""
    days = [entry.seen_on for entry in digest.entries if entry.reason == _NEW]
    papers = Counter(day for day in days if day is not None)
    first = min((digest.covers_from.date() + _DAY, *papers))
    last = max((digest.covers_until.date(), *papers))
    if None in days or (last - first).days >= _MOST_DAYS:
        return ()
    return _cells(papers, first, last)


def _cells(papers: Counter[date], first: date, last: date) -> tuple[DayCount, ...]:
    days = (first + number * _DAY for number in range((last - first).days + 1))
    return tuple(DayCount(day, papers[day]) for day in days)


def _telling(days: tuple[DayCount, ...]) -> tuple[DayCount, ...]:
    """Return the days; none where they would say no more than the number in the title does."""
    return days if sum(day.papers > 0 for day in days) > 1 else ()


def _known_from(sent: Sequence[Sent], since: date) -> date:
    """Return the first day of which there is anything to count."""
    return min((since, *(one.day for one in sent)))


def _weeks(
    digest: Digest, sent: Sequence[Sent], topics: Sequence[str], since: date
) -> tuple[TopicWeeks, ...]:
    """Return the weeks of these topics. A week is seven of the reader's dates, the last one ends today."""
    today = digest.at.date()
    first = max(_known_from(sent, since), first_day(today, weekly=True))
    weeks = 1 + (today - first).days // 7
    papers = {topic: [0] * weeks for topic in topics}
    for one in (*sent, *(Sent(today, topic, some) for topic, some in _own(digest).items())):
        back = (today - one.day).days // 7
        if one.topic in papers and 0 <= back < weeks:
            papers[one.topic][-1 - back] += one.papers
    if sum(any(week) for week in zip(*papers.values(), strict=True)) < 2:
        return ()
    return tuple(TopicWeeks(topic, tuple(some)) for topic, some in papers.items())
