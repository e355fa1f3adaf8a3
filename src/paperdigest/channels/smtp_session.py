"""One conversation with a mail server, phase by phase, so that it is always known how far it came.

Owns connecting, TLS, logging in and handing over one message. Never retries, never falls back to clear
text, never waits without an end; what a failure means is decided in `smtp_errors`.
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from paperdigest.channels.smtp_client import SmtpClient, own_name
from paperdigest.channels.smtp_errors import Phase, SmtpError, answer, trouble
from paperdigest.channels.smtp_mask import Mask, xoauth2
from paperdigest.channels.tls_certificate import certificate
from paperdigest.core.secret import Secret
from paperdigest.core.survey import Finding
from paperdigest.failpoints import failpoint

_CHUNK = 32_768


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect and how. `timeout` and `final_timeout` are seconds; see RFC 5321 section 4.5.3.2:
    giving up early on the final answer makes duplicates. `credential` None means no login; what it ever
    gave is hidden by `mask` from all that is quoted.
    """

    host: str
    port: int
    tls: str
    auth: str
    username: str
    credential: Callable[[], Secret] | None
    context: Callable[[], ssl.SSLContext]
    timeout: float
    final_timeout: float
    mask: Mask = field(default_factory=Mask)

    def secret(self) -> str | None:
        """Fetch the credential, and hide it from now on; None for no login."""
        if self.credential is None:
            return None
        value = self.credential().reveal()
        self.mask.learn(self.username, value)
        return value

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class SmtpSession:
    """An open, logged-in connection. Every method raises SmtpError, after which it must be closed,
    unless `usable` still says otherwise.
    """

    def __init__(self, smtp: SmtpClient, server: Server) -> None:
        self._smtp = smtp
        self._server = server
        self._dirty = False
        self.usable = True
        self.messages = 0

    @classmethod
    def open(cls, server: Server) -> SmtpSession:
        """Connect, start TLS, log in. The credential is fetched first: a server that was told it before may
        repeat it in its very first words. Raises also what fetching raises."""
        secret = server.secret()
        failpoint("email.connect")
        with _faults(Phase.CONNECT):
            sock = _connect(server)
        session = cls(SmtpClient(sock, own_name(sock), server.timeout), server)
        try:
            session._greet()
            session._login(secret)
            failpoint("email.connected")
        except BaseException:
            session.close()
            raise
        return session

    def describe(self) -> str:
        """Return what was agreed on: "mail.example.org:587, TLSv1.3, logged in as papers"."""
        sock = self._smtp.sock
        tls = (
            (sock.version() or "TLS")
            if isinstance(sock, ssl.SSLSocket)
            else "no TLS (this machine only)"
        )
        login = f"logged in as {self._server.username}" if self._server.credential else "no login"
        return f"{self._server}, {tls}, {login}"

    def certificate(self) -> Finding | None:
        """Return the server's certificate, which holds; None without TLS."""
        return certificate(self._smtp.sock)

    def hand_over(self, sender: str, recipient: str, data: bytes) -> None:
        """Send one message to one recipient; returns only when the server has said that it has it."""
        try:
            self._say(sender, recipient, data)
        except SmtpError:
            raise
        except BaseException:
            self.close()  # half-way: the next command would be taken for text of this message
            raise

    def _say(self, sender: str, recipient: str, data: bytes) -> None:
        if self._dirty:
            self._command(Phase.MAIL, "RSET")
        self._dirty = True
        self._command(Phase.MAIL, self._mail_from(sender, len(data)))
        self._command(Phase.RCPT, f"RCPT TO:<{recipient}>")
        self._command(Phase.DATA, "DATA", 354)
        self._body(data)
        self._dot()
        self._dirty = False
        self.messages += 1

    def quit(self) -> None:
        """Say goodbye and close; a server that does not answer is not waited for long."""
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.patience = min(self._server.timeout, 2.0)
            self._smtp.docmd("QUIT")
        self.close()

    def close(self) -> None:
        """Close without a word. Safe to call twice."""
        self.usable = False
        self._smtp.close()

    # ------------------------------------------------------------------ opening

    def _greet(self) -> None:
        with self._guard(Phase.GREETING):
            code, text = self._smtp.getreply()
        if code != 220:
            raise SmtpError(Phase.GREETING, self._quoted(text), code=code)
        self._hello()
        if self._server.tls == "starttls":
            self._start_tls()

    def _hello(self) -> None:
        with self._guard(Phase.GREETING):
            code, text = self._smtp.ehlo()
            if code >= 500 and self._server.tls == "none":
                code, text = self._smtp.helo()
        if code != 250:
            raise SmtpError(Phase.GREETING, self._quoted(text), code=code)

    def _start_tls(self) -> None:
        if not self._smtp.has_extn("starttls"):
            raise SmtpError(
                Phase.TLS,
                "does not offer STARTTLS, so nothing was sent",
                advice='if it speaks TLS from the start, set [email] port = 465, tls = "implicit"',
            )
        self._command(Phase.TLS, "STARTTLS", 220)
        if self._smtp.unread:
            # Clear text sent along with the answer would be read as if it had come through TLS.
            raise SmtpError(Phase.TLS, "sent clear text past the start of TLS")
        with self._guard(Phase.TLS):
            self._smtp.secure(self._server.context(), self._server.host)
        self._hello()

    def _login(self, secret: str | None) -> None:
        if secret is None:
            return
        if not isinstance(self._smtp.sock, ssl.SSLSocket):
            raise SmtpError(Phase.LOGIN, "has no TLS, so no password was sent")
        offered = self._smtp.esmtp_features.get("auth", "")
        methods = offered.upper().split()
        if not methods:
            raise SmtpError(
                Phase.LOGIN, "offers no login", advice='if it needs none, set [email] auth = "none"'
            )
        if self._server.auth == "xoauth2":
            self._login_xoauth2(secret)
        elif "PLAIN" in methods:
            self._login_with("PLAIN", f"\0{self._server.username}\0{secret}")
        elif "LOGIN" in methods:
            self._login_with("LOGIN", self._server.username, secret)
        else:
            told = self._quoted(offered.strip().encode("latin-1"))  # as the library has read it
            raise SmtpError(
                Phase.LOGIN,
                f"offers no way to log in that is known here ({told})",
                advice='for XOAUTH2 set [email] auth = "xoauth2"',
            )

    def _login_xoauth2(self, token: str) -> None:
        # On failure the server explains itself in a challenge, which an empty line answers.
        self._login_with("XOAUTH2", xoauth2(self._server.username, token), "")

    def _login_with(self, method: str, *steps: str) -> None:
        coded = [base64.b64encode(step.encode()).decode("ascii") for step in steps]
        with self._guard(Phase.LOGIN):
            code, text = self._smtp.docmd(f"AUTH {method}", coded[0])
            for step in coded[1:]:
                if code != 334:
                    break
                code, text = self._smtp.docmd(step)
        if code != 235:
            raise SmtpError(Phase.LOGIN, self._quoted(text), code=code)

    # ------------------------------------------------------------- one message

    def _mail_from(self, sender: str, size: int) -> str:
        limit = self._smtp.esmtp_features.get("size")
        if limit is None:
            return f"MAIL FROM:<{sender}>"
        if limit.isdecimal() and 0 < int(limit) < size:
            raise SmtpError(
                Phase.MAIL, f"takes at most {int(limit):,} bytes, the digest has {size:,}", code=552
            )
        return f"MAIL FROM:<{sender}> SIZE={size}"

    def _body(self, data: bytes) -> None:
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        with self._guard(Phase.BODY):
            for start in range(0, len(stuffed), _CHUNK):
                self._socket().sendall(stuffed[start : start + _CHUNK])
            early = self._smtp.getreply() if self._smtp.look_ahead() else None
        if early is not None:
            self.close()
            raise SmtpError(Phase.BODY, self._quoted(early[1]), code=early[0])

    def _dot(self) -> None:
        """From here on the message may have been taken. Only a write the system refused is certain."""
        failpoint("email.dot")
        try:
            self._socket().sendall(b".\r\n")
        except ConnectionError as error:
            self.close()
            raise SmtpError(Phase.BODY, "closed the connection") from error
        except OSError as error:
            self.close()
            raise SmtpError(Phase.DOT, trouble(error)[0]) from error
        failpoint("email.sent_dot")
        self._smtp.patience = self._server.final_timeout
        self._answer(Phase.DOT, 2)
        failpoint("email.answered")
        self._smtp.patience = self._server.timeout

    def _command(self, phase: Phase, command: str, wanted: int = 2) -> None:
        with self._guard(phase):
            self._smtp.putcmd(command)
        self._answer(phase, wanted)

    def _answer(self, phase: Phase, wanted: int) -> None:
        """Read one answer; `wanted` is its code or the first digit of it."""
        with self._guard(phase):
            code, text = self._smtp.getreply()
        if wanted in (code, code // 100):
            return
        if code == 421 or not 400 <= code < 600:
            self.close()  # it is leaving, or out of step
        raise SmtpError(phase, self._quoted(text), code=code)

    def _quoted(self, text: bytes) -> str:
        """Return an answer as it may be kept and shown: whole first, for a cut would leave half a secret."""
        said = self._server.mask.hide(text.decode("utf-8", "replace"))
        return answer(said.encode())

    def _socket(self) -> socket.socket:
        if self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._smtp.sock

    @contextmanager
    def _guard(self, phase: Phase) -> Iterator[None]:
        try:
            with _faults(phase):
                yield
        except SmtpError:
            self.close()
            raise


@contextmanager
def _faults(phase: Phase) -> Iterator[None]:
    """Turn whatever a connection does into one fault that knows its phase."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise SmtpError(phase, "answered something that is not SMTP") from error
    except smtplib.SMTPServerDisconnected as error:
        raise SmtpError(phase, "closed the connection") from error
    except (
        UnicodeError
    ) as error:  # a host such as "mail..example.org" has no form DNS could be asked for
        raise SmtpError(phase, "is not a host's name", advice="check [email] host") from error
    except OSError as error:
        raise SmtpError(phase, trouble(error)[0], advice=trouble(error)[1]) from error


def _connect(server: Server) -> socket.socket:
    sock = socket.create_connection((server.host, server.port), server.timeout)
    try:
        # The dot is a packet of its own; without this it would wait for the other side's delayed ack.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.tls == "none":
            _must_be_here(sock)
        if server.tls == "implicit":
            return server.context().wrap_socket(sock, server_hostname=server.host)
    except BaseException:
        sock.close()
        raise
    return sock


def _must_be_here(sock: socket.socket) -> None:
    if not ip_address(sock.getpeername()[0]).is_loopback:
        raise SmtpError(
            Phase.CONNECT, "is not on this machine", advice='set [email] tls to "starttls"'
        )
