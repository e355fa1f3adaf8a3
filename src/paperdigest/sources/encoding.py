"""Bytes to text: UTF-8 with or without a mark, or UTF-16 and UTF-32 with one. Nothing is guessed."""

from __future__ import annotations

import codecs
import re

from paperdigest.core.errors import RefusedInput

# The 32-bit mark of little-endian starts like the 16-bit one, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def decoded(data: bytes) -> str:
    """Return the text without its byte order mark. Raises RefusedInput naming the first bad byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedInput(
            f"not valid UTF-8: byte {error.object[error.start]:#04x} at offset {error.start:,}"
            "; save the file as UTF-8"
        ) from error


def as_utf8(data: bytes) -> bytes:
    """Return the bytes as UTF-8 without a mark; only a byte order mark is taken for a sign of UTF-16 or 32.

    Bytes without such a mark come back as they are (less a UTF-8 mark), valid or not.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _from_wide(data, codec)
    return data.removeprefix(codecs.BOM_UTF8)


def _from_wide(data: bytes, codec: str) -> bytes:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise RefusedInput(
            f"not valid {codec.upper()} at offset {error.start:,}; save the file as UTF-8"
        ) from error
    # What an XML declaration says about the encoding is no longer true.
    return _XML_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
