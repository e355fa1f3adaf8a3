"""Sources read side by side, each in a thread of its own, and what they bring written in the threads that call
`serve`: those alone touch a store.

A reading hands over one piece of work at a time and waits for what comes of it, so no more than one document of a
source is in hand, and a document is settled before the next one is asked for. Whoever is given up is never served
again: what it brings later is not written, for its bookmark may have moved on meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from paperdigest.core import source_words
from paperdigest.core.errors import SourceError
from paperdigest.flow.hands import Hand, Hands, Limits
from paperdigest.flow.ingest_report import Served, SourceReport, SourceStatus, unit_of
from paperdigest.flow.reading import LeftAlone, Reading, started
from paperdigest.flow.taking import Progress, SourceRun, Taking, state_of
from paperdigest.journal import finished, step
from paperdigest.store.connection import Store

log = logging.getLogger(__name__)

_Made = TypeVar("_Made")


@dataclass(eq=False, slots=True)
class _Call:
    """One piece of work of a reading, to be done by a thread that serves."""

    hand: Hand
    work: Callable[[Store, datetime], Any]
    last: bool
    taken: bool = False
    done: bool = False
    failed: bool = False
    made: Any = None


class Readers:
    """The sources that are being read. Safe for any number of threads; each serves with a store of its own.

    `steady` is a clock in seconds that is never set, for tests to replace.
    """

    def __init__(
        self, limits: Limits | None = None, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._changed = threading.Condition()  # guards everything below
        self._hands = Hands(limits or Limits())
        self._calls: deque[_Call] = deque()
        self._given_up: deque[Hand] = deque()  # and nobody wrote it down yet
        self._unanswering: set[str] = set()
        self._stopped = False

    def begin(
        self,
        runs: Iterable[SourceRun],
        *,
        baseline: bool = False,
        progress: Progress = lambda *_: None,
    ) -> None:
        """Have these read as soon as there is room, inboxes first. One that is in hand is not begun again."""
        with self._changed:
            for run in runs:
                self._hands.add(Hand(run, baseline, progress))
            self._changed.notify_all()

    @property
    def in_hand(self) -> frozenset[str]:
        """Return the names of the sources that are being read or wait for it."""
        with self._changed:
            return self._hands.names

    @property
    def unanswering(self) -> frozenset[str]:
        """Return the names of those whose last reading was waited for in vain: nothing should wait for them now."""
        with self._changed:
            return frozenset(self._unanswering)

    def stop(self) -> None:
        """Begin nothing more, serve nobody, and let every call of `serve` return. Waits for no source."""
        with self._changed:
            self._stopped = True
            self._hands.drop_all()
            self._calls.clear()
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Say whether `stop` was called."""
        return self._stopped

    # ---------------------------------------------------------------- serving

    def serve(
        self,
        store: Store,
        now: datetime,
        *,
        names: Collection[str] | None = None,
        seconds: float | None = None,
        lull: float | None = None,
    ) -> Served:
        """Write what the sources bring, until none of `names` (None: none at all) is in hand, at most for so many
        seconds. With `lull`, once something new was written, until nothing more came for so many seconds.

        Raises what the work raises: StoreError, StoreFull, LockHeld. The source that it was for is dropped then, as
        if it had not been read; the others stay in hand.
        """
        began = self._steady()
        end = None if seconds is None else began + seconds
        enough: float | None = None
        served = Served()
        while True:
            for report in (*self._begin_reading(store, now), *self._give_up(store, now, began)):
                served.note(report)
            if not self._wait(names, _earliest(end, enough)):
                return served
            call = self._take_call()
            if call is not None:
                self._do(call, store, now)
                served.note(call.made)
                if served.stirred and lull is not None:
                    enough = self._steady() + lull

    def _wait(self, names: Collection[str] | None, end: float | None) -> bool:
        """Wait for something to do; False when it is enough."""
        with self._changed:
            while True:
                now = self._steady()
                if self._stopped or not self._awaited(names) or (end is not None and now >= end):
                    return False
                busy = self._calls or self._given_up or self._hands.has_room(now)
                if busy or self._hands.overdue(now):
                    return True
                look = _earliest(end, self._hands.next_look(now))
                self._changed.wait(None if look is None else max(look - now, 0.0))

    def _awaited(self, names: Collection[str] | None) -> bool:
        if names is None:
            return bool(self._hands.names or self._given_up)
        return not self._hands.names.isdisjoint(names)

    def _take_call(self) -> _Call | None:
        with self._changed:
            if not self._calls:
                return None  # another thread was faster, or it is only time to look around
            call = self._calls.popleft()
            call.taken = True
            call.hand.ending = call.last
            return call

    def _do(self, call: _Call, store: Store, now: datetime) -> None:
        hand = call.hand
        try:
            call.made = call.work(store, now)
        except BaseException:
            with self._changed:
                call.failed = call.done = True
                self._drop(hand)
            raise
        with self._changed:
            call.done = True
            hand.asking, hand.heard = False, self._steady()
            if call.last:
                self._unanswering.discard(hand.name)
                self._drop(hand)
            self._changed.notify_all()
        self._tell(hand, call.made, store)

    def _tell(self, hand: Hand, made: object, store: Store) -> None:
        """Let the log, and whoever listens, know how far it is."""
        if isinstance(made, SourceReport) and not store.rehearsing:
            finished(unit_of(made, self._steady() - hand.began), level=_level(hand, made))
        else:
            step()

    def _drop(self, hand: Hand, *, hangs: bool = False) -> None:
        """Let go of a source; it is never served again."""
        self._hands.drop(hand, hangs=hangs)
        self._changed.notify_all()

    # ---------------------------------------------------------------- beginning

    def _begin_reading(self, store: Store, now: datetime) -> list[SourceReport]:
        """Begin with those that may begin; return those for which there is no thread, written down as failed."""
        reports = []
        while (hand := self._next()) is not None:
            with self._dropping(hand):
                taking = Taking(hand.run, state_of(store, hand.run), hand.baseline, hand.progress)
                desk = _Desk(self, hand)
                reading = Reading(taking, now, desk, rehearsing=store.rehearsing)
                hand.reading = reading
                hand.thread = started(reading)
                if hand.thread is None:
                    error = SourceError(source_words.no_thread())
                    report = taking.failed((), error, store, now)
                    with self._changed:
                        self._drop(hand)
                    reports.append(report)
                    self._tell(hand, report, store)
        return reports

    @contextmanager
    def _dropping(self, hand: Hand) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with self._changed:
                self._drop(hand)
            raise

    def _next(self) -> Hand | None:
        with self._changed:
            return None if self._stopped else self._hands.next(self._steady())

    # ---------------------------------------------------------------- giving up

    def report_late(self, store: Store, now: datetime, names: Collection[str]) -> None:
        """Write down of those of `names` that are still in hand that they do not answer, and wait for them no
        longer; they may still come to their end. `now` is this instant. Raises as `serve`."""
        with self._changed:
            late = self._hands.among(names)
            self._unanswering |= {hand.name for hand in late}
        for hand in late:
            error = self._why_late(hand, now)
            hand.begun.taking.is_late(error, hand.is_ending, store, now)

    def _why_late(self, hand: Hand, now: datetime) -> SourceError:
        at = self._steady()
        silent, taken = timedelta(seconds=at - hand.heard), timedelta(seconds=at - hand.began)
        lively = hand.asking or silent < self._hands.limits.aside < taken
        say = source_words.still_read if lively else source_words.unanswered
        return SourceError(say(now - (taken if lively else silent)))

    def _give_up(self, store: Store, now: datetime, began: float) -> list[SourceReport]:
        """Let go of those that are silent for too long, and write it down. It was `now` when serving `began`."""
        with self._changed:
            for silent in self._hands.overdue(self._steady()):
                self._drop(silent, hangs=True)
                self._unanswering.add(silent.name)
                self._given_up.append(silent)
        reports = []
        while (hand := self._next_given_up()) is not None:
            since = now + timedelta(seconds=hand.heard - began)
            error = SourceError(source_words.unanswered(since))
            try:
                report = hand.begun.taking.failed(tuple(hand.begun.files), error, store, now)
            except BaseException:
                with self._changed:  # for whoever serves next
                    self._given_up.appendleft(hand)
                raise
            reports.append(report)
            self._tell(hand, report, store)
        return reports

    def _next_given_up(self) -> Hand | None:
        with self._changed:
            return self._given_up.popleft() if self._given_up else None

    # ---------------------------------------------------------------- what a reading asks for

    def ask(self, hand: Hand, work: Callable[[Store, datetime], _Made], *, last: bool) -> _Made:
        """Have a reading's work done by a thread that serves. Raises LeftAlone where it is not done."""
        call = _Call(hand, work, last)
        longest = self._hands.limits.longest
        with self._changed:
            if hand.left:
                raise LeftAlone
            if not last and self._steady() - hand.began > longest.total_seconds():
                raise SourceError(source_words.endless(longest))
            hand.asking = True
            self._calls.append(call)
            self._changed.notify_all()
            self._changed.wait_for(lambda: call.done or (hand.left and not call.taken))
            if call.failed or not call.done:
                raise LeftAlone
        made: _Made = call.made
        return made


@dataclass(frozen=True, slots=True)
class _Desk:
    """The readers as one reading sees them."""

    readers: Readers
    hand: Hand

    def do(self, work: Callable[[Store, datetime], _Made]) -> _Made:
        return self.readers.ask(self.hand, work, last=False)

    def end(self, work: Callable[[Store, datetime], SourceReport]) -> None:
        self.readers.ask(self.hand, work, last=True)


def _earliest(*times: float | None) -> float | None:
    return min((at for at in times if at is not None), default=None)


def _level(hand: Hand, made: SourceReport) -> int:
    if made.status is SourceStatus.FAILED:
        return logging.WARNING
    # A folder is looked into every minute: that nothing lay there is no news.
    empty = hand.run.kind == "inbox" and not made.files
    return logging.DEBUG if empty else logging.INFO
