"""What people see of the program on a terminal or in a pipe: nothing in it acts on the terminal but our own bold.

Stands between every command and its two streams, so no command has to think of it. Logs escape their own lines.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# C0 but tab and line feed, DEL, C1, what parts lines or turns the reading direction, lone surrogates.
_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BOLD = re.compile("(\x1b\\[[01]m)")


@contextmanager
def harmless_streams() -> Iterator[None]:
    """Let standard output and standard error show what would act on a terminal, until the end of the block."""
    before = sys.stdout, sys.stderr
    stay_harmless()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def stay_harmless() -> None:
    """Let the two streams show what would act on a terminal to the end of the process: a traceback, too."""
    sys.stdout, sys.stderr = _wrapped(sys.stdout), _wrapped(sys.stderr)


def harmless(text: str, *, bold: bool = False) -> str:
    """Return the text with signs that act shown as `\\u001b`, which a JSON string may hold as well.

    `bold`: the two escapes that begin and end bold stay.
    """
    if _ACTS.search(text) is None:
        return text
    pieces = _BOLD.split(text) if bold else [text]
    return "".join(
        piece if number % 2 else _ACTS.sub(_shown, piece) for number, piece in enumerate(pieces)
    )


def one_line(text: str) -> str:
    """Return the text on one line: a file's name may hold a line feed."""
    return harmless(text).replace("\n", "\\n").replace("\t", "\\t")


class _Harmless:
    """A stream that is written to through `harmless`; everything else is the stream's own. Once its reader has left, what is
    written goes nowhere and the command goes on: what it found is still in its exit code."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        # As click does it: a stream that can write ASCII alone would end the program at the first accent.
        if str(getattr(stream, "encoding", "")).lower() in ("ascii", "ansi_x3.4-1968", "us-ascii"):
            with suppress(AttributeError, OSError, ValueError):
                stream.reconfigure(encoding="utf-8")

    def write(self, text: str) -> int:
        """Write what may be seen."""
        try:
            self._stream.write(harmless(text, bold=self._stream.isatty()))
        except BrokenPipeError:
            write_no_more(self._stream)
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            write_no_more(self._stream)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    @property
    def plain(self) -> Any:
        """Return the stream itself, for what has to act on the terminal: a progress bar."""
        return self._stream

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # whoever writes bytes there would pass us by
            raise AttributeError(name)
        return getattr(self._stream, name)


def write_no_more(stream: Any) -> None:
    """Send what a stream still has to write nowhere, for good: Python would complain of it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def plain(stream: Any) -> Any:
    """Return the stream that is behind a harmless one."""
    return stream.plain if isinstance(stream, _Harmless) else stream


def _wrapped(stream: Any) -> Any:
    return stream if isinstance(stream, _Harmless) or stream is None else _Harmless(stream)


def _shown(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign.group()):04x}"
