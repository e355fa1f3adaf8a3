"""Where the config of a backup goes: into its place where there is none yet, else beside, for a person to compare.
Nothing that is there is ever overwritten.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from paperdigest.core.errors import StoreError
from paperdigest.machine import free_bytes
from paperdigest.store import archive


def config_into(file: Path, main: Path) -> Path:
    """Put the config of a backup where there is none: its main file as `main`, the others beside it. Return `main`.

    Raises StoreError for a bad archive, and where one of its files is there already.
    """
    folder = main.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as work:
        archive.extract(file, Path(work), free=free_bytes)
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
            places[path].parent.mkdir(parents=True, exist_ok=True)
            path.rename(places[path])
    return main


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
