"""Locks between processes: one file each, held with flock(2), let go by the kernel when its holder
dies, however it dies. The file tells waiting processes who holds it; it is never removed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paperdigest.core.errors import LockHeld, StoreError

#: Held for the life of the service; around each write transaction; by the one process that sends.
SERVICE_LOCK = "service.lock"
WRITE_LOCK = "write.lock"
DELIVER_LOCK = "deliver.lock"

_STEP = 0.05  # seconds between two tries: flock itself cannot wait with a limit
_HOLDER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock. `since` is when it was taken, in UTC."""

    pid: int
    host: str
    command: str
    since: datetime

    def __str__(self) -> str:
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"pid {self.pid}{where}, `{self.command}`, since {self.since:%Y-%m-%d %H:%M} UTC"


class FileLock:
    """One lock. Not re-entrant: taking it twice, in one process too, is waiting for oneself.

    `monotonic` and `sleep` are the waiting, for tests to replace.
    """

    def __init__(
        self,
        path: Path,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self._monotonic = monotonic
        self._sleep = sleep
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Say whether this very object holds the lock."""
        return self._file is not None

    def acquire(self, wait: float = 0.0) -> None:
        """Take the lock, waiting up to `wait` seconds. Raises LockHeld naming the holder."""
        if self._file is not None:
            raise RuntimeError(f"{self.path.name} is held already")
        file = self._open()
        try:
            self._wait_for(file, wait)
            self._sign(file)
        except BaseException:
            os.close(file)
            raise
        self._file = file

    def release(self) -> None:
        """Let go. Safe to call twice."""
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    @contextmanager
    def holding(self, wait: float = 0.0) -> Iterator[None]:
        """Hold the lock for the length of a with block."""
        self.acquire(wait)
        try:
            yield
        finally:
            self.release()

    def holder(self) -> Holder | None:
        """Return who signed the file last; None where nobody did or it cannot be read."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            return _read_holder(file)
        finally:
            os.close(file)

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(self.path, flags, 0o600)
        except OSError as error:
            raise StoreError(f"cannot take the lock {self.path}: {error.strerror}") from error

    def _wait_for(self, file: int, wait: float) -> None:
        until = self._monotonic() + wait
        while not _try_lock(file, self.path):
            left = until - self._monotonic()
            if left <= 0:
                raise LockHeld(_held_message(self.path, _read_holder(file)))
            self._sleep(min(_STEP, left))

    def _sign(self, file: int) -> None:
        mine = {"pid": os.getpid(), "host": socket.gethostname(), "command": _command()}
        data = json.dumps(mine).encode()[:_HOLDER_BYTES]
        # Written over in place: cutting a file short takes as long as the rest of a transaction.
        if os.fstat(file).st_size > len(data):
            os.ftruncate(file, 0)
        try:
            os.pwrite(file, data, 0)
        except OSError as error:
            # A full disk must not cost the lock: it only costs the name in somebody's message.
            if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise


def _try_lock(file: int, path: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StoreError(
            f"cannot take the lock {path}: {error.strerror} · keep the database on a local disk"
        ) from error
    return True


def _command() -> str:
    words = [Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python", *sys.argv[1:4]]
    return " ".join(words)[:200]


def _read_holder(file: int) -> Holder | None:
    try:
        plain = json.loads(os.pread(file, _HOLDER_BYTES, 0))
        since = datetime.fromtimestamp(os.fstat(file).st_mtime, UTC)
        return Holder(int(plain["pid"]), str(plain["host"]), str(plain["command"]), since)
    except (ValueError, KeyError, TypeError, OSError):
        return None


def _held_message(path: Path, holder: Holder | None) -> str:
    who = f"another paperdigest ({holder})" if holder else "another process"
    doing = {
        SERVICE_LOCK: "is running as the service",
        WRITE_LOCK: "is writing to the database",
        DELIVER_LOCK: "is sending",
    }.get(path.name, f"holds {path}")
    return f"{who} {doing} · wait for it or stop it"
