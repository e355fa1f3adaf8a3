"""E-mail by SMTP submission or a local program: one message per recipient, over a connection that is kept.

Owns the options and their sense together, and when a kept connection may be used again; what the
bytes are stands in `mail_bytes`, the conversation in `smtp_session`, what failures mean in `smtp_errors`.
"""

from __future__ import annotations

import shlex
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from paperdigest.channels import sendmail as local_program
from paperdigest.channels import smtp_errors
from paperdigest.channels.mail_address import Mailbox, ascii_address, parse_mailbox
from paperdigest.channels.mail_bytes import Envelope, Letterhead, message_bytes, pack, unpack
from paperdigest.channels.options import (
    Asked,
    OptionError,
    check_on_unknown,
    on_this_machine,
    one_of,
)
from paperdigest.channels.smtp_errors import Phase, SmtpError
from paperdigest.channels.smtp_mask import Mask
from paperdigest.channels.smtp_session import Server, SmtpSession
from paperdigest.core.errors import DeliveryError, PaperdigestError
from paperdigest.core.pacing import Limit, Pace
from paperdigest.core.ports import Form, Message, Outcome, Part, Reach, Refused, Retry, Sent
from paperdigest.core.secret import Secret
from paperdigest.core.survey import Finding
from paperdigest.core.unsubscribe import in_place_of

_TLS = ("starttls", "implicit", "none")
_AUTH = ("password", "xoauth2", "none")
#: Messages over one connection; many providers end it at a hundred.
_MOST_PER_CONNECTION = 100


@dataclass(frozen=True)
class EmailChannel:
    """Mail. Raises OptionError for options that do not go together, naming the key of `[email]`.

    `password` is the password, or the token for xoauth2; a callable is asked at every login, so a
    token may change. Letters that unsubscribe go to `reply_to`, else the sender. `timeout` is for
    connecting and each command, `final_timeout` for the server's last answer (RFC 5321 section
    4.5.3.2.6: ten minutes), both in seconds. `rate` (a minute) and `max_per_day` (any 24 hours) make
    the `pace`, for whoever calls `send`; nothing here waits.
    """

    host: str = ""
    port: int = 587
    tls: str = "starttls"
    auth: str = "password"
    username: str = ""
    password: Asked | None = field(default=None, repr=False)
    sender: str = ""
    reply_to: str = ""
    envelope_from: str = ""
    ca_file: Path | None = None
    sendmail: str | tuple[str, ...] | None = None
    rate: int = 60
    max_per_day: int | None = None
    timeout: float = 30.0
    final_timeout: float = 600.0
    on_unknown: str = "resend_once"
    name: str = field(default="email", init=False)
    forms: frozenset[Form] = field(
        default=frozenset({Form.TEXT, Form.HTML, Form.FILES}), init=False, repr=False
    )
    _head: Letterhead = field(init=False, repr=False, compare=False)
    _return_path: str = field(init=False, repr=False, compare=False)
    _command: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _server: Server = field(init=False, repr=False, compare=False)
    _idle: list[SmtpSession] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_options()
        sender = _mailbox("from", self.sender)
        reply_to = _mailbox("reply_to", self.reply_to) if self.reply_to else None
        return_path = (
            _mailbox("envelope_from", self.envelope_from).address if self.envelope_from else ""
        )
        command = (
            shlex.split(self.sendmail) if isinstance(self.sendmail, str) else self.sendmail or ()
        )
        # The class is frozen for its users; what follows from the options is worked out once.
        object.__setattr__(self, "_head", Letterhead(sender, reply_to))
        object.__setattr__(self, "_return_path", return_path or sender.address)
        object.__setattr__(self, "_command", tuple(command))
        object.__setattr__(self, "_server", self._as_server())

    @property
    def pace(self) -> Pace:
        """Return how fast mails may go, all recipients together."""
        limits: tuple[Limit, ...] = (Limit(self.rate, timedelta(minutes=1)),)
        if self.max_per_day is not None:
            limits += (Limit(self.max_per_day, timedelta(days=1)),)
        return Pace(limits)

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        """Return the one part: envelope and complete message. An address that cannot be used makes a
        part that `send` refuses, so that the other targets of the digest still get theirs.
        """
        try:
            recipient = ascii_address(target)
        except ValueError as error:
            return (Part(target, 0, key, pack(Envelope(self._return_path, "", str(error)), b"")),)
        leave = message.unsubscribe
        link = leave.link(f"{self.name}:{target}") if leave is not None else ""
        data = message_bytes(
            _with_own(message, link),
            self._head,
            recipient,
            key=key,
            at=at,
            link=link,
            answers=message.answers.get(f"{self.name}:{target}", ""),
        )
        return (Part(target, 0, key, pack(Envelope(self._return_path, recipient), data)),)

    def send(self, part: Part, after: str = "") -> Outcome:
        """Send the part once. `after` plays no part: a mail has no parent."""
        envelope, data = unpack(part.payload)
        if envelope.fault:
            return Refused(envelope.fault, Reach.TARGET)
        if self._command:
            seconds = self.final_timeout
            return local_program.run(
                self._command, envelope.sender, envelope.recipient, data, seconds
            )
        try:
            self._hand_over(envelope, data)
        except SmtpError as fault:
            return smtp_errors.outcome(fault, str(self._server))
        except PaperdigestError as error:  # the password cannot be had; nothing was said yet
            return Retry(str(error), reach=Reach.CHANNEL)
        return Sent()

    def probe(self) -> str:
        """Connect, start TLS, log in, say goodbye; return what was agreed on. Sends nothing.

        Raises DeliveryError, which says what to do.
        """
        return self.survey(())[0].says

    def survey(self, targets: Sequence[str]) -> tuple[Finding, ...]:
        """Return what was agreed on, as `probe` does, and the server's certificate. Targets are not asked about:
        a server that tells who has a mailbox tells everybody."""
        if self._command:
            return (Finding("", f"mail goes to the program {self._command[0]}"),)
        try:
            session = SmtpSession.open(self._server)
        except SmtpError as fault:
            raise DeliveryError(smtp_errors.describe(fault, str(self._server))) from None
        seen, certificate = session.describe(), session.certificate()
        session.quit()
        return (Finding("", seen), *([certificate] if certificate is not None else []))

    def close(self) -> None:
        """Say goodbye on kept connections."""
        while self._idle:
            self._idle.pop().quit()

    def _hand_over(self, envelope: Envelope, data: bytes) -> None:
        kept = bool(self._idle)
        session = self._idle.pop() if kept else SmtpSession.open(self._server)
        try:
            self._transact(session, envelope, data)
        except SmtpError as fault:
            # A kept connection that ended meanwhile: not a byte of this message was taken.
            gone = kept and fault.phase is Phase.MAIL and fault.code in (0, 421)
            if not gone:
                raise
            self._transact(SmtpSession.open(self._server), envelope, data)

    def _transact(self, session: SmtpSession, envelope: Envelope, data: bytes) -> None:
        try:
            session.hand_over(envelope.sender, envelope.recipient, data)
        finally:
            if session.usable and session.messages < _MOST_PER_CONNECTION:
                self._idle.append(session)
            elif session.usable:
                session.quit()

    def _check_options(self) -> None:
        if not self.host and not self.sendmail:
            raise OptionError(
                "host: missing · name the mail server, or a local program with sendmail"
            )
        one_of("tls", self.tls, _TLS)
        one_of("auth", self.auth, _AUTH)
        check_on_unknown(self.on_unknown)
        if self.sendmail:
            return
        if not 0 < self.port < 65_536:
            raise OptionError(f"port: {self.port} is not a port · 587 or 465 for most servers")
        self._check_login()
        if self.tls == "none" and not on_this_machine(self.host):
            raise OptionError(
                f'tls: "none" is only for a mail server on this machine, not for {self.host}'
                ' · use "starttls" or "implicit"'
            )

    def _check_login(self) -> None:
        if self.auth == "none":
            return
        wanted = bool(self.username or self.password or self.auth == "xoauth2")
        if wanted and self.tls == "none":
            raise OptionError('auth: no password is sent without TLS · set auth = "none", or tls')
        if wanted and not self.username:
            raise OptionError(
                'username: missing · set it, or auth = "none" if the server wants no login'
            )
        if wanted and self.password is None:
            kind = "token" if self.auth == "xoauth2" else "password"
            raise OptionError(
                f'{kind}: missing · set it, or auth = "none" if the server wants no login'
            )

    def _as_server(self) -> Server:
        wants_login = self.auth != "none" and bool(self.username)
        return Server(
            host=self.host.strip("[]"),
            port=self.port,
            tls=self.tls,
            auth=self.auth,
            username=self.username,
            credential=self._credential if wants_login else None,
            context=self._context,
            timeout=self.timeout,
            final_timeout=self.final_timeout,
            mask=self._mask(),
        )

    def _mask(self) -> Mask:
        """Return what hides a password that is known already; others are learnt at the login."""
        mask = Mask()
        if isinstance(self.password, Secret):
            mask.learn(self.username, self.password.reveal())
        return mask

    def _credential(self) -> Secret:
        if self.password is None:
            raise DeliveryError("[email] password is missing")
        return self.password if isinstance(self.password, Secret) else self.password()

    def _context(self) -> ssl.SSLContext:
        """Return a context that verifies names and certificates; there is no switch to turn that off."""
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            told = error.strerror or "it holds no certificate"
            raise DeliveryError(
                f"{self.ca_file} cannot be used ({told}) · check [email] ca_file"
            ) from None


def _with_own(message: Message, link: str) -> Message:
    """Return the message with this target's own unsubscribe link, where it has that of another one."""
    if message.link in ("", link):
        return message
    return replace(
        message,
        text=in_place_of(message.text, message.link, link),
        html=in_place_of(message.html, message.link, link),
    )


def _mailbox(key: str, text: str) -> Mailbox:
    try:
        return parse_mailbox(text)
    except ValueError as error:
        raise OptionError(f"{key}: {error}") from None
