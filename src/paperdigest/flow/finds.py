"""What each due lane may show: changes past its bookmark, matched, less what this reader already had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core import opening_words, words
from paperdigest.core.arrange import TopicFinds
from paperdigest.core.entrance import STILL_NEWS
from paperdigest.core.entry import Find
from paperdigest.core.matcher import Match
from paperdigest.core.paper import Change, ChangeKind
from paperdigest.core.schedule import zone
from paperdigest.core.subscription import Topic
from paperdigest.core.topic_words import everything_of, new_words
from paperdigest.flow.due import Work
from paperdigest.flow.news import NEW, PaperNews, lane_news
from paperdigest.flow.window import Window, alert_topics, edited, looks_back
from paperdigest.store import digests
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.subscribers import MAIN


@dataclass(frozen=True, slots=True)
class LaneFinds:
    """What one lane found. `skipped` are finds that `catch_up = "skip"` leaves out, with their topic; `withdrawn` those
    that were withdrawn before any digest could bring them, likewise; `updates` are about papers this reader was sent before, `held` about papers whose digest is held, each with that digest's id. `waited`
    are the keys of papers that a digest, of whichever lane, has only counted so far."""

    topics: tuple[TopicFinds, ...]
    skipped: tuple[tuple[Find, str], ...] = ()
    updates: tuple[PaperNews, ...] = ()
    held: tuple[tuple[Find, int], ...] = ()
    waited: frozenset[int] = frozenset()
    withdrawn: tuple[tuple[Find, str], ...] = ()

    @property
    def by_topic(self) -> dict[tuple[str, int, str], Find]:
        """Return every find by (topic, paper key, reason)."""
        return {
            (topic.name, find.key, find.reason): find
            for topic in self.topics
            for find in topic.finds
        }

    @property
    def by_paper(self) -> dict[tuple[int, str], Find]:
        """Return every find by (paper key, reason)."""
        found = {(find.key, find.reason): find for topic in self.topics for find in topic.finds}
        return found | {
            (find.key, find.reason): find for news in self.updates for find in news.finds
        }

    def __bool__(self) -> bool:
        return any(topic.finds for topic in self.topics)


def lane_finds(store: Store, work: Work, window: Window, now: datetime) -> LaneFinds:
    """Return what one lane may show now."""
    return _Reading(store, work, window, now).finds()


class _Reading:
    """One lane's view of the window."""

    def __init__(self, store: Store, work: Work, window: Window, now: datetime) -> None:
        self.store = store
        self.work = work
        self.window = window
        self.now = now
        self.local = now.astimezone(zone(work.subscriber.timezone))
        self.edited = edited(work)
        self.lookback = now - work.subscriber.backfill
        self.changes = self._changes()
        self.archive = self._out_since(self.lookback) if looks_back(work) else {}
        keys = {change.paper_key for change in self.changes} | self.archive.keys()
        keys.update(row.paper_key for row in self._waiting() if row.reason != NEW)
        reader = work.lane.subscriber_id
        rows = digests.outcomes_for(store, reader, sorted(keys)) if reader in window.served else []
        self.waited = frozenset(  # not what came back undelivered: nobody has read of it
            row.paper_key
            for row in (*rows, *self._waiting())
            if row.outcome == "over limit" and row.reason == NEW
        )
        self.had = {
            (row.paper_key, row.reason): row for row in rows if row.outcome not in digests.WAITING
        }

    def _changes(self) -> Sequence[Change]:
        """Return the changes that may concern this lane: most readers want little of what comes in."""
        if any(topic.trending for topic in self.work.topics):
            return self.window.changes
        keys = {change.paper_key for change in self.window.updates}
        for topic in (*self.work.topics, *alert_topics(self.work), *self.edited.values()):
            keys |= self._matched_keys(topic)
        found = (change for key in keys for change in self.window.changes_of.get(key, ()))
        return sorted(found, key=lambda change: change.number)

    def _out_since(self, at: datetime) -> dict[int, datetime]:
        wanted = set[int]().union(*map(self._matched_keys, self.work.topics))
        return {key: out for key, out in self.window.archive.items() if out >= at and key in wanted}

    def finds(self) -> LaneFinds:
        fresh = self._fresh()
        cut = self._skip_before()
        topics: list[TopicFinds] = []
        skipped: list[tuple[Find, str]] = []
        for topic in self.work.topics:
            for finds in self._of_topic(topic, fresh):
                keep = tuple(find for find in finds.finds if cut is None or find.seen_at > cut)
                if cut is not None:
                    skipped += [(find, topic.name) for find in finds.finds if find.seen_at <= cut]
                topics.append(replace(finds, finds=keep))
        topics += self._alerts()
        news = lane_news(self.store, self.work, self.window, self.changes, self.had)
        gone = tuple(self._withdrawn())
        return LaneFinds(tuple(topics), tuple(skipped), news.told, news.held, self.waited, gone)

    # -- candidates

    def _fresh(self) -> dict[int, Find]:
        """Return papers that are news for this lane: past its bookmark or waiting, not had yet."""
        found: dict[int, Find] = {}
        for change in self.changes:
            if change.number > self.work.lane.bookmark and self._is_news(change):
                self._offer(found, change)
        if self.work.lane.digests == 0:
            self._offer_archive(found)
        for row in self._waiting():
            paper = self.window.papers.get(row.paper_key)
            if paper is not None and not paper.withdrawn and row.reason == NEW:
                found[row.paper_key] = Find(row.paper_key, paper, NEW, row.change, row.at)
        return found

    def _withdrawn(self) -> Iterator[tuple[Find, str]]:
        """Yield what would be news had it not been withdrawn meanwhile, each with the first topic that finds it. What
        waits goes on waiting: it may come back."""
        found: dict[int, Find] = {}
        for change in self.changes if self.window.withdrawn else ():
            if change.number > self.work.lane.bookmark and self._is_news(change):
                self._offer(found, change, withdrawn=True)
        waiting = {row.paper_key for row in self._waiting()}
        topics = [topic for topic in self.work.topics if not topic.trending]
        for key in sorted(found.keys() - waiting):
            names = (topic.name for topic in topics if key in self._matched_keys(topic))
            if name := next(names, ""):
                yield found[key], name

    def _offer(self, found: dict[int, Find], change: Change, *, withdrawn: bool = False) -> None:
        paper = self.window.papers.get(change.paper_key)
        had = (change.paper_key, NEW) in self.had
        if paper is None or paper.withdrawn is not withdrawn or had:
            return
        found.setdefault(
            change.paper_key, Find(change.paper_key, paper, NEW, change.number, change.at)
        )

    def _offer_archive(self, found: dict[int, Find]) -> None:
        """Offer what came out within `backfill`, though it entered history without news."""
        for key, out in self.archive.items():
            paper = self.window.papers.get(key)
            if paper is not None and not paper.withdrawn and (key, NEW) not in self.had:
                found.setdefault(key, Find(key, paper, NEW, self.window.newest, out))

    def _is_news(self, change: Change) -> bool:
        if change.kind is ChangeKind.NEW and not change.completes:
            return True
        again = change.completes or change.kind is ChangeKind.CROSS_LISTED
        paper = self.window.papers.get(change.paper_key)
        seen_at = paper.first_seen_at if paper is not None else None
        return again and (seen_at is None or self.now - seen_at <= STILL_NEWS)

    def _skip_before(self) -> datetime | None:
        if self.work.subscriber.catch_up == "skip" and len(self.work.missed) > 1:
            return self.work.missed[-2].at
        return None

    # -- topics

    def _of_topic(self, topic: Topic, fresh: Mapping[int, Find]) -> Iterable[TopicFinds]:
        if topic.trending:
            yield self._trending(topic)
            return
        base = fresh
        if self.work.asked_before and topic.name not in self.work.asked_before:
            base = {**self._earlier_than_bookmark(), **fresh}
        found = self._matched(topic, base)
        # A preview has the topics of all lanes; whether those of another are new, its own lane knows.
        own = (topic.schedule or MAIN) == self.work.lane.name
        is_new = own and base is not fresh and not self.work.first
        note = self._why_old(found, fresh) if is_new else ""
        yield _topic_finds(self.work, topic, found, earlier=self._told(topic), note=note)
        if topic.name in self.edited:
            late = self._late(topic, fresh)
            if late:
                yield _topic_finds(self.work, topic, late, name=self._new_words(topic))

    def _why_old(self, found: Sequence[Find], fresh: Mapping[int, Find]) -> str:
        """Return what a new topic says of papers that this lane has already passed."""
        is_old = any(find.key not in fresh for find in found)
        return opening_words.looks_back(self.work.subscriber.backfill) if is_old else ""

    def _late(self, topic: Topic, fresh: Mapping[int, Find]) -> tuple[Find, ...]:
        """Return what only the edited topic finds among papers this lane has already passed."""
        before = self._matched_keys(self.edited[topic.name])
        passed = {
            key: find
            for key, find in self._earlier_than_bookmark().items()
            if key not in before and key not in fresh
        }
        return self._matched(topic, passed)

    def _new_words(self, topic: Topic) -> str:
        known = set(self.edited[topic.name].words)
        return new_words([word for word in topic.words if word not in known], topic.name)

    def _earlier_than_bookmark(self) -> dict[int, Find]:
        found: dict[int, Find] = {}
        for change in self.changes:
            passed = change.number <= self.work.lane.bookmark and change.at >= self.lookback
            if passed and change.kind is ChangeKind.NEW:
                self._offer(found, change)
        self._offer_archive(found)
        return found

    def _trending(self, topic: Topic) -> TopicFinds:
        since = self.now - topic.within
        found: dict[int, Find] = {}
        for change in self.changes:
            if change.kind is ChangeKind.NEW and change.at >= since:
                self._offer(found, change)
        finds = self._matched(topic, found)
        popular = tuple(find for find in finds if (find.paper.votes or 0) >= topic.min_votes)
        return _topic_finds(self.work, topic, popular)

    def _matched(self, topic: Topic, finds: Mapping[int, Find]) -> tuple[Find, ...]:
        matches = self.window.matches.get(topic)
        if matches is None:
            return tuple(finds.values()) if topic.trending else ()
        found_by = _taken_whole if topic.whole_sources else _found_by
        return tuple(
            found_by(find, matches[key], topic.weight)
            for key, find in finds.items()
            if key in matches
        )

    def _matched_keys(self, topic: Topic) -> Set[int]:
        matches = self.window.matches.get(topic)
        return frozenset() if matches is None else matches.keys()

    def _told(self, topic: Topic) -> tuple[tuple[Find, str], ...]:
        """Return finds that another lane of this reader has sent since this one's last digest."""
        matched = self._matched_keys(topic)
        told: list[tuple[Find, str]] = []
        for row in self.window.elsewhere.get(self.work.lane.id, ()):
            paper = self.window.papers.get(row.paper_key)
            if paper is not None and row.paper_key in matched:
                find = Find(row.paper_key, paper, NEW, row.change, row.at)
                told.append((find, words.sent_earlier(row.at, self.local, at_once=row.at_once)))
        return tuple(told)

    def _alerts(self) -> list[TopicFinds]:
        """Return the alert topics of a main lane: their papers went out at once and are only named."""
        if self.work.lane.name != MAIN:
            return []
        named = ((topic, self._told(topic)) for topic in alert_topics(self.work))
        return [
            TopicFinds(topic.name, (), weight=topic.weight, earlier=told)
            for topic, told in named
            if told
        ]

    def _waiting(self) -> Sequence[Outcome]:
        return self.window.waiting.get(self.work.lane.id, ())


def _found_by(find: Find, match: Match, weight: float) -> Find:
    # Not by `replace`, which takes longer than all the rest of this.
    return Find(
        find.key,
        find.paper,
        find.reason,
        find.change,
        find.seen_at,
        match.strength * weight,
        lambda: match.hits,
    )


def _taken_whole(find: Find, match: Match, weight: float) -> Find:
    """Return a find of a topic that asks for no words: it says so itself, once, and not each paper."""
    score = match.strength * weight
    return Find(find.key, find.paper, find.reason, find.change, find.seen_at, score)


def _why_all(topic: Topic) -> str:
    if topic.trending:
        return ""  # it says what it is highest by
    return everything_of(topic.whole_sources, excluding=bool(topic.exclude))


def _topic_finds(
    work: Work,
    topic: Topic,
    finds: tuple[Find, ...],
    *,
    name: str = "",
    earlier: tuple[tuple[Find, str], ...] = (),
    note: str = "",
) -> TopicFinds:
    return TopicFinds(
        name or topic.name,
        finds,
        weight=topic.weight,
        limit=work.subscriber.limit if topic.limit is None else topic.limit,
        trending=topic.trending,
        within=topic.within,
        earlier=earlier,
        note=words.DOT.join(filter(None, (note, _why_all(topic)))),
        topic=topic.name if name else "",
    )
