"""Where a file goes once it was read or refused. Nothing is ever overwritten."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from paperdigest.failpoints import failpoint


def move_into(path: Path, folder: Path) -> Path | None:
    """Move the file into `folder` under its own name or a numbered one; return where it is now.

    None if it is no longer there: then someone moved it already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    target = _reserved(folder, path.name)
    failpoint("inbox.move")
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            target.unlink()
            raise
        _carry(path, target, status)
    return target


def quarantine(path: Path, folder: Path, reason: str) -> Path | None:
    """Move a refused file into `folder`, its reason beside it as `NAME.reason`."""
    target = move_into(path, folder)
    if target is not None:
        beside = _reserved(folder, target.name + ".reason")
        beside.write_text(f"{_one_line(reason)}\nfrom {_written(path)}\n", encoding="utf-8")
    return target


def written_path(text: str) -> Path:
    """Return the path that stands in a `.reason` file."""
    return Path(json.loads(text)) if text.startswith('"') else Path(text)


def _written(path: Path) -> str:
    """A name may hold anything but a slash, an escape or a line feed too: then it stands there as a JSON string."""
    text = str(path)
    return text if text.isprintable() else json.dumps(text)


def _one_line(text: str) -> str:
    """What is wrong may have been said with the file's own words, which must not pass for the next line."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def _reserved(folder: Path, name: str) -> Path:
    """Return a path that did not exist and now does, as an empty file: no one else can take the name."""
    for target in _names(folder, name):
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            continue
        return target
    raise AssertionError("names never run out")


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    stem, dot, suffix = name.partition(".")
    for number in count(2):
        yield folder / f"{stem}-{number}{dot}{suffix}"


def _carry(path: Path, target: Path, status: os.stat_result) -> None:
    """Move over the border of two file systems: copy, then remove. What is no file is only removed."""
    if stat.S_ISREG(status.st_mode):
        shutil.copy2(path, target, follow_symlinks=False)
    path.unlink()
