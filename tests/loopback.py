"""A server on loopback that serves in a thread for the length of a with block."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import Self


class Loopback:
    """`over` is set when the block ends: what an answer waits on instead of sleeping."""

    def __init__(self, server: BaseServer) -> None:
        self.over = threading.Event()
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@contextmanager
def closed_port() -> Iterator[int]:
    """Keep a port on which connections are refused. It stays bound: once free, a server of another test running
    at the same time might get it, and be sent what was meant for nobody."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def kept_place() -> Iterator[str]:
    """Keep an address on which a server of the test's own may listen, until the end of the block. It is bound all the
    while: once free, another test running at the same time might be given it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{held.getsockname()[1]}"
        if sys.platform != "linux":
            held.close()  # elsewhere one that listens cannot share it with one that does not
        yield place


def listening(place: str) -> socket.socket:
    """Return a listener of the test's own at a kept place: whoever wants it next finds it taken."""
    host, _, port = place.rpartition(":")
    return socket.create_server((host, int(port)))
