"""Backups: a copy of the database that was examined, packed with the config into one archive, in its place whole or
not at all. Owns the folder they are kept in and how much room one needs; when one is due is the core's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from paperdigest.core import backups, room
from paperdigest.core.errors import StoreError, StoreFull, UsageError
from paperdigest.failpoints import failpoint
from paperdigest.store import archive
from paperdigest.store.archive import Manifest
from paperdigest.store.copying import Stopped, check_copy, copy, schema_of
from paperdigest.store.faults import told_plainly
from paperdigest.store.locks import FileLock

#: Below the storage folder.
FOLDER: Final = "backups"
LOCK: Final = "backup.lock"
#: What is worked on lies here, and is swept away by the next backup where a kill left it.
_WORK = "unfinished"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a backup says of its making: the program's version, the machine, the moment (aware UTC)."""

    version: str
    host: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that was made. `size` is the archive's, in bytes; `removed` are older ones that went."""

    file: Path
    size: int
    manifest: Manifest
    removed: tuple[str, ...] = ()


def make(
    database: Path,
    target: Path,
    stamp: Stamp,
    *,
    config: Mapping[str, bytes],
    keep: int | None = None,
    free: Callable[[Path], int],
    stop: Callable[[], bool] = lambda: False,
) -> Backup:
    """Make one backup as the file `target`; with `keep`, let the oldest of its folder go then.

    `config` holds config files by their names in the archive. Others go on writing meanwhile. Raises StoreFull,
    with nothing begun, where there is too little room; StoreDamaged where the copy is not sound; LockHeld while
    another one is made; UsageError if there is such a file, or no folder for it; Stopped.
    """
    folder = database.parent / FOLDER
    if target.parent != folder:
        _refuse_no_folder(target.parent)
    with told_plainly(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(database.parent / LOCK).holding(), _workshop(folder) as work:
        _must_have_room(database, target, free)
        if os.path.lexists(target):
            raise UsageError(f"{target} is there already · give another name, or remove it")
        plain = work / archive.DATABASE
        copy(database, plain, stop)
        check_copy(plain, database)
        made = _packed(plain, target, stamp, config, stop)
        removed = () if keep is None else _thin_out(target, keep, stamp.made_at)
    return Backup(target, target.stat().st_size, made, removed)


def before_migration(
    database: Path, to_schema: int, version: str, *, free: Callable[[Path], int] | None = None
) -> Path:
    """Keep the database as it is before its tables are brought to a newer schema; return the archive.

    One that an earlier, broken-off try left is made anew. It is never thinned out. The caller holds the write
    lock. Raises StoreFull and StoreError: then nothing may be migrated.
    """
    folder = database.parent / FOLDER
    target = folder / backups.before_schema(to_schema)
    with told_plainly(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        as_of = datetime.fromtimestamp(database.stat().st_mtime, UTC)
    stamp = Stamp(version, "", as_of)
    with FileLock(database.parent / LOCK).holding(), _workshop(folder) as work:
        _must_have_room(database, target, free or _free)
        plain = work / archive.DATABASE
        copy(database, plain)
        check_copy(plain, database)
        _packed(plain, target, stamp, {}, lambda: False)
    return target


def kept(storage: Path) -> tuple[Path, ...]:
    """Return the archives of the storage folder, those before an upgrade included, oldest first."""
    try:
        found = [path for path in (storage / FOLDER).iterdir() if path.name.endswith(".tar.gz")]
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime))
    except OSError:
        return ()


def target_of(given: str, at: datetime) -> Path:
    """Return the file that a backup is asked for as: `given`, or one named by its time in that folder.

    Raises UsageError where `given` means a folder that is not there.
    """
    target = Path(given).absolute()
    with told_plainly(target):
        if target.is_dir():
            return target / backups.file_name(at)
        if given.endswith(os.sep):
            _refuse_no_folder(target)
        if not target.suffix and not os.path.lexists(target):
            raise UsageError(
                f"{target} does not exist · make that folder first, or end the name of a file in .tar.gz"
            )
    return target


def _refuse_no_folder(folder: Path) -> None:
    with told_plainly(folder):
        if folder.is_dir():
            return
        there = os.path.lexists(folder)
    if there:
        raise UsageError(f"{folder} is no folder · name another place")
    raise UsageError(f"{folder} does not exist · make that folder first")


def _must_have_room(database: Path, target: Path, free: Callable[[Path], int]) -> None:
    """Refuse to begin what could fill the disk: the copy and the archive lie there side by side."""
    log = database.with_name(database.name + "-wal")
    size = database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    here, there = database.parent, target.parent
    together = here.stat().st_dev == there.stat().st_dev
    for folder, needed in ((here, size * (1 + together)), (there, size)):
        if free(folder) < needed + room.LEAST:
            raise StoreFull(
                f"no backup was begun: {folder} has {free(folder) // room.MEGABYTE} MB free, and"
                f" {(needed + room.LEAST) // room.MEGABYTE} MB are needed · make room"
            )


def _packed(
    plain: Path,
    target: Path,
    stamp: Stamp,
    config: Mapping[str, bytes],
    stop: Callable[[], bool],
) -> Manifest:
    """Pack a copy of the database with the config and put the archive into its place."""
    sources: dict[str, Path | bytes] = {archive.DATABASE: plain, **config}
    members = tuple(archive.measured(name, source) for name, source in sources.items())
    _, schema = schema_of(plain)
    made = Manifest(stamp.version, schema, stamp.host, stamp.made_at, members)
    beside = target.with_name(f".{target.name}.unfinished")

    def heed() -> None:
        if stop():
            raise Stopped("the backup was broken off: the program is told to stop")

    with told_plainly(beside):
        beside.unlink(missing_ok=True)
        try:
            archive.write(beside, made, sources, heed)
            failpoint("backup.rename")
            beside.replace(target)
            _sync_folder(target.parent)
        finally:
            beside.unlink(missing_ok=True)
    return made


def _thin_out(fresh: Path, keep: int, now: datetime) -> tuple[str, ...]:
    folder = fresh.parent
    with told_plainly(folder):
        names = [path.name for path in folder.iterdir()]
        gone = backups.surplus(names, keep, fresh.name, now)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
    return gone


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """Yield an empty private folder that is gone afterwards, and what a kill left there before."""
    work = folder / _WORK
    if work.is_symlink():
        raise StoreError(f"{work} is a link · remove it")
    with told_plainly(work):
        shutil.rmtree(work, ignore_errors=True)
        for left in folder.glob(".*.unfinished"):
            left.unlink(missing_ok=True)
        work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
