"""Where the config of a backup goes: into its place where there is none yet, else beside, for a person to compare.
Nothing that is there is ever overwritten.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from paperdigest.core.errors import StoreError
from paperdigest.machine import free_bytes
from paperdigest.store import archive, restore
from paperdigest.store.faults import told_plainly


def config_into(file: Path, main: Path, undo: ExitStack) -> Path:
    """Put the config of a backup where there is none: its main file as `main`, the others beside it. Return `main`.

    First all of the archive is examined, the database too. Closing `undo` takes back what was placed: for the caller
    to do, or not, once he knows whether the database could be placed. Raises StoreError for a bad archive, and where
    one of its files is there already.
    """
    folder = main.parent
    with told_plainly(folder):
        _make_folder(folder, undo)
    with (
        told_plainly(folder),
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as work,
    ):
        archive.extract(file, Path(work), free=free_bytes)
        restore.refuse_unusable(file, Path(work) / archive.DATABASE)
        found = Path(work) / archive.CONFIG
        files = _files(found)
        mains = [path for path in files if path.parent == found and path.suffix == ".toml"]
        if len(mains) != 1:
            raise StoreError(f"{file} holds no config · make one first: paperdigest init {folder}")
        places = {path: folder / path.relative_to(found) for path in files} | {mains[0]: main}
        there = [place for place in places.values() if os.path.lexists(place)]
        if there:
            raise StoreError(f"{there[0]} is there already · nothing was changed, move it away")
        # The main file last: broken off before, the command can be run again once the others are moved away.
        for path in sorted(places, key=lambda path: path == mains[0]):
            _make_folder(places[path].parent, undo)
            path.rename(places[path])
            undo.callback(places[path].unlink, missing_ok=True)
    return main


def _make_folder(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it; `undo` removes the new ones unless something else came into them."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        undo.callback(_remove_if_empty, each)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def differs(found: Path, folder: Path, main: Path) -> bool:
    """Say whether the unpacked config `found` is another than the one in `folder`."""
    for path in _files(found):
        place = folder / path.relative_to(found)
        if path.parent == found and not place.exists():
            place = main
        try:
            if path.read_bytes() != place.read_bytes():
                return True
        except OSError:
            return True
    return False


def beside(found: Path, storage: Path, now: datetime) -> Path:
    """Keep the unpacked config in a folder of its own in the storage folder; return that."""
    stem = f"restored-config-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target = storage / stem
    if os.path.lexists(target):
        raise StoreError(f"{target} is there already · move it away")
    found.rename(target)
    return target


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
