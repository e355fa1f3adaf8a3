"""A progress bar on standard error: on a terminal only, and only for work that is long enough to wonder about."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from paperdigest.cli.terminal import one_line, plain

_WIDTH = 30
_WORTH_A_BAR = 2_000  # records; fewer are done before a bar could be read


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what is called with (name, done, total); the bar is wiped at the end."""
    shown = _Bar()
    try:
        yield shown.show
    finally:
        shown.wipe()


class _Bar:
    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = ""

    def show(self, name: str, done: int, total: int) -> None:
        if not self._live or total < _WORTH_A_BAR:
            return
        filled = _WIDTH * done // total
        line = f"{one_line(os.path.basename(name))[:40]}  [{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,}"  # noqa: PTH119 -- a name, not always a path
        if line != self._drawn:
            self._draw("\r" + line.ljust(len(self._drawn)))
            self._drawn = line

    def wipe(self) -> None:
        if self._drawn:
            self._draw("\r" + " " * len(self._drawn) + "\r")

    def _draw(self, text: str) -> None:
        terminal = plain(sys.stderr)
        terminal.write(text)
        terminal.flush()
