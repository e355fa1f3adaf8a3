"""The `inbox` source: a folder that dumps are dropped into. Takes files that are done being written.

Opening and reading one file is `documents`; where a read file goes is `inbox_exit`.
"""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from paperdigest.core.errors import SourceError
from paperdigest.core.ports import Document, Format, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.sources import formats
from paperdigest.sources.documents import Stamp, StillChangingError, read_stamped, unreadable
from paperdigest.sources.inbox_exit import move_into, quarantine

#: A file as old as this is no longer being written.
_SETTLED = 10.0
_BETWEEN_LOOKS = 1.0
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".swp", "~")


@dataclass(frozen=True, slots=True)
class InboxSource:
    """A folder. `after` is what becomes of a read file: move (to done/YYYY-MM/), keep or delete.

    `quarantine` is where refused files go (default: beside the folder). `wait` and `wall` are how time
    passes and what time files are compared with, both in seconds; never `now`, which may be pretended.
    """

    name: str
    path: Path
    format: str = "auto"
    after: str = "move"
    fields: Mapping[str, str] = field(default_factory=dict)
    quarantine: Path | None = field(default=None, metadata={"internal": True})
    formats: tuple[Format, ...] = field(default=(), metadata={"internal": True})
    wait: Callable[[float], None] = field(
        default=time.sleep, repr=False, compare=False, metadata={"internal": True}
    )
    wall: Callable[[], float] = field(
        default=time.time, repr=False, compare=False, metadata={"internal": True}
    )
    _taken: dict[str, Stamp] = field(
        default_factory=dict, init=False, repr=False, compare=False, metadata={"internal": True}
    )

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield every file that is done being written, oldest first. Raises SourceError.

        With `after = "keep"` a file whose name, size and time were seen before is not read again.
        """
        seen = _read_bookmark(bookmark) if self.after == "keep" else {}
        stamps = self._settled()
        kept = {path.name: stamp for path, stamp in stamps.items() if seen.get(path.name) == stamp}
        unread: list[str] = []
        for path in sorted(stamps, key=lambda one: (stamps[one].mtime_ns, one.name)):
            if path.name in kept:
                continue
            try:
                found, stamp = read_stamped(path)
            except (StillChangingError, FileNotFoundError):
                continue
            except OSError as error:  # it stays where it is, and does not hold up the others
                unread.append(f"{path.name}: {unreadable(error)}")
                continue
            self._taken[str(path)] = stamp
            if self.after == "keep" and isinstance(found, Document):
                kept[path.name] = stamps[path]
                found = Document(found.name, found.sha256, found.data, _write_bookmark(kept))
            yield found
        if unread:
            raise SourceError(f"inbox {self.path}: {'; '.join(unread)}")

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        return formats.parse(document.data, self.format, self.formats, self.fields)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Move, keep or delete the file `name`; a refused one goes to the quarantine with its reason.

        A file that was replaced since it was read stays: nobody has read it yet. Raises SourceError.
        """
        path = Path(name)
        if self._replaced(path):
            return
        try:
            if verdict is Verdict.QUARANTINED:
                quarantine(path, self.quarantine or self.path.parent / "quarantine", reason)
            elif self.after == "delete":
                path.unlink(missing_ok=True)
            elif self.after == "move":
                move_into(path, self.path / "done" / f"{now:%Y-%m}")
        except OSError as error:
            raise SourceError(f"{name} stays where it is: {_words(error)}") from error
        self._taken.pop(name, None)

    def _settled(self) -> dict[Path, Stamp]:
        """Return the files that nobody is writing: old enough, or equal in two looks 1 s apart."""
        first = self._look()
        oldest_young = self.wall() - _SETTLED
        young = {path for path, stamp in first.items() if stamp.mtime_ns / 1e9 > oldest_young}
        if not young:
            return first
        self.wait(_BETWEEN_LOOKS)
        second = self._look()
        return {path: stamp for path, stamp in first.items() if second.get(path) == stamp}

    def _look(self) -> dict[Path, Stamp]:
        found = {}
        try:
            for path in self.path.iterdir():
                if not _is_finished_name(path.name):
                    continue
                status = _status(path)
                if status is not None:
                    found[path] = status
        except OSError as error:
            raise SourceError(f"inbox {self.path}: {_words(error)}") from error
        return found

    def _replaced(self, path: Path) -> bool:
        taken = self._taken.get(str(path))
        if taken is None:
            return False
        try:
            return Stamp.of(path.lstat()) != taken
        except OSError:
            return True


def _status(path: Path) -> Stamp | None:
    """Return the stamp of what may be a document; a folder is none, and what is gone is gone."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return None if stat.S_ISDIR(status.st_mode) else Stamp.of(status)


def _is_finished_name(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(_UNFINISHED)


def _words(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "the folder does not exist · create it, or change `path`"
        case NotADirectoryError():
            return "not a folder"
        case PermissionError():
            return "no permission · give the user that runs paperdigest the right"
    return (error.strerror or str(error)).lower()


def _read_bookmark(bookmark: str) -> dict[str, Stamp]:
    try:
        return {name: Stamp(*stamp) for name, stamp in json.loads(bookmark)["seen"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write_bookmark(seen: Mapping[str, Stamp]) -> str:
    return json.dumps(
        {"seen": {name: [one.inode, one.size, one.mtime_ns] for name, one in sorted(seen.items())}}
    )
