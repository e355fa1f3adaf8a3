"""One world of the state machine: a working folder with the real service over it, in this very process, which can
be killed there as a process is: what is on disk at that instant is all that is left.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from chaos.papers import token
from machine.breaking import Bugs, Killed, at, dying, files_no_larger_than
from machine.readers import READERS, Reader, config_text
from machine.servers import ModalSlack, ModalSmtp
from paperdigest import failpoints
from paperdigest.app import App
from paperdigest.cli import run_command
from paperdigest.core.errors import PaperdigestError
from paperdigest.rounds import AppRounds
from paperdigest.service import Service
from paperdigest.store import facts
from paperdigest.store.connection import open_store

#: A Friday, in the middle of the working day in Europe.
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass
class World:
    """`true` is the time outside; the program's clock differs from it by `skew`. `room`: no file may grow
    beyond so many bytes. `papers` holds the kind of each paper by its number.
    """

    folder: Path
    smtp: ModalSmtp
    slack: ModalSlack
    true: datetime = START
    skew: timedelta = timedelta()
    room: int | None = None
    on_unknown: str = "resend_once"
    readers: dict[str, Reader] = field(default_factory=dict)
    papers: list[str] = field(default_factory=list)
    dumps: int = 0
    bugs: Bugs = field(default_factory=Bugs)
    _service: Service | None = None
    _rounds: AppRounds | None = None

    @classmethod
    def template(cls, folder: Path, smtp: ModalSmtp, slack: ModalSlack) -> World:
        """Make a folder to begin from. Its database has a fixed name, so that keys are the same each time."""
        world = cls(folder, smtp, slack, readers={reader.name: reader for reader in READERS})
        for name in ("inbox", "shelf", "subscriptions"):
            (folder / name).mkdir(parents=True)
        world.write_config()
        for reader in READERS:
            world.write_reader(reader)
        with open_store(world.database, write=True) as store, store.transaction():
            facts.remember(store, "database id", "0123456789abcdef")
        return world

    def born(self, folder: Path) -> World:
        """Return a world of its own that begins like this one."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        born = World(folder, self.smtp, self.slack, readers=dict(self.readers))
        self.smtp.wait_until_quiet()
        self.smtp.taken.clear()
        self.smtp.mode = "ok"
        self.slack.forget()
        self.slack.true_time = lambda: born.true
        logging.getLogger("paperdigest.service").addHandler(born.bugs)
        born.write_config()
        return born

    def end(self) -> None:
        """Let go of everything."""
        self.stop()
        logging.getLogger("paperdigest.service").removeHandler(self.bugs)

    @property
    def database(self) -> Path:
        """Return where the ledger is."""
        return self.folder / "paperdigest.db"

    @property
    def now(self) -> datetime:
        """Return the time as the program sees it."""
        return self.true + self.skew

    def pause(self, span: timedelta) -> None:
        """Let as much time pass as the program asks for."""
        self.true += span

    # ---------------------------------------------------------------- the program

    def tick(self, *, kill: tuple[str, int] | None = None) -> bool:
        """Let the service beat once, on the disk there is; return whether it was killed."""
        if self._service is None:
            self._start()
        assert self._service is not None
        if kill is None:
            with self._disk():
                self._service.tick()
            return False
        return self._dies(self._service, *kill)

    def upkeep(self) -> None:
        """Let the service tidy up."""
        if self._service is None:
            self._start()
        assert self._service is not None
        with self._disk():
            self._service._round("upkeep")

    def send(self, name: str) -> None:
        """Send a reader what is waiting, now, as a slot of its own."""
        if self._rounds is None:
            self._start()
        assert self._rounds is not None
        app = self._rounds.app
        with suppress(PaperdigestError), self._disk(), app.open_store() as store:
            app.register(store, self.now)
            app.compose(store, self.now, forced=frozenset({name}))
            app.deliver(store, patience=timedelta(seconds=2))

    def stop(self) -> None:
        """End the program in good order."""
        if self._rounds is not None:
            self._rounds.close()
        self._service = self._rounds = None
        self.smtp.wait_until_quiet()

    def command(self, *words: str) -> int:
        """Run a command beside the service, in the program's time; return its exit code."""
        before, failpoints.clock_ahead = failpoints.clock_ahead, timedelta()
        failpoints.clock_ahead = self.now - datetime.now(UTC)
        try:
            with self._disk():
                return run_command(["--config", str(self.folder / "paperdigest.toml"), *words])
        finally:
            failpoints.clock_ahead = before

    def _start(self) -> None:
        path = self.folder / "paperdigest.toml"
        app = App.at(path, lambda: self.now, self.pause, steady=lambda: self.true - START)
        self._rounds = AppRounds(app)
        self._service = Service(self._rounds, lambda: self.now)

    def _dies(self, service: Service, place: str, count: int) -> bool:
        """Beat until a place is reached; then all that is left is what was on disk at that instant."""
        grave = self.folder.with_name(self.folder.name + ".grave")
        shutil.rmtree(grave, ignore_errors=True)

        def last_look() -> None:
            with files_no_larger_than(None):
                while not grave.exists():
                    try:
                        shutil.copytree(self.folder, grave)
                    except (
                        FileNotFoundError,
                        shutil.Error,
                    ):  # another source's file moves just now
                        shutil.rmtree(grave)

        with (
            suppress(Killed),
            self._disk(),
            dying(last_look) as die,
            at(place, die, count),
        ):
            service.tick()
        if not grave.exists():
            return False
        self.stop()
        shutil.rmtree(self.folder)
        grave.rename(self.folder)
        return True

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Make the disk as full as it is. One channel follows the other, so that the same steps end the same way."""
        with patch.object(App, "side_by_side", False), files_no_larger_than(self.room):
            yield

    # ---------------------------------------------------------------- what surrounds it

    def write_config(self) -> None:
        """Write the main file."""
        text = config_text(self.smtp.told_port, self.slack.api_url, self.on_unknown)
        (self.folder / "paperdigest.toml").write_text(text)

    def write_reader(self, reader: Reader, *, instead_of: str = "") -> None:
        """Write a subscriptions file, perhaps in place of one under another name."""
        if instead_of and instead_of != reader.name:
            self.remove_reader(instead_of)
        self.readers[reader.name] = reader
        (self.folder / "subscriptions" / f"{reader.name}.toml").write_text(reader.text())

    def remove_reader(self, name: str) -> Reader:
        """Take a subscriptions file away."""
        (self.folder / "subscriptions" / f"{name}.toml").unlink()
        return self.readers.pop(name)

    def change(self, name: str, **over: Any) -> None:
        """Edit a subscriptions file."""
        self.write_reader(replace(self.readers[name], **over))

    def new_papers(self, *kinds: str) -> list[dict[str, Any]]:
        """Return new papers, as lines of our own dump format."""
        numbers = range(len(self.papers), len(self.papers) + len(kinds))
        self.papers += kinds
        return [self.paper(number) for number in numbers]

    def paper(self, number: int, **over: Any) -> dict[str, Any]:
        """Return a paper of that number."""
        return {
            "id": f"arxiv:2611.{number:05}",
            "title": f"How to fold a {self.papers[number]} for the island {token(number)}",
            "abstract": f"We fold it along the coast, {number} times.",
            "authors": ["Ada Lovelace"],
        } | over

    def drop(self, papers: list[dict[str, Any]], inbox: str = "inbox") -> None:
        """Put a dump into an inbox, written long ago, as a whole."""
        self.dumps += 1
        path = self.folder / inbox / f"{self.dumps:04}.jsonl"
        beside = path.with_name(f".{path.name}")
        beside.write_text("".join(f"{json.dumps(paper)}\n" for paper in papers))
        os.utime(beside, (0, 0))
        beside.rename(path)

    # ---------------------------------------------------------------- looking

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the ledger."""
        uri = f"{self.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as ledger:
            return ledger.execute(sql, values).fetchall()

    def known(self) -> set[str]:
        """Return the readers whom the program knows and has not seen leave."""
        return {name for (name,) in self.ask("SELECT name FROM subscribers WHERE gone_at IS NULL")}

    def mails(self) -> Iterator[tuple[str, bytes]]:
        """Yield (recipient, message) of every mail that was taken."""
        for mail in list(self.smtp.taken):
            yield mail.recipient, mail.data

    def posts(self) -> list[dict[str, Any]]:
        """Return every message that the Slack workspace shows."""
        return list(self.slack.posted)
