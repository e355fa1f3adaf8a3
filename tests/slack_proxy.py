"""A proxy on loopback for tests: carries bytes to where CONNECT asks, or answers as told."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loopback import Loopback


class Proxy(Loopback):
    """`url` is its address, `asked` where it was asked to connect to. `answer`: written instead of connecting,
    the last byte over and over until the other side has had enough or the block ends; `drops` counts these.
    """

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.drops = 0
        server = _Server(("127.0.0.1", 0), _Carrier)
        server.proxy = self
        super().__init__(server)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"


class _Server(ThreadingHTTPServer):
    proxy: Proxy


class _Carrier(BaseHTTPRequestHandler):
    server: _Server

    def do_CONNECT(self) -> None:
        proxy = self.server.proxy
        proxy.asked.append(self.path)
        if proxy.answer:
            self._repeat(proxy)
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), 60) as behind:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_carry, args=(behind, self.connection), daemon=True)
            back.start()
            _carry(self.connection, behind)
            back.join(60)

    def _repeat(self, proxy: Proxy) -> None:
        with suppress(OSError):
            self.wfile.write(proxy.answer)
            while not proxy.over.wait(0.02):
                self.wfile.write(proxy.answer[-1:])
                proxy.drops += 1

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _carry(start: socket.socket, end: socket.socket) -> None:
    with suppress(OSError):
        while piece := start.recv(65_536):
            end.sendall(piece)
        end.shutdown(socket.SHUT_WR)
