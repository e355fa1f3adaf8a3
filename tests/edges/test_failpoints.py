"""Failpoints: nothing in production, everything in a test, and what the program does after breaking at each."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
import timeit
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from house import House
from paperdigest import failpoints
from paperdigest.failpoints import (
    CLOCK,
    CONSENT,
    GUARD,
    PLACES,
    PLAN,
    FailpointReached,
    broken,
    failpoint,
    read_plan,
    switch_on,
)
from paperdigest.machine import wall_clock
from paperdigest.store import deliveries
from slack_server import FakeSlack
from smtp_server import HostileSmtp

PACKAGE = Path(failpoints.__file__).parent

# ---------------------------------------------------------------- the places


def marked() -> Iterator[str]:
    """Yield what every call of failpoint() in the program names; it must be written out."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoint":
                yield ast.literal_eval(node.args[0])


def test_every_place_of_the_table_is_in_the_program_and_no_other_is() -> None:
    assert set(marked()) == set(PLACES)


def test_the_program_marks_places_and_never_breaks_itself() -> None:
    """`broken` is for tests inside one process."""
    taken = {
        alias.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "paperdigest.failpoints"
        for alias in node.names
    }

    assert taken == {"failpoint"}


def test_a_name_that_no_place_has_fails_once_failpoints_are_on() -> None:
    with broken(""), pytest.raises(LookupError, match=r"deliver\.claimd"):
        failpoint("deliver.claimd")


@pytest.mark.parametrize(
    "plan",
    [
        "deliver.claimd=kill",
        "deliver.claimed",
        "deliver.claimed=explode",
        "deliver.claimed=kill@0",
        "deliver.claimed=delay",
        "deliver.claimed=delay:long",
        "deliver.claimed=kill deliver.settle=kill",
    ],
)
def test_a_plan_that_says_nothing_clear_is_refused(plan: str) -> None:
    with pytest.raises(ValueError, match="failpoints: "):
        read_plan(plan)


def test_a_plan_may_name_several_places() -> None:
    plan = read_plan("deliver.claimed=kill@3, slack.post=delay:0.2,")

    assert [(one.place, one.deed, one.seconds, one.at) for one in plan] == [
        ("deliver.claimed", "kill", 0.0, 3),
        ("slack.post", "delay", 0.2, 0),
    ]


# ---------------------------------------------------------------- off and on


def test_a_place_costs_far_less_than_a_microsecond_when_nothing_is_on() -> None:
    times = 100_000
    seconds = min(
        timeit.repeat('mark("deliver.claimed")', globals={"mark": failpoint}, number=times)
    )

    assert seconds / times < 0.5e-6


@pytest.mark.parametrize("guard", [None, "", "yes", "1", CONSENT.upper()])
def test_without_the_second_variable_the_first_is_nothing(guard: str | None) -> None:
    said = {PLAN: "deliver.claimed=raise", CLOCK: "3600"}
    switch_on(said if guard is None else said | {GUARD: guard})

    failpoint("deliver.claimed")
    assert failpoints.clock_ahead == timedelta()


def test_the_second_variable_alone_is_nothing() -> None:
    switch_on({GUARD: CONSENT})

    assert failpoints._armed is None


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


_REACH = (
    "from paperdigest.failpoints import failpoint; failpoint('deliver.claimed'); print('alive')"
)


def test_a_process_under_test_says_so_aloud_and_dies_where_it_was_told() -> None:
    done = in_a_process(_REACH, **{PLAN: "deliver.claimed=kill", GUARD: CONSENT})

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
    assert done.stderr.splitlines() == [
        "*** paperdigest is under test: failpoints deliver.claimed=kill, clock ahead by 0:00:00 ***",
        "*** paperdigest is under test: kill at deliver.claimed ***",
    ]


def test_a_process_that_is_not_under_test_says_and_does_nothing() -> None:
    done = in_a_process(_REACH, **{PLAN: "deliver.claimed=kill", CLOCK: "3600"})

    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")


def test_the_clock_of_a_process_under_test_is_ahead() -> None:
    code = "from paperdigest.machine import wall_clock; print(wall_clock().isoformat())"
    done = in_a_process(code, **{CLOCK: "86400", GUARD: CONSENT})

    ahead = datetime.fromisoformat(done.stdout.strip()) - wall_clock()
    assert timedelta(hours=23) < ahead < timedelta(hours=25)


_MOVES = """
import sys
from pathlib import Path
from paperdigest.machine import steady_clock, wall_clock
wall, steady, file = wall_clock(), steady_clock(), Path(sys.argv[1])
file.write_text("-7200.5")
print((wall_clock() - wall).total_seconds(), (steady_clock() - steady).total_seconds())
"""


def test_the_wall_clock_of_a_process_under_test_follows_a_file_and_the_steady_one_goes_on(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ahead"
    file.write_text("3600\n")
    done = subprocess.run(
        [sys.executable, "-c", _MOVES, str(file)],
        env={**os.environ, CLOCK: f"@{file}", GUARD: CONSENT},
        capture_output=True,
        text=True,
        check=True,
    )

    wall, steady = map(float, done.stdout.split())
    assert -10800.5 <= wall < -9000  # and what has passed meanwhile
    assert steady >= 0
    assert "the wall clock ahead by what" in done.stderr


@pytest.mark.parametrize("guard", [None, "yes"])
def test_without_the_second_variable_no_file_moves_the_clock(
    tmp_path: Path, guard: str | None
) -> None:
    code = "from paperdigest.machine import wall_clock; print(wall_clock().isoformat())"
    (tmp_path / "ahead").write_text("86400")
    done = in_a_process(
        code, **{CLOCK: f"@{tmp_path}/ahead"} | ({} if guard is None else {GUARD: guard})
    )

    assert abs(datetime.fromisoformat(done.stdout.strip()) - wall_clock()) < timedelta(hours=1)
    assert done.stderr == ""


def test_a_file_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    done = in_a_process(
        "import paperdigest.failpoints", **{CLOCK: f"@{tmp_path}/no", GUARD: CONSENT}
    )

    assert done.returncode != 0
    assert f"{tmp_path}/no" in done.stderr


def test_it_breaks_the_time_it_was_told_to_and_only_then() -> None:
    with broken("deliver.settle=raise@2"):
        failpoint("deliver.settle")
        with pytest.raises(FailpointReached, match=r"deliver\.settle"):
            failpoint("deliver.settle")
        failpoint("deliver.settle")


def test_a_delay_waits_every_time() -> None:
    began = time.monotonic()
    with broken("store.commit=delay:0.01"):
        failpoint("store.commit")
        failpoint("store.commit")

    assert time.monotonic() - began >= 0.02


# ---------------------------------------------------------------- what comes after breaking at each

_CHANNELS = """
operator = ["email:ops@example.org"]

[email]
{mail}
from = "Papers <papers@example.org>"

[slack]
token = {{ file = "secrets/token" }}
api_url = "{api_url}"

[slack.webhooks]
team = {{ file = "secrets/webhook" }}
"""
_READER = """
deliver = ["ada@example.org", "slack:#papers", "slack-webhook:team", "file:outbox"]
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
_SENDMAIL = '#!/bin/sh\ncat > "$(mktemp {folder}/mailbox/XXXXXXXX)"\n'
#: Places that a first run does not come by: what must break before.
_BEFORE = {"deliver.recovered": "deliver.claimed", "deliver.looked_back": "deliver.claimed"}

#: No run comes by these of itself: test_backup.py and test_restore.py break there.
_CARE = ("backup.", "restore.")

_CHANNEL_PLACES = ("email", "sendmail", "slack", "webhook", "file")
_SOURCE_PLACES = ("inbox.move", "ingest.settled")


class Everywhere:
    """A house with one reader who gets everything by every channel."""

    def __init__(self, house: House, servers: ExitStack, *, sendmail: bool) -> None:
        self.house = house
        self.mail = servers.enter_context(HostileSmtp())
        self.slack = servers.enter_context(FakeSlack())
        self._mailbox = house.folder / "mailbox"
        self._mailbox.mkdir()
        program = house.write("sendmail", _SENDMAIL.format(folder=house.folder))
        program.chmod(0o755)
        smtp = f'host = "127.0.0.1"\nport = {self.mail.port}\ntls = "none"\nauth = "none"'
        config = _CHANNELS.format(
            mail=f'sendmail = "{program}"' if sendmail else smtp, api_url=self.slack.api_url
        )
        plain = (house.folder / "paperdigest.toml").read_text()
        head, source, rest = plain.partition("[[source]]")
        top, _, tables = config.partition("\n\n")
        house.write("paperdigest.toml", f"{head}{top}\n{source}{rest}\n{tables}")
        for name, secret in (("token", "xoxb-1"), ("webhook", self.slack.webhook_url)):
            house.write(f"secrets/{name}", secret).chmod(0o600)
        house.write("subscriptions/ada.toml", _READER)
        house.drop("monday.jsonl", "Folding paper maps again")
        house.drop_bytes("broken.json", b'{"papers": [')

    def breaks_at(self, place: str) -> None:
        """Run until it breaks there, as a process does that is then gone. A channel that breaks over one row
        must not end the round for the others, nor a source that breaks over one document."""
        in_channel = place.partition(".")[0] in _CHANNEL_PLACES
        inside = in_channel or place in _SOURCE_PLACES
        ends = nullcontext() if inside else pytest.raises(FailpointReached, match=place)
        with broken(f"{place}=raise"), ends:
            self.house.run()
        if in_channel:
            assert "unknown" in self.states()
        self.house.reload()

    def states(self) -> set[str]:
        """Return the states of all rows."""
        with self.house.app.open_store(write=False) as store:
            return {row.state.value for row in deliveries.listed(store)}

    def carry_on(self) -> None:
        """Let the program run until everything is done: past the grace time, past the pauses."""
        for minutes in (0, 16, 16, 300):
            self.house.wait(minutes=minutes)
            self.house.run()

    def mails(self) -> list[bytes]:
        """Return the mails to the reader, by whatever way."""
        found = [path.read_bytes() for path in self._mailbox.iterdir()]
        return [data for data in (*found, *self.mail.messages) if b"ada@example.org" in data]

    def came(self) -> tuple[list[str], int, int, list[list[str]], set[str]]:
        """Return the subjects of all different mails, how many different posts and webhook messages there are, the
        titles by file, and the states of all rows."""
        posts = [post for post in self.slack.posted if post.get("metadata")]
        hooks = [post["text"] for post in self.slack.posted if not post.get("metadata")]
        subjects = [message_from_bytes(data)["Subject"] for data in set(self.mails())]
        return subjects, len(posts), len(set(hooks)), self.house.titles(), self.states()


@pytest.mark.parametrize("place", [name for name in PLACES if not name.startswith(_CARE)])
def test_whatever_breaks_everything_arrives_and_what_can_be_looked_up_arrives_once(
    house: House, place: str
) -> None:
    with ExitStack() as servers:
        everywhere = Everywhere(house, servers, sendmail=place.startswith("sendmail"))
        if place in _BEFORE:
            everywhere.breaks_at(_BEFORE[place])
            house.wait(minutes=0 if place == "deliver.recovered" else 16)
        if place == "deliver.looked_back":
            house.deliver()
            house.wait(minutes=16)
        everywhere.breaks_at(place)

        everywhere.carry_on()

        came = everywhere.came()
        house.close()

    assert came == (["1 new paper: Maps"], 1, 1, [["Folding paper maps again"]], {"sent"})
    assert len(everywhere.mails()) <= 2
