"""One TOML file, read: its values and where they stand. Says nothing about what they should be."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paperdigest.config.complaint import At, Complaint
from paperdigest.config.positions import Positions, positions
from paperdigest.config.settings import Stamp
from paperdigest.config.syntax import Slip, slip
from paperdigest.core.errors import ConfigError, Problem

_LONGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is valid TOML, and its text. `shown` is its path as problems name it."""

    path: Path
    shown: str
    data: dict[str, Any]
    text: str

    def problems(self, complaints: Iterable[Complaint]) -> tuple[Problem, ...]:
        """Return the complaints with their places, in the order of the file, each once."""
        told = list(_without_echo(list(complaints)))
        if not told:  # as with most of a thousand files: then nobody asks where anything stands
            return ()
        found = positions(self.text)
        placed = {each.placed(self.shown, found) for each in told}
        return tuple(
            sorted(placed, key=lambda problem: (problem.line, problem.column, problem.what))
        )


def _without_echo(complaints: list[Complaint]) -> Iterable[Complaint]:
    """Leave out that a key is missing where it is there with a slip of the pen."""
    meant = {(each.path[:-1], each.hint) for each in complaints if each.at is At.KEY}
    for each in complaints:
        missing = each.what.removesuffix(" is missing")
        if missing == each.what or (each.path, f"did you mean {missing}?") not in meant:
            yield each


def read(path: Path, shown: str) -> Document:
    """Return the file. Raises ConfigError with one problem: it cannot be read, or is not TOML."""
    data = _bytes(path, shown)
    try:
        # A byte order mark is what Windows editors write.
        text, fault = data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        text, fault = data[: error.start].decode("utf-8-sig", "replace"), error.start
    if fault is not None:
        line, column = Positions(text).place(len(text))
        raise _broken(shown, Slip(line, column, "this is not UTF-8 text", "save the file as UTF-8"))
    found: Slip | None = None
    values: dict[str, Any] = {}
    try:
        values = tomllib.loads(text)
    except RecursionError:
        found = Slip(0, 0, "lists are nested too deeply", "a bracket may be missing")
    except ValueError as error:  # TOMLDecodeError, and numbers too long for Python
        found = slip(text, str(error))
    if found is not None:  # out here: the errors above hold the text, with whatever is in it
        raise _broken(shown, found)
    return Document(path, shown, values, text)


def readable_part(path: Path, line: int) -> dict[str, Any]:
    """Return what stands above `line` in a file that is not TOML, as far as it can be read."""
    try:
        above = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)[: max(0, line - 1)]
        return tomllib.loads("".join(above))
    except (OSError, ValueError, RecursionError):
        return {}


def stamp(path: Path) -> Stamp:
    """Return what the file looks like now. Taken before it is read: a later change is then seen."""
    try:
        status = path.stat()
    except OSError:
        return Stamp(path, 0, -1, 0, 0)
    inode, ctime = status.st_ino, status.st_ctime_ns
    return Stamp(path, status.st_mtime_ns, status.st_size, inode, ctime)


def _bytes(path: Path, shown: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise ConfigError((Problem(shown, 0, 0, "this is not a file"),))
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        problem = Problem(shown, 0, 0, f"cannot be read ({reason.lower()})")
        raise ConfigError((problem,)) from None
    if len(data) > _LONGEST:
        raise ConfigError((Problem(shown, 0, 0, "too large for a config file"),))
    return data


def _broken(shown: str, slip: Slip) -> ConfigError:
    return ConfigError((Problem(shown, slip.line, slip.column, slip.what, slip.hint),))
