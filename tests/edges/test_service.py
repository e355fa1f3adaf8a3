"""The service: rounds on a beat, signals, and an end that finishes the message in hand."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paperdigest import service as service_module
from paperdigest.core.errors import SourceError
from paperdigest.core.units import DigestComposed
from paperdigest.health.attendant import Attendant
from paperdigest.journal import finished
from paperdigest.service import EVERY, Service
from paperdigest.signals import notify

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SOON = timedelta(milliseconds=20)
PATIENCE = 60.0  # only ever waited for when a test is about to fail
FAST = dict.fromkeys(EVERY, SOON)


class Fake:
    """Counts its rounds; `seen` wakes whoever waits for a number of them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.threads: dict[str, set[int]] = {}
        self.changed = threading.Condition()
        self.raises: dict[str, BaseException] = {}
        self.times: set[datetime] = set()

    def ingest(self, now: datetime) -> bool:
        self.count("ingest", now)
        return False

    def compose(self, now: datetime) -> bool:
        self.count("compose", now)
        return False

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        self.count("deliver", now)

    def upkeep(self, now: datetime) -> None:
        self.count("upkeep", now)

    def count(self, name: str, now: datetime) -> None:
        with self.changed:
            self.counts[name] += 1
            self.threads.setdefault(name, set()).add(threading.get_ident())
            self.times.add(now)
            self.changed.notify_all()
        if name in self.raises:
            raise self.raises[name]

    def seen(self, name: str, times: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.counts[name] >= times, PATIENCE)


@contextmanager
def running(service: Service) -> Iterator[list[int]]:
    """Run the service in a thread; its exit code stands in the list after the block."""
    code: list[int] = []
    thread = threading.Thread(target=lambda: code.append(service.run()))
    thread.start()
    try:
        yield code
    finally:
        service.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_every_round_comes_at_once_whatever_its_interval() -> None:
    rounds = Fake()
    with running(
        Service(rounds, lambda: NOW, every=dict.fromkeys(EVERY, timedelta(hours=9)))
    ) as code:
        assert all(rounds.seen(name, 1) for name in EVERY)
    assert code == [0]
    assert rounds.counts == dict.fromkeys(EVERY, 1)


class Slotted(Fake):
    """The next slot comes so long after the beginning of each beat that composes."""

    def __init__(self, after: timedelta) -> None:
        super().__init__()
        self.after = after

    def next_slot_at(self, now: datetime) -> datetime:
        return now + self.after


@pytest.mark.parametrize("after", [SOON, timedelta(0)], ids=["ahead", "it came meanwhile"])
def test_a_slot_is_composed_at_its_moment_and_not_at_the_next_beat(after: timedelta) -> None:
    rounds = Slotted(after)
    rarely = dict.fromkeys(EVERY, timedelta(hours=9))
    with running(Service(rounds, lambda: NOW, every=rarely)):
        assert rounds.seen("ingest", 1)
        assert rounds.seen("compose", 3)
    assert rounds.counts["ingest"] == 1


class Composes(Fake):
    """Composes one of many digests, and goes on composing until that one was delivered."""

    def compose(self, now: datetime) -> bool:
        assert self.seen("deliver", 1)
        finished(DigestComposed("ada", "2026-11-20T08:00 UTC", "digest", 1, 1))
        self.went_out = self.seen("deliver", 2)
        return super().compose(now)


def test_the_first_of_many_digests_goes_out_while_the_others_are_composed() -> None:
    rounds = Composes()
    rarely = dict.fromkeys(EVERY, timedelta(hours=9))
    with running(Service(rounds, lambda: NOW, every=rarely)):
        assert rounds.seen("compose", 1)
    assert rounds.went_out


def test_rounds_repeat_each_in_a_thread_of_its_own() -> None:
    rounds = Fake()
    with running(Service(rounds, lambda: NOW, every=FAST)):
        assert all(rounds.seen(name, 3) for name in EVERY)
    assert [len(ids) for ids in rounds.threads.values()] == [1, 1, 1, 1]
    assert len(set.union(*rounds.threads.values())) == 4


def test_rounds_are_given_the_injected_clock() -> None:
    rounds = Fake()
    with running(Service(rounds, lambda: NOW, every=FAST)):
        assert rounds.seen("upkeep", 2)
    assert rounds.times == {NOW}


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())
    rounds = Fake()
    with running(Service(rounds, lambda: NOW, every=FAST)):
        assert rounds.seen("deliver", 1)
    assert set(threading.enumerate()) <= before  # one of another test may end meanwhile


def test_stop_before_run_ends_it_at_once() -> None:
    service = Service(Fake(), lambda: NOW)
    service.stop()
    assert service.run() == 0


def test_tick_is_one_ingest_compose_and_deliver_in_this_thread() -> None:
    rounds = Fake()
    Service(rounds, lambda: NOW).tick()
    assert rounds.counts == {"ingest": 1, "compose": 1, "deliver": 1}
    assert set.union(*rounds.threads.values()) == {threading.get_ident()}


# ------------------------------------------------------------------ failing and slow rounds


@pytest.mark.parametrize("error", [SourceError("hf: refused"), ZeroDivisionError("a bug")])
def test_failing_round_stops_neither_itself_nor_the_others(error: Exception) -> None:
    rounds = Fake()
    rounds.raises = {"ingest": error}
    with running(Service(rounds, lambda: NOW, every=FAST)) as code:
        assert rounds.seen("ingest", 3)
        assert rounds.seen("compose", 3)
    assert code == [0]


def test_failing_ingest_does_not_keep_a_tick_from_delivering() -> None:
    rounds = Fake()
    rounds.raises = {"ingest": SourceError("hf: refused")}
    Service(rounds, lambda: NOW).tick()
    assert rounds.counts["deliver"] == 1


def test_round_that_wants_to_end_the_process_ends_only_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Fake()
    rounds.raises = {"upkeep": SystemExit(7)}
    with running(Service(rounds, lambda: NOW, every=FAST)) as code:
        assert rounds.seen("upkeep", 2)
        assert rounds.seen("deliver", 2)
    assert code == [0]
    assert "round-broke round=upkeep error=SystemExit(7)" in caplog.messages


def test_failure_is_logged_once_until_it_changes_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Fake()
    service = Service(rounds, lambda: NOW)
    with caplog.at_level(logging.INFO, "paperdigest"):
        for error in (
            SourceError("refused"),
            SourceError("refused"),
            SourceError("timed out"),
            None,
        ):
            rounds.raises = {"ingest": error} if error else {}
            service.tick()
    assert caplog.messages == [
        'round-failed round=ingest error="SourceError: refused"',
        'round-failed round=ingest error="SourceError: timed out"',
        "round-recovered round=ingest",
    ]


def test_bug_is_logged_with_its_traceback_and_an_expected_failure_without(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Fake()
    rounds.raises = {"ingest": SourceError("refused"), "compose": ZeroDivisionError("oops")}
    Service(rounds, lambda: NOW).tick()
    traced = [record for record in caplog.records if record.exc_info]
    assert [record.exc_info and record.exc_info[0] for record in traced] == [ZeroDivisionError]


class SlowDeliver(Fake):
    """A deliver round that holds one message in hand until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.in_hand = threading.Event()
        self.let_go = threading.Event()
        self.told_to_stop: list[bool] = []
        self.finished = 0

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        self.in_hand.set()
        assert self.let_go.wait(PATIENCE)
        self.finished += 1
        self.told_to_stop.append(stop())
        self.count("deliver", now)


def test_slow_mail_server_delays_no_reading() -> None:
    rounds = SlowDeliver()
    with running(Service(rounds, lambda: NOW, every=FAST)):
        assert rounds.in_hand.wait(PATIENCE)
        assert rounds.seen("ingest", 5)
        assert rounds.seen("compose", 5)
        rounds.let_go.set()
    assert rounds.finished


class Ahead(Attendant):
    """An attendant whose clock is so far ahead once it was asked to be; `overlaps` wakes whoever waits for beats that
    were swallowed."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.overlaps = threading.Semaphore(0)
        super().__init__(FAST, steady=lambda: timedelta(seconds=time.monotonic()) + self.ahead)

    def skipped(self, name: str, reason: str) -> None:
        super().skipped(name, reason)
        if name == "deliver":
            self.overlaps.release()

    def swallowed(self, times: int) -> bool:
        return all(self.overlaps.acquire(timeout=PATIENCE) for _ in range(times))


def test_beats_swallowed_while_one_message_takes_over_a_minute_are_told_once_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds, attendant = SlowDeliver(), Ahead()
    with running(Service(rounds, lambda: NOW, every=FAST, attendant=attendant)):
        assert rounds.in_hand.wait(PATIENCE)
        attendant.ahead = timedelta(seconds=61)
        assert attendant.swallowed(5)
        rounds.let_go.set()
    told = [said.partition(" skipped=")[0] for said in caplog.messages if "deliver" in said]
    assert told == ["round-still-running round=deliver", "round-caught-up round=deliver"]


def test_beats_swallowed_for_less_than_a_minute_are_nothing_to_tell(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds, attendant = SlowDeliver(), Ahead()
    with running(Service(rounds, lambda: NOW, every=FAST, attendant=attendant)):
        assert rounds.in_hand.wait(PATIENCE)
        assert attendant.swallowed(5)
        rounds.let_go.set()
    assert not [said for said in caplog.messages if "deliver" in said]


def test_stop_waits_for_the_message_in_hand_and_tells_the_round() -> None:
    rounds = SlowDeliver()
    service = Service(rounds, lambda: NOW, every=FAST)
    with running(service) as code:
        assert rounds.in_hand.wait(PATIENCE)
        service.stop()
        rounds.let_go.set()
    assert (code, rounds.finished, rounds.told_to_stop) == ([0], 1, [True])


def test_message_that_never_ends_is_left_after_the_grace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service_module, "GRACE", SOON)
    rounds = SlowDeliver()
    with running(Service(rounds, lambda: NOW, every=FAST)) as code:
        assert rounds.in_hand.wait(PATIENCE)
    assert (code, rounds.finished) == ([0], 0)
    assert "left-unfinished rounds=deliver" in caplog.messages
    rounds.let_go.set()
    assert rounds.seen("deliver", 1)


class Unfinished(Fake):
    """An ingest that leaves sources in hand until it has come a number of times."""

    times_unfinished = 200

    def unfinished(self) -> bool:
        return self.counts["ingest"] < self.times_unfinished


def test_an_ingest_that_left_sources_in_hand_comes_again_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Unfinished()
    with running(Service(rounds, lambda: NOW, every=dict.fromkeys(EVERY, timedelta(hours=9)))):
        assert rounds.seen("ingest", rounds.times_unfinished)
    assert rounds.counts["ingest"] == rounds.times_unfinished
    assert not [said for said in caplog.messages if said.startswith("round-still-running")]


class Waiting(Fake):
    """An ingest that waits for a source that hangs, until it is told to hurry."""

    def __init__(self) -> None:
        super().__init__()
        self.hurried = threading.Event()

    def ingest(self, now: datetime) -> bool:
        self.count("ingest", now)
        assert self.hurried.wait(PATIENCE)
        return False

    def hurry(self) -> None:
        self.hurried.set()


def test_at_the_end_no_round_waits_for_a_source(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Waiting()
    with running(Service(rounds, lambda: NOW)) as code:
        assert rounds.seen("ingest", 1)
    assert code == [0]
    assert not [said for said in caplog.messages if said.startswith("left-unfinished")]


# ------------------------------------------------------------------ the clock


def test_step_of_the_clock_beats_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Set back by two hours, the next beat would stand two hours ahead."""
    monkeypatch.setattr(service_module, "_LOOK", SOON)
    rounds = Fake()
    wall = [datetime.now(UTC)]
    every = dict.fromkeys(EVERY, timedelta(hours=9))
    with running(Service(rounds, lambda: wall[0], every=every)):
        assert all(rounds.seen(name, 1) for name in EVERY)
        wall[0] -= timedelta(hours=2)
        assert all(rounds.seen(name, 2) for name in EVERY)
    assert any(message.startswith("clock-jumped by=") for message in caplog.messages)


class Doubtful(Fake):
    """Doubts the clock until each round has looked twice."""

    def second_look_in(self) -> timedelta | None:
        return SOON if any(self.counts[name] < 2 for name in EVERY) else None


def test_a_clock_that_is_doubted_is_looked_at_again_soon_by_every_round() -> None:
    rounds = Doubtful()
    with running(Service(rounds, lambda: NOW, every=dict.fromkeys(EVERY, timedelta(hours=9)))):
        assert all(rounds.seen(name, 2) for name in EVERY)


# ------------------------------------------------------------------ signals in this process


class Signalling(Fake):
    """Hangs up on its own process, and asks it to end when that has led to a reload."""

    def ingest(self, now: datetime) -> bool:
        if not self.counts["ingest"]:
            os.kill(os.getpid(), signal.SIGHUP)
        return super().ingest(now)

    def reload(self) -> None:
        self.count("reload", NOW)
        os.kill(os.getpid(), signal.SIGTERM)


def test_hang_up_reloads_once_and_handlers_are_put_back() -> None:
    kinds = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(kind) for kind in kinds]
    rounds = Signalling()
    assert Service(rounds, lambda: NOW, every=FAST).run() == 0
    assert rounds.counts["reload"] == 1
    assert [signal.getsignal(kind) for kind in kinds] == before


class LongReload(Fake):
    """Hangs up on its own process, asks it to end while that leads to a reload, and reloads until it may stop."""

    def __init__(self) -> None:
        super().__init__()
        self.stop: Callable[[], bool] | None = None
        self.gave_up = False

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        if self.stop is None:
            self.stop = stop
            os.kill(os.getpid(), signal.SIGHUP)

    def reload(self) -> None:
        assert self.stop is not None
        assert not self.stop()
        os.kill(os.getpid(), signal.SIGTERM)
        self.gave_up = any(self.stop() for _ in range(1_000))


def test_a_long_reload_learns_that_the_service_is_to_end() -> None:
    rounds = LongReload()
    assert Service(rounds, lambda: NOW, every=FAST).run() == 0
    assert rounds.gave_up


# ------------------------------------------------------------------ a real process

PROCESS = """
import sys
from datetime import UTC, datetime
from paperdigest.logs import setup
from paperdigest.service import Service

class Rounds:
    def ingest(self, now): pass
    def compose(self, now): pass
    def upkeep(self, now): pass
    def reload(self):
        print("reloaded", flush=True)
    def deliver(self, now, stop):
        for number in (1, 2):
            if stop():
                return
            print("sending", number, flush=True)
            sys.stdin.readline()
            print("sent", number, flush=True)

setup()
code = Service(Rounds(), lambda: datetime.now(UTC)).run()
print("code", code, flush=True)
sys.exit(code)
"""


@contextmanager
def process(**environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start the service as a process of its own; it is gone after the block."""
    source = Path(service_module.__file__).parents[1]
    started = subprocess.Popen(
        [sys.executable, "-c", PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, "PYTHONPATH": str(source), **environment},
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def line(of: subprocess.Popen[str]) -> str:
    """Return the next line of its output, or nothing when none comes in time."""
    assert of.stdout is not None
    ready, _, _ = select.select([of.stdout], [], [], PATIENCE)
    return of.stdout.readline().strip() if ready else ""


def errors_until(of: subprocess.Popen[str], word: str) -> bool:
    """Read its log until a line holds `word`."""
    assert of.stderr is not None
    return any(word in said for said in iter(of.stderr.readline, ""))


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_signal_finishes_the_message_in_hand_and_begins_no_other(
    sent: signal.Signals, code: int
) -> None:
    with process() as service:
        assert line(service) == "sending 1"
        service.send_signal(sent)
        service.send_signal(sent)  # wrappers forward what the terminal has sent already
        assert errors_until(service, "stopping")
        out, _ = service.communicate("go on\n", timeout=PATIENCE)
        assert out.split("\n")[:2] == ["sent 1", f"code {code}"]
        assert service.returncode == code


def test_process_ends_although_a_message_hangs() -> None:
    with process() as service:
        assert line(service) == "sending 1"
        service.send_signal(signal.SIGINT)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            service.send_signal(signal.SIGINT)  # impatience counts after a second
            with suppress(subprocess.TimeoutExpired):
                service.wait(0.1)
                break
        # The last press may come when the service has ended and Python has not.
        assert service.returncode in (130, -signal.SIGINT)
        assert errors_until(service, "left-unfinished")


def test_hang_up_reloads_and_goes_on() -> None:
    with process() as service:
        assert line(service) == "sending 1"
        service.send_signal(signal.SIGHUP)
        assert line(service) == "reloaded"
        service.send_signal(signal.SIGTERM)
        out, _ = service.communicate("go on\n", timeout=PATIENCE)
        assert "code 0" in out


def test_systemd_is_told_of_start_and_stop(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = tmp_path_factory.mktemp("s") / "notify"  # a socket's path must be short
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(PATIENCE)
        with process(NOTIFY_SOCKET=str(address)) as service:
            assert systemd.recv(100) == b"READY=1"
            assert line(service) == "sending 1"
            service.send_signal(signal.SIGTERM)
            assert systemd.recv(100) == b"STOPPING=1"
            service.communicate("go on\n", timeout=PATIENCE)


def test_notify_is_silent_without_systemd_and_harmless_without_a_listener(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    assert caplog.messages == []
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
    assert caplog.messages[0].startswith("notify-failed")
