"""Restoring: a backup becomes the database again. It is unpacked and examined beside, and takes its place in one
step; what was there is moved aside and never deleted. Raises StoreError with nothing changed for a bad archive.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paperdigest.core.backups import before_schema
from paperdigest.core.errors import StoreDamaged, StoreError
from paperdigest.failpoints import failpoint
from paperdigest.store import archive
from paperdigest.store.archive import DATABASE, Manifest
from paperdigest.store.connection import user_name
from paperdigest.store.copying import check_copy, schema_of
from paperdigest.store.faults import told_plainly
from paperdigest.store.locks import DELIVER_LOCK, SERVICE_LOCK, WRITE_LOCK, FileLock
from paperdigest.store.lost import REPLACED, RESTORING
from paperdigest.store.schema import APPLICATION_ID, SCHEMA_VERSION

#: Seconds that a command in hand is waited for.
_PATIENCE = 10.0
#: In this order: a log without its database means nothing, a database with a stranger's log is ruined.
_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive that was unpacked and examined: its manifest, the database, the folder of its config files."""

    manifest: Manifest
    database: Path
    config: Path


@contextmanager
def unpacked(file: Path, storage: Path, *, free: Callable[[Path], int]) -> Iterator[Unpacked]:
    """Unpack an archive in the storage folder, examine all of it, and sweep up afterwards.

    Nobody may run, write or send meanwhile: raises LockHeld, naming who does.
    """
    with ExitStack() as held:
        with told_plainly(storage):
            storage.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_foreign(storage)
        held.enter_context(FileLock(storage / SERVICE_LOCK).holding())
        for name in (WRITE_LOCK, _lock_of_who_delivers(storage)):
            if name:
                held.enter_context(FileLock(storage / name).holding(_PATIENCE))
        work = storage / RESTORING
        with told_plainly(work):
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
        held.callback(shutil.rmtree, work, ignore_errors=True)
        manifest = archive.extract(file, work, free=free)
        refuse_unusable(file, work / DATABASE)
        yield Unpacked(manifest, work / DATABASE, work / archive.CONFIG.rstrip("/"))


def existing(database: Path) -> bool:
    """Say whether there is anything in the database's place."""
    return any(_beside(database, end).exists() for end in _FILES)


def put_in_place(
    found: Unpacked, database: Path, marks: Mapping[str, str | None], now: datetime
) -> Path | None:
    """Let an unpacked database take its place, with `marks` among its facts (None: forgotten); return the folder
    to which what was there before was moved.

    The marks are in it before it is where anybody looks.
    """
    _mark(found.database, marks)
    aside = None
    with told_plainly(database):
        if existing(database):
            aside = _aside(database.parent, now)
            for end in _FILES:
                old = _beside(database, end)
                if old.exists():
                    old.replace(aside / old.name)
            _sync(aside)
        failpoint("restore.aside")
        found.database.replace(database)
        _sync(database.parent)
    return aside


def _lock_of_who_delivers(storage: Path) -> str:
    """The lock is a trace of a complete database (`store.lost`): it is not made where there was none."""
    return DELIVER_LOCK if (storage / DELIVER_LOCK).exists() else ""


def _refuse_foreign(storage: Path) -> None:
    """What root puts into another user's folder is of no use to that user."""
    owner = storage.stat().st_uid
    if owner != os.geteuid():
        name = user_name(owner)
        raise StoreError(f"{storage} belongs to {name} · use: sudo -u {name} paperdigest restore …")


def refuse_unusable(file: Path, database: Path) -> None:
    """Raise StoreError where the database that the archive `file` unpacked to is not one of ours, is a newer
    version's or is damaged."""
    mark, schema = schema_of(database)
    if mark != APPLICATION_ID or schema < 1:
        raise StoreError(f"{file} holds no database of paperdigest · nothing was changed")
    if schema > SCHEMA_VERSION:
        raise StoreError(
            f"{file} was made by a newer paperdigest (schema {schema}, this one knows {SCHEMA_VERSION})"
            f" · upgrade, or restore {before_schema(schema)} if there is one · nothing was changed"
        )
    try:
        check_copy(database, file)
    except StoreDamaged as damage:
        raise StoreError(
            f"{file} cannot be restored: the database in it is damaged"
            " · nothing was changed, try an older one"
        ) from damage


def _mark(database: Path, marks: Mapping[str, str | None]) -> None:
    known = {name: value for name, value in marks.items() if value is not None}
    with told_plainly(database):
        with closing(sqlite3.connect(database, isolation_level=None)) as conn:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = FULL")
            conn.executemany("DELETE FROM facts WHERE name = ?", [(name,) for name in marks])
            conn.executemany("INSERT INTO facts (name, value) VALUES (?, ?)", known.items())
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # The last one to close has removed the log; one that stays would belong to another place.
        if _beside(database, "-wal").exists():
            raise StoreError(f"{database} is being used by another program · nothing was changed")


def _aside(storage: Path, now: datetime) -> Path:
    stem = f"{REPLACED}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for name in (stem, *(f"{stem}-{number}" for number in range(2, 100))):
        folder = storage / name
        if not os.path.lexists(folder):
            folder.mkdir(mode=0o700)
            return folder
    raise StoreError(f"{storage / stem} is there already · move it away")


def _beside(database: Path, end: str) -> Path:
    return database.with_name(database.name + end)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
