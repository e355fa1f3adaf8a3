"""The main job in a fresh process: page dumps in, 1,000 subscribers' digests out, by the file channel.

Printed, not gated: about 2 s and under 200 MB are expected on two cores. Takes the real dumps where
they lie beside the checkout, else as many invented papers.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from generate import page_dump, papers

DUMPS = Path(__file__).parents[2] / "shared" / "dumps"
SUBSCRIBERS = 1_000
ROUNDS = 3
_CONFIG = """timezone = "Europe/Berlin"
[[source]]
name = "pages"
kind = "inbox"
path = "inbox"
"""
_WORD = re.compile(r"[a-z]{4,}")


def keywords(dumps: Sequence[Path]) -> list[str]:
    """Return what readers might ask for: pairs of words that stand together in two titles or more."""
    pairs: Counter[str] = Counter()
    for dump in dumps:
        for line in dump.read_text("utf-8").splitlines():
            if len(line) < 150:
                found = _WORD.findall(line.lower())
                pairs.update(f"{one} {other}" for one, other in itertools.pairwise(found))
    return sorted(pair for pair, times in pairs.items() if times > 1)


def lay_out(folder: Path) -> None:
    """Write config, dumps and subscriptions: three keywords each, drawn with a fixed seed."""
    chance = random.Random(1)
    (folder / "inbox").mkdir(parents=True)
    (folder / "subscriptions").mkdir()
    (folder / "paperdigest.toml").write_text(_CONFIG)
    dumps = sorted(DUMPS.glob("*.txt")) if DUMPS.is_dir() else []
    for dump in dumps:
        shutil.copyfile(dump, folder / "inbox" / dump.name)
    if not dumps:
        (folder / "inbox" / "invented.txt").write_bytes(page_dump(papers(446)))
    for path in (folder / "inbox").iterdir():
        os.utime(path, (0, 0))
    pool = keywords(list((folder / "inbox").iterdir()))
    for number in range(SUBSCRIBERS):
        words = ", ".join(f'"{word}"' for word in chance.sample(pool, 3))
        text = f'deliver = "file:outbox"\n[[topic]]\nname = "Mine"\nkeywords = [{words}]\n'
        (folder / "subscriptions" / f"reader{number:04}.toml").write_text(text)


def measured() -> tuple[float, float, int, int]:
    """Run once in a fresh process; return (seconds, peak MB, digests, papers in them)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        started = time.perf_counter()
        subprocess.run(
            [
                sys.executable,
                "-m",
                "paperdigest",
                "--config",
                str(folder / "paperdigest.toml"),
                "run",
                "--once",
                "--json",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        took = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        digests = list((folder / "outbox").iterdir())
        papers_in_all = sum((one / "digest.json").read_text().count('"as": ') for one in digests)
        return took, peak, len(digests), papers_in_all


def main() -> int:
    """Print the median of three runs."""
    runs = [measured() for _ in range(ROUNDS)]
    source = "the real dumps" if DUMPS.is_dir() else "446 invented papers"
    print(f"main job, {source}, {SUBSCRIBERS:,} subscribers, file channel, fresh process")
    seconds, peak = median(run[0] for run in runs), max(run[1] for run in runs)
    _, _, digests, named = runs[0]
    print(
        f"  {seconds:.2f} s, {peak:.0f} MB, {digests:,} digests, {named / digests:.0f} papers in each"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
