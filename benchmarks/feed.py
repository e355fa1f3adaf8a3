"""How fast a feed of 10,000 papers is read, beside two programs that read feeds. Run: python benchmarks/feed.py

The same Atom file for all. Ingest, ours: from the file to the commit in our own database, everything that
`ingest` does with it. `reader`: `update_feed` of that file into its database, which is made and knows the feed
already. Reading, ours: from the file to papers. `rss2email`: `Feed.run(send=False)`, from the file to one
message for each entry, none of which is sent; its call of feedparser alone, without the messages, is shown too.
Neither program is a dependency: without them our own figures are shown alone.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from generate import papers
from ingest import NOW, Bench
from measure import ROUNDS, Contender, interleaved, ratio, table, verdict

from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, Verdict
from paperdigest.flow.ingest import ingest
from paperdigest.flow.taking import SourceRun
from paperdigest.sources.feed import parse_feed
from paperdigest.store.connection import Store

#: What has to be there for a program to run. `reader` brings its own feedparser, which needs a module that
#: Python no longer has.
NEEDS = {"reader": ("reader", "sgmllib"), "rss2email": ("rss2email",)}
_HOW = "pip install reader rss2email sgmllib3k"


@dataclass(frozen=True)
class File:
    """A source that has one feed in a file."""

    name: str
    path: Path

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Document]:
        data = self.path.read_bytes()
        yield Document(self.path.name, hashlib.sha256(data).hexdigest(), data)

    def parse(self, document: Document) -> Parsed:
        return parse_feed(document.data)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        return


def atom(some: Sequence[Paper]) -> str:
    """Return the papers in a feed like those that arXiv's API answers with."""
    entries = "".join(map(_entry, some))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>https://example.org/feed</id>\n<title>Papers</title>\n<updated>{NOW.isoformat()}</updated>\n"
        f"{entries}</feed>\n"
    )


def _entry(paper: Paper) -> str:
    name = paper.id.removeprefix("arxiv:") + "v1"
    assert paper.published_at is not None
    at = paper.published_at.isoformat()
    fields = "".join(
        f'<category term="{field}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for field in paper.categories
    )
    people = "".join(
        f"<author>\n<name>{escape(author)}</name>\n</author>\n" for author in paper.authors
    )
    return (
        f"<entry>\n<id>http://arxiv.org/abs/{name}</id>\n<title>{escape(paper.title)}</title>\n"
        f"<updated>{at}</updated>\n<published>{at}</published>\n"
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>\n'
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf"/>\n'
        f"<summary>{escape(paper.abstract)}</summary>\n{fields}{people}</entry>\n"
    )


class Feeds:
    """One feed of `size` papers in a folder, and everyone who reads it."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self.path = folder / "feed.xml"
        self.path.write_text(atom(papers(size)), encoding="utf-8")
        self._bench = Bench(folder)

    # ------------------------------------------------------------ from the file to a database

    def ingest(self, rounds: int) -> bool:
        contenders: list[Contender[Any]] = [
            Contender("paperdigest, ingest", self._bench.empty, self._take, self._bench.drop)
        ]
        if is_here("reader"):
            contenders.append(
                Contender("reader, update_feed", self._reader, self._update, self._drop)
            )
        ours, *theirs = interleaved(contenders, rounds)
        print(
            table(
                f"{self.size:,} entries, file to commit",
                [ours, *theirs],
                per=self.size,
                unit="entry",
            )
        )
        return all(
            verdict("speed against reader", ratio(one, ours), at_least=1.5) for one in theirs
        )

    def _take(self, store: Store) -> None:
        report = ingest(store, [SourceRun(File("bench", self.path), "file")], NOW)
        assert report.sources[0].status in ("ok", "quiet"), report
        assert store.rows("SELECT count(*) FROM papers") == [(self.size,)]

    def _reader(self) -> tuple[Any, Path]:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        made = importlib.import_module("reader").make_reader(
            str(folder / "reader.db"), feed_root=str(self.folder)
        )
        made.add_feed(self.path.name)
        return made, folder

    def _update(self, ready: tuple[Any, Path]) -> None:
        assert ready[0].update_feed(self.path.name).new == self.size

    def _drop(self, ready: tuple[Any, Path]) -> None:
        ready[0].close()
        shutil.rmtree(ready[1])

    # ------------------------------------------------------------ from the file to what it says

    def read(self, rounds: int) -> bool:
        contenders: list[Contender[Any]] = [
            Contender("paperdigest, papers", lambda: None, lambda _: self._parse())
        ]
        if is_here("rss2email"):
            contenders += [
                Contender("rss2email, messages", self._feed, self._run),
                Contender("rss2email, its parsing", self._feed, lambda feed: feed._fetch()),
            ]
        ours, *theirs = interleaved(contenders, rounds)
        print(
            table(
                f"{self.size:,} entries, file to memory",
                [ours, *theirs],
                per=self.size,
                unit="entry",
            )
        )
        return all(
            verdict("speed against rss2email", ratio(one, ours), at_least=4.0) for one in theirs[:1]
        )

    def _parse(self) -> None:
        assert len(parse_feed(self.path.read_bytes()).papers) == self.size

    def _feed(self) -> Any:
        importlib.import_module("rss2email").LOG.setLevel(logging.CRITICAL)
        return importlib.import_module("rss2email.feed").Feed(
            name="bench", url=str(self.path), to="reader@example.org"
        )

    def _run(self, feed: Any) -> None:
        feed.run(send=False)
        assert len(feed.seen) == self.size


def is_here(program: str) -> bool:
    return all(find_spec(module) is not None for module in NEEDS[program])


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--entries", type=int, default=10_000)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    asked = words.parse_args()
    missing = [program for program in NEEDS if not is_here(program)]
    if missing:
        print(f"NOT COMPARED with {' and '.join(missing)}: not installed. To compare: {_HOW}")
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as folder:
        feeds = Feeds(Path(folder), asked.entries)
        met = [feeds.ingest(asked.rounds), feeds.read(asked.rounds)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
