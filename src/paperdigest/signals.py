"""What passes between the service and its surroundings: signals come in, systemd is told.

Knows nothing of what a signal leads to.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from paperdigest.logs import event

log = logging.getLogger(__name__)

_NAMES = ("SIGTERM", "SIGINT", "SIGHUP")


class Bell:
    """Rung by a signal or by `ring`; `wait` says which, in order. Close it.

    A pair of sockets, since Python writes a signal's number into one from C, whichever thread the
    kernel picked: a main thread that waits on a lock would hear of it only when the lock is freed.
    """

    def __init__(self) -> None:
        self._ear, self._clapper = socket.socketpair()
        self._ear.setblocking(False)
        self._clapper.setblocking(False)

    def ring(self, number: int = 0) -> None:
        """Wake whoever waits. Safe from any thread, and after `close`."""
        with suppress(OSError):
            self._clapper.send(bytes((number,)))

    def wait(self, seconds: float) -> tuple[int, ...]:
        """Return what has rung, waiting at most that long for it. Empty: nothing did."""
        ready, _, _ = select.select([self._ear], [], [], seconds)
        return tuple(self._ear.recv(256)) if ready else ()

    def peek(self) -> tuple[int, ...]:
        """Return what has rung, and leave it for `wait`. Safe from any thread, and after `close`."""
        with suppress(OSError):  # nothing has, or it is closed
            return tuple(self._ear.recv(256, socket.MSG_PEEK))
        return ()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Ring for SIGTERM, SIGINT and SIGHUP while the block runs.

        Only the main thread may ask for signals; elsewhere this does nothing. What the parent had
        ignored (nohup, a background job of a shell) stays ignored.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        taken = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]
        fd = signal.set_wakeup_fd(self._clapper.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _nothing_more) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(fd)

    def close(self) -> None:
        """Let go of both ends."""
        self._ear.close()
        self._clapper.close()


def notify(state: str) -> None:
    """Tell systemd, if it asked to be told (sd_notify(3)): one datagram, never an error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.connect("\0" + address[1:] if address.startswith("@") else address)
            link.sendall(state.encode())
    except OSError as error:
        event(log, "notify-failed", level=logging.WARNING, error=error)


def _nothing_more(number: int, frame: object) -> None:
    """Stand as a handler, so that the number is written to the bell and nothing else happens."""
