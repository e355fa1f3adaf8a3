"""The real service and those who look at it from outside: systemd, a container's health check, Prometheus."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from house import ADA, MAIL, House
from http_server import Reply, Request, http_server
from loopback import kept_place
from paperdigest.health.sign import NAME, OLD
from program import Program
from running import LONGEST, PATIENCE, command, ended, eventually, frozen, said, service


@contextmanager
def systemd(folder: Path) -> Iterator[tuple[socket.socket, str]]:
    address = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(address))
        listening.settimeout(PATIENCE)
        yield listening, str(address)


def heard(listening: socket.socket, start: str) -> str:
    """Return the next word to systemd that begins so."""
    while not (word := listening.recv(4096).decode()).startswith(start):
        pass
    return word


def first_sign(house: House) -> None:
    """Wait until the service gives a sign of life: there is nothing to be told of it by."""
    eventually((house.folder / NAME).exists)


def healthy(house: House) -> tuple[int, str]:
    done = subprocess.run(
        command(house, "status", "--healthy"), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()


def add(house: House, text: str) -> None:
    path = house.folder / "paperdigest.toml"
    house.write("paperdigest.toml", path.read_text() + text)


def served_at(house: House, place: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """Run the service with its health shown at that place."""
    add(house, f'\n[health]\nlisten = "{place}"\n')
    return service(house)


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket's."""
    return tmp_path_factory.mktemp("s")


def test_systemd_hears_of_the_start_the_life_what_is_next_a_reload_and_the_end(
    house: House, short: Path
) -> None:
    house.drop("a.jsonl", "A paper map of Mars")
    with (
        systemd(short) as (listening, address),
        service(house, NOTIFY_SOCKET=address, WATCHDOG_USEC="1500000") as process,
    ):
        words = set[str]()
        while not {"READY=1", "WATCHDOG=1", "STATUS"} <= words:
            word = listening.recv(4096).decode()
            words.add("STATUS" if word.startswith("STATUS=next: ada ") else word)
        assert [heard(listening, "WATCHDOG=1") for _ in range(3)]
        process.send_signal(signal.SIGHUP)
        assert heard(listening, "RELOADING=1").partition("MONOTONIC_USEC=")[2].isdigit()
        assert heard(listening, "READY=1")
        process.send_signal(signal.SIGTERM)
        assert heard(listening, "STOPPING=1")
        assert process.wait(PATIENCE) == 0


def test_a_hung_service_is_unhealthy_and_a_stopped_one_is_not_there(house: House) -> None:
    with service(house) as process:
        said(process, "started")
        first_sign(house)
        assert healthy(house) == (0, "healthy")
        frozen(process)
        old = time.time() - OLD.total_seconds() - 1
        # The lock was taken long ago, and the sign is old.
        os.utime(house.folder / "service.lock", (old - 60, old - 60))
        os.utime(house.folder / NAME, (old, old))
        code, told = healthy(house)
        process.send_signal(signal.SIGCONT)
        assert code == 1
        assert told.startswith(f"the service (pid {process.pid}) has given no sign of life since")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not (house.folder / NAME).exists()
    assert healthy(house) == (0, "healthy")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_hung_service_is_unhealthy_however_the_clock_was_set_meanwhile(
    house: House, hours: int
) -> None:
    with service(house) as process:
        said(process, "started")
        first_sign(house)
        frozen(process)
        at = time.time() + hours * 3600
        # By the clock of now, the sign is of another time, and the lock was taken later than now.
        os.utime(house.folder / NAME, (at, at))
        os.utime(house.folder / "service.lock", (at + 7200, at + 7200))
        code, told = healthy(house)
        process.send_signal(signal.SIGCONT)
    assert code == 1
    assert told.startswith(f"the service (pid {process.pid}) has given no sign of life since")


@pytest.mark.parametrize("how", [(), ("--once",)])
def test_the_sign_of_one_that_was_killed_is_taken_away_by_the_next(
    house: House, how: tuple[str, ...]
) -> None:
    """In a container each has the same process id."""
    (house.folder / NAME).write_text('{"pid": 1, "stuck": [], "ails": ["of another"]}')
    if how:
        subprocess.run(command(house, "run", *how), capture_output=True, check=True)
        assert not (house.folder / NAME).exists()
        return
    with service(house) as process:
        said(process, "started")
        assert "of another" not in healthy(house)[1]
        with suppress(FileNotFoundError):
            assert "of another" not in (house.folder / NAME).read_text()


def test_who_looks_whether_a_service_runs_leaves_its_lock_as_it_is(
    house: House, program: Program
) -> None:
    house.run()
    lock = house.folder / "service.lock"
    lock.write_bytes(b"")
    for more in ((), ("--healthy",)):
        program("status", *more)
    assert lock.read_bytes() == b""


def test_a_round_that_stands_still_is_named_to_the_health_check(house: House) -> None:
    with service(house) as process:
        said(process, "started")
        first_sign(house)
        told = {"pid": process.pid, "stuck": ["deliver"], "ails": ["deliver: not begun for 9 min"]}
        frozen(process)
        (house.folder / NAME).write_text(json.dumps(told))
        found = healthy(house)
        process.send_signal(signal.SIGCONT)
    assert found == (1, "the service: deliver: not begun for 9 min")


def test_a_config_that_cannot_be_read_is_an_answer_too(house: House) -> None:
    house.run()
    (house.folder / "paperdigest.toml").write_text("timezone = 7\n")
    code, told = healthy(house)
    assert code == 1
    assert "paperdigest.toml:1:12" in told


def test_the_service_shows_its_health_where_the_config_says_and_follows_it(house: House) -> None:
    house.drop("a.jsonl", "A paper map of Mars")
    with kept_place() as place, served_at(house, place) as process:
        said(process, "state=sent")
        for path, word in (
            ("/healthz", '"ok": true'),
            ("/metrics", "paperdigest_deliveries_total"),
        ):
            with closing(http.client.HTTPConnection(place, timeout=PATIENCE)) as asking:
                asking.request("GET", path)
                answer = asking.getresponse()
                assert (answer.status, word in answer.read().decode()) == (200, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_the_log_is_json_where_the_config_says(house: House) -> None:
    add(house, '\n[log]\nformat = "json"\n')
    house.drop("a.jsonl", "A paper map of Mars\u2028WARNING a line of mine")
    with service(house) as process:
        lines = [
            json.loads(said(process, event))
            for event in ("source-read", "digest-composed", '"delivery"')
        ]
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=PATIENCE)[1].splitlines()
    assert [line["event"] for line in lines] == ["source-read", "digest-composed", "delivery"]
    assert [line["run"].partition(".")[0] for line in lines] == ["ingest", "compose", "deliver"]
    assert all(json.loads(line)["event"] for line in rest)


@pytest.mark.parametrize(("dump", "pings"), [("A paper map of Mars", 1), (None, 0)])
def test_once_pings_only_when_it_ended_well(house: House, dump: str | None, pings: int) -> None:
    with http_server({"/ping": Reply(b"OK")}) as watch:
        add(house, f'\n[health]\nping = "{watch.url}/ping"\n')
        if dump is None:
            house.drop_bytes("bad.jsonl", b"{")
        else:
            house.drop("a.jsonl", dump)
        done = subprocess.run(
            command(house, "run", "--once"), capture_output=True, text=True, check=False
        )
    assert done.returncode == (0 if pings else 4)
    assert len(watch.requests) == pings


def test_a_dry_run_pings_nobody(house: House) -> None:
    with http_server({"/ping": Reply(b"OK")}) as watch:
        add(house, f'\n[health]\nping = "{watch.url}/ping"\n')
        subprocess.run(
            command(house, "run", "--once", "--dry-run"), capture_output=True, check=True
        )
    assert not watch.requests


def test_a_deaf_ping_changes_no_exit_code(house: House) -> None:
    add(house, '\n[health]\nping = "http://127.0.0.1:1/ping"\n')
    done = subprocess.run(
        command(house, "run", "--once"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "ping-failed" in done.stderr


@contextmanager
def hasty(house: House, hurry: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run the real service with one patience of its made short: nobody waits for minutes here."""
    script = (
        "from datetime import timedelta; from paperdigest.cli import main; from paperdigest.core import pulse;"
        f" from paperdigest.health import attendant; {hurry}; main()"
    )
    with (
        subprocess.Popen(
            [sys.executable, "-c", script, *command(house, "run")[3:]],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        ) as process,
        ended(process, LONGEST),
    ):
        yield process


def test_the_service_pings_after_a_full_cycle(house: House) -> None:
    pinged = threading.Event()

    def note(_: Request) -> Reply:
        pinged.set()
        return Reply(b"OK")

    with http_server({"/ping": note}) as watch:
        add(house, f'\n[health]\nping = "{watch.url}/ping"\n')
        with hasty(house, "attendant.PING_EVERY = timedelta()"):
            assert pinged.wait(PATIENCE)


def test_a_round_that_gets_no_further_starves_the_watchdog(house: House, short: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, systemd(short) as (listening, address):
        add(house, MAIL.format(port=mute.getsockname()[1]))
        house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))
        house.drop("a.jsonl", "A paper map of Mars")
        hurry = "pulse.LONGEST_STEP = {'deliver': timedelta(seconds=3)}"
        with hasty(house, hurry, NOTIFY_SOCKET=address, WATCHDOG_USEC="1500000") as process:
            assert heard(listening, "WATCHDOG=1")
            assert "deliver: at work without getting further" in said(process, "round-stuck")
            listening.setblocking(False)
            with suppress(BlockingIOError):
                while listening.recv(4096):
                    """What was said before."""
            listening.settimeout(3.0)  # twice as long as systemd would wait
            with pytest.raises(TimeoutError):
                heard(listening, "WATCHDOG=1")
