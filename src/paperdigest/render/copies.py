"""A user's copies of bundled templates: which version each came from, and what changed in that one since.

Beside the copies lie, in a folder that is not shown, the bundled templates as they were when they were copied.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import unified_diff
from errno import ENOTDIR
from pathlib import Path
from typing import Final

from paperdigest import __version__
from paperdigest.render.environments import NAMES, is_file, where

ORIGINALS: Final = ".bundled"
_MARK = re.compile(r"\{#-? Copied from paperdigest (\S+)")


@dataclass(frozen=True, slots=True)
class Changed:
    """A bundled template that is not what it was when the user's was copied. `since` is the version that was of,
    "" where the copy does not say it any more; `difference` are the lines of a unified diff."""

    name: str
    since: str
    difference: tuple[str, ...]


def copy(name: str, folder: Path) -> Path:
    """Put a copy of a bundled template into the user's folder and return it. Raises OSError, FileExistsError where
    one is there."""
    text = _text(where(name, None))
    target = folder / name
    _make(folder)
    with target.open("x", encoding="utf-8", newline="\n") as file:
        try:
            file.write(f"{{#- Copied from paperdigest {__version__} -#}}\n{text}")
            file.flush()
            _keep(name, folder, text)
        except OSError:
            target.unlink()  # without what it came from nobody could say what changes
            raise
    return target


def changed_since(folder: Path | None) -> list[Changed]:
    """Return the bundled templates that changed since the user copied them, in the order of `NAMES`. Raises OSError."""
    if folder is None:
        return []
    found = []
    for name in NAMES:
        own, original = folder / name, folder / ORIGINALS / name
        if is_file(own) and is_file(original):
            before, now = _text(original, errors="replace"), _text(where(name, None))
            if before != now:
                since = _MARK.match(_text(own, errors="replace"))
                found.append(Changed(name, since[1] if since else "", _difference(before, now)))
    return found


def seen(folder: Path) -> None:
    """Take the bundled templates as they are now for known. Raises OSError."""
    for one in changed_since(folder):
        _keep(one.name, folder, _text(where(one.name, None)))


def _keep(name: str, folder: Path, text: str) -> None:
    originals = folder / ORIGINALS
    _make(originals)
    (originals / name).write_text(text, encoding="utf-8", newline="\n")


def _difference(before: str, now: str) -> tuple[str, ...]:
    lines = unified_diff(before.splitlines(), now.splitlines(), "as copied", "now", lineterm="")
    return tuple(lines)


def _make(folder: Path) -> None:
    """Make a folder where there is none. Raises OSError, but FileExistsError for nothing that has its name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), os.fspath(folder)) from error


def _text(path: Path, *, errors: str = "strict") -> str:
    """Return what stands in a file. `errors` is what becomes of letters that are damaged: only to be compared, they may be
    any others."""
    return path.read_text(encoding="utf-8-sig", errors=errors)
