"""The server of our pages: where it listens, its limits, its thread and its end. Waitress speaks HTTP."""

from __future__ import annotations

import errno
import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from paperdigest.core.errors import PaperdigestError
from paperdigest.logs import event
from paperdigest.web import patience
from paperdigest.web.unsubscribe import LONGEST_BODY

#: Seconds that requests in hand are given at the end: less than half of what the service has after SIGTERM,
#: and more than a write waits for another one.
GRACE = 12.0
#: As many connections at once; one more, and the one that is waited for longest makes room.
CONNECTIONS = 100
UNIX = "unix:"
_TOLD_EVERY = 3600.0  # seconds
_LIMITS: dict[str, Any] = {
    "threads": 2,
    # It counts its listener and its trigger too, and the one that comes when all are taken has to come in.
    "connection_limit": CONNECTIONS + 3,
    "max_request_header_size": 16_384,
    "max_request_body_size": 8
    * LONGEST_BODY,  # above it nothing is read; below it we say so ourselves
    "inbuf_overflow": 16 * LONGEST_BODY,  # so no body ever becomes a file
    "ident": "",
}


log = logging.getLogger(__name__)


class NotOpened(PaperdigestError):
    """Nothing can be listened to there. The message says why and what to do."""


class Server:
    """Serves from the moment it is made, in threads of its own, until `close()`. Raises NotOpened.

    `section` of the config says where; `mode` is who may come near a socket of the file system. `clock`, by
    which connections are given up, gives seconds that never go back.
    """

    def __init__(
        self,
        application: Callable[[dict[str, Any], Any], Iterable[bytes]],
        listen: str,
        *,
        section: str = "[web]",
        mode: int = 0o666,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        logging.getLogger("waitress").setLevel(logging.WARNING)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # two in a row are no trouble
        self._listener = _listener(listen, section, mode)
        self._path = Path(listen.removeprefix(UNIX)) if listen.startswith(UNIX) else None
        self._map: dict[int, Any] = {}
        self._server = create_server(
            application, map=self._map, sockets=[self._listener], **_LIMITS
        )
        self._server.channel_class = partial(patience.Connection, clock)
        self._clock = clock
        self._silent_until = clock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="paperdigest-web", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Say whether it still serves."""
        return self._thread.is_alive()

    @property
    def address(self) -> Any:
        """Return where it listens, as `socket.getsockname` does."""
        return self._listener.getsockname()

    def close(self) -> None:
        """Take no more requests, finish those in hand (12 s at most), and end. Safe to call twice."""
        if self._over.is_set():
            return
        self._over.set()
        with suppress(OSError):  # its thread may have ended by itself
            self._server.pull_trigger()
        self._thread.join(2 * GRACE)

    def _serve(self) -> None:
        try:
            while not self._over.is_set():
                self._turn(1.0)
            self._server.accepting = False
            until = time.monotonic() + GRACE
            while self._busy() and time.monotonic() < until:
                self._turn(0.1)
        finally:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
            self._server.task_dispatcher.shutdown(timeout=1)
            wasyncore.close_all(self._map)

    def _turn(self, seconds: float) -> None:
        patience.end_late(self._connections(), self._clock())
        if patience.make_room(self._connections(), CONNECTIONS):
            self._tell_crowded()
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _connections(self) -> list[patience.Connection]:
        return list(self._server.active_channels.values())

    def _tell_crowded(self) -> None:
        now = self._clock()
        if now >= self._silent_until:
            self._silent_until = now + _TOLD_EVERY
            event(log, "page-crowded", level=logging.WARNING, connections=CONNECTIONS)

    def _busy(self) -> bool:
        """Say whether a request is being answered, or an answer is on its way."""
        return any(one.in_hand or one.total_outbufs_len for one in self._connections())


def _listener(listen: str, section: str, mode: int) -> socket.socket:
    """Return a bound socket. Raises NotOpened."""
    unix = listen.startswith(UNIX)
    try:
        return _unix(Path(listen.removeprefix(UNIX)), mode) if unix else _tcp(listen)
    except OSError as error:
        reason = error.strerror or str(error)
        taken = error.errno == errno.EADDRINUSE
        hint = "another program listens there" if taken else f"see {section} listen in the config"
        raise NotOpened(f"{listen} cannot be listened to: {reason.lower()} · {hint}") from None


def _tcp(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    name = host.strip("[]")
    found = socket.getaddrinfo(name, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # localhost may be both; what a proxy is told to connect to is as a rule the older one.
    family, kind, protocol, _, place = min(found, key=lambda each: each[0] != socket.AF_INET)
    return _bound(socket.socket(family, kind, protocol), place)


def _unix(path: Path, mode: int) -> socket.socket:
    _clear(path)
    made = _bound(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), str(path))
    # The proxy of the public page runs as somebody else: who may come near is the folder's affair then.
    path.chmod(mode)
    return made


def _bound(made: socket.socket, place: Any) -> socket.socket:
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
        made.listen(128)
    except BaseException:
        made.close()
        raise
    return made


def _clear(path: Path) -> None:
    """Remove a socket that a process left behind when it was killed; nothing else, and none in use."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
