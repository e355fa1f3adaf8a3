"""Breaking the program in this very process: at a place, by a full disk; and noticing what it calls its own bug."""

from __future__ import annotations

import logging
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from paperdigest import failpoints
from paperdigest.flow.reading import LeftAlone


class Killed(BaseException):
    """The process is gone: nothing of it catches this."""


@contextmanager
def dying(last_look: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Yield what ends the main thread on the spot, after a last look at what is on disk, whichever thread calls it.
    The main thread stands still meanwhile, and the other one goes no further."""
    still, looked, over = threading.Event(), threading.Event(), threading.Event()
    main = threading.main_thread()

    def strike(*_: object) -> None:
        still.set()
        looked.wait()
        raise Killed

    def die() -> None:
        if threading.current_thread() is main:
            last_look()
            raise Killed
        assert main.ident is not None
        signal.pthread_kill(main.ident, signal.SIGUSR1)
        still.wait()
        try:
            last_look()
        finally:
            looked.set()
        over.wait()
        raise LeftAlone

    before = signal.signal(signal.SIGUSR1, strike)
    try:
        yield die
    finally:
        over.set()
        signal.signal(signal.SIGUSR1, before)


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
