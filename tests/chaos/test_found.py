"""What the crash harness found in the program, each as a small test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from builders import NOW
from contracts import message
from house import House
from paperdigest.channels.file import FileChannel
from paperdigest.core.ports import Sent
from paperdigest.failpoints import CONSENT, GUARD, PLAN
from paperdigest.store import deliveries
from slack_server import FakeSlack
from smtp_server import HostileSmtp

_MAIL = """
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""
_READER = """
deliver = "ada@example.org"
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""


def states(house: House) -> list[str]:
    with house.app.open_store(write=False) as store:
        rows = reversed(deliveries.listed(store))
        return [row.state for row in rows if row.subscriber == "ada"]


def test_a_mail_that_may_have_arrived_and_is_then_refused_does_not_come_back_with_the_next_digest(
    house: House,
) -> None:
    """Its papers would reach the reader twice, by two different mails."""
    steps = {"dot": ["drop", "554 not this one"]}
    with HostileSmtp(steps) as server:
        config = (house.folder / "paperdigest.toml").read_text()
        told = 'operator = "file:ops"\n'  # else the reader would be, by the same mail server
        house.write("paperdigest.toml", told + config + _MAIL.format(port=server.port))
        house.write("subscriptions/ada.toml", _READER)
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        assert states(house) == ["unknown"]
        house.wait(minutes=16)
        house.deliver()
        assert states(house) == ["held"]
        house.wait(days=1)
        house.run()
        house.close()

    assert states(house) == ["held"]
    assert len(set(server.messages)) == 1


_SLOW_PROGRAM = """#!/bin/sh
touch {folder}/started
while [ ! -e {folder}/go ]; do sleep 0.02; done
cat > {folder}/taken.part && mv {folder}/taken.part {folder}/taken
"""
_CALLER = """
from paperdigest.channels.sendmail import run
run(({program!r},), "papers@example.org", "ada@example.org", b"x" * 300_000, 60)
"""


def test_a_local_mail_program_gets_the_whole_message_also_when_we_die_meanwhile(
    tmp_path: Path,
) -> None:
    """Through a pipe it got what had fitted into it, 64 kB, and took that for the message."""
    program = tmp_path / "sendmail"
    program.write_text(_SLOW_PROGRAM.format(folder=tmp_path))
    program.chmod(0o755)
    caller = subprocess.Popen([sys.executable, "-c", _CALLER.format(program=str(program))])
    until(tmp_path / "started")

    caller.kill()
    caller.wait()
    (tmp_path / "go").touch()
    until(tmp_path / "taken")

    assert (tmp_path / "taken").read_bytes() == b"x" * 300_000


def until(path: Path) -> None:
    """Wait until there is such a file."""
    end = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.01)  # another process makes it: there is nothing to wait on


_WRITER = """
from pathlib import Path
from paperdigest.channels.file import FileChannel
from paperdigest.core.ports import Part
FileChannel(Path({folder!r})).send(Part("outbox", 0, "k", {payload!r}))
"""


def test_what_a_kill_left_of_a_folder_is_cleared_away_by_the_next_try(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    channel = FileChannel(folder)
    (part,) = channel.prepare(message(), "outbox", key="0123456789abcdef", at=NOW)
    script = _WRITER.format(folder=str(folder), payload=part.payload)
    killed = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, GUARD: CONSENT, PLAN: "file.rename=kill"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(list(folder.iterdir())) == 1

    outcome = channel.send(part)

    assert isinstance(outcome, Sent)
    assert [str(path) for path in folder.iterdir()] == [outcome.receipt]


_SLACK = """
[slack]
token = {{ file = "secrets/token" }}
api_url = "{api_url}"
"""
_AT_ONCE = """
deliver = "slack:#papers"
schedule = "at once"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""


def test_what_an_alert_could_not_bring_is_tried_again_a_day_later_also_when_nothing_new_comes(
    house: House,
) -> None:
    """It waited for the next alert, and after 14 days nobody asked for it any more."""
    with FakeSlack("invalid_blocks") as slack:
        config = (house.folder / "paperdigest.toml").read_text()
        house.write("secrets/token", "xoxb-1").chmod(0o600)
        house.write("paperdigest.toml", config + _SLACK.format(api_url=slack.api_url))
        house.write("subscriptions/ada.toml", _AT_ONCE)
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.wait(hours=23)
        house.run()
        assert states(house) == ["failed"]

        house.wait(hours=1)
        house.run()

    assert states(house) == ["failed", "sent"]
    assert len(slack.posted) == 1
