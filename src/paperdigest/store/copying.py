"""A consistent copy of a live database, and whether a database file is sound.

A live WAL database may never be copied as a file: what stands in its log would be missing
(https://www.sqlite.org/howtocorrupt.html section 1.2). SQLite's backup API copies it page by page here, over a
read snapshot, so that it neither keeps a writer waiting nor begins anew whenever somebody writes
(https://www.sqlite.org/c3ref/backup_finish.html).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from paperdigest.core.errors import PaperdigestError
from paperdigest.failpoints import failpoint
from paperdigest.store.faults import damaged, told_plainly

#: Pages of one step: between two steps a stop is heard. 16 MB where pages are 16 kB.
_STEP = 1024
#: From this version on `PRAGMA integrity_check` looks into full-text indexes too.
_KNOWS_FTS = (3, 44, 0)
_HOW_MANY = 5


class Stopped(PaperdigestError):
    """The program is told to stop while it works on something that can be done again."""


def copy(database: Path, target: Path, stop: Callable[[], bool] = lambda: False) -> None:
    """Write the database as it is at this moment to a new private file, and onto the disk.

    Raises Stopped; StoreFull and StoreError for faults of either disk.
    """

    def heed(*_: int) -> None:
        if stop():
            raise Stopped("the copy was broken off: the program is told to stop")

    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with told_plainly(database), closing(_reader(database)) as source:
        # An open snapshot is what makes writers harmless: without one each commit restarts the copy.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with told_plainly(target), closing(sqlite3.connect(target, isolation_level=None)) as made:
            made.execute("PRAGMA synchronous = OFF")  # it is brought to the disk below, at once
            source.backup(made, pages=_STEP, progress=heed)
        source.execute("ROLLBACK")
    failpoint("backup.copied")
    with told_plainly(target):
        _sync(target)


def quick_check(database: Path, stop: Callable[[], bool] = lambda: False) -> None:
    """Look whether every page can be read and makes sense, as a reader: nobody waits for it.

    Raises StoreDamaged saying how to restore, Stopped.
    """
    _examine(database, "PRAGMA quick_check", stop)


def full_check(database: Path, stop: Callable[[], bool] = lambda: False) -> None:
    """Look besides whether each index holds what its table holds, as a reader. Raises StoreDamaged, Stopped."""
    _examine(database, "PRAGMA integrity_check", stop)


def check_copy(file: Path, of: Path) -> None:
    """Do the full check of a copy that nobody else uses, its search index included.

    Raises StoreDamaged, which names what it is a copy of.
    """
    with told_plainly(of), closing(sqlite3.connect(file, isolation_level=None)) as conn:
        _complain(of, conn, "PRAGMA integrity_check")
        has_index = "SELECT count(*) FROM sqlite_schema WHERE name = 'search'"
        if sqlite3.sqlite_version_info < _KNOWS_FTS and conn.execute(has_index).fetchone()[0]:
            # Asked as a write, though it writes nothing: https://www.sqlite.org/fts5.html section 6.7.
            conn.execute("INSERT INTO search (search) VALUES ('integrity-check')")


def schema_of(file: Path) -> tuple[int, int]:
    """Return application_id and user_version of a database file that nobody writes to."""
    with told_plainly(file), closing(_reader(file, lone=True)) as conn:
        mark = int(conn.execute("PRAGMA application_id").fetchone()[0])
        return mark, int(conn.execute("PRAGMA user_version").fetchone()[0])


def _examine(database: Path, question: str, stop: Callable[[], bool]) -> None:
    with told_plainly(database), closing(_reader(database)) as conn:
        conn.set_progress_handler(lambda: int(stop()), 1_000_000)
        try:
            _complain(database, conn, question)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Stopped(
                    "the examination was broken off: the program is told to stop"
                ) from None
            raise


def _complain(file: Path, conn: sqlite3.Connection, question: str) -> None:
    found = [str(row[0]) for row in conn.execute(f"{question}({_HOW_MANY})")]
    if found != ["ok"]:
        raise damaged(file, "; ".join(" ".join(line.split()) for line in found)[:300])


def _reader(database: Path, *, lone: bool = False) -> sqlite3.Connection:
    mode = "mode=ro&immutable=1" if lone else "mode=ro"
    uri = f"{database.resolve().as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, timeout=5.0, isolation_level=None)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
