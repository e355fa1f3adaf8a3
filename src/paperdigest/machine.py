"""This machine as the program sees it: its clocks, its memory and the room on its disks. The one place that reads them."""

from __future__ import annotations

import hashlib
import shutil
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paperdigest import failpoints

_M_ARENA_MAX = -8  # of glibc's malloc.h


def wall_clock() -> datetime:
    """Return the time of this machine: the one place that reads it."""
    return datetime.now(UTC) + failpoints.wall_ahead()  # by nothing, unless a test says so


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


def share_memory() -> None:
    """Let all threads to come take their memory from one heap. glibc gives each one of its own, and what a thread
    freed there is kept for it alone: with thousands of readers ten megabytes and more a thread. See mallopt(3)."""
    if sys.platform != "linux":
        return
    import ctypes  # by the service alone

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and one heap
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def free_bytes(folder: Path) -> int:
    """Return how many bytes this user may still write to the disk that holds a folder, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


#: Where systemd and D-Bus keep the machine's id, as 32 hex digits: https://www.freedesktop.org/software/systemd/man/machine-id.html
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def host_name() -> str:
    """Return what this machine is called."""
    return socket.gethostname()


def host_id(files: Sequence[Path] = _MACHINE_IDS, containers: Sequence[Path] = _CONTAINERS) -> str:
    """Return an id of this machine that stays the same over restarts; "" where there is none.

    The machine's own id is confidential and is hashed, as machine-id(5) asks. A system without one (macOS) is
    told by its name, without the domain, which comes from the network it happens to be in; not so a container,
    which is given a new name at each start.
    """
    for file in files:
        with suppress(OSError, ValueError):
            found = file.read_text("ascii").strip()
            if len(found) == 32 and int(found, 16):
                return _hashed(found)
    if any(mark.exists() for mark in containers):
        return ""
    return _hashed(host_name().partition(".")[0].casefold())


def _hashed(text: str) -> str:
    return hashlib.sha256(f"paperdigest {text}".encode()).hexdigest()[:16]
