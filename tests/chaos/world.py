"""One world: a working folder, a mail server, a Slack workspace, and the program, which lives there again and
again. Owns starting and killing it, and what a person does at the end: decide about what is held.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from chaos.mail import MoodySmtp
from chaos.papers import paper
from chaos.plan import WEATHER, Killer, Life, life
from chaos.seen import Seen
from chaos.settings import write_config, write_folder
from chaos.slack import MoodySlack
from paperdigest.core.subscription import OPERATOR
from paperdigest.failpoints import CLOCK, CONSENT, GUARD, PLAN
from paperdigest.flow import resolve
from paperdigest.store import deliveries
from paperdigest.store.connection import open_store

#: Rounds of good weather after which everything must be done: a retry waits four hours at most.
_MOST_ROUNDS = 60
_BETWEEN_ROUNDS = timedelta(minutes=70)
#: Seconds: on a machine that is busy with other things a life is cut short rather.
_LONGEST_ROUND = 3.0
_DONE = ("sent", "failed", "dropped")


class Unfinished(AssertionError):
    """In good weather, too, not everything came to an end."""


@dataclass
class Tally:
    """What was done to the program."""

    lives: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    resolved: int = 0
    resumed: int = 0
    barred: int = 0
    rounds: int = 0
    papers: int = 0
    seconds: float = 0.0


class World:
    """`number` tells worlds of one seed apart. Use it in a with block."""

    def __init__(self, folder: Path, seed: int, number: int) -> None:
        self.folder = folder
        self.seed = seed
        self.number = number
        self.tally = Tally()
        self.holds = number % 3 == 2  # in these a mail of unknown outcome waits for a person
        chance = Random(f"{seed} {number} servers")
        self.mail = MoodySmtp(chance, self._heard)
        self.slack = MoodySlack(chance, self._heard)
        self.slack.people["gus@example.org"] = "U2"
        self.slack.channels |= {"#jon": "C0JON"}
        self._servers = ExitStack()
        self._ahead = timedelta()
        self._until_kill = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._round = 1.0  # seconds of one calm round on this machine

    def __enter__(self) -> World:
        self._servers.enter_context(self.mail)
        self._servers.enter_context(self.slack)
        write_folder(self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()

    @property
    def database(self) -> Path:
        """Return where the ledger is."""
        return self.folder / "paperdigest.db"

    def run(self, kills: int) -> None:
        """Let the program live until it was killed so often, then until everything is done."""
        began = time.monotonic()
        self._set_config(sendmail=False)
        self._round = min(self._timed(), self._timed(), _LONGEST_ROUND)
        number = 0
        while self.tally.kills.total() < kills:
            self._live(life(self.seed, self.number, number))
            number += 1
        self._finish()
        self.tally.barred = self.slack.barred.total()
        self.tally.seconds = time.monotonic() - began

    # ---------------------------------------------------------------- one life

    def _live(self, plan: Life) -> None:
        self._ahead += plan.ahead
        self._set_weather(plan.weather)
        self._set_config(sendmail=plan.sendmail)
        for count in plan.dumps:
            self._drop(plan.number, count)
        if plan.refused:
            self._put(f"{plan.number:05}-broken.json", b'{"papers": [')
        if plan.twice:
            self._drop_again(plan.number)
        self._until_kill = plan.kill.count if plan.kill.by is Killer.SERVER else 0
        words = ["run"] if plan.service else ["run", "--once"]
        late = threading.Timer(self._round * 0.7, self._drop, (plan.number, plan.late))
        papers = self.tally.papers
        with self._started(words, plan) as process:
            late.start()
            self._outlive(process, plan)
        late.cancel()
        late.join()
        if self.tally.papers == papers:  # it died before: then the dump comes after
            self._drop(plan.number, plan.late)
        self.tally.lives += 1

    def _outlive(self, process: subprocess.Popen[bytes], plan: Life) -> None:
        """Wait for the end that was planned; a service that does not come to it is killed where it is."""
        by = plan.kill.by
        patience = plan.kill.part * self._round if by is Killer.INSTANT else 2.5 * self._round
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            by = Killer.INSTANT
        if process.returncode == -signal.SIGKILL:
            self.tally.kills[by] += 1
            if by is Killer.PLACE:
                self.tally.places[plan.kill.place] += 1

    def _heard(self) -> None:
        """A server was told something. Every so many words that is the last thing the program says."""
        if self._until_kill > 0:
            self._until_kill -= 1
            if not self._until_kill and self._process is not None:
                self._process.kill()

    @contextmanager
    def _started(
        self, words: list[str], plan: Life | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        at_place = plan is not None and plan.kill.by is Killer.PLACE
        told = f"{plan.kill.place}=kill@{plan.kill.count}" if plan and at_place else ""
        self.slack.ahead = self._ahead.total_seconds()
        with (
            (self.folder / "log").open("ab") as log,
            subprocess.Popen(
                [*self._command, *words],
                stdout=log,
                stderr=log,
                env=self._environment | {PLAN: told},
            ) as process,
        ):
            self._process = process
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                self._process = None

    @property
    def _command(self) -> list[str]:
        config = str(self.folder / "paperdigest.toml")
        return [sys.executable, "-m", "paperdigest", "--config", config, "-v"]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            GUARD: CONSENT,
            CLOCK: str(self._ahead.total_seconds()),
            "CHAOS_SLACK_TOKEN": "xoxb-chaos",
            "CHAOS_SLACK_WEBHOOK": self.slack.webhook_url,
        }

    # ---------------------------------------------------------------- what surrounds it

    def _set_config(self, *, sendmail: bool) -> None:
        write_config(
            self.folder,
            port=self.mail.port,
            slack=self.slack.api_url,
            sendmail=sendmail,
            holds=self.holds,
        )

    def _set_weather(self, name: str) -> None:
        self.mail.badness = self.slack.badness = WEATHER[name]
        storm = self.folder / "mailbox" / "storm"
        storm.touch() if name == "storm" else storm.unlink(missing_ok=True)

    def _drop(self, life_number: int, count: int) -> None:
        if not count:
            return
        numbers = range(self.tally.papers, self.tally.papers + count)
        self.tally.papers += count
        lines = (json.dumps(paper(number)) + "\n" for number in numbers)
        self._put(f"{life_number:05}-{numbers[0]:06}.jsonl", "".join(lines).encode())

    def _drop_again(self, life_number: int) -> None:
        """Drop a paper that was there before, in another dump."""
        if self.tally.papers:
            number = life_number % self.tally.papers
            again = {**paper(number), "venue": f"seen again in life {life_number}"}
            self._put(f"{life_number:05}-again.jsonl", f"{json.dumps(again)}\n".encode())

    def _put(self, name: str, data: bytes) -> None:
        """Put a file into the inbox that was written long ago, as a whole."""
        path = self.folder / "inbox" / name
        beside = path.with_name(f".{name}")
        beside.write_bytes(data)
        os.utime(beside, (0, 0))
        beside.rename(path)

    # ---------------------------------------------------------------- the end

    def _finish(self) -> None:
        """Good weather, until every row and every paper has come to its end. Raises Unfinished."""
        self._until_kill = 0
        self._set_weather("fair")
        self._set_config(sendmail=False)
        for _ in range(_MOST_ROUNDS):
            self._ahead += _BETWEEN_ROUNDS
            self._once()
            self.tally.rounds += 1
            self._decide()
            if not self._left():
                return
        raise Unfinished(f"after {_MOST_ROUNDS} calm rounds there is still {self._left()}")

    def _once(self) -> None:
        with self._started(["run", "--once"]) as process:
            process.wait(120)
            if process.returncode not in (0, 4):
                raise Unfinished(f"a calm run ended with {process.returncode}: {self.log_end()}")

    def _timed(self) -> float:
        started = time.monotonic()
        self._once()
        return time.monotonic() - started

    def _left(self) -> dict[str, int]:
        with closing(self.ledger()) as ledger:
            (rows,) = ledger.execute(
                f"SELECT count(*) FROM deliveries WHERE state NOT IN {_DONE}"
            ).fetchone()
            (waiting,) = ledger.execute(
                "SELECT count(*) FROM outcomes WHERE outcome IN ('over limit', 'undeliverable')"
            ).fetchone()
            (news,) = ledger.execute(
                "SELECT count(*) FROM lanes l JOIN subscribers s ON s.id = l.subscriber_id"
                " WHERE s.name != ? AND bookmark < (SELECT max(number) FROM changes)",
                [OPERATOR],
            ).fetchone()
        files = sum(path.is_file() for path in (self.folder / "inbox").iterdir())
        left = {"rows": rows, "papers waiting": waiting, "files": files, "lanes behind": news}
        return {name: count for name, count in left.items() if count}

    def _decide(self) -> None:
        """Do what the program asks of a person: look whether it arrived, and say so; let a paused one go on."""
        seen = Seen.by(self)
        now = datetime.now(UTC) + self._ahead
        with open_store(self.database, write=True) as store, store.transaction():
            for row in deliveries.listed(store, state="held", limit=10_000):
                (payload,) = store.row("SELECT payload FROM deliveries WHERE id = ?", [row.id]) or (
                    "",
                )
                arrived = seen.times(row.key, row.target, zlib.decompress(payload))
                (resolve.was_sent if arrived else resolve.again)(store, row.id, now)
                self.tally.resolved += 1
            paused = store.rows(
                "SELECT s.name, p.target FROM suppressions p JOIN subscribers s ON s.id = p.subscriber_id"
            )
        for reader, target in paused:
            self._command_line("resume", reader, target)
            self.tally.resumed += 1

    def _command_line(self, *words: str) -> None:
        subprocess.run(
            [*self._command, *words], env=self._environment, capture_output=True, check=True
        )

    def mails(self) -> Iterator[tuple[str, bytes]]:
        """Yield (recipient, message) of every mail that was taken, by the server or by the local program."""
        for mail in list(self.mail.taken):
            yield mail.recipient, mail.data
        for path in sorted((self.folder / "mailbox").glob("*.eml")):
            recipient = path.with_suffix(".to").read_text().strip()
            yield recipient, path.read_bytes().replace(b"\n", b"\r\n")

    def posts(self) -> list[dict[str, Any]]:
        """Return every message that the Slack workspace shows."""
        return list(self.slack.posted)

    def ledger(self) -> sqlite3.Connection:
        """Open the database for reading."""
        return sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)

    def log_end(self) -> str:
        """Return the last lines of what the program said."""
        return "\n".join((self.folder / "log").read_text("utf-8", "replace").splitlines()[-20:])
