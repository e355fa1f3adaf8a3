"""What tells a user's templates from what they were before: all that their files say, parts and all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from paperdigest.render.environments import is_file


def mark_of(folder: Path | None) -> str:
    """Return sixteen hex digits for the files of a folder as they are now; what cannot be read counts by its name.
    Hidden files and folders are nobody's part."""
    found = hashlib.blake2b(digest_size=8)
    if folder is not None:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if is_file(path) and not any(part.startswith(".") for part in name.parts):
                found.update(repr((str(name), _read(path))).encode())
    return found.hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
