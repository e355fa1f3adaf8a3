"""The rounds as they go: when each began, got further and ended. Written by the rounds' threads, read by whoever
watches; what it means is `core.pulse`'s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from paperdigest.core.pulse import Beat, said

#: What makes a full cycle.
_CYCLE = ("ingest", "compose", "deliver")


def _steady() -> timedelta:
    # Not counting suspend, as systemd's own watchdog does not.
    return timedelta(seconds=time.monotonic())


class Pulse:
    """Safe from any thread. `steady` is a clock that only goes on."""

    def __init__(
        self, every: Mapping[str, timedelta], steady: Callable[[], timedelta] = _steady
    ) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self.began_at = steady()
        self._beats = {name: Beat(name, span, self.began_at) for name, span in every.items()}

    def began(self, name: str) -> None:
        """Note that a round began."""
        self._note(name, at_work=True)

    def moved(self, name: str) -> None:
        """Note that a round got further."""
        self._note(name)

    def ended(self, name: str, error: str = "") -> None:
        """Note that a round ended, and why it failed if it did."""
        if error:
            self._note(name, at_work=False, error=error)
        else:
            self._note(name, at_work=False, error="", good_at=self._steady())

    @property
    def beats(self) -> tuple[Beat, ...]:
        """Return all rounds as they stand."""
        with self._lock:
            return tuple(self._beats.values())

    @property
    def has_succeeded(self) -> bool:
        """Say whether any round has ended well since the service began."""
        return any(beat.good_at is not None for beat in self.beats)

    @property
    def is_failing(self) -> bool:
        """Say whether the last beat of any round failed."""
        return any(beat.error for beat in self.beats)

    def cycle_since(self, since: timedelta) -> bool:
        """Say whether sources were read, digests composed and messages delivered since then, all of it well."""
        return not self.is_failing and all(
            beat.good_at is not None and beat.good_at > since
            for beat in self.beats
            if beat.name in _CYCLE
        )

    def is_slow(self, name: str) -> bool:
        """Say whether a round is at work over one thing for so long that it is worth a word."""
        now = self._steady()
        return any(beat.is_slow(now) for beat in self.beats if beat.name == name)

    def stuck(self) -> tuple[str, ...]:
        """Return the rounds that stand still for longer than they may, in words."""
        now = self._steady()
        return tuple(said(beat, now) for beat in self.beats if beat.is_stuck(now))

    def ails(self) -> tuple[str, ...]:
        """Return the rounds that stand still or fail, in words."""
        now = self._steady()
        return tuple(words for beat in self.beats if (words := said(beat, now)))

    def now(self) -> timedelta:
        """Return the instant on the clock of all this."""
        return self._steady()

    def _note(self, name: str, **changes: object) -> None:
        with self._lock:
            beat = self._beats.get(name)
            if beat is not None:
                self._beats[name] = replace(beat, moved_at=self._steady(), **changes)  # type: ignore[arg-type]  # fields of Beat
