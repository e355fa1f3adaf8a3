"""The service: runs the rounds on the heartbeat until it is told to stop.

Owns signals, the order of ending, and that one failing round stops no other. What a round does
is the app's; what is due is the core's.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from paperdigest.core.errors import PaperdigestError, StoreDamaged
from paperdigest.core.units import DigestComposed, Unit
from paperdigest.health.attendant import Attendant
from paperdigest.heartbeat import Heartbeat
from paperdigest.journal import step
from paperdigest.logs import event
from paperdigest.signals import Bell

log = logging.getLogger(__name__)

#: How often each round is started. What is due is asked each time, so this is only the delay.
EVERY: Mapping[str, timedelta] = MappingProxyType(
    {
        "ingest": timedelta(seconds=30),
        "compose": timedelta(seconds=30),
        "deliver": timedelta(seconds=10),
        "upkeep": timedelta(hours=1),
    }
)
#: Which round has work when another found some.
_FOLLOWERS: Mapping[str, str] = MappingProxyType({"ingest": "compose", "compose": "deliver"})
#: How long the message in hand may take after SIGTERM; half of the systemd unit's TimeoutStopSec.
GRACE = timedelta(seconds=30)
#: A step of the wall clock against the monotonic one that is worth a word and an extra beat.
JUMP = timedelta(minutes=1)
_LOOK = timedelta(seconds=5)
#: Timers may be early by a hair, and a slot is due from its moment on.
_JUST_AFTER = timedelta(milliseconds=20)
_ENDS: Mapping[int, int] = MappingProxyType({signal.SIGTERM: 0, signal.SIGINT: 130})
_RELOAD = getattr(signal, "SIGHUP", None)  # not everywhere
#: A signal often comes twice at once, from a terminal and from a wrapper: that is no impatience.
_DOUBLE = timedelta(seconds=1)


class Rounds(Protocol):
    """What the service runs. Each call does what is due at `now` and returns.

    Optional: `reload()`; `hurry()`, which lets no round wait for a source any longer; `unfinished()`, which says
    after each ingest whether the next one need not wait for its beat; `next_slot_at(now)`, which says when there is
    something to compose next; and `second_look_in()`, which says after each round how soon its next one is wanted
    because the clock is doubted.
    """

    def ingest(self, now: datetime) -> bool:
        """Read what the sources have; True when that was something new, so that composing need not wait."""
        ...

    def compose(self, now: datetime) -> bool:
        """Make the digests that are due; True when there was one, so that delivering need not wait."""
        ...

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        """Send what is waiting; begin no further message once `stop()` is true."""
        ...

    def upkeep(self, now: datetime) -> None:
        """Back up, tidy up, tell the operator."""
        ...


class Service:
    """Four rounds, each on its own beat. `clock` gives the aware time that is passed to them; `attendant` lets
    others know how they go."""

    def __init__(
        self,
        rounds: Rounds,
        clock: Callable[[], datetime],
        *,
        every: Mapping[str, timedelta] = EVERY,
        attendant: Attendant | None = None,
    ) -> None:
        self._clock = clock
        self._every = every
        self._attendant = attendant or Attendant(every)
        self._calls: dict[str, Callable[[datetime], object]] = {
            "ingest": rounds.ingest,
            "compose": rounds.compose,
            "deliver": lambda now: rounds.deliver(now, self._is_stopping),
            "upkeep": rounds.upkeep,
        }
        self._reload: Callable[[], None] | None = getattr(rounds, "reload", None)
        self._hurry: Callable[[], None] = getattr(rounds, "hurry", _nothing)
        self._unfinished: Callable[[], bool] = getattr(rounds, "unfinished", _no)
        self._next_slot_at: Callable[[datetime], datetime | None] = getattr(
            rounds, "next_slot_at", _nothing_known
        )
        self._second_look_in: Callable[[], timedelta | None] = getattr(
            rounds, "second_look_in", _at_no_time
        )
        self._stopping = threading.Event()
        self._bell: Bell | None = None
        self._heartbeat: Heartbeat | None = None
        self._failing: dict[str, str] = {}
        self._damaged = False

    def run(self) -> int:
        """Run until `stop()`, SIGTERM (both 0) or SIGINT (130); return that exit code, 1 for a damaged database.

        The message in hand is finished, for at most 30 seconds; a second SIGINT waits no longer.
        SIGHUP calls `rounds.reload()`.
        """
        heartbeat = self._heartbeat = Heartbeat(
            self._every, self._round, self._attendant.skipped, self._attendant.is_slow
        )
        drift = self._drift()  # before the first beat, so that no step is missed
        with closing(Bell()) as self._bell, self._bell.on_signals():
            self._attendant.called = self._bell.ring
            self._attendant.heard = self._hear
            heartbeat.start()
            event(log, "started", pid=os.getpid(), rounds=tuple(self._every))
            code = self._watch(self._bell, heartbeat, drift)
            self._stopping.set()
            self._hurry()
            self._attendant.systemd.stopping()
            event(log, "stopping", still=heartbeat.running())
            heartbeat.stop()
            self._finish(self._bell, heartbeat)
            self._attendant.close()
        code = 1 if self._damaged else code
        event(log, "stopped", code=code)
        return code

    def stop(self) -> None:
        """End `run()` after the message in hand. Safe from any thread, also before `run()`."""
        self._stopping.set()
        if self._bell is not None:
            self._bell.ring()

    def tick(self) -> None:
        """Do one ingest, compose and deliver in this thread, whatever the heartbeat does."""
        for name in ("ingest", "compose", "deliver"):
            self._round(name)

    def _watch(self, bell: Bell, heartbeat: Heartbeat, drift: timedelta) -> int:
        """Wait for a word from outside and watch the clock meanwhile. Return the exit code."""
        rest = min(self._attendant.longest_rest or _LOOK, _LOOK).total_seconds()
        while not self._stopping.is_set():
            self._guarded("attendant", self._attendant.look)
            for number in bell.wait(rest):
                if number in _ENDS:
                    return _ENDS[number]
                if number == _RELOAD:
                    self._guarded("reload", self._reload_now)
            jumped = self._drift() - drift
            if abs(jumped) > JUMP:
                event(log, "clock-jumped", level=logging.WARNING, by=jumped)
                drift += jumped
                heartbeat.nudge()
        return 0

    def _drift(self) -> timedelta:
        """Return how far the wall clock is ahead of the monotonic one; only changes mean anything."""
        return timedelta(seconds=self._clock().timestamp() - time.monotonic())

    def _finish(self, bell: Bell, heartbeat: Heartbeat) -> None:
        started = time.monotonic()
        while running := heartbeat.running():
            waited = timedelta(seconds=time.monotonic() - started)
            pressed_again = signal.SIGINT in bell.wait(0) and waited > _DOUBLE
            if waited >= GRACE or pressed_again:
                event(log, "left-unfinished", level=logging.WARNING, rounds=running)
                return
            heartbeat.join(running[0], 0.1)

    def _is_stopping(self) -> bool:
        step()  # it is asked before each message, and on the way through long work
        return self._stopping.is_set() or self._is_told_to_end()

    def _is_told_to_end(self) -> bool:
        """Say whether a signal to end waits to be heard: the thread that hears it may be reading the config."""
        return self._bell is not None and any(number in _ENDS for number in self._bell.peek())

    def _round(self, name: str) -> None:
        if name != "deliver" and self._stopping.is_set():
            return
        with self._attendant.attending(name) as ending:
            ending.error = self._guarded(name, lambda: self._beat(name))

    def _beat(self, name: str) -> None:
        began = self._clock()
        stirred = self._calls[name](began)
        nudged = [_FOLLOWERS[name]] if stirred and name in _FOLLOWERS else []
        if name == "ingest" and self._unfinished():
            nudged.append(name)
        if self._heartbeat is None or self._stopping.is_set():
            return
        if nudged:
            self._heartbeat.nudge(*nudged)
        if name == "compose":
            self._beat_at_next_slot(self._heartbeat, began)
        second_look_in = self._second_look_in()
        if second_look_in is not None:
            self._heartbeat.sooner(name, second_look_in)

    def _beat_at_next_slot(self, heartbeat: Heartbeat, began: datetime) -> None:
        """Let a digest be composed at its very moment, and not half a beat later; also one whose moment came
        while the beat that `began` then composed others."""
        at = self._next_slot_at(began)
        if at is None:
            return
        span = at - self._clock()
        if span <= timedelta(0):
            heartbeat.nudge("compose")
        elif span < self._every["compose"]:
            heartbeat.sooner("compose", span + _JUST_AFTER)

    def _hear(self, unit: Unit) -> None:
        """Let the first digests of many go out while the others are composed."""
        if isinstance(unit, DigestComposed) and self._heartbeat is not None:
            self._heartbeat.nudge("deliver")

    def _reload_now(self) -> None:
        if self._reload is not None:
            self._reload()

    def _guarded(self, name: str, call: Callable[[], None]) -> str:
        """Call, and return why that failed; "" if it did not."""
        try:
            call()
        except PaperdigestError as error:
            said = self._failed(name, error, bug=False)
            if isinstance(error, StoreDamaged):  # a person must restore it: no round can go on
                self._damaged = True
                self.stop()
        except Exception as error:  # noqa: BLE001 - a bug in one round must not stop the other three
            said = self._failed(name, error, bug=True)
        else:
            said = ""
            if self._failing.pop(name, None) is not None:
                event(log, "round-recovered", round=name)
        return said

    def _failed(self, name: str, error: Exception, *, bug: bool) -> str:
        """Log once, and again when the reason changes: a full disk would else fill the log too."""
        said = f"{type(error).__name__}: {error}"
        level = logging.DEBUG if self._failing.get(name) == said else logging.ERROR
        self._failing[name] = said
        event(log, "round-failed", level=level, round=name, error=said)
        if bug and level == logging.ERROR:
            log.error("this is a bug in paperdigest, please report it", exc_info=error)
        return said


def _nothing() -> None:
    """Do nothing."""


def _nothing_known(now: datetime) -> datetime | None:
    return None


def _at_no_time() -> timedelta | None:
    return None


def _no() -> bool:
    return False
