"""How a command that sends is broken off: the message in hand is finished, within a limit, and nothing more is begun.

Owns what SIGINT, SIGTERM and SIGHUP do to `run --once` and `send`. The service has its own way, with the same limit.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from types import FrameType
from typing import Final

import click

from paperdigest.signals import Bell

#: How long the message in hand may take: as long as the service gives it, half of the systemd unit's TimeoutStopSec.
GRACE: Final = timedelta(seconds=30)
#: A signal often comes twice at once, from a terminal and from a wrapper: that is no impatience.
_DOUBLE: Final = timedelta(seconds=1)
#: What a shell says of a process that a signal ended: this and the signal's number.
_BY_SIGNAL: Final = 128
_LONG: Final = 3600.0

_FINISHING = "finishing the message in hand"
_PRESS = " · Ctrl-C again ends at once, and it may go out twice"
_LEFT = "ended before the answer came: the message in hand may go out twice"


@contextmanager
def ends_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP break off the block as Ctrl-C does, transactions and locks included.

    Raises click's Exit with 128 + the signal's number then. What the parent had ignored (nohup) stays ignored, and
    outside the main thread, which alone may ask for signals, this does nothing.
    """
    told: list[int] = []

    def break_off(number: int, _: FrameType | None) -> None:
        told.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, break_off) for number in _deadly()}
    try:
        yield
    except KeyboardInterrupt:
        if not told:
            raise
        _say("interrupted")
        raise click.exceptions.Exit(_BY_SIGNAL + told[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def message_in_hand(grace: timedelta = GRACE) -> Iterator[Callable[[], bool]]:
    """Yield what says whether no further message is to be begun: a signal to end has come. At the end of the block it
    takes effect.

    A block that takes longer than `grace` from then on, or a second Ctrl-C, ends the process with 128 + the signal's
    number, whatever it does: its thread may be waiting for a name server, where no signal reaches it. A row in hand is
    `sending` on disk, and the next run treats it as after a kill.
    """
    with closing(Bell()) as bell:
        watch = _Watch(bell, grace)
        try:
            with bell.on_signals(), watch.watching():
                yield watch.is_told
        finally:
            told = watch.told or _first(bell.wait(0))
            if told:
                signal.raise_signal(told)  # its own handler is back


class _Watch:
    """A thread that hears the bell while the block runs, and ends the process where the block does not end."""

    def __init__(self, bell: Bell, grace: timedelta) -> None:
        self._bell = bell
        self._grace = grace
        self._thread = threading.Thread(target=self._watch, name="paperdigest-bell", daemon=True)
        self.told = 0

    def is_told(self) -> bool:
        """Say whether a signal to end has come. Safe from any thread."""
        return bool(self.told or _first(self._bell.peek()))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the end of the block."""
        try:
            self._thread.start()
        except RuntimeError:  # the machine gives no more threads: there is no limit, then
            yield
            return
        try:
            yield
        finally:
            self._bell.ring()
            self._thread.join()

    def _watch(self) -> None:
        rung: tuple[int, ...] = ()
        while not rung:
            rung = self._bell.wait(_LONG)
        self.told = _first(rung)
        if 0 in rung:  # the block is done
            return
        _say(_FINISHING + (_PRESS if self.told == signal.SIGINT else ""))
        if not self._is_done_in_time():
            _say(_LEFT)
            os._exit(_BY_SIGNAL + self.told)

    def _is_done_in_time(self) -> bool:
        began = time.monotonic()
        while (waited := timedelta(seconds=time.monotonic() - began)) < self._grace:
            rung = self._bell.wait((self._grace - waited).total_seconds())
            if 0 in rung:
                return True
            if signal.SIGINT in rung and timedelta(seconds=time.monotonic() - began) > _DOUBLE:
                return False
        return False


def _deadly() -> list[signal.Signals]:
    """Return the signals that would end this process at once, with nothing put in order."""
    if threading.current_thread() is not threading.main_thread():
        return []
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is signal.SIG_DFL]


def _first(rung: tuple[int, ...]) -> int:
    """Return the first signal of what has rung; 0: there is none."""
    return next(filter(None, rung), 0)


def _say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        click.echo(text, err=True)
