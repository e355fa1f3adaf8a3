"""A snapshot of very many papers as a baseline: memory, size of the database, and resuming after a kill.

The snapshot is invented, in the form of arXiv's. The whole 2,500,000 take an hour and 20 GB of disk; by default
a tenth is measured, which says the same of memory and of bytes a paper. Run: python benchmarks/baseline.py
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from generate import papers
from measure import verdict

from paperdigest.core.paper import Paper

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
_BLOCK = 20_000


def records(count: int) -> Iterator[str]:
    """Yield lines of a snapshot: the same texts again and again, under titles and ids of their own."""
    block = list(islice(papers(_BLOCK), _BLOCK))
    for number in range(count):
        yield json.dumps(_record(number, block[number % _BLOCK]))


def _record(number: int, paper: Paper) -> dict[str, object]:
    year, rest = divmod(number, 1_000_000)
    names = [name.rpartition(" ") for name in paper.authors]
    return {
        "id": f"{10 + year:02}{1 + rest // 90_000:02}.{rest % 90_000:05}",
        "submitter": "Ada Lovelace",
        "authors": ", ".join(paper.authors),
        "title": f"{paper.title} {number // _BLOCK}" if number >= _BLOCK else paper.title,
        "comments": "12 pages",
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": " ".join(paper.categories),
        "license": None,
        "abstract": f"  {paper.abstract}\n",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
        "authors_parsed": [[family, given, ""] for given, _, family in names],
    }


def child(snapshot: Path, database: Path, stop_after: int) -> None:
    """Take the snapshot in, in a process of its own; be killed after so many pieces (0: not at all)."""
    from paperdigest.app import collect_less
    from paperdigest.flow.baseline import take_in
    from paperdigest.sources.large_file import LargeFile
    from paperdigest.store.connection import open_store

    collect_less()
    pieces = 0

    def progress(name: str, done: int, size: int) -> None:
        nonlocal pieces
        pieces += 1
        if pieces == stop_after:
            sys.exit(9)

    began = time.perf_counter()
    with open_store(database, write=True) as store:
        done = take_in(store, "arxiv", "inbox", LargeFile(snapshot), NOW, progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.perf_counter() - began
    print(json.dumps({"seconds": took, "peak": peak, "pieces": pieces, "new": done.new}))


def run(snapshot: Path, database: Path, stop_after: int = 0) -> dict[str, float]:
    """Run one child and return what it said; nothing of one that was killed."""
    command = [sys.executable, __file__, "--child", str(snapshot), str(database), str(stop_after)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if stop_after:
        return {}
    done.check_returncode()
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--papers", type=int, default=250_000)
    words.add_argument("--child", nargs=3, metavar=("SNAPSHOT", "DATABASE", "STOP"))
    asked = words.parse_args()
    if asked.child:
        child(Path(asked.child[0]), Path(asked.child[1]), int(asked.child[2]))
        return 0
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as name:
        snapshot, database = Path(name) / "snapshot.jsonl", Path(name) / "papers.db"
        with snapshot.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in records(asked.papers))
        all_pieces = -(-asked.papers // 5_000)
        run(snapshot, database, stop_after=all_pieces // 2)
        done = run(snapshot, database)
        per_paper = database.stat().st_size / asked.papers
    print(
        f"{asked.papers:,} papers: the second half in {done['seconds']:.0f} s,"
        f" {done['seconds'] / (asked.papers / 2) * 1e6:.0f} µs a paper"
    )
    met = [
        verdict("memory at most, MB", done["peak"], at_most=400),
        verdict("bytes of database a paper", per_paper, at_most=3_000),
        verdict(
            "pieces done twice after a kill",
            done["pieces"] - (all_pieces - all_pieces // 2),
            at_most=1,
        ),
        verdict("papers in history, of all", done["new"] / asked.papers, at_least=1),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
