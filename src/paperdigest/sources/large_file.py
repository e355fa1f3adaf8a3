"""A file of any size, one record a line, read piece by piece: plain, gzip, zstd, or the one file in a zip.

For archives of millions of papers, which never fit into memory at once. Formats that are one document (XML, a
page, a JSON list) cannot be read so.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, cast

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Piece, Rejected
from paperdigest.sources import arxiv_snapshot, json_lines
from paperdigest.sources.archive import MAX_BYTES
from paperdigest.sources.documents import FLAGS, kind_of, unreadable
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.json_record import BadRecordError
from paperdigest.sources.json_services import paper_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_HEAD: Final = 64 * 1024
_LONGEST_LINE: Final = 1_000_000
_ENDS: Final = 1 << 20  # so much of a file's beginning and end tells it from others
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError, zipfile.BadZipFile, OSError)

Reader = Callable[[bytes], Paper]


class LargeFile:
    """One file. Raises RefusedInput if it is no regular file, or not one record a line."""

    def __init__(
        self, path: Path, wanted: str = "auto", fields: Mapping[str, str] | None = None
    ) -> None:
        self._path = path
        with self._raw() as raw:
            self.size = os.fstat(raw.fileno()).st_size
            self.fingerprint = _fingerprint(raw, self.size)
        with self._text() as (text, _):
            head = as_utf8(text.read(_HEAD))
        self.format, self._read = _reader(head, wanted, fields or {})

    @property
    def name(self) -> str:
        """Return its path."""
        return str(self._path)

    def pieces(self, position: str, most: int) -> Iterator[Piece]:
        """Yield pieces of at most `most` records from a position on; where the file breaks off, first what
        stands before that."""
        offset, number = _place(position)
        with self._text() as (text, raw):
            text.seek(offset)
            broken: Exception | None = None
            line = b"x"
            while line:
                papers: list[Paper] = []
                rejected: list[Rejected] = []
                try:
                    while line and len(papers) + len(rejected) < most:
                        line = text.readline(_LONGEST_LINE + 2)
                        offset, number = offset + len(line) + _skipped(text, line), number + 1
                        self._take(line, number, papers, rejected)
                except _BROKEN as error:
                    broken = error
                place = f"{offset}:{number}"
                yield Piece(tuple(papers), tuple(rejected), place, raw.tell(), not line)
                if broken:
                    raise broken

    def _take(
        self, line: bytes, number: int, papers: list[Paper], rejected: list[Rejected]
    ) -> None:
        bare = line.strip() if number > 1 else as_utf8(line).strip()
        if not bare:
            return
        try:
            papers.append(self._read(bare))
        except BadRecordError as error:
            rejected.append(Rejected(number, str(error)))
        except UnicodeDecodeError:
            rejected.append(Rejected(number, "not valid UTF-8"))
        except ValueError:
            cut = not line.endswith(b"\n")
            rejected.append(Rejected(number, "cut off: the file ends here" if cut else "not JSON"))

    # ---------------------------------------------------------------- opening it

    @contextmanager
    def _raw(self) -> Iterator[IO[bytes]]:
        try:
            with _regular(self._path) as file:
                yield file
        except OSError as error:
            raise RefusedInput(f"{self._path}: {unreadable(error)}") from error

    @contextmanager
    def _text(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Open it unpacked; the second one tells how far the file itself is read."""
        with self._raw() as raw:
            magic = raw.read(4)
            raw.seek(0)
            try:
                with _unpacked(raw, magic) as text:
                    yield text, raw
            except _BROKEN as error:
                raise RefusedInput(f"{self._path}: broken or cut off ({error})") from error


def is_large(path: Path) -> bool:
    """Say whether a regular file is more than what is read at once, or unpacks to more.

    Of what is none, or cannot be read, nothing is large: whoever reads it at once says what is wrong.
    """
    try:
        with _regular(path) as raw:
            if os.fstat(raw.fileno()).st_size > MAX_BYTES:
                return True
            magic = raw.read(4)
            raw.seek(0)
            with _unpacked(raw, magic) as text:
                return text is not raw and _holds_more(text, MAX_BYTES)
    except (RefusedInput, RuntimeError, *_BROKEN):  # RuntimeError: a zip archive with a password
        return False


@contextmanager
def _regular(path: Path) -> Iterator[IO[bytes]]:
    """Open a file without following a link or waiting for a FIFO. Raises OSError; RefusedInput for what is no
    regular file."""
    _refuse_others(path, path.lstat().st_mode)  # opening some devices does something
    with os.fdopen(os.open(path, FLAGS), "rb") as file:
        _refuse_others(path, os.fstat(file.fileno()).st_mode)
        yield file


def _refuse_others(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise RefusedInput(f"{path}: {kind_of(mode)}")


def _holds_more(text: IO[bytes], most: int) -> bool:
    while piece := text.read(_ENDS):
        most -= len(piece)
        if most < 0:
            return True
    return False


@contextmanager
def _unpacked(raw: IO[bytes], magic: bytes) -> Iterator[IO[bytes]]:
    if magic.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=raw) as text:
            yield cast("IO[bytes]", text)
    elif magic == b"\x28\xb5\x2f\xfd":
        with zstd.ZstdFile(raw) as text:
            yield cast("IO[bytes]", text)
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(raw) as archive:
            files = [one for one in archive.infolist() if not one.is_dir()]
            if len(files) != 1:
                raise RefusedInput(f"a zip archive of {len(files)} files: give them one by one")
            with archive.open(files[0]) as text:
                yield text
    else:
        yield raw


def _reader(head: bytes, wanted: str, fields: Mapping[str, str]) -> tuple[str, Reader]:
    """Return the format's name and what reads one line. Raises RefusedInput."""
    snapshot, lines = arxiv_snapshot.FORMAT, json_lines.FORMAT
    if wanted in ("auto", snapshot.name) and snapshot.recognise(head):
        return snapshot.name, arxiv_snapshot.record
    if wanted in ("auto", lines.name, "jsonl", "ndjson") and lines.recognise(head):
        return lines.name, lambda line: paper_of(json_lines.object_of(line), fields)
    raise RefusedInput(
        "not one record a line: so large a file can only be read as JSON Lines"
        f" ({lines.name} or {snapshot.name})"
    )


def _skipped(text: IO[bytes], line: bytes) -> int:
    """Pass over the rest of a line that is too long; return how much that was."""
    skipped = 0
    while len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
        line = text.readline(_LONGEST_LINE + 2)
        skipped += len(line)
    return skipped


def _place(position: str) -> tuple[int, int]:
    offset, _, number = position.partition(":")
    return (int(offset), int(number)) if offset.isdigit() and number.isdigit() else (0, 0)


def _fingerprint(raw: IO[bytes], size: int) -> str:
    digest = sha256(f"{size}:".encode())
    digest.update(raw.read(_ENDS))
    raw.seek(max(0, size - _ENDS), io.SEEK_SET)
    digest.update(raw.read(_ENDS))
    return digest.hexdigest()
