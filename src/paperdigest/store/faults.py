"""What SQLite and the file system complain of, in our words. The one place that knows their codes."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paperdigest.core.errors import (
    LockHeld,
    PaperdigestError,
    StoreDamaged,
    StoreError,
    StoreFull,
)

# https://www.sqlite.org/rescode.html: the low byte is the primary code.
_PRIMARY = 0xFF
#: The disk takes no more: full, over quota, file size limit or failing. SQLite tells only ENOSPC apart.
_NO_ROOM = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
_NO_ROOM_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def told_of_sqlite(path: Path | None) -> Iterator[None]:
    """Turn faults of the database into StoreError, StoreFull or LockHeld. Bugs pass as they are."""
    try:
        yield
    except sqlite3.Error as error:
        told = plainly(error, path)
        if told is None:
            raise
        raise told from error


@contextmanager
def told_plainly(path: Path | None) -> Iterator[None]:
    """Turn faults of the database and of the file system alike."""
    try:
        with told_of_sqlite(path):
            yield
    except OSError as error:
        raise _from_system(error, path) from error


def plainly(error: sqlite3.Error, path: Path | None) -> PaperdigestError | None:
    """Return the error in our words; None for what is a bug (a constraint, wrong SQL)."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    name = str(path) if path else "the database"
    if code in _NO_ROOM:
        return StoreFull(
            f"{name} cannot be written: the disk is full or failing · nothing was changed, make room"
        )
    return _by_primary(code & _PRIMARY, name, str(error))


def damaged(name: str | Path, said: str) -> StoreDamaged:
    """Return the error for a database that is damaged, with what to do."""
    return StoreDamaged(
        f"{name} is damaged ({said}) · nothing is sent, and the file stays as it is"
        " · restore a backup: paperdigest restore FILE --replace"
    )


def _by_primary(code: int, name: str, said: str) -> PaperdigestError | None:
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LockHeld(f"{name} is locked by another program · close it and try again")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StoreError(
                f"{name} is read-only · nothing was changed, make the file and its folder writable"
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(
                f"{name} cannot be opened · look at the rights of the file and its folder"
            )
        case sqlite3.SQLITE_NOTADB:
            return StoreError(f"{name} is not a paperdigest database · nothing was changed")
        case sqlite3.SQLITE_CORRUPT:
            return damaged(name, said)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PROTOCOL | sqlite3.SQLITE_NOLFS:
            return StoreError(f"{name} cannot be read or written ({said}) · look at the disk")
        case _:
            return None


def _from_system(error: OSError, path: Path | None) -> PaperdigestError:
    name = str(error.filename or path or "the database")
    if error.errno in _NO_ROOM_ERRNO:
        return StoreFull(f"{name} cannot be written: no room left · nothing was changed, make room")
    return StoreError(f"{name} cannot be used: {error.strerror or error}")
