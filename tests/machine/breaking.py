"""Breaking the program in this very process: at a place, by a full disk; and noticing what it calls its own bug."""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from paperdigest import failpoints


class Killed(BaseException):
    """The process is gone: nothing of it catches this."""


class _Then(failpoints._Armed):
    """Does something at a place the `count`th time it is reached."""

    def __init__(self, place: str, count: int, deed: Callable[[], None]) -> None:
        super().__init__(())
        self._place = place
        self._left = count
        self._deed = deed

    def reach(self, name: str) -> None:
        assert name in failpoints.PLACES
        if name == self._place:
            self._left -= 1
            if self._left == 0:
                self._deed()


@contextmanager
def at(place: str, deed: Callable[[], None], count: int = 1) -> Iterator[None]:
    """Do something, once, when the program comes by a place for the `count`th time."""
    before, failpoints._armed = failpoints._armed, _Then(place, count, deed)
    try:
        yield
    finally:
        failpoints._armed = before


@contextmanager
def files_no_larger_than(size: int | None) -> Iterator[None]:
    """Let no file of this process grow beyond that, as on a disk that is full; None lifts the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Bugs(logging.Handler):
    """Keeps what the service calls a bug of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.found.append(f"{record.getMessage()}: {record.exc_info[1]!r}")
