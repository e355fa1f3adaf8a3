"""The sources in hand: who may be read now, who is silent for too long, and whose threads still hang. Starts nothing
and waits for nobody; whoever has one guards it with a lock. Instants are seconds of a clock that only goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from paperdigest.flow.reading import Reading
from paperdigest.flow.taking import Progress, SourceRun


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sources are read at once, and for how long.

    `at_once` are read side by side. One that takes longer than `aside` is no longer counted: it waits for
    somebody, and others need not wait for it; `most` are read all the same. One that says nothing for
    `silence` is given up. `longest` is how long one may go on bringing documents. `given_up` threads of one source
    may be left hanging; beyond that it is not asked again before one of them ends, or its config is another.
    """

    at_once: int = 8
    aside: timedelta = timedelta(minutes=1)
    most: int = 32
    silence: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=6)
    given_up: int = 3


@dataclass(eq=False, slots=True)
class Hand:
    """A source in hand. It `began` then, and `heard` is its last sign of life.

    `asking`: it waits for the store, not we for it. `ending`: its last work is being done. `left`: nobody waits
    for it any more. `reading` and `thread` come with its beginning.
    """

    run: SourceRun
    baseline: bool
    progress: Progress
    began: float = 0.0
    heard: float = 0.0
    asking: bool = False
    ending: bool = False
    left: bool = False
    reading: Reading | None = None
    thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """Return the source's name."""
        return self.run.name

    def is_ending(self) -> bool:
        """Say whether its last work is being done."""
        return self.ending

    @property
    def begun(self) -> Reading:
        """Return the reading of one that has begun."""
        if self.reading is None:
            raise RuntimeError(f"{self.name} has not begun")
        return self.reading


class Hands:
    """Those that wait and those that are read, each source once."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._waiting: list[Hand] = []
        self._reading: dict[str, Hand] = {}
        self._hanging: list[Hand] = []  # given up, and their threads may still be there

    @property
    def names(self) -> frozenset[str]:
        """Return who is in hand."""
        return frozenset(self._reading) | {hand.name for hand in self._waiting}

    def among(self, names: Iterable[str]) -> list[Hand]:
        """Return those of these names that have begun."""
        wanted = frozenset(names)
        return [
            hand
            for hand in self._reading.values()
            if hand.name in wanted and hand.reading is not None
        ]

    def add(self, hand: Hand) -> None:
        """Let one wait for its turn, an inbox before the others; not if it is in hand, or hangs too often."""
        if hand.name not in self.names and not self._hangs_too_often(hand.run):
            self._waiting.append(hand)
            self._waiting.sort(key=lambda one: one.run.kind != "inbox")

    def next(self, now: float) -> Hand | None:
        """Take the next one that may begin."""
        if not self.has_room(now):
            return None
        hand = self._waiting.pop(0)
        hand.began = hand.heard = now
        self._reading[hand.name] = hand
        return hand

    def has_room(self, now: float) -> bool:
        """Say whether one that waits may begin."""
        aside = self.limits.aside.total_seconds()
        lately = sum(now - hand.began < aside for hand in self._reading.values())
        few = lately < self.limits.at_once and len(self._reading) < self.limits.most
        return few and bool(self._waiting)

    def overdue(self, now: float) -> list[Hand]:
        """Return those that are silent for too long."""
        return [hand for hand in self._silent if now - hand.heard >= self._silence]

    def next_look(self, now: float) -> float | None:
        """Return when one may become overdue, or make room, although nobody says anything."""
        looks = [hand.heard + self._silence for hand in self._silent]
        if self._waiting:
            aside = self.limits.aside.total_seconds()
            looks += [at for hand in self._reading.values() if (at := hand.began + aside) > now]
        return min(looks, default=None)

    def drop(self, hand: Hand, *, hangs: bool = False) -> None:
        """Let go of one. `hangs`: its thread stays behind."""
        hand.left = True
        if self._reading.get(hand.name) is hand:
            del self._reading[hand.name]
        if hangs:
            self._hanging.append(hand)

    def drop_all(self) -> None:
        """Let go of everyone."""
        self._waiting.clear()
        for hand in list(self._reading.values()):
            self.drop(hand)

    @property
    def _silence(self) -> float:
        return self.limits.silence.total_seconds()

    @property
    def _silent(self) -> list[Hand]:
        """Return those that we wait for."""
        return [hand for hand in self._reading.values() if hand.reading and not hand.asking]

    def _hangs_too_often(self, run: SourceRun) -> bool:
        self._hanging = [hand for hand in self._hanging if hand.thread and hand.thread.is_alive()]
        alike = sum(
            hand.name == run.name and hand.run.config == run.config for hand in self._hanging
        )
        return alike >= self.limits.given_up
