"""A workflow's pass over the real program and a real mail server: what a lost run has sent, and what a person says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from house import MAIL, House
from smtp_server import Mailroom, mailroom

SCRIPT = Path(__file__).parents[2] / "deploy" / "github-actions" / "paperdigest-pass"
CONFIG = """
[[source]]
name = "pages"
kind = "inbox"
path = "inbox"
after = "keep"
"""
ADA = """
deliver = "ada@example.org"
schedule = "at once"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
DAYS = ("Monday", "Tuesday", "Wednesday")


@dataclass
class Runs:
    """One workflow's runs: each has the state that the last one kept."""

    house: House
    letters: Mailroom
    machine: Path = field(init=False)

    def __post_init__(self) -> None:
        self.machine = self.house.folder / "state"
        self.machine.mkdir()

    def __call__(self, choice: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("sh", str(SCRIPT), str(Path(sys.executable).with_name("paperdigest")), choice),
            capture_output=True,
            text=True,
            check=False,
            timeout=480,
            env={
                "PATH": os.environ["PATH"],
                "PAPERDIGEST_CONFIG": str(self.house.folder / "paperdigest.toml"),
                "STATE_DIRECTORY": str(self.machine),
            },
        )

    def drop(self, day: str) -> None:
        """Put a paper into the inbox, in a file that has lain there for a while."""
        self.house.drop(f"{day}.jsonl", f"Folding paper maps on {day}")

    def lost(self) -> None:
        """Have a run whose state is never kept."""
        kept = shutil.copytree(self.machine, self.house.folder / "kept")
        assert self().returncode == 0
        shutil.rmtree(self.machine)
        kept.rename(self.machine)

    def days(self) -> list[list[str]]:
        """Return for each mail the days whose papers it names in full."""
        return [
            [day for day in DAYS if re.search(rf"maps\W* on {day}", text(mail))]
            for _, _, mail in self.letters.mails
        ]


def text(mail: bytes) -> str:
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with mailroom() as server:
        house = House.built(tmp_path, config=CONFIG + MAIL.format(port=server.port), ada=ADA)
        yield Runs(house, server)
        house.close()


@pytest.fixture
def lost(runs: Runs) -> Runs:
    """After a run that has sent Tuesday's paper and was lost."""
    runs.drop("Monday")
    assert runs().returncode == 0
    runs.drop("Tuesday")
    runs.lost()
    assert runs.days() == [["Monday"], ["Tuesday"]]
    return runs


def test_what_counts_as_sent_is_not_sent_again_and_the_next_paper_is(lost: Runs) -> None:
    said = lost("assume-sent")
    assert said.returncode == 0, said.stderr
    lost.drop("Wednesday")

    lost()

    assert lost.days() == [["Monday"], ["Tuesday"], ["Wednesday"]]


def test_what_is_to_be_sent_once_more_is_what_the_lost_run_has_sent(lost: Runs) -> None:
    said = lost("resend")

    assert said.returncode == 0, said.stderr
    assert lost.days() == [["Monday"], ["Tuesday"], ["Tuesday"]]


def test_nothing_of_the_question_stays_behind(lost: Runs) -> None:
    """What is kept between runs would else grow by a database each time."""
    lost("assume-sent")

    assert sorted(path.name for path in lost.machine.glob("*.db*")) == ["paperdigest.db"]


def test_a_pass_that_only_partly_worked_is_a_warning(runs: Runs) -> None:
    runs.house.drop_bytes("broken.json", b'[{"title": ')

    said = runs()

    assert (said.returncode, "::warning" in said.stdout) == (0, True)


def test_a_wrong_config_fails_the_run(runs: Runs) -> None:
    runs.house.write("paperdigest.toml", "nonsense = 1")

    assert runs().returncode == 3
