"""A text file's lines. Nothing is guessed of its encoding (`encoding`), and a file may be cut in the middle."""

from __future__ import annotations

import codecs
import re

from paperdigest.sources.encoding import as_utf8, decoded

_LINE_END = re.compile(r"\r\n?|\n")


def lines_of(data: bytes) -> list[str]:
    """Return the lines, whatever ends them. Raises RefusedInput for what is not UTF-8, naming the byte.

    A last character that is cut in its middle is left out: so will be what it belongs to.
    """
    whole = as_utf8(data)
    try:
        text, _ = codecs.utf_8_decode(whole, "strict", False)
    except UnicodeDecodeError:
        text = decoded(whole)  # refuses
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]
