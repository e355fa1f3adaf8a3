"""The standard library's SMTP client over a socket of ours, with answers that must come within a deadline
and a size: by itself it would wait for ever on a server that sends a byte now and then.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time

_LONGEST_REPLY = 65_536
_HOST_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_REPLY = re.compile(rb"[2-5]\d\d(?:[ -]|\r?\n)")


class SmtpClient(smtplib.SMTP):
    """The standard client with answers read within a deadline and a size: a slow drip would never end."""

    def __init__(self, sock: socket.socket, own_name: str, timeout: float) -> None:
        super().__init__(local_hostname=own_name, timeout=timeout)
        self.sock = sock
        self.patience = timeout  # seconds for one whole answer
        self.unread = b""

    def getreply(self) -> tuple[int, bytes]:
        """Return (code, text) of the next answer. Raises TimeoutError past the deadline."""
        deadline = time.monotonic() + self.patience
        lines: list[bytes] = []
        room = _LONGEST_REPLY
        while True:
            line = self._line(deadline)
            room -= len(line)
            if room < 0 or not _REPLY.match(line):
                raise smtplib.SMTPResponseException(-1, b"")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self.unread:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if len(self.unread) > _LONGEST_REPLY:
                raise smtplib.SMTPResponseException(-1, b"")
            self.unread += self._receive(left)
        line, _, self.unread = self.unread.partition(b"\n")
        return line + b"\n"

    def _receive(self, seconds: float) -> bytes:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.sock.settimeout(seconds)
        data = self.sock.recv(4096)
        self.sock.settimeout(self.timeout)
        if not data:
            raise smtplib.SMTPServerDisconnected("closed")
        return data

    def look_ahead(self) -> bool:
        """Say whether the server has spoken unasked. Raises SMTPServerDisconnected if it has gone."""
        try:
            self.unread += self._receive(0)
        except (BlockingIOError, ssl.SSLWantReadError):
            if self.sock is not None:
                self.sock.settimeout(self.timeout)
        return bool(self.unread)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Wrap the connection; what was learnt in clear text is forgotten (RFC 3207 section 4.2)."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
        self.esmtp_features = {}
        self.ehlo_resp = self.helo_resp = None
        self.does_esmtp = False


def own_name(sock: socket.socket) -> str:
    """Return what to say in EHLO (RFC 5321 section 4.1.3) without asking DNS, which may take long."""
    name = socket.gethostname()
    if _HOST_NAME.fullmatch(name):
        return name
    address = sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
