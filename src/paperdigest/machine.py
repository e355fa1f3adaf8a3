"""This machine as the program sees it: its clocks and the room on its disks. The one place that reads them."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paperdigest import failpoints


def wall_clock() -> datetime:
    """Return the time of this machine: the one place that reads it."""
    return datetime.now(UTC) + failpoints.clock_ahead  # by nothing, unless a test says so


def steady_clock() -> timedelta:
    """Return the time of a clock that is never set and goes on while the machine sleeps, where there is one:
    only differences mean anything."""
    # Linux's counts sleep by this name alone, macOS's by the other.
    kind = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    seconds = time.monotonic() if kind is None else time.clock_gettime(kind)
    return timedelta(seconds=seconds) + failpoints.clock_ahead


def wait(span: timedelta) -> None:
    """Let time pass, with nothing in hand."""
    time.sleep(span.total_seconds())  # for room in a server's rate: nothing tells when it is there


def free_bytes(folder: Path) -> int:
    """Return how many bytes this user may still write to the disk that holds a folder, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
