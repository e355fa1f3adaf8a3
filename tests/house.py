"""A working folder for tests: a config, an inbox, a clock that is set by hand, and the real program over it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paperdigest.app import App
from paperdigest.flow.compose import ComposeReport
from paperdigest.flow.ingest_report import IngestReport
from paperdigest.flow.post import DeliverReport

#: A Friday, in the middle of the working day in Europe.
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

CONFIG = """
timezone = "Europe/Berlin"

[[source]]
name = "pages"
kind = "inbox"
path = "inbox"
search = "https://search.example.org/?q={title}"
"""

ADA = """
deliver = "file:outbox"
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""

#: A mail server on this machine, at `{port}`.
MAIL = """
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "papers@example.org"
"""

#: One that no digest can be made for: no password is sent without TLS, which the config alone does not show.
NO_MAIL = MAIL.format(port=1).replace(
    'auth = "none"', 'username = "papers"\npassword = { file = "no" }'
)


@dataclass
class House:
    """`now` is the time; move it by hand. `pauses` are those the program made by itself. `free` are the bytes left
    on its disk."""

    folder: Path
    now: datetime = START
    free: int = 1_000_000_000
    pauses: list[timedelta] = field(default_factory=list, repr=False)
    _app: App | None = field(default=None, repr=False)

    @classmethod
    def built(cls, folder: Path, *, config: str = CONFIG, **subscriptions: str) -> House:
        """Return a house with these subscription files (default: ada, who wants paper maps)."""
        house = cls(folder)
        house.write("paperdigest.toml", config)
        for name, text in (subscriptions or {"ada": ADA}).items():
            house.write(f"subscriptions/{name}.toml", text)
        (folder / "inbox").mkdir(exist_ok=True)
        return house

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder; the config is read anew afterwards."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.reload()
        return path

    def reload(self) -> None:
        """Forget what was read of the config."""
        if self._app is not None:
            self._app.close()
        self._app = None

    @property
    def app(self) -> App:
        """Return the app over the config as it is now."""
        if self._app is None:
            self._app = App.at(
                self.folder / "paperdigest.toml",
                lambda: self.now,
                self.pause,
                free=lambda _: self.free,
            )
            self._app.side_by_side = False  # its clock is moved by hand, and by one thread
        return self._app

    def drop(self, name: str, *papers: dict[str, Any] | str) -> Path:
        """Put a dump of our own format into the inbox; a text is a title."""
        lines = (json.dumps({"title": one} if isinstance(one, str) else one) for one in papers)
        return self.drop_bytes(name, "".join(f"{line}\n" for line in lines).encode())

    def drop_bytes(self, name: str, data: bytes) -> Path:
        """Put a file into the inbox that was written long ago."""
        path = self.folder / "inbox" / name
        path.write_bytes(data)
        os.utime(path, (0, 0))
        return path

    def ingest(self) -> IngestReport:
        """Read every source."""
        with self.app.open_store() as store:
            return self.app.ingest(store, self.now, every=True)

    def compose(self, *forced: str) -> ComposeReport:
        """Write the digests that are due."""
        with self.app.open_store() as store:
            return self.app.compose(store, self.now, forced=frozenset(forced) or None)

    def deliver(self) -> DeliverReport:
        """Empty the outbox."""
        with self.app.open_store() as store:
            self.app.register(store, self.now)
            return self.app.deliver(store)

    def run(self) -> ComposeReport:
        """Ingest, compose, deliver: what `run --once` does."""
        self.ingest()
        report = self.compose()
        self.deliver()
        return report

    def pause(self, span: timedelta) -> None:
        """Let as much time pass as the program asks for."""
        self.pauses.append(span)
        self.now += span

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def digests(self, target: str = "outbox") -> list[dict[str, Any]]:
        """Return the digests delivered to a folder, oldest first."""
        # A service may be writing another folder just now: it is hidden until it is whole.
        pages = sorted((self.folder / target).glob("[!.]*/digest.json"))
        return [json.loads(page.read_text(encoding="utf-8")) for page in pages]

    def titles(self, target: str = "outbox") -> list[list[str]]:
        """Return the titles in full of each digest delivered to a folder."""
        return [titles_of(digest) for digest in self.digests(target)]

    def close(self) -> None:
        """Let go of connections."""
        self.reload()


def titles_of(digest: dict[str, Any], kinds: Iterable[str] = ("full", "listed")) -> list[str]:
    """Return the titles a digest names."""
    return [
        paper["title"]
        for topic in digest["topics"]
        for paper in topic["papers"]
        if paper["as"] in kinds
    ]
