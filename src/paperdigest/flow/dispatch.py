"""Deliver over all channels side by side, each in a thread and with a store of its own: a mail server that thinks for
ten minutes about a message holds up no other channel. What is sent, and how, is `deliver`'s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

from paperdigest.core.pulse import LONGEST_STEP
from paperdigest.flow.deliver import deliver
from paperdigest.flow.post import DeliverReport, Post
from paperdigest.flow.restored import must_be_decided
from paperdigest.store import deliveries
from paperdigest.store.connection import Store

#: Seconds between two looks for channels that have something to do meanwhile, and how many times as long as a look
#: at a long outbox takes.
_LOOK, _SPARING = 1.0, 20
#: A channel that says nothing for so long hangs for good: nothing is begun beside it, so that the round stands still
#: and whoever watches sees it.
_HANGS: Final = LONGEST_STEP["deliver"].total_seconds()


def dispatch(
    store: Store,
    post: Post,
    open_store: Callable[[], Store],
    *,
    steady: Callable[[], float] = time.monotonic,
) -> DeliverReport:
    """Send what is due over every channel, until nothing is or `stop` says so. The caller holds the right to deliver.

    `open_store` opens another connection to the same database; `steady` is a clock in seconds that only goes on.
    Raises Undecided after a restore; and what one channel broke off with, once the others have ended. Where this
    itself is broken off, the messages in hand are finished first.
    """
    must_be_decided(store)
    beside = _Beside(post, open_store, steady)
    within = post.patience
    try:
        while not beside.is_ending:
            began = steady()
            beside.begin(deliveries.channels_at_work(store, post.clock(), within))
            within = timedelta(0)  # whoever had something to wait for is waiting now
            if not beside.at_work:
                break
            beside.wait(max(_LOOK, _SPARING * (steady() - began)))
    finally:
        beside.end()
    return beside.told()


@dataclass(eq=False, slots=True)
class _Turn:
    """One channel's emptying of the outbox. It `moved` last then."""

    channel: str
    moved: float
    report: DeliverReport = field(default_factory=DeliverReport)
    error: BaseException | None = None


class _Beside:
    """The channels that are delivered over now, for the one thread that begins them."""

    def __init__(
        self, post: Post, open_store: Callable[[], Store], steady: Callable[[], float]
    ) -> None:
        self._post = post
        self._open_store = open_store
        self._steady = steady
        self._ending = threading.Event()
        self._ended: SimpleQueue[_Turn] = SimpleQueue()
        self._report = DeliverReport()
        self._failed: dict[str, BaseException] = {}
        self.at_work: dict[str, _Turn] = {}

    @property
    def is_ending(self) -> bool:
        """Say whether nothing more is to be begun."""
        return self._ending.is_set()

    def begin(self, channels: Sequence[str]) -> None:
        """Begin with these, but for those at work and those that broke off; not beside one that hangs."""
        now = self._steady()
        if any(now - turn.moved > _HANGS for turn in self.at_work.values()):
            self._ending.set()
        for channel in channels:
            if channel not in self.at_work and channel not in self._failed and not self.is_ending:
                self._start(_Turn(channel, now))

    def wait(self, seconds: float) -> None:
        """Wait until one ends, at most so long."""
        try:
            self._take(self._ended.get(timeout=seconds))
        except Empty:
            return

    def end(self) -> None:
        """Begin nothing more, and wait until the messages in hand are finished."""
        self._ending.set()
        while self.at_work:
            self._take(self._ended.get())

    def told(self) -> DeliverReport:
        """Return what became of all rows. Raises what a channel broke off with."""
        for error in self._failed.values():
            raise error
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
                post = replace(self._post, stop=partial(self._stops, turn))
                turn.report = deliver(store, post, over=turn.channel)
        except BaseException as error:  # noqa: BLE001 - it is raised again by `told`
            turn.error = error
        finally:
            self._ended.put(turn)

    def _stops(self, turn: _Turn) -> bool:
        """Say whether one is to begin no further message. Asked before each: a sign that it gets on."""
        turn.moved = self._steady()
        if self._post.stop():
            self._ending.set()
        return self.is_ending

    def _take(self, turn: _Turn) -> None:
        del self.at_work[turn.channel]
        self._report.take(turn.report)
        if turn.error is not None:
            self._failed[turn.channel] = turn.error
