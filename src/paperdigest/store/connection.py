"""Opens the database: pragmas, migrations, and refusing what is not ours, not of our time or not sound.
What is done with it then is `transactions` and the modules that know the tables.
"""

from __future__ import annotations

import os
import pwd
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from paperdigest import __version__
from paperdigest.core.backups import before_schema
from paperdigest.core.errors import StoreError
from paperdigest.failpoints import failpoint
from paperdigest.store import first_look
from paperdigest.store.backup import before_migration
from paperdigest.store.faults import plainly, told_plainly
from paperdigest.store.locks import WRITE_LOCK, FileLock
from paperdigest.store.lost import refuse_lost
from paperdigest.store.schema import APPLICATION_ID, OLDEST_READABLE, SCHEMA_VERSION, migrations
from paperdigest.store.transactions import WRITE_WAIT, Store

__all__ = ["WRITE_WAIT", "NoHistory", "Store", "open_memory", "open_store"]

#: Seconds that SQLite waits for programs that do not know our locks.
_BUSY_WAIT = 5.0
_PAGE_SIZE = (
    16384  # a third faster to fill than 4096, and smaller: abstracts seldom overflow a page
)
_SETTINGS = (
    "PRAGMA synchronous = FULL",  # an acknowledged commit survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -65536",  # 64 MB
    # Not mapped into memory, whatever this SQLite was built with: there a page that cannot be read ends the process
    # with SIGBUS and without a word (https://www.sqlite.org/mmap.html), here it is an error that says what to do.
    # On 50,000 papers (180 MB) mapping saved nothing when papers came in, 4% of reading 2,000 and 10% of a search.
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
)
_NO_HISTORY = "no history yet · run `paperdigest run --once`"
_HEADER = b"SQLite format 3\x00"


class NoHistory(StoreError):
    """There is no database yet: nothing was ever ingested here."""


class _Connection(sqlite3.Connection):
    """A connection whose faults are told plainly. RELEASE is left alone: sqlite-utils handles that one."""

    path: Path | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            told = None if sql.startswith("RELEASE") else plainly(error, self.path)
            if told is None:
                raise
            raise told from error

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            told = plainly(error, self.path)
            if told is None:
                raise
            raise told from error


def open_store(
    path: Path, *, write: bool, user: int | None = None, wait: float = WRITE_WAIT
) -> Store:
    """Open the database at `path`; with `write`, make it or bring it up to date first.

    Raises NoHistory when reading where nothing was written yet; StoreError when the file is another
    program's, another user's, a newer version's, damaged, gone though there was one, or not writable. `user` is the id to compare
    the file's owner with (default: the effective user of this process); `wait` are the seconds that a write
    waits for another one.
    """
    with told_plainly(path):
        exists = _looked_at(path, os.geteuid() if user is None else user)
        if not exists or path.stat().st_size == 0:
            refuse_lost(path)
    if not exists and not write:
        raise NoHistory(_NO_HISTORY)
    return _open_to_write(path, wait) if write else _open_to_read(path)


def open_memory() -> Store:
    """Open an empty database that lives as long as the store: for rehearsing where there is none yet."""
    db = _wrap(sqlite3.connect(":memory:", isolation_level=None, factory=_Connection), None)
    _migrate(db)
    db.conn.execute("PRAGMA query_only = ON")
    return Store(db, None, write=True, lock=None)


def _looked_at(path: Path, user: int) -> bool:
    """Say whether there is a file with something in it; refuse what is not ours without touching it."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    if found.st_uid != user:
        owner = user_name(found.st_uid)
        raise StoreError(f"{path} belongs to {owner} · use: sudo -u {owner} paperdigest …")
    if found.st_size == 0:
        return path.is_file()
    first_look.look(path, lambda header: _judge(path, header))
    return True


def _judge(path: Path, header: bytes) -> None:
    if not header.startswith(_HEADER):
        raise _strange(path)
    if int.from_bytes(header[68:72]) != APPLICATION_ID:
        # The log beside the file may say that it is ours after all.
        with closing(_connect_to_read(path)) as conn:
            _refuse_stranger(path, conn)


def _refuse_stranger(path: Path, conn: sqlite3.Connection) -> None:
    """Raise unless the database is ours, or holds nothing."""
    (mark,) = conn.execute("PRAGMA application_id").fetchone()
    (tables,) = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark != APPLICATION_ID and (mark or tables):
        raise _strange(path)


def _strange(path: Path) -> StoreError:
    return StoreError(f"{path} is not a paperdigest database · nothing was changed")


def _open_to_read(path: Path) -> Store:
    db = _wrap(_connect_to_read(path), path)
    try:
        _refuse_outdated(_version(db), path)
    except BaseException:
        db.close()
        raise
    return Store(db, path, write=False, lock=None)


def _refuse_outdated(version: int, path: Path) -> None:
    """Only a writer may bring the tables up to date; a reader does with what is there, or says so."""
    if version == 0:
        raise NoHistory(_NO_HISTORY)
    if version < OLDEST_READABLE:
        raise StoreError(
            f"{path} was written by an older paperdigest (schema {version})"
            " · run `paperdigest run --once`, which brings it up to date"
        )


def _open_to_write(path: Path, wait: float) -> Store:
    with told_plainly(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made here and not by SQLite, so that it is never readable by others, not even for a moment.
        first_look.make(path)
    lock = FileLock(path.parent / WRITE_LOCK)
    conn = _connect(f"{path.resolve().as_uri()}?mode=rw")
    db = _wrap(conn, path)
    try:
        if _version(db) != SCHEMA_VERSION:
            with lock.holding(wait):
                _bring_up_to_date(db, path)
        db.conn.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    return Store(db, path, write=True, lock=lock, wait=wait)


def _bring_up_to_date(db: Database, path: Path) -> None:
    """Make the tables, or migrate them: then never without a backup of what was there."""
    version = _version(db)  # read anew under the lock: another process may have been first
    if version == 0:
        _refuse_stranger(path, db.conn)  # under a name that was ours when it was looked at
    if 0 < version < SCHEMA_VERSION:
        before_migration(path, SCHEMA_VERSION, __version__)
    if version != SCHEMA_VERSION:
        _make(db)


def _make(db: Database) -> None:
    if not db.conn.execute("PRAGMA application_id").fetchone()[0]:
        db.conn.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        db.conn.execute("PRAGMA journal_mode = WAL")
    _migrate(db)


def _migrate(db: Database) -> None:
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        failpoint("migrate.commit")
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


def _version(db: Database) -> int:
    """Return the schema's number, 0 for an empty file. Raises StoreError for a newer one."""
    version = int(db.conn.execute("PRAGMA user_version").fetchone()[0])
    newest = max(version, len(migrations.applied(db)))
    if newest > SCHEMA_VERSION:
        raise StoreError(
            f"the database was written by a newer paperdigest (schema {newest}, this one knows {SCHEMA_VERSION})"
            f" · upgrade, or restore what was kept before: backups/{before_schema(newest)}"
        )
    return version


def _connect_to_read(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    # In a folder nobody can write to, a log cannot be made; and none there means the file is complete.
    lone = not path.with_name(path.name + "-wal").exists() and not os.access(path.parent, os.W_OK)
    return _connect(f"{uri}?mode=ro&immutable=1" if lone else f"{uri}?mode=ro")


def _connect(uri: str) -> sqlite3.Connection:
    with told_plainly(None):
        return sqlite3.connect(
            uri, uri=True, timeout=_BUSY_WAIT, isolation_level=None, factory=_Connection
        )


def _wrap(conn: sqlite3.Connection, path: Path | None) -> Database:
    if isinstance(conn, _Connection):
        conn.path = path
    try:
        for setting in _SETTINGS:
            conn.execute(setting)
        # Plug-ins of sqlite-utils that happen to be installed have no business here.
        return Database(conn, execute_plugins=False)
    except BaseException:
        conn.close()
        raise


def user_name(user: int) -> str:
    """Return what a user is called; "#1000" for one who has no name."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
