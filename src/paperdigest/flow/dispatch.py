"""Deliver over all channels side by side, each in a thread and with a store of its own: a mail server that thinks for
ten minutes about a message holds up no other channel. What is sent, and how, is `deliver`'s.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

from paperdigest.core.errors import PaperdigestError, StoreDamaged
from paperdigest.core.pulse import LONGEST_STEP
from paperdigest.flow.deliver import deliver, put_back
from paperdigest.flow.post import DeliverReport, Post
from paperdigest.flow.restored import must_be_decided
from paperdigest.journal import event, heard_by
from paperdigest.store import deliveries
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

log = logging.getLogger(__name__)

#: Seconds between two looks for channels that have something to do meanwhile, and how many times as long as a look
#: at a long outbox takes.
_LOOK, _SPARING = 1.0, 20
#: A channel that says nothing for so long hangs for good: nothing is begun beside it, so that the round stands still
#: and whoever watches sees it.
_HANGS: Final = LONGEST_STEP["deliver"].total_seconds()
#: Seconds after which one that broke off is begun again, doubled each time, at most the second.
_AGAIN, _AGAIN_AT_MOST = 10.0, 600.0
#: Seconds between two looks at what the operator is to be told.
_TELL = 10.0
#: Seconds that a message in hand may take at the end before the others of its batch are put back without it.
_PATIENT = 20.0


def dispatch(
    store: Store,
    post: Post,
    open_store: Callable[[], Store],
    *,
    afresh: Callable[[], Post | None] | None = None,
    tell: Callable[[], bool] = lambda: False,
    steady: Callable[[], float] = time.monotonic,
) -> DeliverReport:
    """Send what is due over every channel, until nothing is or `stop` says so. The caller holds the right to deliver.

    `open_store` opens another connection to the same database; `steady` is a clock in seconds that only goes on.
    This may last as long as the slowest server, so before channels are begun, every second or so, `afresh` gives what
    to begin them with as things stand then; None lets nobody begin a message for the moment. `tell` tells the
    operator of what lasts, whenever a channel has ended and now and then; true where there is more to send for it.

    Raises Undecided after a restore; and what a channel broke off with last, once the others have ended. Where this
    itself is broken off, the messages in hand are finished first.
    """
    must_be_decided(store)
    afresh = afresh or (lambda: post)
    beside = _Beside(open_store, steady)
    within, told_at = post.patience, steady()
    try:
        while not beside.is_ending:
            began = steady()
            now = beside.follow(afresh())
            if now is not None:
                beside.begin(deliveries.channels_at_work(store, now.clock(), within), now)
                within = timedelta(0)  # whoever had something to wait for is waiting now
            if not beside.at_work:
                if now is None or not tell():
                    break
                continue
            ended = beside.wait(max(_LOOK, _SPARING * (steady() - began)))
            if now is not None and (ended or steady() - told_at >= _TELL):
                told_at = steady()
                tell()
    finally:
        beside.end(store)
    return beside.told()


@dataclass(eq=False, slots=True)
class _Turn:
    """One channel's emptying of the outbox. It `moved` last then; `not_begun` are claimed and still here."""

    channel: str
    post: Post
    moved: float
    not_begun: list[Delivery] = field(default_factory=list)
    report: DeliverReport = field(default_factory=DeliverReport)
    error: BaseException | None = None


@dataclass(slots=True)
class _Failed:
    """With what a channel broke off last, how often in a row, and when it may be begun again."""

    error: BaseException
    times: int
    again_at: float


class _Beside:
    """The channels that are delivered over now, for the one thread that begins them."""

    def __init__(self, open_store: Callable[[], Store], steady: Callable[[], float]) -> None:
        self._open_store = open_store
        self._steady = steady
        self._ending = threading.Event()
        self._held = threading.Event()
        self._ended: SimpleQueue[_Turn] = SimpleQueue()
        self._report = DeliverReport()
        self._failed: dict[str, _Failed] = {}
        self.at_work: dict[str, _Turn] = {}

    @property
    def is_ending(self) -> bool:
        """Say whether nothing more is to be begun."""
        return self._ending.is_set()

    def follow(self, post: Post | None) -> Post | None:
        """Take note of how things stand: None lets nobody begin a message until it is another one."""
        if post is None:
            self._held.set()
            return None
        self._held.clear()
        with heard_by(lambda _: None):  # that this thread asks is no sign that any message gets on
            if post.stop():
                self._ending.set()
        return post

    def begin(self, channels: Sequence[str], post: Post) -> None:
        """Begin with these, but for those at work and those that broke off just now; not beside one that hangs."""
        now = self._steady()
        if any(now - turn.moved > _HANGS for turn in self.at_work.values()):
            self._ending.set()
        for channel in channels:
            failed = self._failed.get(channel)
            rests = failed is not None and now < failed.again_at
            if channel not in self.at_work and not rests and not self.is_ending:
                self._start(_Turn(channel, post, now))

    def wait(self, seconds: float) -> bool:
        """Wait until one ends, at most so long; say whether one did."""
        try:
            self._take(self._ended.get(timeout=max(0.0, seconds)))
        except Empty:
            return False
        return True

    def end(self, store: Store) -> None:
        """Begin nothing more, and wait until the messages in hand are finished. What was claimed with one that takes
        long goes back meanwhile: whoever ends this process finds only that one in doubt."""
        self._ending.set()
        until = self._steady() + _PATIENT
        while self.at_work and self.wait(until - self._steady()):
            pass
        for turn in self.at_work.values():
            with suppress(
                PaperdigestError
            ):  # the next start finds them, and holds them for in doubt
                put_back(store, turn.post, list(turn.not_begun))
        while self.at_work:
            self._take(self._ended.get())

    def told(self) -> DeliverReport:
        """Return what became of all rows. Raises what a channel broke off with and did not recover from."""
        for failed in self._failed.values():
            raise failed.error
        return self._report

    def _start(self, turn: _Turn) -> None:
        self.at_work[turn.channel] = turn
        thread = threading.Thread(
            target=copy_context().run,  # its log lines bear our keys
            args=(self._deliver, turn),
            name=f"paperdigest-{turn.channel}",
            daemon=True,  # a mail server that hangs must not hold the whole process at its end
        )
        try:
            thread.start()
        except RuntimeError:  # the machine gives no more threads: one after the other, then
            self._deliver(turn)

    def _deliver(self, turn: _Turn) -> None:
        try:
            with self._open_store() as store:
                post = replace(turn.post, stop=partial(self._stops, turn))
                turn.report = deliver(store, post, over=turn.channel, not_begun=turn.not_begun)
        except BaseException as error:  # noqa: BLE001 - it is raised again by `told`
            turn.error = error
        finally:
            self._ended.put(turn)

    def _stops(self, turn: _Turn) -> bool:
        """Say whether one is to begin no further message. Asked before each: a sign that it gets on."""
        turn.moved = self._steady()
        if turn.post.stop():
            self._ending.set()
        return self.is_ending or self._held.is_set()

    def _take(self, turn: _Turn) -> None:
        del self.at_work[turn.channel]
        self._report.take(turn.report)
        if turn.error is None:
            self._failed.pop(turn.channel, None)
        else:
            self._note(turn.channel, turn.error)

    def _note(self, channel: str, error: BaseException) -> None:
        before = self._failed.get(channel)
        times = 0 if before is None else before.times + 1
        rest = min(_AGAIN * 2**times, _AGAIN_AT_MOST)
        self._failed[channel] = _Failed(error, times, self._steady() + rest)
        said = f"{type(error).__name__}: {error}"
        if before is None or said != f"{type(before.error).__name__}: {before.error}":
            event(log, "channel-broke-off", level=logging.ERROR, channel=channel, error=said)
        if isinstance(error, StoreDamaged):  # a person must restore it: nobody can go on
            self._ending.set()
