"""The disk and the database fail at every moment of a run: nothing is sent that cannot be written down, the words
say what to do, and once the fault is over everything comes to its end by itself, every paper once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from machine import audit
from machine.audit import Person
from machine.breaking import at
from machine.obstacles import (
    Fault,
    Impatient,
    a_stranger_writes,
    another_writes,
    disk_is_full,
)
from machine.readers import TOKEN, WEBHOOK, Reader
from machine.servers import ModalSlack, ModalSmtp
from machine.world import World

_FULL = "the disk is full or failing · nothing was changed, make room"
_BUSY = "is writing to the database · wait for it or stop it"
_STRANGER = "is locked by another program · close it and try again"


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("paperdigest.app.App", Impatient)
    monkeypatch.setattr("machine.world.App", Impatient)
    with ModalSmtp() as smtp, ModalSlack() as slack:
        monkeypatch.setenv(WEBHOOK, slack.webhook_url)
        monkeypatch.setenv(TOKEN, "xoxb-faults")
        yield World.template(tmp_path / "template", smtp, slack)


@pytest.fixture
def world(template: World, tmp_path: Path) -> Iterator[World]:
    with settled(template, tmp_path / "world") as made:
        yield made


@contextmanager
def settled(template: World, folder: Path) -> Iterator[World]:
    """Let there be one reader, by mail, webhook and Slack, and one paper in the inbox."""
    made = template.born(folder)
    for name in list(made.readers):
        made.remove_reader(name)
    targets = ("email:ada@example.org", "slack-webhook:team", "slack:#papers")
    made.write_reader(Reader("ada", targets, frozenset({"paper map"}), schedule="hourly"))
    made.drop(made.new_papers("paper map", "sock"))
    yield made
    made.end()


# ---------------------------------------------------------------- what comes of it


@dataclass(frozen=True)
class Case:
    """A fault at a moment of `run --once`, the `count`th such: what the servers have then, what is on disk, how the
    command ends, and how often each message comes in the end.

    `states` and `came` are those of the mail, the webhook's message and the bot's; no states: never composed.
    """

    fault: Fault
    moment: str
    sent: int
    states: str
    words: str
    code: int = 1
    count: int = 1
    came: tuple[int, int, int] = (1, 1, 1)

    def __str__(self) -> str:
        return f"{self.fault.__name__} {self.moment} {self.count}"


_WAITING = "pending pending pending"
#: Each channel in turn is the one whose server has answered when nothing can be written down any more: what a mail
#: server or a webhook took comes again, and what Slack shows is found there.
_ANSWERED = (
    (1, "sending sending sending", (2, 1, 1)),
    (2, "sent sending sending", (1, 2, 1)),
    (3, "sent sent sending", (1, 1, 1)),
)
CASES = (
    Case(disk_is_full, "ingest.commit", 0, "", _FULL),
    Case(disk_is_full, "ingest.committed", 0, "", _FULL),
    Case(disk_is_full, "compose.commit", 0, "", _FULL),
    Case(disk_is_full, "compose.committed", 0, _WAITING, _FULL),
    Case(disk_is_full, "deliver.claim", 0, _WAITING, _FULL),
    Case(another_writes, "ingest.settled", 0, "", _BUSY, code=5),
    Case(another_writes, "compose.committed", 0, _WAITING, _BUSY, code=5),
    Case(a_stranger_writes, "ingest.settled", 0, "", _STRANGER, code=5),
    Case(a_stranger_writes, "compose.committed", 0, _WAITING, _STRANGER, code=5),
    *(
        Case(fault, moment, count, states, words, code, count, came)
        for fault, moment, words, code in (
            (disk_is_full, "deliver.settle", _FULL, 1),
            (disk_is_full, "deliver.settling", _FULL, 1),
            (another_writes, "deliver.settle", _BUSY, 5),
            (a_stranger_writes, "deliver.settle", _STRANGER, 5),
        )
        for count, states, came in _ANSWERED
    ),
)


def states(world: World) -> str:
    return " ".join(row.state for row in audit.rows(world))


def servers_have(world: World) -> int:
    return sum(came(world))


def came(world: World) -> tuple[int, int, int]:
    """Return how many messages came by mail, by webhook and by bot; only the bot's can be told by their metadata."""
    by_bot = sum("metadata" in one for one in world.slack.posted)
    return len(world.smtp.taken), len(world.slack.posted) - by_bot, by_bot


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_is_sent_that_cannot_be_written_down_and_all_goes_on_when_it_is_over(
    world: World, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as over, at(case.moment, lambda: case.fault(world, over), case.count):
        code = world.command("run", "--once")

    said = capsys.readouterr()
    assert (code, servers_have(world), states(world)) == (case.code, case.sent, case.states)
    assert case.words in said.err
    goes_on(world, case.came)


def goes_on(world: World, expected: tuple[int, int, int] = (1, 1, 1)) -> None:
    """Let two hours pass, past the time of grace: all is sent, and twice only where the row says so."""
    for minutes in (1, 17, 17, 61):
        world.true += timedelta(minutes=minutes)
        assert world.command("run", "--once") == 0
    assert states(world) == "sent sent sent"
    assert came(world) == expected
    assert [*audit.faults(world, Person()), *audit.twins(world)] == []
    assert len(world.ask("SELECT 1 FROM outcomes WHERE outcome = 'sent'")) == 1


def test_send_does_not_say_that_it_was_left_to_the_service_when_it_was_not(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.command("ingest")
    with ExitStack() as over, at("deliver.settle", lambda: another_writes(world, over)):
        code = world.command("send")

    said = capsys.readouterr()
    assert (code, states(world)) == (5, "sending sending sending")
    assert "left to" not in said.err
    goes_on(world, (2, 1, 1))


# ---------------------------------------------------------------- before anything is begun


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[str], None]]:
    """Put a file system of its own under a folder; yield what mounts it anew with other options."""
    if os.geteuid() or sys.platform != "linux":
        pytest.skip("mounting a small file system needs root, and Linux's tools")
    folder.mkdir(exist_ok=True)

    def mount(*words: str) -> bool:
        done = subprocess.run(["mount", *words, str(folder)], check=False, capture_output=True)
        return done.returncode == 0

    if not mount("-t", "tmpfs", "-o", "size=100m", "tmpfs"):
        pytest.skip("this machine does not let root mount a small file system")

    def again(options: str) -> None:
        assert mount("-o", f"remount,{options}")

    try:
        yield again
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def stored_in(world: World, folder: Path) -> None:
    config = world.folder / "paperdigest.toml"
    config.write_text(f'{config.read_text()}\n[storage]\ndir = "{folder}"\n')


_VERBS = (("run", "--once"), ("ingest",), ("send",), ("retry", "1"), ("pause", "ada"))


@pytest.mark.parametrize("words", _VERBS, ids=" ".join)
def test_on_a_read_only_file_system_a_command_ends_with_1_and_names_what_to_make_writable(
    world: World, tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "small"
    with small_disk(folder) as remount:
        stored_in(world, folder)
        assert world.command("check") == 0
        assert world.command("ingest") == 0
        remount("ro")
        capsys.readouterr()

        code = world.command(*words)

        said = capsys.readouterr()
        assert (code, servers_have(world)) == (1, 0)
        assert str(folder) in said.err
        assert "read-only" in said.err.lower()


def test_what_a_read_only_file_system_kept_back_comes_once_it_can_be_written_to(
    world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    with small_disk(folder) as remount:
        stored_in(world, folder)
        world.command("ingest")
        remount("ro")
        assert world.command("run", "--once") == 1
        remount("rw")
        assert world.command("run", "--once") == 0
        assert servers_have(world) == 3


@pytest.mark.parametrize("case", [case for case in CASES if case.fault is disk_is_full], ids=str)
def test_a_small_file_system_that_is_full_is_no_different(
    template: World, tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is full from then on also has less room than is asked for before anything is begun."""
    with small_disk(tmp_path / "world"), settled(template, tmp_path / "world") as world:
        ballast = world.folder / "ballast"
        with at(case.moment, lambda: fill(ballast), case.count):
            code = world.command("run", "--once")

        said = capsys.readouterr()
        assert (code, servers_have(world), states(world)) == (1, case.sent, case.states)
        assert "make room" in said.err
        ballast.unlink()
        goes_on(world, case.came)


def fill(ballast: Path) -> None:
    """Write until there is no room left."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1_000_000)):
            pass
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1_000)):
            pass


@pytest.mark.parametrize("fault", [disk_is_full, another_writes, a_stranger_writes])
def test_reading_commands_work_all_the_same(world: World, fault: Fault) -> None:
    world.command("run", "--once")
    with ExitStack() as over:
        fault(world, over)
        codes = [world.command(*words) for words in (("status",), ("deliveries",), ("preview",))]

    assert codes == [0, 0, 0]


# ---------------------------------------------------------------- the service


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_service_goes_on_by_itself_when_it_is_over(
    world: World, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "paperdigest.service")
    with ExitStack() as over, at(case.moment, lambda: case.fault(world, over), case.count):
        world.tick()
    assert servers_have(world) == case.sent
    assert case.words in caplog.text

    for minutes in (1, 17, 17, 61):
        world.true += timedelta(minutes=minutes)
        world.tick()

    assert "round-recovered" in caplog.text
    assert world.bugs.found == []
    goes_on(world, case.came)


def test_a_fault_that_lasts_is_logged_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "paperdigest.service")
    with ExitStack() as over:
        another_writes(world, over)
        for _ in range(5):
            world.true += timedelta(minutes=1)
            world.tick()

    assert len([line for line in caplog.messages if "round=deliver" in line]) <= 1
