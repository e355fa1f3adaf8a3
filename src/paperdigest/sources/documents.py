"""Files and answers as documents: opened without following links, read with a limit, unpacked."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Document, RefusedDocument
from paperdigest.sources.archive import MAX_BYTES, WAY_OUT, unpack
from paperdigest.sources.encoding import as_utf8

_TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MB: {WAY_OUT}"
# A link is not followed, a FIFO is not waited for, no child inherits the file.
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file is still the one that was looked at."""

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """Return the stamp of a stat result."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class StillChangingError(Exception):
    """The file changed while it was read: its writer is not done."""


def document(name: str, data: bytes, *, bookmark: str = "") -> Document | RefusedDocument:
    """Return bytes that are already here (an answer, standard input) as a document, unpacked."""
    digest = sha256(data).hexdigest()
    if len(data) > MAX_BYTES:
        return RefusedDocument(name, _TOO_LARGE, digest)
    try:
        return Document(name, digest, as_utf8(unpack(data)), bookmark)
    except RefusedInput as error:
        return RefusedDocument(name, str(error), digest)


def read_file(path: Path) -> Document | RefusedDocument:
    """Read one file that was named outright (`ingest --file`); it stays where it is."""
    try:
        return read_stamped(path)[0]
    except StillChangingError:
        return RefusedDocument(
            str(path), "it changed while it was read: try again when its writer is done"
        )
    except OSError as error:
        return RefusedDocument(str(path), unreadable(error))


def read_stamped(path: Path) -> tuple[Document | RefusedDocument, Stamp]:
    """Read one file; return it, or why it never will be taken, and the stamp of what was read.

    Raises OSError when it cannot be read as things are, StillChangingError when its writer is not done.
    """
    name = str(path)
    mode = path.lstat().st_mode  # opening some devices does something, so they are not even opened
    if not stat.S_ISREG(mode):
        return RefusedDocument(name, kind_of(mode)), Stamp.of(path.lstat())
    descriptor = os.open(path, FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        stamp = Stamp.of(before)
        if not stat.S_ISREG(before.st_mode):
            return RefusedDocument(name, kind_of(before.st_mode)), stamp
        if before.st_size > MAX_BYTES:
            return RefusedDocument(name, _TOO_LARGE), stamp
        data = file.read(MAX_BYTES + 1)
        if Stamp.of(os.fstat(descriptor)) != stamp or len(data) != stamp.size:
            raise StillChangingError(name)
    return document(name, data), stamp


def unreadable(error: OSError) -> str:
    """Return why a file cannot be read, and what to do."""
    match error:
        case PermissionError():
            return "no permission to read it: give the user that runs paperdigest the right"
        case FileNotFoundError():
            return "no such file"
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def kind_of(mode: int) -> str:
    """Return what something that is no regular file is instead, from its mode."""
    if stat.S_ISLNK(mode):
        return "a link, which is not followed: give the file itself"
    if stat.S_ISDIR(mode):
        return "a folder, not a file"
    if stat.S_ISFIFO(mode):
        return "a FIFO, not a regular file"
    if stat.S_ISSOCK(mode):
        return "a socket, not a regular file"
    return "a device, not a regular file"
