"""Unpack gzip, zip and zstd within limits. Told by magic bytes, never by a name; one layer, and of a zip
archive its one file: a name inside it is shown, never used as a path.

https://www.rfc-editor.org/rfc/rfc1952 (gzip), https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (zip),
https://www.rfc-editor.org/rfc/rfc8878 (zstd)
"""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from paperdigest.core.errors import RefusedInput
from paperdigest.core.text import clean

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_BYTES = 64 * 1024 * 1024
#: What can be done about a file of more than that.
WAY_OUT = "if it is one record a line, ingest it with --baseline, packed or not; else split it"
_MAX_RATIO = 200
#: Below this no ratio is looked at: it cannot hurt, and a small file of equal lines packs well.
_HARMLESS = 1024 * 1024
_FIRST_STEP = 512
_STEP = 64 * 1024
#: Of a file that was appended to, each is a part of its own; beginning one costs time.
_MOST_PARTS = 100_000

_GZIP = b"\x1f\x8b"
# The second one opens an archive without files, the third a part of one that was split.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZSTD_FRAME = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)

_ENTRY = b"PK\x01\x02"
#: No archive of one dump lists more, and each costs memory before it can be looked at.
_MOST_ENTRIES = 1000
_SHOWN = 5
_ENCRYPTED = 0x1 | 0x40 | 0x2000
#: The others are seldom, and LZMA reserves as much memory as the file asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,  # with NotImplementedError
    ValueError,  # with UnicodeDecodeError: a name that is not in the encoding it claims
)

#: As the zstd program takes unless asked for more: 128 MB, reserved but filled only as text comes out.
_ZSTD_LIMITS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}


def unpack(data: bytes, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return what a gzip or zstd file or a zip archive of one file holds, or any other bytes as they are.

    Raises RefusedInput: larger than `max_bytes`, expanding more than 200 to 1, cut off, broken,
    encrypted, several files in one archive, or holding another packed file.
    """
    kind = _kind(data)
    if kind is None:
        return data
    inner = _Inner(len(data), max_bytes)
    _UNPACK[kind](data, inner)
    within = _kind(inner.data)
    if within is not None:
        raise RefusedInput(f"a {within} file inside a {kind} file: unpack it once before")
    return bytes(inner.data)


@dataclass(slots=True)
class _Inner:
    """What came out so far, held to the limits."""

    packed: int
    max_bytes: int
    parts: int = 0
    data: bytearray = field(default_factory=bytearray)

    def begin_part(self) -> None:
        self.parts += 1
        if self.parts > _MOST_PARTS:
            raise RefusedInput(f"packed in more than {_MOST_PARTS:,} parts: pack it in one")

    def add(self, piece: bytes) -> None:
        self.data += piece
        size = len(self.data)
        if size > self.max_bytes:
            raise RefusedInput(f"unpacks to more than {self.max_bytes // 2**20} MB: {WAY_OUT}")
        if size > _HARMLESS and size > _MAX_RATIO * self.packed:
            raise RefusedInput(
                f"unpacks to more than {_MAX_RATIO} times its size: no dump does that"
            )


def _kind(data: bytes | bytearray) -> str | None:
    if data.startswith(_GZIP):
        return "gzip"
    if data.startswith(_ZIP):
        return "zip"
    return "zstd" if _ZSTD_FRAME.match(data) else None


# ------------------------------------------------------------------ gzip


def _gzip(data: bytes, inner: _Inner) -> None:
    at = 0
    while at < len(data):
        if not data.startswith(_GZIP, at):
            if data[at:].strip(b"\0"):  # tapes pad with zeros
                raise RefusedInput("broken gzip file: something else follows its end")
            break
        at = _member(data, at, inner)


def _member(data: bytes, at: int, inner: _Inner) -> int:
    """Unpack the member that starts at `at` onto `inner`; return where it ends."""
    inner.begin_part()
    stream = zlib.decompressobj(wbits=31)
    for chunk in _chunks(data, at):
        at += len(chunk)
        piece = _inflated(stream, chunk)
        inner.add(piece)
        while not stream.eof and (stream.unconsumed_tail or len(piece) == _STEP):
            piece = _inflated(stream, stream.unconsumed_tail)
            inner.add(piece)
        if stream.eof:
            return at - len(stream.unused_data)
    raise RefusedInput("the gzip file is cut off")


def _inflated(stream: zlib._Decompress, chunk: bytes) -> bytes:
    try:
        return stream.decompress(chunk, _STEP)
    except zlib.error as error:
        raise RefusedInput(f"broken gzip file: {str(error).lower()}") from error


# ------------------------------------------------------------------ zip


def _zip(data: bytes, inner: _Inner) -> None:
    if data.count(_ENTRY) > _MOST_ENTRIES:
        raise RefusedInput(f"the zip file holds more than {_MOST_ENTRIES:,} files: pack one alone")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            one = _only(archive.infolist())
            with archive.open(one) as stream:
                while piece := stream.read(_STEP):
                    inner.add(piece)
    except _BROKEN_ZIP as error:
        raise RefusedInput(
            f"the zip file is cut off or broken: {clean(str(error), 200) or 'it ends too early'}"
        ) from error


def _only(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the one file of an archive. Raises RefusedInput when there are none or several."""
    files = [entry for entry in entries if not _is_by_the_way(entry.filename)]
    if not files:
        raise RefusedInput("the zip file holds no file")
    if len(files) > 1:
        raise RefusedInput(
            f"the zip file holds {len(files):,} files, pack one alone: {_named(files)}"
        )
    (one,) = files
    if one.flag_bits & _ENCRYPTED:
        raise RefusedInput("the zip file is encrypted: unpack it first")
    if one.compress_type not in _METHODS:
        raise RefusedInput("the zip file is packed in a rare way: pack it with deflate")
    return one


def _is_by_the_way(name: str) -> bool:
    """Say whether an entry is a folder or what systems leave beside files (`__MACOSX/`, `.DS_Store`)."""
    *folders, last = re.split(r"[/\\]", name)
    return not last or last.startswith(".") or "__MACOSX" in folders


def _named(files: list[zipfile.ZipInfo]) -> str:
    names = ", ".join(clean(entry.filename, 80) for entry in files[:_SHOWN])
    return names + ("" if len(files) <= _SHOWN else f" and {len(files) - _SHOWN:,} more")


# ------------------------------------------------------------------ zstd


def _zstd(data: bytes, inner: _Inner) -> None:
    at = 0
    while at < len(data):
        if not _ZSTD_FRAME.match(data, at):
            raise RefusedInput("broken zstd file: something else follows its end")
        at = _frame(data, at, inner)


def _frame(data: bytes, at: int, inner: _Inner) -> int:
    """Unpack the frame that starts at `at` onto `inner`; return where it ends."""
    inner.begin_part()
    stream = zstd.ZstdDecompressor(options=_ZSTD_LIMITS)
    for chunk in _chunks(data, at):
        at += len(chunk)
        inner.add(_decompressed(stream, chunk))
        while not (stream.eof or stream.needs_input):
            inner.add(_decompressed(stream, b""))
        if stream.eof:
            return at - len(stream.unused_data)
    raise RefusedInput("the zstd file is cut off")


def _decompressed(stream: zstd.ZstdDecompressor, chunk: bytes) -> bytes:
    try:
        return stream.decompress(chunk, _STEP)
    except zstd.ZstdError as error:
        raise RefusedInput(f"broken zstd file: {str(error).lower()}") from error


# ------------------------------------------------------------------ what they share


def _chunks(data: bytes, at: int) -> Iterator[bytes]:
    """Yield what stands from `at` on in growing pieces: of a short part little is copied in vain."""
    step = _FIRST_STEP
    while at < len(data):
        yield data[at : at + step]
        at += step
        step = min(step * 2, _STEP)


_UNPACK: dict[str, Callable[[bytes, _Inner], None]] = {"gzip": _gzip, "zip": _zip, "zstd": _zstd}
