"""`run --once` and `send`, told to end: the message in hand is finished and goes out once, and nothing else is begun."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from house import ADA, CONFIG, MAIL, House
from http_server import Reply, Request, http_server
from paperdigest import service
from paperdigest.cli import breaking_off
from paperdigest.flow import host
from paperdigest.store import deliveries
from running import LONGEST, PATIENCE, command, ended, said
from smtp_server import HostileSmtp

BY_MAIL = ADA.replace("file:outbox", "email:{0}@example.org")
FINISHING = "finishing the message in hand"
EACH = pytest.mark.parametrize("args", [("run", "--once"), ("send",)], ids=["run --once", "send"])


class Thinking(HostileSmtp):
    """A mail server that has a whole message, says so in `has_it`, and says nothing more before it `may_answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.has_it, self.may_answer = threading.Event(), threading.Event()

    def __enter__(self) -> Thinking:
        super().__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        self.may_answer.set()
        super().__exit__(*args)

    def _do(self, step: str, conversation: socket.socket) -> bool:
        if step == "dot":
            self.has_it.set()
            self.may_answer.wait()
        return super()._do(step, conversation)


@dataclass
class Post:
    """A house whose two readers, ada and ben, wait for their mails."""

    house: House
    server: Thinking

    def states(self) -> list[str]:
        with self.house.app.open_store(write=False) as store:
            return sorted(row.state.value for row in deliveries.listed(store))

    @contextmanager
    def sending(self, *args: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command until its first mail is with the server; it is gone after the block."""
        with running(command(self.house, *args)) as process:
            assert self.server.has_it.wait(PATIENCE)
            yield process


@contextmanager
def running(line: list[str]) -> Iterator[subprocess.Popen[str]]:
    with (
        subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
        ended(process, LONGEST),
    ):
        yield process


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with Thinking() as server:
        house = House.built(
            tmp_path,
            config=CONFIG + MAIL.format(port=server.port),
            ada=BY_MAIL.format("ada"),
            ben=BY_MAIL.format("ben"),
        )
        house.drop("monday.jsonl", "Folding paper maps again")
        house.ingest()
        yield Post(house, server)
        house.close()


@EACH
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_the_message_in_hand_is_finished_and_no_other_is_begun(
    post: Post, args: tuple[str, ...], sent: signal.Signals, code: int
) -> None:
    with post.sending(*args) as process:
        process.send_signal(sent)
        process.send_signal(sent)  # a wrapper forwards what the terminal has sent already
        said(process, FINISHING)
        post.server.may_answer.set()
        assert process.wait(PATIENCE) == code

    assert len(post.server.messages) == 1
    assert {"sent", "sending"} & set(post.states()) == {"sent"}


@EACH
def test_what_was_not_begun_goes_out_next_and_nothing_twice(
    post: Post, args: tuple[str, ...]
) -> None:
    with post.sending(*args) as process:
        process.terminate()
        said(process, FINISHING)
        post.server.may_answer.set()
        process.wait(PATIENCE)
    subprocess.run(command(post.house, "run", "--once"), capture_output=True, check=True)

    assert post.states() == ["sent", "sent"]
    assert len(post.server.messages) == 2


def test_it_is_said_once_what_is_waited_for(post: Post) -> None:
    with post.sending("run", "--once") as process:
        process.send_signal(signal.SIGINT)
        first = said(process, FINISHING)
        post.server.may_answer.set()
        rest = process.communicate(timeout=PATIENCE)

    assert "Ctrl-C again ends at once" in first
    assert FINISHING not in "".join(rest)


@EACH
def test_a_second_ctrl_c_ends_at_once(post: Post, args: tuple[str, ...]) -> None:
    with post.sending(*args) as process:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            process.send_signal(signal.SIGINT)  # impatience counts after a second
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                break
        assert process.returncode == 130
        assert not post.server.may_answer.is_set()

    assert "sending" in post.states()  # on disk: nobody knows whether it arrives


NEVER_DONE = """
import threading
from datetime import timedelta
from paperdigest.cli.breaking_off import message_in_hand

with message_in_hand(grace=timedelta(milliseconds=50)):
    print("sending", flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_message_that_is_never_done_is_left(sent: signal.Signals, code: int) -> None:
    with running([sys.executable, "-c", NEVER_DONE]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sending\n"
        process.send_signal(sent)
        assert process.wait(PATIENCE) == code
        assert "may go out twice" in said(process, "ended before")


def test_a_pass_gives_the_message_in_hand_as_long_as_the_service_does() -> None:
    assert breaking_off.GRACE == service.GRACE


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_while_sources_are_read_it_ends_at_once_and_in_order(
    house: House, sent: signal.Signals, code: int
) -> None:
    asked = threading.Event()
    with http_server() as server:

        def hangs(_: Request) -> Reply:
            asked.set()
            server.over.wait()
            return Reply()

        server.replies["/feed"] = hangs
        source = f'\n[[source]]\nname = "feed"\nkind = "feed"\nurl = "{server.url}/feed"\n'
        house.write("paperdigest.toml", CONFIG + source + "allow_private = true\n")
        with running(command(house, "run", "--once")) as process:
            assert asked.wait(PATIENCE)
            process.send_signal(sent)
            assert process.wait(PATIENCE) == code  # the feed has not answered
            assert said(process, "interrupted") == "interrupted\n"

    with house.app.open_store() as store:
        assert host.begin(store, "the next one")  # which need not examine the database first


IGNORING = """
import os, signal
from paperdigest.cli.breaking_off import ends_in_order, message_in_hand

signal.signal(signal.SIGHUP, signal.SIG_IGN)
with ends_in_order(), message_in_hand() as stop:
    os.kill(os.getpid(), signal.SIGHUP)
    print("told" if stop() else "not told")
"""


def test_what_nohup_ignores_ends_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IGNORING], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "not told\n")


def test_a_signal_is_as_it_was_after_a_command(house: House) -> None:
    kinds = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(kind) for kind in kinds]
    with breaking_off.ends_in_order(), breaking_off.message_in_hand() as stop:
        os.kill(os.getpid(), 0)
        assert not stop()

    assert [signal.getsignal(kind) for kind in kinds] == before
