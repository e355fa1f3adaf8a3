"""The time one fetch may take, over all its requests. What is done with it is `http`'s matter."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from paperdigest.core.errors import SourceError
from paperdigest.http_words import shown


class Watch:
    """Ends a fetch at its deadline, whatever it waits for then. Runs inside its with blocks only.

    Time-outs of the client run from one read to the next, so a server that sends a byte now and then
    would be read for ever; at the deadline the connection is cut under it.
    """

    def __init__(self, seconds: float) -> None:
        self.words = f"took longer than {seconds:g} s"
        self._left = seconds
        self._since: float | None = None
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)

    @property
    def left(self) -> float:
        """Return the seconds that are left; below 0 when the deadline is over."""
        gone = 0.0 if self._since is None else time.monotonic() - self._since
        return self._left - gone

    @property
    def passed(self) -> bool:
        """Whether the deadline is over."""
        return self.left <= 0

    def within(self, seconds: float) -> float:
        """Return a time-out of so many seconds that does not outlast the deadline."""
        return max(min(seconds, self.left), 0.001)  # 0 would mean not to wait at all

    def check(self, url: str) -> None:
        """Raise SourceError when the deadline is over."""
        if self.passed:
            raise SourceError(f"{shown(url)}: {self.words}")

    def see(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a connection (httpx's `trace` extension)."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            connection = info["return_value"].get_extra_info("socket")
            if isinstance(connection, socket.socket):
                with self._lock:
                    self._sockets.append(connection)
                if self.passed:
                    self._cut()

    def _cut(self) -> None:
        with self._lock:
            for connection in self._sockets:
                try:
                    # The plain socket's own shutdown: that of a TLS socket would pull the session from under the reader.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                except OSError:
                    continue  # closed already

    def __enter__(self) -> Watch:
        self._since = time.monotonic()
        self._timer = threading.Timer(max(self._left, 0.0), self._cut)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        self._left, self._since = self.left, None
