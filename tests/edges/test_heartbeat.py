"""The beat of the service: a nudge and a wish are never lost, whatever a beat in hand does at that instant, and a
clock that was set years ahead makes one beat."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Final

import pytest

from paperdigest.heartbeat import Heartbeat

PATIENCE: Final = 60.0  # seconds; only ever waited for when a test is about to fail
RARELY: Final = {"one": timedelta(hours=9)}
#: Seconds that a beat is given to end in while a nudge stands still in its middle. One that ends later only makes
#: the test easier to pass.
_WHILE = 0.05


class Beats:
    """Counts the beats. Each is held until `let_go`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.changed = threading.Condition()
        self.let_go = threading.Event()

    def __call__(self, name: str) -> None:
        with self.changed:
            self.counts[name] += 1
            self.changed.notify_all()
        assert self.let_go.wait(PATIENCE)

    def seen(self, times: int, name: str = "one") -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.counts[name] >= times, PATIENCE)


@contextmanager
def beating(heartbeat: Heartbeat) -> Iterator[None]:
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.stop()
        for name in heartbeat.running():
            heartbeat.join(name, PATIENCE)


def at_line(number: int, act: Callable[[], object], call: Callable[[], None]) -> bool:
    """Call, and act before the line of that number that the heartbeat's own code comes to. Say whether it came so
    far."""
    left = [number]

    def trace(frame: FrameType, what: str, _: object) -> Any:
        if frame.f_globals.get("__name__") != Heartbeat.__module__:
            return None
        if what == "line":
            left[0] -= 1
            if left[0] == 0:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return left[0] <= 0


WISHES: dict[str, Callable[[Heartbeat], None]] = {
    "nudge": lambda heartbeat: heartbeat.nudge("one"),
    "sooner": lambda heartbeat: heartbeat.sooner("one", timedelta(milliseconds=20)),
}


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_no_wish_is_lost_at_whatever_line_of_it_the_beat_in_hand_ends(
    wish: Callable[[Heartbeat], None],
) -> None:
    for line in range(1, 100):
        beats, ended = Beats(), threading.Event()

        class Telling(Heartbeat):
            def _ended(self, name: str, ended: threading.Event = ended) -> None:
                super()._ended(name)
                ended.set()

        heartbeat = Telling(RARELY, beats)

        def end(beats: Beats = beats, ended: threading.Event = ended) -> None:
            beats.let_go.set()
            ended.wait(_WHILE)

        with beating(heartbeat):
            assert beats.seen(1)
            came = at_line(line, end, lambda: wish(heartbeat))  # noqa: B023 - called at once
            beats.let_go.set()
            assert beats.seen(2), f"lost at line {line}"
        if not came:
            assert line > 3
            return
    pytest.fail("it has no end")


def test_a_wish_while_a_beat_is_at_work_is_not_swallowed_by_that_beat() -> None:
    """It may fall due while that beat is still at work."""
    beats, skipped = Beats(), threading.Event()
    heartbeat = Heartbeat(RARELY, beats, lambda _, __: skipped.set())
    with beating(heartbeat):
        assert beats.seen(1)
        heartbeat.sooner("one", timedelta(0))
        assert not skipped.wait(_WHILE)
        beats.let_go.set()
        assert beats.seen(2)


def test_the_earlier_of_two_wishes_counts() -> None:
    beats = Beats()
    heartbeat = Heartbeat(RARELY, beats)
    with beating(heartbeat):
        assert beats.seen(1)
        heartbeat.nudge("one")
        heartbeat.sooner("one", timedelta(hours=1))
        beats.let_go.set()
        assert beats.seen(2)


# ------------------------------------------------------------------ a clock that was set


def test_years_that_a_clock_was_set_ahead_are_one_beat_and_take_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if the clock had been set ahead: a machine without a battery begins in 1970."""
    beats = Beats()
    beats.let_go.set()
    heartbeat = Heartbeat({"one": timedelta(minutes=1)}, beats)
    with beating(heartbeat):
        assert beats.seen(1)
        began = time.process_time()
        long_ago = datetime.now(UTC) - timedelta(days=120 * 365)  # sixty million beats
        heartbeat._scheduler.modify_job("one", next_run_time=long_ago)
        assert beats.seen(2)
        took = time.process_time() - began
        job = heartbeat._scheduler.get_job("one")
        assert timedelta(0) < job.next_run_time - datetime.now(UTC) <= timedelta(minutes=1)
    assert beats.counts == {"one": 2}
    assert took < 1.0


# ------------------------------------------------------------------ beats that are swallowed


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def swallowed(slow: list[bool]) -> None:
    """Let a beat swallow some, of which it is asked each time whether that is slow."""
    beats, done = Beats(), threading.Event()

    def is_slow(_: str) -> bool:
        if len(slow) == 1:
            done.set()
        return slow.pop(0) if slow else False

    heartbeat = Heartbeat({"one": timedelta(milliseconds=10)}, beats, is_slow=is_slow)
    with beating(heartbeat):
        assert done.wait(PATIENCE)
        beats.let_go.set()
        assert beats.seen(2)


def test_beats_swallowed_by_one_that_is_not_slow_are_nothing_to_tell(
    caplog: pytest.LogCaptureFixture,
) -> None:
    swallowed([False] * 5)
    assert warned(caplog) == []


def test_a_slow_beat_is_told_once_and_when_it_has_ended(caplog: pytest.LogCaptureFixture) -> None:
    swallowed([False, True, True, True])
    still, caught_up = warned(caplog)
    assert still == "round-still-running round=one"
    assert caught_up.startswith("round-caught-up round=one skipped=")
