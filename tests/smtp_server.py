"""Mail servers on loopback for tests: a well-behaved one (aiosmtpd), and a hostile one on a raw socket."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER = "papers"
PASSWORD = "canary-Pässword-7%"


@dataclass
class Mailroom:
    """What a well-behaved server took in: (sender, recipients, bytes), and how often it was called."""

    port: int = 0
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    logins: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 taken"


class Authority:
    """A certificate authority of our own and server contexts signed by it."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    def context(
        self, *names: str, expired: bool = False, ends: datetime | None = None
    ) -> ssl.SSLContext:
        """Return a server context whose certificate is for these names, until `ends` if that is given."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ends = datetime(2001, 1, 1, tzinfo=UTC) if expired else ends
        self._ca.issue_cert(*names, not_after=ends).configure_cert(context)
        return context

    def write(self, path: Any) -> None:
        """Write the authority's own certificate, to be trusted."""
        self._ca.cert_pem.write_to_path(str(path))


@contextmanager
def mailroom(
    tls: ssl.SSLContext | None = None,
    *,
    implicit: bool = False,
    auth: bool = False,
    size: int = 10**7,
) -> Iterator[Mailroom]:
    """Run a well-behaved server: STARTTLS or implicit TLS where a context is given, a login if wanted."""
    room = Mailroom()

    def check(
        server: SMTP, session: Session, envelope: Envelope, method: str, data: Any
    ) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login, data.password)
        knows = given == (USER.encode(), PASSWORD.encode())
        room.logins += knows
        return AuthResult(success=knows, handled=False)

    def protocol() -> SMTP:
        room.connections += 1
        return SMTP(
            room,
            hostname="mail.test",
            data_size_limit=size,
            tls_context=None if implicit else tls,
            require_starttls=bool(tls) and not implicit,
            authenticator=check if auth else None,
            # aiosmtpd does not see TLS that was there before it, and warns; `logins` tells enough then.
            auth_required=auth and not implicit,
            auth_require_tls=not implicit,
        )

    with _loop() as loop:
        server = _wait(
            loop,
            loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None),
        )
        room.port = server.sockets[0].getsockname()[1]
        try:
            yield room
        finally:
            loop.call_soon_threadsafe(server.close)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        _wait(loop, _finish())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish() -> None:
    """End the conversations that are still open, and let their transports close."""
    await asyncio.sleep(0.02)
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.02)


def _wait(loop: asyncio.AbstractEventLoop, job: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(job, loop).result(60)


DROP = "drop"
HANG = "hang"
#: Before a reply: it comes byte by byte, within the time there is.
SLOWLY = "slowly "
#: What each step is answered with unless told otherwise. "body" is the moment after 354.
_NORMAL = {
    "greeting": "220 hostile.test",
    "ehlo": "250-hostile.test\r\n250-SIZE 10000000\r\n250 8BITMIME",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "body": "",
    "dot": "250 taken",
    "rset": "250 ok",
    "quit": "221 bye",
    "auth": "235 ok",
    "starttls": "454 not now",
    "helo": "250 hostile.test",
}


class HostileSmtp:
    """A server that misbehaves at chosen steps: `DROP`, `HANG`, or any reply text.

    `steps` maps a step to what is done at every occurrence, or to a list for the first, second …
    (afterwards normal again). `heard` holds every line; `messages` what was complete with its dot.
    With a server context it speaks TLS from the start.
    """

    def __init__(
        self,
        steps: Mapping[str, str | list[str]] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._steps = dict(steps or {})
        self._tls = tls
        self.heard: list[bytes] = []
        self.messages: list[bytes] = []
        self.connections = 0
        self._said = ""
        self._over = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> HostileSmtp:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conversation in tuple(self._open):  # nobody need wait for one who has no more to say
            with suppress(OSError):
                conversation.shutdown(socket.SHUT_RD)
        self._thread.join(10)

    def _accept(self) -> None:
        talks = []
        while not self._over.is_set():
            try:
                conversation, _ = self._listener.accept()
            except OSError:
                break
            self.connections += 1
            talk = threading.Thread(target=self._talk, args=(conversation,), daemon=True)
            talk.start()
            talks.append(talk)
        for talk in talks:
            talk.join(10)

    def _talk(self, conversation: socket.socket) -> None:
        conversation.settimeout(60)
        if self._tls is not None:
            try:
                conversation = self._tls.wrap_socket(conversation, server_side=True)
            except OSError:
                conversation.close()
                return
        self._open.add(conversation)
        try:
            with conversation, conversation.makefile("rb") as lines, suppress(OSError):
                self._converse(conversation, lines)
        finally:
            self._open.discard(conversation)

    def _converse(self, conversation: socket.socket, lines: Any) -> None:
        if self._do("greeting", conversation):
            for line in lines:
                self.heard.append(line)
                step = line.split(None, 1)[0].lower().decode("latin-1") if line.strip() else "?"
                if not self._do(step, conversation):
                    return
                taking = step == "data" and self._said.startswith("354")
                if taking and not self._take(lines, conversation):
                    return
                if step == "quit":
                    return

    def _take(self, lines: Any, conversation: socket.socket) -> bool:
        if not self._do("body", conversation):
            return False
        data = b""
        for line in lines:
            if line == b".\r\n":
                self.messages.append(data)
                return self._do("dot", conversation)
            data += line[1:] if line.startswith(b".") else line
        return False

    def _do(self, step: str, conversation: socket.socket) -> bool:
        """Act a step out; False ends the conversation."""
        planned = self._steps.get(step, _NORMAL.get(step, "502 unknown"))
        if isinstance(planned, list):
            planned = planned.pop(0) if planned else _NORMAL[step]
        if planned == HANG:
            self._over.wait()
        if planned in (HANG, DROP):
            return False
        self._said = planned.removeprefix(SLOWLY)
        self._reply(conversation, slowly=planned.startswith(SLOWLY))
        return not self._said.startswith("421")

    def _reply(self, conversation: socket.socket, *, slowly: bool) -> None:
        data = self._said.encode("utf-8") + b"\r\n" if self._said else b""
        pieces = [data[n : n + 1] for n in range(len(data))] if slowly else [data]
        for piece in pieces:
            conversation.sendall(piece)
            if slowly:
                self._over.wait(0.005)
