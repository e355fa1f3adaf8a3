"""What a failed mail means: which outcome each phase and answer leads to, and what to tell the operator.

Pure. Everything before the terminating dot is certain; after it only the server's answer counts.
"""

from __future__ import annotations

import re
import ssl
from enum import StrEnum

from paperdigest.core.ports import Outcome, Refused, Retry, Unknown


class Phase(StrEnum):
    """How far a conversation came; the words complete "while …"."""

    CONNECT = "connecting"
    GREETING = "waiting for the greeting"
    TLS = "starting TLS"
    LOGIN = "logging in"
    MAIL = "naming the sender"
    RCPT = "naming the recipient"
    DATA = "asking to send the text"
    BODY = "sending the text"
    DOT = "waiting for the final answer"


class SmtpError(Exception):
    """A conversation that ended badly. `code` is the server's, 0 where it did not answer.

    `advice` says what to do. Neither text ever holds a secret: what the server said is cleaned and cut.
    """

    def __init__(self, phase: Phase, said: str, *, code: int = 0, advice: str = "") -> None:
        super().__init__(said)
        self.phase = phase
        self.said = said
        self.code = code
        self.advice = advice


#: Not this recipient's or this message's fault: our login, or a conversation that got out of step.
_OURS = frozenset({503, 530, 534, 535, 538})
_LONGEST_ANSWER = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


def outcome(fault: SmtpError, server: str) -> Outcome:
    """Return what became of the message. `server` is "host:port", for people."""
    reason = describe(fault, server)
    if fault.phase is Phase.DOT:
        if 400 <= fault.code < 500:
            return Retry(reason)
        return Refused(reason) if 500 <= fault.code < 600 else Unknown(reason)
    if not 500 <= fault.code < 600 or fault.code in _OURS:
        return Retry(reason)
    if fault.phase in (Phase.RCPT, Phase.DATA, Phase.BODY):
        return Refused(reason)
    # Too large for this server (SIZE, RFC 1870 section 6.1) will not change by itself; a sender or a
    # client that is not liked will be once the operator has seen to it, so nothing is given up.
    too_large = fault.phase is Phase.MAIL and fault.code == 552
    return Refused(reason) if too_large else Retry(reason)


def describe(fault: SmtpError, server: str) -> str:
    """Return one line: who, when, what was said, what to do."""
    told = (
        f"{server} answered {fault.code} {fault.said}".rstrip()
        if fault.code
        else f"{server} {fault.said}"
    )
    advice = fault.advice or _advice(fault)
    return f"{told} while {fault.phase}" + (f" · {advice}" if advice else "")


def answer(text: bytes) -> str:
    """Return what a server said on one short line without control characters."""
    line = _CONTROL.sub(" ", text.decode("utf-8", "replace")).strip()
    return line if len(line) <= _LONGEST_ANSWER else line[: _LONGEST_ANSWER - 1] + "…"


def trouble(error: OSError) -> tuple[str, str]:
    """Return (what happened, what to do) of a connection that failed, in plain words."""
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"has a certificate that does not hold ({error.verify_message.rstrip('.')})",
                "check [email] host; for a private authority set [email] ca_file",
            )
        case ssl.SSLError():
            return (
                f"could not agree on TLS ({error.reason or 'no reason given'})",
                'check [email] port and tls: 587 is "starttls", 465 is "implicit"',
            )
        case TimeoutError():
            return "did not answer in time", ""
        case ConnectionRefusedError():
            return "refused the connection", "check [email] host and port"
        case _:
            return f"could not be reached ({error.strerror or type(error).__name__})", ""


def _advice(fault: SmtpError) -> str:
    match fault.phase, fault.code:
        case _, 535 | 534:
            return "check [email] username and password; many providers want an app password"
        case _, 530:
            return "the server wants a login: set [email] username and password"
        case _, 538:
            return "the server wants TLS before a login: set [email] tls"
        case Phase.GREETING, 0:
            return 'if the port is 465, set [email] tls = "implicit"'
        case Phase.MAIL, 552:
            return "the digest is larger than the server takes"
        case Phase.MAIL, code if code >= 500:
            return "check [email] from: the server does not let this login send as it"
        case Phase.RCPT, code if code >= 500 and "relay" in fault.said.lower():
            return "the server does not relay for this login: check [email] username, auth and from"
        case _:
            return ""
