"""Titles of digests that name no topics behind a number: those without papers, and an alert of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paperdigest.core.digest import SourceLine
from paperdigest.core.words import (
    SUBJECT_WIDTH,
    count_papers,
    count_sources,
    cut,
    how_long,
    number,
)

_ALERT = "Alert: "
_ALERT_TOPIC = 28  # letters, behind a paper's title
_EMPTY_WIDTH = SUBJECT_WIDTH - 10  # a prefix may stand before


def alert_of_one(title: str, topic: str) -> str:
    """Return the title of an alert that brings one paper, for a locked screen shows nothing else: `Alert: Boats of
    folded paper (Experts)`."""
    behind = f" ({cut(topic, _ALERT_TOPIC)})"
    return _ALERT + cut(title, SUBJECT_WIDTH - len(_ALERT) - len(behind)) + behind


def nothing_matched(
    papers: int, period: timedelta, *, sent: int = 0, since_yesterday: bool = False
) -> str:
    """Return `Nothing matched out of 1,912 papers in 7 days`; if other lanes have `sent` some already, `Nothing
    new besides 2 papers you already have, out of 1,912 in 7 days`; if none came, `No new papers in 7 days`. Of a period
    that began the day before: `No new papers since yesterday`."""
    said = f"Nothing matched out of {count_papers(papers)}" if papers else "No new papers"
    if sent:
        out_of = f", out of {number(papers)}" if papers >= sent else ""
        said = f"Nothing new besides {count_papers(sent)} you already have{out_of}"
    return f"{said} {'since yesterday' if since_yesterday else f'in {how_long(period)}'}"


def with_trouble(title: str, sources: Sequence[SourceLine]) -> str:
    """Return the title of an empty digest with the sources that are not well: `No new papers in 3 days, with trouble at
    arxiv`; where a subject has no room for all that, `Nothing new, with trouble at arxiv`. A quiet day must not look
    like a broken feed, nor the other way round."""
    unwell = [source.name for source in sources if source.said]
    if not unwell:
        return title
    where = cut(unwell[0], 40) if len(unwell) == 1 else count_sources(len(unwell))
    said = f"{title}, with trouble at {where}"
    return said if len(said) <= _EMPTY_WIDTH else f"Nothing new, with trouble at {where}"


def began_yesterday(since: datetime, now: datetime) -> bool:
    """Say whether that time was on the day before: 22 hours or 25 are nothing that anybody counts. Both times in the
    reader's zone."""
    return since.date() == now.date() - timedelta(days=1)
