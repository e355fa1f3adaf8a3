"""A real HTTP server on loopback for tests: a free port, a thread per connection, gone at the end of the block."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO, cast


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked. Header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. `raw` writes to the connection itself, after the status and headers (none of status 0)."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[BinaryIO], None] | None = None


Answerer = Callable[[Request], Reply]


class HttpServer:
    """What is served, by path, and what was asked. `url` ends without a slash."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Answerer] = {}
        #: What answers everything that is not served by path.
        self.otherwise: Reply | Answerer = Reply(b"not here", 404)
        self.requests: list[Request] = []
        self.url = ""
        self.port = 0
        #: Set when the block ends: what a reply waits on instead of sleeping.
        self.over = threading.Event()

    def answer(self, request: Request) -> Reply:
        """Note the request and return its reply."""
        self.requests.append(request)
        reply = self.replies.get(request.path.partition("?")[0], self.otherwise)
        return reply if isinstance(reply, Reply) else reply(request)


class _Handler(BaseHTTPRequestHandler):
    served: HttpServer

    def do_GET(self) -> None:
        """Answer any method: what was asked is noted with it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        reply = self.served.answer(Request(self.command, self.path, headers, body))
        self.close_connection = True
        with suppress(OSError):  # the client had enough: some tests are about that
            self._send(reply)

    do_POST = do_HEAD = do_GET  # noqa: N815 # the names that http.server looks for

    def _send(self, reply: Reply) -> None:
        if reply.status:
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.raw is None and "content-length" not in {
                name.lower() for name in reply.headers
            }:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
        if reply.raw is not None:
            reply.raw(cast("BinaryIO", self.wfile))
        else:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is its assertions."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up; what else fails must be seen."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # any socket


@contextmanager
def http_server(
    replies: Mapping[str, Reply | Answerer] | None = None, *, tls: ssl.SSLContext | None = None
) -> Iterator[HttpServer]:
    """Serve `replies` on a free loopback port until the end of the block; over TLS with a server context."""
    served = HttpServer()
    served.replies.update(replies or {})
    handler = type("Handler", (_Handler,), {"served": served})
    server = _Server(("127.0.0.1", 0), handler)
    served.port = server.server_address[1]
    served.url = f"{'https' if tls else 'http'}://127.0.0.1:{served.port}"
    if tls:
        # Shaking hands is left to the connection's own thread: a client that refuses must not end the server.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
