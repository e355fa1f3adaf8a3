"""What a beat with nothing to do costs beside five million deliveries that were sent, and what upkeep does to them.

Run: python benchmarks/outbox.py. ROWS=200000 gives a quick look. Takes about 4 GB of disk meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from measure import Contender, interleaved, ratio, table, verdict

from paperdigest.app import App
from paperdigest.flow.pruning import BATCH, prune
from paperdigest.rounds import AppRounds
from paperdigest.store import pruning
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant

_Ready = TypeVar("_Ready")
ROWS = int(os.environ.get("ROWS", "5000000"))
FEW = 5_000
READERS = 100
TICKS = 20
#: The rows lie so far back, evenly: more than half are older than what is kept.
SPREAD = timedelta(days=1_000)
KEEP = timedelta(days=400)
#: Outcomes of a digest in the part that is pruned here; the rest has none, to save time and disk.
PAPERS = 20
PRUNED = 20_000
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_CONFIG = 'timezone = "UTC"\n'
_READER = 'deliver = "file:outbox"\n[[topic]]\nname = "Mine"\nkeywords = ["paper map"]\n'


def lay_out(folder: Path, rows: int) -> App:
    """Return an app whose ledger holds so many deliveries that were sent."""
    (folder / "subscriptions").mkdir(parents=True)
    (folder / "paperdigest.toml").write_text(_CONFIG)
    for number in range(READERS):
        (folder / "subscriptions" / f"reader{number:03}.toml").write_text(_READER)
    app = App.at(folder / "paperdigest.toml", lambda: NOW)
    with app.open_store() as store:
        app.register(store, NOW)
    with sqlite3.connect(app.database, isolation_level=None) as db:
        for setting in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"):
            db.execute(f"PRAGMA {setting}")
        _fill(db, rows)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return app


def _fill(db: sqlite3.Connection, rows: int) -> None:
    """Write rows as they are a month after they were sent, readers in turn, a digest for each."""
    first = to_instant(NOW - SPREAD)
    step = (to_instant(NOW) - first) // rows
    values = {"rows": rows, "readers": READERS, "first": first, "step": step}
    numbers = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :rows)"
    db.execute("BEGIN")
    db.execute(
        "INSERT INTO digests (id, subscriber_id, lane_id, slot, kind, title, papers, from_change,"
        f" until_change, covers_from_at, covers_until_at, composed_at) {numbers} SELECT n, 1 + n % :readers,"
        " 1 + n % :readers, strftime('%Y-%m-%dT%H:%M:%S', (:first + n * :step) / 1000000, 'unixepoch') || n,"
        " 'digest', '20 new papers: Mine', 20, 0, 0, 0, 0, :first + n * :step FROM c",
        values,
    )
    db.execute(
        "INSERT INTO deliveries (id, key, digest_id, subscriber_id, lane_id, slot, target, part, state,"
        " attempts, not_before_at, claimed_at, sent_at, created_at)"
        " SELECT id, lower(hex(randomblob(12))), id, subscriber_id, lane_id, slot,"
        " 'email:reader' || subscriber_id || '@example.org', 0, 'sent', 1, composed_at, composed_at,"
        " composed_at, composed_at FROM digests ORDER BY id"
    )
    db.execute(
        "INSERT INTO papers (id, title, first_seen_at)"
        f" {numbers} SELECT 'x:' || n, 'Paper ' || n, 0 FROM c",
        {"rows": 200_000},
    )
    db.execute(
        "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, digest_id, change,"
        f" at) {numbers} SELECT d.subscriber_id, 1 + (c.n - 1) * (:pruned / :readers) + d.id / :readers, 'new',"
        " 'sent', 'Mine', d.lane_id, d.id, 0, d.composed_at FROM digests d, c WHERE d.id <= :pruned",
        {"rows": PAPERS, "pruned": min(PRUNED, rows // 2), "readers": READERS},
    )
    db.execute("COMMIT")


def tick(app: App) -> Contender[AppRounds]:
    """Return the beat that delivers, as the service does it each ten seconds, with nothing to send."""
    rounds = AppRounds(app)

    def run(ready: AppRounds) -> None:
        for _ in range(TICKS):
            ready.deliver(NOW, lambda: False)

    return Contender(f"{_count(app):,} sent", lambda: rounds, run)


def forget(app: App) -> Contender[Store]:
    """Return upkeep's look for bytes that may go, where none may."""

    def run(store: Store) -> None:
        for _ in range(TICKS):
            with store.transaction():
                pruning.forget_payloads(store, NOW, BATCH)

    return Contender(f"{_count(app):,} sent", app.open_store, run, lambda store: store.close())


def _count(app: App) -> int:
    with app.open_store(write=False) as store:
        return int(store.rows("SELECT count(*) FROM deliveries")[0][0])


def compared(title: str, contenders: list[Contender[_Ready]]) -> bool:
    """Print a table of the same on both ledgers."""
    few, many = interleaved(contenders)
    print(table(title, [few, many], per=TICKS, unit="tick"))
    return verdict("times the tick on few", ratio(many, few), at_most=3)


def pruned(app: App) -> None:
    """Print what it takes to prune, and for how long others wait meanwhile."""
    held: list[float] = []
    with app.open_store() as store:
        started = time.perf_counter()
        looks = _steps(held)
        done = prune(store, NOW, KEEP, stop=lambda: next(looks))
        took = time.perf_counter() - started
        print(
            f"pruning: {done.digests:,} digests of {PAPERS} papers, {took / max(1, done.digests) * 1e6:.0f} µs"
            f" each, in steps of {BATCH}; the longest took {max(held) * 1e3:.0f} ms"
        )


def _steps(held: list[float]) -> Iterator[bool]:
    """Yield whether to stop, once before each step, and note how long the steps took."""
    last = time.perf_counter()
    for _ in range(min(PRUNED, ROWS // 2) // BATCH):
        yield False
        now = time.perf_counter()
        held.append(now - last)
        last = now
    while True:
        yield True


def main() -> int:
    """Print the tables; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        few, many = lay_out(Path(name) / "few", FEW), lay_out(Path(name) / "many", ROWS)
        size = many.database.stat().st_size / 1e9
        print(f"made {ROWS:,} rows, {size:.1f} GB, in {time.perf_counter() - started:.0f} s")
        met = [
            compared("a tick with nothing to send", [tick(few), tick(many)]),
            compared("a look for bytes that may go", [forget(few), forget(many)]),
        ]
        pruned(many)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
