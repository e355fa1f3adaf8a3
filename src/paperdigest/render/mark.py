"""What tells a user's templates from what they were before: all that their files say, parts and all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from paperdigest.render.environments import is_file


def mark_of(folder: Path | None) -> str:
    """Return sixteen hex digits for the files of a folder as they are now; what cannot be read counts by its name.
    Hidden files and folders are nobody's part."""
    found = hashlib.blake2b(digest_size=8)
    if folder is not None:
        for path in sorted(_files_in(folder)):
            if is_file(path):
                found.update(repr((str(path.relative_to(folder)), _read(path))).encode())
    return found.hexdigest()


def _files_in(folder: Path) -> Iterator[Path]:
    # Not Path.rglob: that fails where a folder is gone in this very moment.
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(here, name) for name in names if not name.startswith("."))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
