"""How long a connection may take, and which one makes room. Waitress itself minds nothing but silence: a byte
now and then keeps a connection of its for ever, and when all are taken it refuses everybody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel

#: Seconds from connecting to the first byte.
LONGEST_SILENCE = 10.0
#: Seconds from the first byte of a request to its last.
LONGEST_REQUEST = 20.0
#: Seconds from an answer to the next request over the same connection; by then it has to be taken too.
LONGEST_REST = 30.0
# RFC 9110, section 15.5.9: who ends a request that did not come in time says so.
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that knows since when it is waited for. `clock` gives seconds that never go back.

    The loop's thread reads and looks, another one answers: it has a connection from when a request is
    complete until that is answered, and meanwhile nothing more is read from it.
    """

    def __init__(self, clock: Callable[[], float], *given: Any, **named: Any) -> None:
        self._clock = clock
        self._asking: bool | None = None  # None: not a byte yet
        self.since = clock()
        super().__init__(*given, **named)

    def received(self, data: bytes) -> bool:
        """Take in what came."""
        if not self._asking:
            self._asking, self.since = True, self._clock()
        return bool(super().received(data))

    def service(self) -> None:
        """Answer the first of the requests that are complete."""
        self._asking, self.since = False, self._clock()
        super().service()

    @property
    def in_hand(self) -> bool:
        """Say whether a request is complete and its answer not: then it is not the other side that is slow."""
        return bool(self.requests)

    def late(self, now: float) -> bool:
        """Say whether the other side has had its time. While a request is in hand it has not begun."""
        if self.in_hand:
            self.since = now
        return now - self.since >= self._longest

    @property
    def _longest(self) -> float:
        if self._asking is None:
            return LONGEST_SILENCE
        # The second: a part that came together with the end of the request before it.
        half_way = self._asking or self.request is not None
        return LONGEST_REQUEST if half_way else LONGEST_REST

    def give_up(self) -> None:
        """Close it. Not while a request is in hand, and only from the loop's thread: it alone takes one in."""
        # Not by `will_close`: that waits for room in the socket, which one that takes no answer never has.
        with self.requests_lock, suppress(OSError):
            if self._asking and not self.total_outbufs_len:
                self.send(_TOO_LATE, do_close=False)
            self.handle_close()


def end_late(connections: Sequence[Connection], now: float) -> None:
    """Give up every connection that has had its time."""
    for connection in connections:
        if connection.late(now):
            connection.give_up()


def make_room(connections: Sequence[Connection], most: int) -> int:
    """Give up those that are waited for longest until at most `most` are left; return how many that were.

    Where they come from does not matter: behind a proxy all come from one address.
    """
    idle = sorted((one for one in connections if not one.in_hand), key=lambda one: one.since)
    too_many = idle[: max(len(connections) - most, 0)]
    for connection in too_many:
        connection.give_up()
    return len(too_many)
