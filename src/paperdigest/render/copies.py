"""A user's copies of bundled templates: which version each came from, and what changed in that one since.

Beside the copies lie, in a folder that is not shown, the bundled templates as they were when they were copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Final

from paperdigest import __version__
from paperdigest.render.environments import NAMES, where

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
    folder.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8", newline="\n") as file:
        file.write(f"{{#- Copied from paperdigest {__version__} -#}}\n{text}")
    _keep(name, folder, text)
    return target


def changed_since(folder: Path | None) -> list[Changed]:
    """Return the bundled templates that changed since the user copied them, in the order of `NAMES`."""
    if folder is None:
        return []
    found = []
    for name in NAMES:
        own, original = folder / name, folder / ORIGINALS / name
        if own.is_file() and original.is_file():
            before, now = _text(original), _text(where(name, None))
            if before != now:
                since = _MARK.match(_text(own))
                found.append(Changed(name, since[1] if since else "", _difference(before, now)))
    return found


def seen(folder: Path) -> None:
    """Take the bundled templates as they are now for known. Raises OSError."""
    for one in changed_since(folder):
        _keep(one.name, folder, _text(where(one.name, None)))


def _keep(name: str, folder: Path, text: str) -> None:
    originals = folder / ORIGINALS
    originals.mkdir(exist_ok=True)
    (originals / name).write_text(text, encoding="utf-8", newline="\n")


def _difference(before: str, now: str) -> tuple[str, ...]:
    lines = unified_diff(before.splitlines(), now.splitlines(), "as copied", "now", lineterm="")
    return tuple(lines)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
