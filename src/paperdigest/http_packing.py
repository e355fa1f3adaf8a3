"""What an answer is packed in, undone within limits of size and time."""

from __future__ import annotations

import zlib

from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.http_watch import Watch
from paperdigest.http_words import shown

# Bytes unpacked at a time. At the end of each member zlib copies the rest of what it was given: given all,
# a few MB of empty members would take hours.
_PIECE = 16 * 1024


def unpacked(raw: bytes, encoding: str, url: str, *, most: int, watch: Watch) -> bytes:
    """Undo the content encoding: gzip or deflate, the latter also without its zlib header (RFC 9110, 8.4.1).

    `most` is how many bytes may come of it. Raises SourceError, RefusedInput when there are more.
    """
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return raw
    if named not in ("gzip", "x-gzip", "deflate"):
        raise SourceError(
            f'{shown(url)}: the answer is packed as "{named[:40]}", which was not asked for'
        )
    wbits = (
        -zlib.MAX_WBITS if named == "deflate" and not _has_zlib_header(raw) else zlib.MAX_WBITS + 32
    )
    data, at = bytearray(), 0
    while at < len(raw):
        try:
            at = _member(raw, at, wbits, data, most)
        except zlib.error as error:
            raise SourceError(f"{shown(url)}: the answer cannot be unpacked ({named})") from error
        except EOFError as error:
            raise SourceError(f"{shown(url)}: the answer is cut off") from error
        if len(data) > most:
            raise RefusedInput(f"{shown(url)}: unpacks to more than {most // 2**20} MB")
        watch.check(url)
    return bytes(data)


def _member(raw: bytes, at: int, wbits: int, data: bytearray, most: int) -> int:
    """Unpack one member of `raw` from `at` onto `data`, at most to one byte past `most`; return where it ends.

    Raises zlib.error, and EOFError when it does not end.
    """
    stream = zlib.decompressobj(wbits)
    while not stream.eof:
        piece = stream.unconsumed_tail or raw[at : at + _PIECE]
        if not piece:
            raise EOFError
        at += 0 if stream.unconsumed_tail else len(piece)
        data += stream.decompress(piece, most + 1 - len(data))
        if len(data) > most:
            break
    return at - len(stream.unused_data)


def _has_zlib_header(raw: bytes) -> bool:
    # RFC 1950, 2.2: method 8, and the first two bytes are a multiple of 31.
    return len(raw) >= 2 and raw[0] & 0x0F == 8 and (raw[0] * 256 + raw[1]) % 31 == 0
