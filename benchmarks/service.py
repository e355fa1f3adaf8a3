"""The service at the size of an institution: what it costs while nothing happens, how soon it is ready, and how long
10,000 readers wait who are all due in one minute. Absolute figures, printed and not gated. Needs Linux's /proc.

A mail server on loopback takes the messages. History is filled row by row, as ingest would have written it.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from generate import json_lines, papers
from ingest import Bench

from paperdigest import failpoints
from paperdigest.app import App
from paperdigest.core.paper import Paper
from paperdigest.store.instants import to_instant

SINK = Path(__file__).with_name("mail_sink.py")
#: The readers' hour, as the service is started a moment before it; history is older than their last digests.
SLOT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Tokyo",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
)
SOURCES = 20
_LONGEST = 1_200.0  # seconds
PAPERS_A_DIGEST = 20
_SOURCE = '[[source]]\nname = "s{number}"\nkind = "inbox"\npath = "inbox{number}"\n'
_EMAIL = """[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "papers@example.org"
rate = 100000
"""
_READER = """deliver = "reader{number}@example.org"
timezone = "{zone}"
schedule = "daily {at}"
[[topic]]
name = "Mine"
keywords = [{words}]
"""


# ------------------------------------------------------------------ what it runs over


def lay_out(folder: Path, readers: int, port: int, fresh: Sequence[Paper], *, at: str = "") -> Path:
    """Write config and subscriptions, each of three words of the papers to come. Without `at` everybody has an
    hour and a zone of their own."""
    chance = random.Random(1)
    pool = keywords(fresh)
    folder.mkdir()
    sources = "".join(_SOURCE.format(number=number) for number in range(SOURCES))
    for number in range(SOURCES):
        (folder / f"inbox{number}").mkdir()
    main = folder / "paperdigest.toml"
    main.write_text('timezone = "UTC"\n' + sources + _EMAIL.format(port=port))
    (folder / "subscriptions").mkdir()
    for number in range(readers):
        words = ", ".join(f'"{word}"' for word in chance.sample(pool, 3))
        mine = at or f"{chance.randrange(24):02}:{chance.randrange(60):02}"
        zone = "UTC" if at else chance.choice(ZONES)
        text = _READER.format(number=number, zone=zone, at=mine, words=words)
        (folder / "subscriptions" / f"reader{number:05}.toml").write_text(text)
    return main


def keywords(fresh: Sequence[Paper]) -> list[str]:
    """Return words of which three find about 20 of the papers."""
    found = Counter(
        word
        for paper in fresh
        for word in {*paper.title.lower().split(), *paper.abstract.lower().split()}
        if word.isalpha() and len(word) > 3
    )
    wanted = PAPERS_A_DIGEST / 3
    return sorted(word for word, count in found.items() if 0.7 * wanted <= count <= 1.3 * wanted)


def with_history(main: Path, size: int) -> None:
    """Put a history of that many papers where the database goes."""
    storage = main.parent
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as name:
        store, _ = Bench(Path(name))._with_history(size)
        path = store.path
        assert path is not None
        store.close()
        path.replace(storage / "paperdigest.db")


def settle(main: Path, now: datetime) -> Path:
    """Let its readers have had digests for long, the last one now: none looks back at what came before. Return
    the database."""
    app = App.at(main, lambda: now)
    with app.open_store() as store:
        app.register(store, now)
    with sqlite3.connect(app.database) as db:
        db.execute("PRAGMA trusted_schema = ON")
        db.execute(
            "UPDATE lanes SET digests = 1, last_digest_at = :now, last_slot_at = :now,"
            " bookmark = (SELECT coalesce(max(number), 0) FROM changes)",
            {"now": to_instant(now)},
        )
    db.close()
    return app.database


# ------------------------------------------------------------------ the processes


@contextmanager
def sink() -> Iterator[int]:
    """Run the mail server; give its port."""
    with subprocess.Popen(
        [sys.executable, str(SINK)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def service(main: Path, *, starts_at: datetime | None = None) -> Iterator[tuple[int, float]]:
    """Run the service, its clock moved to `starts_at`; give its process id and after how many seconds it was ready."""
    place = main.parent / "notify"
    place.unlink(missing_ok=True)
    ahead = 0.0 if starts_at is None else (starts_at - datetime.now(UTC)).total_seconds()
    shifted = {failpoints.GUARD: failpoints.CONSENT, failpoints.CLOCK: str(ahead)} if ahead else {}
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told,
        (main.parent / "log").open("w") as log,
    ):
        told.bind(str(place))
        told.settimeout(120)
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "paperdigest", "--config", str(main), "run"],
            stderr=log,
            env={**os.environ, **shifted, "NOTIFY_SOCKET": str(place)},
        ) as process:
            try:
                while b"READY=1" not in told.recv(4096).split(b"\n"):
                    assert process.poll() is None, (main.parent / "log").read_text()
                yield process.pid, time.perf_counter() - began
            finally:
                process.terminate()


def cpu_seconds(pid: int) -> float:
    """Return what a process has had of the processors so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return how much memory it holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


# ------------------------------------------------------------------ the three questions


def idle(folder: Path, readers: int, seconds: int, port: int) -> None:
    """Print what the service costs while nothing is due and nothing comes."""
    main = lay_out(folder / "idle", readers, port, papers(2_000, seed=9))
    with service(main) as (pid, _):
        time.sleep(90)  # everything was looked at twice
        before, began = cpu_seconds(pid), time.perf_counter()
        time.sleep(seconds)
        used = (cpu_seconds(pid) - before) / (time.perf_counter() - began)
        print(
            f"idle, {readers:,} readers, {SOURCES} sources: {used:.2%} of a processor, {resident_mb(pid):.0f} MB"
            " (under 0.5% and 150 MB expected)"
        )


def ready(folder: Path, history: int, port: int) -> None:
    """Print how soon the service is ready on a long history."""
    main = lay_out(folder / "ready", 100, port, papers(2_000, seed=9))
    with_history(main, history)
    settle(main, datetime.now(UTC))
    took = []
    for _ in range(3):  # the first one may find the file cold
        with service(main) as (_, seconds):
            took.append(seconds)
    print(f"start to ready on {history:,} papers: {min(took):.2f} s (under 2 s expected)")


def rush(folder: Path, readers: int, history: int, port: int) -> None:
    """Print how long it takes when everybody is due in the same minute."""
    fresh = papers(2_000, seed=9)
    main = lay_out(folder / "rush", readers, port, fresh, at="08:00")
    with_history(main, history)
    settle(main, SLOT - timedelta(days=1) + timedelta(minutes=1))
    dump = main.parent / "inbox0" / "fresh.jsonl"
    dump.write_bytes(json_lines(fresh))
    os.utime(dump, (0, 0))
    app = App.at(main, lambda: SLOT - timedelta(minutes=10))
    with app.open_store() as store:
        app.ingest(store, app.clock(), every=True)
    ahead = 60.0  # to start, and to have looked at everybody once
    began = time.perf_counter() + ahead
    with service(main, starts_at=SLOT - timedelta(seconds=ahead)):
        composed, first, all_sent = watched(app.database, readers, began)
    print(
        f"{readers:,} readers due in one minute, 2,000 new papers, {history:,} in history:"
        f" first message out after {first:.1f} s (under 5 s expected), all composed and frozen after"
        f" {composed:.1f} s (under 30 s expected), all sent after {all_sent:.0f} s"
    )


def watched(database: Path, readers: int, began: float) -> tuple[float, float, float]:
    """Return after how many seconds all were composed, the first and the last was sent."""
    slot = to_instant(SLOT)
    composed = first = 0.0
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as db:
        while True:
            (done,) = db.execute(
                "SELECT count(*) FROM lanes WHERE last_slot_at = ?", [slot]
            ).fetchone()
            (left,) = db.execute("SELECT count(*) FROM deliveries WHERE state != 'sent'").fetchone()
            (sent,) = db.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchone()
            now = time.perf_counter() - began
            first = first or (now if sent else 0.0)
            composed = composed or (now if done >= readers else 0.0)
            if (composed and not left) or now > _LONGEST:
                return composed, first, now
            time.sleep(0.2)


def main() -> int:
    """Print all three."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--readers", type=int, default=10_000)
    words.add_argument("--history", type=int, default=1_000_000)
    words.add_argument("--seconds", type=int, default=120)
    words.add_argument("--only", choices=("idle", "ready", "rush"))
    asked = words.parse_args()
    if not Path("/proc/self/stat").exists():
        print("service.py reads Linux's /proc: nothing was measured", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as name, sink() as port:
        folder = Path(name)
        if asked.only in (None, "idle"):
            idle(folder, asked.readers, asked.seconds, port)
        if asked.only in (None, "ready"):
            ready(folder, asked.history, port)
        if asked.only in (None, "rush"):
            rush(folder, asked.readers, asked.history, port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
