"""A reader's file under a new name: the file and, in it, whose history goes on. Everything else stays as written."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from paperdigest.config.document import read
from paperdigest.config.folders import SUBSCRIPTIONS, shown
from paperdigest.config.values import name_fault
from paperdigest.core.errors import UsageError

_NAMES: Final = re.compile(r"\s*(?:name|formerly)\s*=")
_REMARK: Final = re.compile(r"\s*(?:#|$)")
_TABLE: Final = re.compile(r"\s*\[")


def rename_file(folder: Path, old: str, new: str) -> Callable[[], None]:
    """Let the reader `old` of `folder`/subscriptions/ be called `new`, who was `old`; return what takes that back.

    For a moment both files are there, which is no config: a service beside this keeps to what it read last. Whoever was
    killed in that moment calls this again. Raises UsageError where that cannot be done, ConfigError for a file that is
    no TOML.
    """
    for name in (old, new):
        if fault := name_fault(name):
            raise UsageError(f'"{name}" cannot be a name · {fault}')
    before, after = (folder / SUBSCRIPTIONS / f"{name}.toml" for name in (old, new))
    if not before.exists():
        raise UsageError(
            f"{shown(before)} is not there · a reader who is written in paperdigest.toml is renamed"
            f' there: change the name, and write formerly = "{old}" beside it'
        )
    by_hand = f'name it {after.name}, and write formerly = "{old}" into it'
    if before.is_symlink():
        raise UsageError(f"{shown(before)} is a link · {by_hand}")
    document = read(before, shown(before))
    text = renamed(document.text, old)
    if _data(text) != {**_without_name(document.data), "formerly": old}:
        raise UsageError(
            f"{shown(before)} is written in a way that only you can change · {by_hand}"
        )
    _write(after, text, like=before)
    kept = before.read_bytes(), before.stat().st_mode & 0o777
    before.unlink()
    return lambda: _put_back(before, after, *kept)


def renamed(text: str, old: str) -> str:
    """Return a reader's file with `formerly`, below the remarks that it begins with, and without another name."""
    lines = text.splitlines(keepends=True)
    head = next((place for place, line in enumerate(lines) if not _REMARK.match(line)), len(lines))
    table = next((place for place, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    top = [line for line in lines[head:table] if not _NAMES.match(line)]
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    remarks = lines[:head]
    if remarks and not remarks[-1].endswith("\n"):
        remarks[-1] += end
    return "".join([*remarks, f'formerly = "{old}"{end}', *top, *lines[table:]])


def _data(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError:
        return {}


def _without_name(data: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key != "name"}


def _write(path: Path, text: str, *, like: Path) -> None:
    """Write a file that is there whole or not at all, and never in place of another one."""
    if path.exists() and path.read_bytes() == text.encode():
        return  # as far as somebody came who was killed
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _fill(fresh, text.encode(), like.stat().st_mode & 0o777)
        os.link(fresh, path)
    except FileExistsError:
        raise UsageError(f"{shown(path)} is there already · choose another name") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{shown(path)} cannot be written ({reason})") from None
    finally:
        fresh.unlink(missing_ok=True)


def _put_back(before: Path, after: Path, data: bytes, mode: int) -> None:
    _fill(before, data, mode)
    after.unlink()


def _fill(path: Path, data: bytes, mode: int) -> None:
    with path.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
