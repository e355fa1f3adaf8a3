"""Reads what a folder lies on: its mount, and the room there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from paperdigest.core.examine_places import Disk
from paperdigest.core.mounts import Mount, from_mount_command, from_mountinfo, holding
from paperdigest.machine import free_bytes

_MOUNTINFO = Path("/proc/self/mountinfo")
_SECONDS = 5


def mount_of(folder: Path) -> Mount | None:
    """Return the mount that holds a folder, or will hold it; None where the system does not say."""
    path = os.path.realpath(folder)
    if sys.platform == "darwin":
        return holding(path, from_mount_command(_mount_command()))
    try:
        text = _MOUNTINFO.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    return holding(path, from_mountinfo(text))


def disk_of(folder: Path) -> Disk:
    """Return the room there for this user."""
    place = _existing(folder)
    room = os.statvfs(place)
    log = folder / "paperdigest.db-wal"
    return Disk(
        str(folder),
        free_bytes(place),
        log.stat().st_size if log.exists() else 0,
        room.f_favail if room.f_files else None,  # some file systems count none
    )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _mount_command() -> str:
    done = subprocess.run(
        ["/sbin/mount"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=_SECONDS,
        check=False,
    )
    return done.stdout
