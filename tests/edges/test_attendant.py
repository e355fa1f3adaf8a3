"""Who looks after the service: systemd is fed only while every round goes on, and told what it wants to know."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paperdigest.core.pulse import LONGEST_STEP
from paperdigest.core.units import DeliverySettled
from paperdigest.health.attendant import PING_EVERY, SIGN_EVERY, Attendant
from paperdigest.health.ping import Pinger
from paperdigest.health.sign import NAME, Sign, seen
from paperdigest.health.systemd import Systemd
from paperdigest.journal import finished, step
from paperdigest.service import Service

EVERY = {
    "ingest": timedelta(seconds=30),
    "compose": timedelta(seconds=30),
    "deliver": timedelta(seconds=10),
    "upkeep": timedelta(hours=1),
}
WATCHDOG = {"NOTIFY_SOCKET": "/somewhere", "WATCHDOG_USEC": "120000000"}
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Pings(Pinger):
    """Counts the pings that would go out."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.count = 0

    def ping_aside(self) -> None:
        self.count += 1


@dataclass
class Watched:
    """An attendant on a clock that is moved by hand. `told` is what systemd heard."""

    env: dict[str, str] = field(default_factory=lambda: dict(WATCHDOG))
    sign: Sign | None = None
    now: timedelta = timedelta(hours=9)
    told: list[str] = field(default_factory=list)
    pings: Pings = field(default_factory=Pings)

    def __post_init__(self) -> None:
        systemd = Systemd(self.told.append, self.env)
        self.attendant = Attendant(
            EVERY, systemd=systemd, pinger=self.pings, sign=self.sign, steady=lambda: self.now
        )

    def beat(self, *names: str, error: str = "") -> None:
        for name in names or EVERY:
            with self.attendant.attending(name) as ending:
                ending.error = error

    def look(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass and look; return what systemd heard of it."""
        self.now += after
        self.told.clear()
        self.attendant.look()
        return list(self.told)

    def fed(self, after: timedelta) -> bool:
        return "WATCHDOG=1" in self.look(after)


def test_a_round_that_takes_long_is_slow_only_where_it_gets_no_further() -> None:
    """Ten thousand digests take longer than a beat, and nothing is wrong."""
    watched = Watched({})
    with watched.attendant.attending("deliver"):
        for _ in range(5):
            watched.now += timedelta(seconds=50)
            assert not watched.attendant.is_slow("deliver")
            step()
        watched.now += timedelta(seconds=61)
        assert watched.attendant.is_slow("deliver")
    assert not watched.attendant.is_slow("deliver")


def test_ready_is_told_once_and_only_after_a_good_beat() -> None:
    watched = Watched({})
    assert watched.look() == []
    watched.beat(error="StoreFull: no room")
    assert watched.look() == []
    watched.beat("upkeep")
    assert watched.look() == ["READY=1"]
    assert watched.look() == []


def test_whoever_looks_is_called_for_the_first_good_beat() -> None:
    watched = Watched({})
    called: list[bool] = []
    watched.attendant.called = lambda: called.append(watched.attendant.pulse.has_succeeded)
    watched.beat("ingest", error="refused")
    watched.beat("ingest", "compose")
    assert called == [True]


def test_a_long_start_asks_for_time_while_nothing_has_failed() -> None:
    watched = Watched({})
    assert watched.look(SIGN_EVERY) == ["EXTEND_TIMEOUT_USEC=60000000"]
    watched.beat("deliver", error="refused")
    assert watched.look(SIGN_EVERY) == []


def test_the_watchdog_is_fed_three_times_as_often_as_systemd_asks() -> None:
    watched = Watched()
    watched.beat()
    assert watched.attendant.longest_rest == timedelta(seconds=40)
    assert watched.fed(timedelta())
    assert not watched.fed(timedelta(seconds=20))
    assert watched.fed(timedelta(seconds=20))


@pytest.mark.parametrize("name", EVERY)
def test_one_round_that_begins_no_more_starves_the_watchdog(name: str) -> None:
    watched = Watched()
    watched.beat()
    for _ in range(4 * 60 + 10):
        watched.now += timedelta(minutes=1)
        watched.beat(*(other for other in EVERY if other != name))
    assert not watched.fed(timedelta())


@pytest.mark.parametrize("name", EVERY)
def test_a_round_in_hand_keeps_it_fed_by_units_and_by_nothing_else(name: str) -> None:
    watched = Watched()
    watched.beat()
    others = [other for other in EVERY if other != name]
    with watched.attendant.attending(name) as ending:
        for _ in range(3):
            watched.now += LONGEST_STEP[name] - timedelta(minutes=1)
            step()
            watched.beat(*others)
            assert watched.fed(timedelta())
        watched.now += LONGEST_STEP[name] + timedelta(minutes=1)
        watched.beat(*others)
        assert not watched.fed(timedelta())
        ending.error = ""
    assert watched.fed(timedelta())


def test_failing_rounds_are_alive() -> None:
    """To start a service again does not make room on a disk."""
    watched = Watched()
    watched.beat(error="StoreFull: no room")
    assert watched.fed(timedelta(seconds=30))


def test_a_round_that_is_stuck_is_logged_once_and_when_it_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "paperdigest")
    watched = Watched()
    watched.beat()
    watched.now += timedelta(minutes=5)
    watched.beat("ingest", "compose")
    for _ in range(3):
        watched.look(timedelta(seconds=5))
    watched.beat()
    watched.look()
    assert caplog.messages == [
        'round-stuck said="deliver: not begun for 5 min"',
        "rounds-go-on",
    ]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "3000000"}, timedelta(seconds=3)),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=3)),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_what_systemd_expects_is_read_as_it_says(
    env: dict[str, str], expected: timedelta | None
) -> None:
    assert Systemd(env=env).watchdog == expected


def test_a_reload_is_told_from_its_beginning_to_its_end() -> None:
    told: list[str] = []
    systemd = Systemd(told.append, {})
    with systemd.reloading():
        pass
    assert told == []  # it has not started: the second word would say that it had
    systemd.ready()
    told.clear()
    with pytest.raises(ZeroDivisionError), systemd.reloading():
        raise ZeroDivisionError
    first, second = told
    assert first.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert first.rpartition("=")[2].isdigit()
    assert second == "READY=1"


def test_what_is_next_is_told_once_on_one_line() -> None:
    told: list[str] = []
    systemd = Systemd(told.append, {})
    systemd.status("next: ada\nREADY=1")
    systemd.status("next: ada\nREADY=1")
    assert told == ["STATUS=next: ada READY=1"]


# ------------------------------------------------------------------ the ping


def test_a_full_cycle_without_a_failure_pings_and_at_most_once_a_minute() -> None:
    watched = Watched()
    watched.beat()
    watched.look()
    assert watched.pings.count == 0  # one just began
    for _ in range(6):
        watched.now += timedelta(seconds=20)
        watched.beat()
        watched.look()
    assert watched.pings.count == 2


@pytest.mark.parametrize("name", ["ingest", "compose", "deliver"])
def test_no_ping_without_each_of_the_three(name: str) -> None:
    watched = Watched()
    watched.now += PING_EVERY
    watched.beat(*(other for other in EVERY if other != name))
    watched.look()
    assert watched.pings.count == 0


@pytest.mark.parametrize("name", EVERY)
def test_no_ping_while_a_round_fails(name: str) -> None:
    watched = Watched()
    watched.now += PING_EVERY
    watched.beat()
    watched.beat(name, error="StoreFull: no room")
    watched.look()
    assert watched.pings.count == 0


# ------------------------------------------------------------------ the sign of life


def test_the_sign_says_who_lives_and_what_ails(tmp_path: Path) -> None:
    watched = Watched(sign=Sign(tmp_path, lambda: NOW))
    watched.beat("compose", error="StoreFull: no room")
    watched.look()
    found = seen(tmp_path)
    assert found is not None
    assert (found.pid, found.at, found.stuck) == (os.getpid(), NOW, ())
    assert found.ails == ("compose: StoreFull: no room",)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_the_sign_is_written_now_and_then_and_gone_at_the_end(tmp_path: Path) -> None:
    times = [NOW]
    watched = Watched(sign=Sign(tmp_path, lambda: times[-1]))
    watched.look()
    times.append(NOW + timedelta(seconds=10))
    watched.look(timedelta(seconds=10))
    assert (found := seen(tmp_path)) is not None
    assert found.at == NOW
    watched.look(timedelta(seconds=10))
    assert (found := seen(tmp_path)) is not None
    assert found.at == NOW + timedelta(seconds=10)
    watched.attendant.close()
    assert seen(tmp_path) is None


def test_a_sign_that_cannot_be_written_disturbs_nothing_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(sign=Sign(tmp_path / "gone", lambda: NOW))
    watched.look()
    watched.look(timedelta(minutes=1))
    assert caplog.messages == ['sign-not-written error="No such file or directory"']


def test_on_a_full_disk_the_old_sign_is_said_to_be_of_now(tmp_path: Path) -> None:
    times = [NOW]
    watched = Watched(sign=Sign(tmp_path, lambda: times[-1]))
    watched.look()
    (tmp_path / f".{NAME}.new").mkdir()  # nothing can be written any more
    times.append(NOW + timedelta(minutes=1))
    watched.look(timedelta(minutes=1))
    assert (found := seen(tmp_path)) is not None
    assert found.at == times[-1]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"pid": "x", "stuck": [], "ails": []}'])
def test_a_sign_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    assert seen(tmp_path) is None


# ------------------------------------------------------------------ what is counted


def counted(act: Callable[[], None]) -> Watched:
    watched = Watched({})
    with watched.attendant.attending("deliver") as ending:
        act()
        ending.error = ""
    return watched


def test_units_of_a_round_are_counted_without_anybodys_name() -> None:
    unit = DeliverySettled(1, "k", "ada", "email", "a…@e…", 0, "unknown", 1, 2.5)
    watched = counted(lambda: finished(unit))
    counts = watched.attendant.tally.counts()
    assert counts.deliveries == {("email", "unknown"): 1}
    assert (counts.attempts["email"], counts.attempt_seconds["email"]) == (1, 2.5)
    assert "ada" not in repr(counts)


def test_a_state_that_was_not_an_attempt_counts_as_none() -> None:
    unit = DeliverySettled(1, "k", "ada", "email", "a…@e…", 0, "dropped", 1)
    assert not counted(lambda: finished(unit)).attendant.tally.counts().attempts


def test_beats_are_counted_by_how_they_ended_and_those_that_did_not_come() -> None:
    watched = Watched({})
    watched.beat("ingest")
    watched.beat("ingest", error="refused")
    watched.attendant.skipped("ingest", "overlap")
    counts = watched.attendant.tally.counts()
    assert counts.rounds == {("ingest", "ok"): 1, ("ingest", "failed"): 1}
    assert counts.skipped == {("ingest", "overlap"): 1}


def test_a_round_that_breaks_out_has_failed() -> None:
    watched = Watched({})
    with pytest.raises(SystemExit), watched.attendant.attending("upkeep"):
        raise SystemExit(7)
    assert watched.attendant.pulse.ails() == ("upkeep: it ended before it was done",)


class Broken(Sign):
    """A sign whose writing has a fault of ours."""

    def write(self, stuck: tuple[str, ...], ails: tuple[str, ...]) -> None:
        raise ZeroDivisionError


def test_a_fault_in_looking_after_it_ends_no_service(tmp_path: Path) -> None:
    class Rounds:
        def ingest(self, now: datetime) -> bool:
            return False

        def compose(self, now: datetime) -> bool:
            return False

        def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
            """Nothing waits."""

        def upkeep(self, now: datetime) -> None:
            ended.stop()

    attendant = Attendant(EVERY, sign=Broken(tmp_path, lambda: NOW))
    ended = Service(Rounds(), lambda: NOW, attendant=attendant)
    assert ended.run() == 0
