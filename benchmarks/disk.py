"""What the disk under a folder takes: for benchmarks whose figures hang on it."""

from __future__ import annotations

import os
import time
from pathlib import Path


def fsyncs(folder: Path, times: int = 100) -> list[float]:
    """Return how many seconds it takes to have a page of SQLite's on the disk of a folder, so many times."""
    taken = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(bytes(16_384))
            started = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - started)
    return taken
