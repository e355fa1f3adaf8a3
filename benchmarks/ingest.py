"""How fast ingest is, against bare SQLite, and how it grows with history. Run: python benchmarks/ingest.py"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from generate import json_lines, papers
from measure import ROUNDS, Contender, interleaved, ratio, table, verdict

from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, Verdict
from paperdigest.flow.ingest import ingest
from paperdigest.flow.sighting import Sighting, sightings
from paperdigest.flow.taking import SourceRun
from paperdigest.sources.json_lines import FORMAT
from paperdigest.store.connection import Store, open_store

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
#: So many different papers; a longer history is made of copies with titles and ids of their own.
BLOCK = 10_000
TABLES = {"papers": "key", "paper_ids": "paper_key", "records": "id", "changes": "number"}


@dataclass(frozen=True)
class Bytes:
    """A source that has one document in hand."""

    name: str
    data: bytes

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Document]:
        yield Document("bench.jsonl", hashlib.sha256(self.data).hexdigest(), self.data)

    def parse(self, document: Document) -> Parsed:
        return FORMAT.parse(document.data)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        return


def take(store: Store, data: bytes) -> None:
    report = ingest(store, [SourceRun(Bytes("bench", data), "file")], NOW)
    assert report.sources[0].status in ("ok", "quiet"), report


class Bench:
    """Databases in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0

    def empty(self) -> Store:
        self._made += 1
        return open_store(self.folder / f"{self._made}" / "paperdigest.db", write=True)

    def drop(self, store: Store) -> None:
        assert store.path is not None
        store.close()
        shutil.rmtree(store.path.parent)

    # ------------------------------------------------------------ against bare SQLite

    def against_sqlite(self, count: int, rounds: int) -> bool:
        data = json_lines(papers(count))
        store = self.empty()
        take(store, data)
        # In the order of the document, as a loader without any thought would write them.
        rows = {
            name: store.rows(f"SELECT * FROM {name} ORDER BY {key}") for name, key in TABLES.items()
        }
        self.drop(store)
        bare, ours = interleaved(
            [
                Contender("bare executemany", self.empty, lambda db: _insert(db, rows), self.drop),
                Contender(
                    "ingest, bytes to commit", self.empty, lambda db: take(db, data), self.drop
                ),
            ],
            rounds,
        )
        title = f"{count:,} papers into an empty database (the same rows into the same tables)"
        print(table(title, [bare, ours], per=count, unit="paper"))
        return verdict("speed against bare SQLite", ratio(bare, ours), at_least=0.25)

    # ------------------------------------------------------------ growth with history

    def growth(self, small: int, large: int, batch: int, rounds: int) -> bool:
        contenders, stores = [], []
        for size in (small, large):
            store, few = self._with_history(size)
            stores.append(store)
            some = self._batches(few, size, batch, rounds + 1)
            contenders.append(
                _batch_contender(f"{batch:,} records on {size:,} papers", store, some)
            )
        measured = interleaved(contenders, rounds)
        for store in stores:
            self.drop(store)
        print(table("a batch, four in five of it known", measured, per=batch, unit="record"))
        return verdict(
            "growth of the cost per record", ratio(measured[1], measured[0]), at_most=3.0
        )

    def _with_history(self, size: int) -> tuple[Store, tuple[Paper, ...]]:
        """Return a database of `size` papers, filled row by row from a few, and those few."""
        store = self.empty()
        few = FORMAT.parse(json_lines(papers(min(size, BLOCK), seed=2))).papers
        take(store, json_lines(few))
        rows = {name: store.rows(f"SELECT * FROM {name} ORDER BY 1") for name in TABLES}
        for copy in range(1, size // len(few)):
            with store.transaction():
                _insert_copy(store, rows, few, copy)
        return store, few

    def _batches(self, few: Sequence[Paper], size: int, batch: int, count: int) -> Iterator[bytes]:
        """Yield batches of known papers from all over history, and new ones."""
        fresh = iter(papers(batch * count, seed=3))
        chance = random.Random(size)
        for _ in range(count):
            places = chance.sample(range(size), batch * 4 // 5)
            known = [_copied(few[place % len(few)], place // len(few)) for place in places]
            yield json_lines([*known, *islice(fresh, batch - len(known))])


def _batch_contender(name: str, store: Store, batches: Iterator[bytes]) -> Contender[bytes]:
    return Contender(name, lambda: next(batches), lambda data: take(store, data))


def _insert(store: Store, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    with store.transaction():
        for name in TABLES:
            _insert_rows(store, name, rows[name])


def _insert_rows(store: Store, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(rows[0]))
    store.write_many(f"INSERT INTO {name} VALUES ({marks})", rows)


def _copied(paper: Paper, copy: int) -> Paper:
    """Return the copy of a paper: another id, another title, the same abstract."""
    if not copy:
        return paper
    number = f"{20 + copy // 11}{copy % 11 + 2:02}{paper.id[10:]}"
    title, url = f"{paper.title} {copy}", f"https://arxiv.org/abs/{number}"
    return replace(paper, id=f"arxiv:{number}", ids=(f"arxiv:{number}",), title=title, url=url)


def _insert_copy(
    store: Store, rows: dict[str, list[tuple[Any, ...]]], few: Sequence[Paper], copy: int
) -> None:
    """Write the rows that ingest would have written for the copies, without going through it."""
    seen, _ = sightings([_copied(paper, copy) for paper in few], "bench")
    step = copy * len(few)
    both = list(zip(rows["papers"], seen, strict=True))
    _insert_rows(store, "papers", [_paper_row(row, one, step) for row, one in both])
    ids = [(id_, row[0] + step) for row, one in both for id_ in one.ids]
    _insert_rows(store, "paper_ids", sorted(ids))
    records = list(zip(rows["records"], seen, strict=True))
    _insert_rows(
        store,
        "records",
        [
            (row[0] + step, row[1], one.own_id, row[3] + step, one.raw_hash, *row[5:])
            for row, one in records
        ],
    )
    _insert_rows(
        store, "changes", [(row[0] + step, row[1] + step, *row[2:]) for row in rows["changes"]]
    )


def _paper_row(row: tuple[Any, ...], one: Sighting, step: int) -> tuple[Any, ...]:
    paper = one.paper
    shown = list(row)
    shown[0], shown[1], shown[2] = row[0] + step, paper.id, paper.title
    shown[9] = paper.url
    shown[18] = row[18] + step
    return tuple(shown)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--papers", type=int, default=20_000)
    words.add_argument("--history", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as folder:
        bench = Bench(Path(folder))
        met = [
            bench.against_sqlite(asked.papers, asked.rounds),
            bench.growth(BLOCK, asked.history, 1_000, asked.rounds),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
