"""Which words of readers' topics find nothing in what came in over the last 30 days. Reads only.

Each word is asked of the search index, and of a paper itself only where the index cannot tell; the newest that holds
it ends the question. What was found out is remembered for the life of the process: a word that finds something until
that paper is 30 days old, a word that finds nothing for a day, and then only what the index took in since is asked.
Composing asks as far as that takes no more than a small share of its time; a service has asked about all words before
(`prepare`).

A word is called silent if no paper holds it, those that the index lacks included (`flow.unindexed`), whoever was sent
them or not; where that is not certain, nothing is said. Nor where the word may not be the cause: where hardly a paper
came at all, or while a source that its topic asks is not well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from paperdigest.core.closing_words import whom_to_ask
from paperdigest.core.digest import Digest
from paperdigest.core.dormancy import SPAN, found_here, is_time, lines
from paperdigest.core.errors import StoreDamaged
from paperdigest.core.index_bounds import bounds
from paperdigest.core.query import Query
from paperdigest.core.subscription import Subscriber, Topic
from paperdigest.core.tree import Term
from paperdigest.flow.due import Work
from paperdigest.flow.indexing import generation, is_current
from paperdigest.flow.unindexed import Unindexed
from paperdigest.flow.window import Window, alert_topics
from paperdigest.flow.word_memory import Memory, memory_of
from paperdigest.store import history, lately
from paperdigest.store.connection import Store
from paperdigest.store.lately import Start

log = logging.getLogger(__name__)

_DAY: Final = timedelta(days=1)
#: So many papers must have come in before a word that none of them holds is worth a line.
ENOUGH: Final = 50
_WELL: Final = frozenset({"ok", "quiet", "partial"})  # sources that bring what there is
#: An index that lacks more than the papers of a large morning is still being made.
_MOST_MISSING: Final = 3_000
#: Papers looked into for one word; where so many may hold it, it is common.
_MOST_DOUBTFUL: Final = 60
_AT_ONCE: Final = 20
#: Of the time that composing takes, so much may go into asking; a little at once, which is all that few readers need.
_SHARE: Final = 0.02
_AT_FIRST: Final = 0.25  # seconds


class Dormant:
    """Words before one state of history. `window` is what was read for the round; `operator` and `reply_to` are whom readers may ask.
    `steady` is a clock in seconds that is never set."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        memory: Memory | None = None,
        *,
        window: Window | None = None,
        operator: Sequence[str] = (),
        reply_to: str = "",
        at_first: float = _AT_FIRST,
        share: float = _SHARE,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._now = now
        self._memory = memory_of(store.path) if memory is None else memory
        self._window, self._operator, self._reply_to = window, operator, reply_to
        self._at_first, self._share, self._steady = at_first, share, steady
        self._began = steady()
        self._spent = 0.0
        self._memory.make_room()

    def said(self, work: Work, digest: Digest) -> Digest:
        """Return a lane's digest with lines about its words that find nothing, once a week."""
        goes_at = max(self._now, work.slot.at).astimezone(digest.at.tzinfo)  # later in a preview
        if work.kind == "alert" or not is_time(work.lane.last_digest_at, goes_at):
            return digest
        silent: list[tuple[str, list[Term]]] = []
        # One snapshot: the index may be begun anew at any time, and then lacks what it held.
        with self._unless_damaged(), self._store.reading():
            if self._can_tell and self._enough and generation(self._store) == self._generation:
                here = found_here(digest)
                topics = _well_served((*work.topics, *alert_topics(work)), digest)
                silent += ((topic.name, self._silent_words(topic, here)) for topic in topics)
        ask = whom_to_ask(work.targets, self._operator, self._reply_to)
        return replace(digest, dormant=lines(silent, shared=work.subscriber.shared, ask=ask))

    def learn(self, topics: Iterable[Topic], stop: Callable[[], bool]) -> None:
        """Ask about the words of these topics, as long as there is time."""
        with self._unless_damaged():
            for topic in topics:
                if stop() or not (self._can_tell and self._has_time):
                    return
                for term in self._memory.of(topic):
                    self._is_silent_in_index(term)

    @contextmanager
    def _unless_damaged(self) -> Iterator[None]:
        """Let an index that cannot be read cost these lines and nothing else: whatever is needed for a digest is read
        elsewhere as well, and a damage there is found there."""
        try:
            yield
        except StoreDamaged as damage:
            self._can_tell = False
            log.warning("which words find nothing was not to be found out: %s", damage)

    def _silent_words(self, topic: Topic, here: frozenset[str]) -> list[Term]:
        words = (term for term in self._memory.of(topic) if term.name not in here)
        return [term for term in words if self.is_dormant(term) is True]

    def is_dormant(self, term: Term) -> bool | None:
        """Say whether no paper of the last 30 days holds the word; None where it was not to be found out now. Raises
        StoreDamaged, for an index as well."""
        silent = self._is_silent_in_index(term) if self._can_tell else None
        if not silent:
            return silent
        began = self._steady()
        try:
            held = self._unindexed.holds(term, looking=self._has_time)
        finally:
            self._spent += self._steady() - began
        return None if held is None else not held

    def _is_silent_in_index(self, term: Term) -> bool | None:
        known = self._memory.found_until.get(term)
        if known is not None and self._now < known:
            return False
        at, of, upto = self._memory.silent.get(term, (None, "", 0))
        fresh = at is not None and timedelta(0) <= self._now - at < _DAY and of == self._generation
        if fresh and upto >= self._newest:
            return True
        if not (self._can_tell and self._has_time):
            return None
        began = self._steady()
        try:
            return self._asked(term, upto if fresh else 0)
        finally:
            self._spent += self._steady() - began

    @property
    def _has_time(self) -> bool:
        return self._spent < self._at_first + self._share * (self._steady() - self._began)

    # -- what there is to ask

    @cached_property
    def _can_tell(self) -> bool:
        """Say whether history is old enough, and its index there."""
        oldest = lately.oldest_seen_at(self._store)
        if oldest is None or oldest > self._since or not is_current(self._store):
            return False
        # In this order: what is taken in while this is asked is missing, or new, or both.
        return len(self._missing) <= _MOST_MISSING and self._newest > 0

    @cached_property
    def _enough(self) -> bool:
        first = self._first_key
        return first is not None and lately.at_least(self._store, ENOUGH, first, self._since)

    @property
    def _generation(self) -> str:
        return self._index[0]

    @property
    def _newest(self) -> int:
        return self._index[1]

    @cached_property
    def _index(self) -> tuple[str, int]:
        """Return the generation and the newest document of the index. In this order: if it is begun anew in between,
        what is remembered is of the one before."""
        return generation(self._store), lately.newest_document(self._store)

    @cached_property
    def _missing(self) -> list[int]:
        if self._first_key is None:
            return []
        most = _MOST_MISSING + 1
        return lately.missing_since(self._store, self._first_key, self._since, most)

    @cached_property
    def _unindexed(self) -> Unindexed:
        return Unindexed(self._store, self._missing, self._window)

    @cached_property
    def _first_key(self) -> int | None:
        return lately.first_key_since(self._store, self._since)

    @cached_property
    def _start(self) -> Start | None:
        return lately.start_at(self._store, self._first_key or 0)

    # -- asking

    def _asked(self, term: Term, after: int) -> bool:
        """Ask about the papers behind a document, and remember the answer."""
        found = self._newest_holding(term, after)
        if found is None:
            self._memory.silent[term] = (self._now, self._generation, self._newest)
            return True
        self._memory.silent.pop(term, None)
        self._memory.found_until[term] = found + SPAN
        return False

    def _newest_holding(self, term: Term, after: int) -> datetime | None:
        """Return when a paper was first seen that holds the word, or may; None: no paper does."""
        start = self._start
        if start is None:
            return None
        start = start._replace(document=max(start.document, after + 1))
        between = bounds(term)
        if between.upper is None:
            return self._today  # nothing is known of it without a look at every paper
        if between.lower:
            sure = lately.newest_with(self._store, between.lower, self._since, start, 1)
            if sure:
                return sure[0][1]
        doubtful = lately.newest_with(
            self._store, between.upper, self._since, start, _MOST_DOUBTFUL
        )
        held = self._first_held(term, doubtful)
        if held is not None:
            return held
        if len(doubtful) == _MOST_DOUBTFUL:
            return self._today
        return self._today if lately.was_in(self._store, between.upper, start.document) else None

    def _first_held(self, term: Term, seen: Sequence[tuple[int, datetime]]) -> datetime | None:
        query, when = Query(term), dict(seen)
        for start in range(0, len(seen), _AT_ONCE):
            keys = [key for key, _ in seen[start : start + _AT_ONCE]]
            for key, paper in history.papers(self._store, keys).items():
                if query.hits(paper):
                    return when[key]
        return None

    @property
    def _since(self) -> datetime:
        return self._now - SPAN

    @property
    def _today(self) -> datetime:
        """Return when a paper was seen that lets a word count as found for a day."""
        return self._since + _DAY


def _well_served(topics: Iterable[Topic], digest: Digest) -> list[Topic]:
    """Return the topics of which every source that they ask is well."""
    unwell = {source.name for source in digest.sources if source.status not in _WELL}
    return [topic for topic in topics if not unwell.intersection(topic.sources or unwell)]


def prepare(
    store: Store,
    readers: Sequence[Subscriber],
    now: datetime,
    *,
    seconds: float,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Ask about the words of all readers ahead of their digests, for at most so many seconds; the rest waits for the
    next time."""
    topics = (topic for reader in readers for topic in reader.topics)
    Dormant(store, now, at_first=seconds, share=0).learn(topics, stop)
