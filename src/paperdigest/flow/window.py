"""What is read for a round of composing, once for all lanes that are due: changes, their papers, who matches what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from paperdigest.core.paper import Change, ChangeKind, Paper
from paperdigest.core.subscription import Topic, topic_from_json
from paperdigest.flow.due import WAITS, Work
from paperdigest.flow.matching import TopicMatches, matched
from paperdigest.flow.past import Past
from paperdigest.flow.register import lane_names
from paperdigest.store import digests, history
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.elsewhere import Elsewhere, sent_elsewhere
from paperdigest.store.subscribers import MAIN


@dataclass(frozen=True)
class Window:
    """What was read for a round of composing: changes, their papers, and who matches what."""

    newest: int
    changes: tuple[Change, ...]
    changes_of: Mapping[int, Sequence[Change]] = field(repr=False)
    papers: Mapping[int, Paper]
    matches: TopicMatches = field(repr=False)
    waiting: Mapping[int, Sequence[Outcome]] = field(default_factory=dict)
    served: Set[int] = (
        frozenset()
    )  # the subscribers who have outcomes: others need not be asked for
    #: Papers that entered history without news and came out lately, with the date of that.
    archive: Mapping[int, datetime] = field(default_factory=dict, repr=False)
    #: What other lanes of its reader have sent, by lane.
    elsewhere: Mapping[int, Sequence[Elsewhere]] = field(default_factory=dict, repr=False)
    past: Past | None = field(default=None, repr=False)

    @cached_property
    def updates(self) -> tuple[Change, ...]:
        """Return the changes that are about papers known before."""
        return tuple(change for change in self.changes if change.kind is not ChangeKind.NEW)

    @cached_property
    def withdrawn(self) -> Set[int]:
        """Return the keys of the papers that are withdrawn now: as a rule of none."""
        return frozenset(key for key, paper in self.papers.items() if paper.withdrawn)

    def archived_since(self, at: datetime) -> int:
        """Return how many papers that entered history without news came out at that instant or later."""
        return len(self._out) - bisect_left(self._out, at)

    @cached_property
    def _out(self) -> list[datetime]:
        return sorted(self.archive.values())


def read_window(store: Store, works: Sequence[Work], now: datetime) -> Window:
    """Read everything the due lanes need, once, and match it in one go."""
    newest = history.newest_change(store)
    since = min((_reach(store, work, now) for work in works), default=newest)
    changes = tuple(history.changes_after(store, since, newest))
    waiting = digests.waiting(store, [work.lane.id for work in works], now - WAITS)
    archive = _archive(store, works, now)
    keys = {change.paper_key for change in changes} | archive.keys()
    keys.update(row.paper_key for rows in waiting.values() for row in rows)
    elsewhere = _elsewhere(store, works, now)
    keys.update(row.paper_key for rows in elsewhere.values() for row in rows)
    papers = history.papers(store, sorted(keys))
    changes_of: dict[int, list[Change]] = {}
    for change in changes:
        changes_of.setdefault(change.paper_key, []).append(change)
    matches = matched(store, list(dict.fromkeys(_topics(works))), papers)
    return Window(
        newest,
        changes,
        changes_of,
        papers,
        matches,
        waiting,
        digests.with_outcomes(store),
        archive,
        elsewhere,
        Past(store, works, now),
    )


def _archive(store: Store, works: Sequence[Work], now: datetime) -> dict[int, datetime]:
    """Return what entered history without news and came out lately, if anybody looks back."""
    spans = [work.subscriber.backfill for work in works if looks_back(work)]
    return history.baseline_since(store, now - max(spans)) if spans else {}


def _elsewhere(
    store: Store, works: Sequence[Work], now: datetime
) -> dict[int, Sequence[Elsewhere]]:
    """Return what other lanes have sent since each lane's last digest, by lane. An alert names nothing: it is
    short, and about what it brings."""
    return {
        work.lane.id: sent_elsewhere(store, work.lane.subscriber_id, work.lane.id, now - WAITS)
        for work in works
        if work.kind != "alert" and len(lane_names(work.subscriber)) > 1
    }


def looks_back(work: Work) -> bool:
    """Say whether a lane has never composed, or has topics that are new or ask for something else now."""
    return work.lane.digests == 0 or bool(
        work.asked_before and work.definitions != work.asked_before
    )


def _reach(store: Store, work: Work, now: datetime) -> int:
    """Return the change number from which this lane has to read: its bookmark, or further back."""
    back = [work.lane.bookmark]
    if work.asked_before and looks_back(work):
        back.append(history.change_before(store, now - work.subscriber.backfill))
    back.extend(
        history.change_before(store, now - topic.within) for topic in work.topics if topic.trending
    )
    return min(back)


def alert_topics(work: Work) -> tuple[Topic, ...]:
    """Return the alert topics of a reader whose main lane this is: it names what they brought."""
    if work.lane.name != MAIN:
        return ()
    return tuple(topic for topic in work.subscriber.topics if topic.schedule == "at once")


def _topics(works: Iterable[Work]) -> Iterator[Topic]:
    for work in works:
        yield from (*work.topics, *alert_topics(work), *edited(work).values())


def edited(work: Work) -> dict[str, Topic]:
    """Return the earlier form of every topic that asks for something else now."""
    if not work.asked_before:
        return {}
    return {
        name: topic_from_json(work.asked_before[name])
        for name, definition in work.definitions.items()
        if name in work.asked_before and work.asked_before[name] != definition
    }
