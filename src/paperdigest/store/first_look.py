"""What a database file begins with: read once in a process, before it has any connection to the file.

POSIX lets go of every lock that a process has on a file as soon as it closes any descriptor of that file, and SQLite's
locks are such (https://www.sqlite.org/howtocorrupt.html, 2.2). Another process that writes and closes then takes itself
for the last one and removes the log, while this one goes on writing into it. So nobody here opens a database file
but SQLite, after this.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

_LENGTH = 100  # https://www.sqlite.org/fileformat2.html, 1.3

#: A file by its place without links, its device and its inode: after one was removed, another may have its inode.
_Identity = tuple[str, int, int]

_looking = (
    threading.Lock()
)  # held while a file is open, so that no connection to it is made meanwhile
_seen: dict[_Identity, bytes] = {}


def look(path: Path, judge: Callable[[bytes], None]) -> None:
    """Let `judge` see the first bytes, and raise what it raises; not where it has seen them before. Raises OSError."""
    with _looking:
        if _identity(path) in _seen:
            return
        with path.open("rb") as file:
            header = file.read(_LENGTH)
        judge(header)
        _seen[_identity(path)] = header


def make(path: Path) -> None:
    """Make an empty file that nobody else may read, unless one is there. Raises OSError, also for one that cannot be
    written to."""
    with _looking:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            _refuse_unwritable(path)
        _seen.setdefault(_identity(path), b"")  # one that is there was looked at, or is empty


def _refuse_unwritable(path: Path) -> None:
    """Raise what opening it to write would, for SQLite says no more than that it cannot."""
    if not os.access(path, os.W_OK):
        read_only = os.statvfs(path).f_flag & os.ST_RDONLY
        code = errno.EROFS if read_only else errno.EACCES
        raise OSError(code, os.strerror(code), os.fspath(path))


def began_with(path: Path) -> bytes:
    """Return the bytes that were seen; none where the file was empty then or was not looked at. Raises OSError."""
    return _seen.get(_identity(path), b"")


def _identity(path: Path) -> _Identity:
    found = path.stat()
    return os.path.realpath(path), found.st_dev, found.st_ino
