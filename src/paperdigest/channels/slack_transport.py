"""One HTTP request to Slack: over at a deadline, its answer no longer than can be held, no redirect followed.

urllib's time-out starts anew with every byte, so an answer that drips would be read for ever; it takes answers of
any size; and it hands the token on to wherever a redirect leads.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from paperdigest.channels.slack_errors import TooLong

_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status: a redirect is an answer like any other."""

    status: int
    headers: dict[str, str]
    body: str


class Watch:
    """What one request may take: `wait` seconds for each step, all of it until `ends` on `clock`, and an answer
    of at most `most` bytes, its headers included."""

    def __init__(self, *, wait: float, ends: float, most: int, clock: Callable[[], float]) -> None:
        self.wait = wait
        self.most = most
        self._ends = ends
        self._clock = clock
        self._read = 0

    def left(self) -> float:
        """Return the seconds the next step may take. Raises TimeoutError past the end."""
        left = self._ends - self._clock()
        if left <= 0:
            raise TimeoutError("the request took too long")
        return min(self.wait, left)

    def count(self, size: int) -> None:
        """Take note of bytes that came. Raises TooLong when there are too many."""
        self._read += size
        if self._read > self.most:
            raise TooLong(f"the answer has more than {self.most} bytes")

    def connected(self, address: tuple[str, int], *_: object) -> socket.socket:
        """Connect as `socket.create_connection` does, all addresses together within the time; looking up the name
        takes what the system allows it."""
        trouble = OSError("the name has no address")
        for known in socket.getaddrinfo(*address, 0, socket.SOCK_STREAM):
            host, port, *_scope = known[4]
            try:
                return socket.create_connection((str(host), int(port)), self.left())
            except OSError as error:
                trouble = error
        raise trouble


def ask(request: Request, watch: Watch, proxy: str | None = None) -> Answer:
    """Make the request once. `proxy`: an address for everything; else what the environment says.

    Raises URLError for what happens before the request is written as a whole, other OSErrors (TimeoutError,
    TooLong among them) and HTTPException for what happens later.
    """
    opener = _opener(watch, proxy)
    try:
        with opener.open(request, timeout=watch.wait) as answer:
            return _answer(answer.status, answer)
    except HTTPError as error:
        with error:
            return _answer(error.code, error)


def _answer(status: int, answer: Any) -> Answer:
    body: bytes = answer.read()
    return Answer(status, dict(answer.headers.items()), body.decode("utf-8", "replace"))


def _opener(watch: Watch, proxy: str | None) -> OpenerDirector:
    """`build_opener` would add what follows redirects, and opens files and FTP."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler({"http": proxy, "https": proxy} if proxy else None),
        _Http(watch),
        _Https(watch),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


class _Http(HTTPHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, watch=self._watch), req)


class _Https(HTTPSHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_SecureConnection, watch=self._watch), req)


class _Connection(http.client.HTTPConnection):
    """A connection whose every step is watched, a proxy's answer to CONNECT included."""

    def __init__(self, host: str, *, watch: Watch, **options: Any) -> None:
        super().__init__(host, **options)
        self._watch = watch
        self._create_connection = watch.connected
        self.response_class = partial(_Response, watch=watch)  # type: ignore[assignment]  # makes one

    def connect(self) -> None:
        try:
            super().connect()
        except http.client.HTTPException as error:  # nothing of the request is written yet
            raise ConnectionError("the proxy's answer cannot be read") from error
        self.sock.settimeout(self._watch.left())


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    pass


class _Response(http.client.HTTPResponse):
    """An answer that is read in pieces, each in the time that is left."""

    def __init__(self, sock: socket.socket, *args: Any, watch: Watch, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._watch = watch
        self.fp = io.BufferedReader(_Stream(self.fp.detach(), sock, watch))

    def begin(self) -> None:
        super().begin()
        # The library would make room for as much as is promised.
        if self.length is not None and self.length > self._watch.most:
            raise TooLong(f"the answer is said to have {self.length} bytes")

    def read(self, amt: int | None = None) -> bytes:
        if amt is not None:
            return super().read(amt)
        pieces = []
        while piece := super().read(_PIECE):
            pieces.append(piece)
        if self.length:
            raise http.client.IncompleteRead(b"", self.length)
        return b"".join(pieces)


class _Stream(io.RawIOBase):
    """What the socket gives, within the time that is left, counted."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, watch: Watch) -> None:
        super().__init__()
        self._raw = raw
        self._socket = sock
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._watch.left())
        size = self._raw.readinto(buffer)
        self._watch.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
