"""What is known of each host that is asked, where it is kept, and the lock that goes with it: in memory, or
in a file that processes share. Whose turn it is is `politeness`'s matter.
"""

from __future__ import annotations

import math
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

#: How the files of hosts end: what else lies in the folder is none of ours.
SUFFIX = ".turn"


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known of a host, in seconds since 1970: its last request, and until when it wants no other."""

    last: float = 0.0
    rest: float = 0.0


class Place(Protocol):
    """Where a host's notes are kept, held by one at a time. Only the holder reads and writes."""

    def take(self) -> bool:
        """Take hold of it; False when another one has it."""
        ...

    def read(self) -> Notes:
        """Return what is noted."""
        ...

    def write(self, notes: Notes) -> None:
        """Note this instead."""
        ...

    def leave(self) -> None:
        """Let go."""
        ...


class InMemory:
    """One host's notes for the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes = Notes()

    def take(self) -> bool:
        return self._lock.acquire(blocking=False)

    def read(self) -> Notes:
        return self._notes

    def write(self, notes: Notes) -> None:
        self._notes = notes

    def leave(self) -> None:
        self._lock.release()


class InFile:
    """One host's file, locked with flock(2): let go by the kernel when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def take(self) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(self._path, flags, 0o600)
        try:
            # Removed as unused between opening and locking: another one may hold a new file already.
            taken = _locked(self._file) and os.fstat(self._file).st_nlink > 0
        except BaseException:
            self.leave()
            raise
        if not taken:
            self.leave()
        return taken

    def read(self) -> Notes:
        return _read(os.pread(self._file, 100, 0))

    def write(self, notes: Notes) -> None:
        text = f"{notes.last:.3f} {notes.rest:.3f}\n".encode()
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def leave(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)


def _locked(file: int) -> bool:
    import fcntl  # not on every system, and only the files need it

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(text: bytes) -> Notes:
    """Read a file; what is none of ours says nothing."""
    try:
        last, rest = (float(word) for word in text.split())
    except ValueError:
        return Notes()
    return Notes(last, rest) if math.isfinite(last) and math.isfinite(rest) else Notes()


def tidy(folder: Path, before: float) -> None:
    """Remove the files of hosts not asked since then: a redirect may name any host, and once."""
    if not folder.is_dir():
        return
    with suppress(OSError):
        for path in folder.glob("*" + SUFFIX):
            place = InFile(path)
            if path.stat().st_mtime < before and place.take():
                path.unlink(missing_ok=True)
                place.leave()
