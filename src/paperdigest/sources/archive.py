"""Unpack gzip within limits. Told by its magic bytes, never by a name; one layer, no archives of files."""

from __future__ import annotations

import zlib

from paperdigest.core.errors import RefusedInput

MAX_BYTES = 64 * 1024 * 1024
_MAX_RATIO = 200
#: Below this no ratio is looked at: it cannot hurt, and a small file of equal lines packs well.
_HARMLESS = 1024 * 1024
_GZIP = b"\x1f\x8b"
_STEP = 64 * 1024


def unpack(data: bytes, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return what a gzip file holds, or any other bytes as they are.

    Raises RefusedInput: larger than `max_bytes`, expanding more than 200 to 1, cut off, broken, or
    holding another gzip file.
    """
    if not data.startswith(_GZIP):
        return data
    inner = bytearray()
    at = 0
    while at < len(data):
        if not data.startswith(_GZIP, at):
            if data[at:].strip(b"\0"):  # tapes pad with zeros
                raise RefusedInput("broken gzip file: something else follows its end")
            break
        at = _member(data, at, inner, max_bytes)
    if inner.startswith(_GZIP):
        raise RefusedInput("a gzip file inside a gzip file: unpack it once before")
    return bytes(inner)


def _member(data: bytes, at: int, inner: bytearray, max_bytes: int) -> int:
    """Unpack the member that starts at `at` onto `inner`; return where it ends."""
    stream = zlib.decompressobj(wbits=31)
    while not stream.eof:
        chunk = data[at : at + _STEP]
        at += len(chunk)
        ended = not chunk
        while not stream.eof:
            piece = _inflated(stream, chunk)
            inner += piece
            _check(len(inner), len(data), max_bytes)
            chunk = stream.unconsumed_tail
            if not chunk and len(piece) < _STEP:
                break
        if ended and not stream.eof:
            raise RefusedInput("the gzip file is cut off")
    return at - len(stream.unused_data)


def _inflated(stream: zlib._Decompress, chunk: bytes) -> bytes:
    try:
        return stream.decompress(chunk, _STEP)
    except zlib.error as error:
        raise RefusedInput(f"broken gzip file: {str(error).lower()}") from error


def _check(size: int, packed: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise RefusedInput(
            f"unpacks to more than {max_bytes // 2**20} MB: unpack it and ingest it with --baseline, or split it"
        )
    if size > _HARMLESS and size > _MAX_RATIO * packed:
        raise RefusedInput(f"unpacks to more than {_MAX_RATIO} times its size: no dump does that")
