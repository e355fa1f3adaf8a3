"""Refused files that wait for a person: what is there and why, back to where it came from, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paperdigest.core.errors import SourceError
from paperdigest.sources.inbox_exit import move_into, written_path

_REASON = ".reason"


@dataclass(frozen=True, slots=True)
class Refused:
    """One file. `origin` is where it lay, None if that is not known; `at` is when it was refused."""

    path: Path
    reason: str
    origin: Path | None
    size: int
    at: datetime

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.path.name


def refused(folder: Path) -> list[Refused]:
    """Return what the quarantine holds, the oldest first; nothing if there is no such folder."""
    try:
        paths = [path for path in folder.iterdir() if path.suffix != _REASON]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourceError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    found = [one for path in paths if (one := _read(path)) is not None]
    return sorted(found, key=lambda one: (one.at, one.name))


def put_back(one: Refused) -> Path:
    """Move the file to the folder it came from and forget why it was refused. Raises SourceError."""
    if one.origin is None or not one.origin.parent.is_dir():
        raise SourceError(
            f"{one.name}: the folder it came from is not there any more · move it into an inbox by hand"
        )
    try:
        moved = move_into(one.path, one.origin.parent)
        _reason_of(one.path).unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(f"{one.name}: {(error.strerror or str(error)).lower()}") from error
    if moved is None:
        raise SourceError(f"{one.name}: it is not there any more")
    return moved


def drop(one: Refused) -> None:
    """Delete the file and its reason. Raises SourceError."""
    try:
        one.path.unlink(missing_ok=True)
        _reason_of(one.path).unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(f"{one.name}: {(error.strerror or str(error)).lower()}") from error


def _read(path: Path) -> Refused | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    reason, _, rest = _said(_reason_of(path)).partition("\nfrom ")
    origin = rest.strip()
    return Refused(
        path,
        reason.strip() or "no reason was written down",
        written_path(origin) if origin else None,
        status.st_size,
        datetime.fromtimestamp(status.st_ctime, UTC),
    )


def _said(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _reason_of(path: Path) -> Path:
    return path.with_name(path.name + _REASON)
