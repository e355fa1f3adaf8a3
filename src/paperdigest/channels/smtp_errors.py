"""What a failed mail means: which outcome each phase and answer leads to, and what to tell the operator.

Pure. Everything before the terminating dot is certain; after it only the server's answer counts.
"""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from enum import StrEnum

from paperdigest.core.ports import Barred, Outcome, Reach, Refused, Retry, Unknown


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


_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\d|\.\d)")
_QUOTA_WAIT = timedelta(hours=1)
_SIGNED = (
    "let [email] from be an address of the server's own domain, so that SPF or DKIM hold for it"
)
#: What to do about a message that was refused, by enhanced status code: RFC 3463 and 7372 say what the codes
#: mean, https://knowledge.workspace.google.com/admin/support/troubleshooting/gmail-smtp-errors-and-codes and
#: https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online
#: what the two largest providers mean by them.
_ADVICE = {
    "5.7.9": _SIGNED,
    "5.7.23": _SIGNED,
    "5.7.25": "send through your provider's or campus's server, not from this machine",
    "5.7.26": _SIGNED,
    "5.7.27": _SIGNED,
    "5.7.30": _SIGNED,
    "5.7.32": _SIGNED,
    "5.7.60": "the login may not send as [email] from: use its own address, or ask for Send As",
    "5.7.509": _SIGNED,
    "5.7.515": _SIGNED,
}
_NO_PASSWORDS = (
    'set [email] auth = "xoauth2" where passwords are switched off, and have Authenticated SMTP'
    " switched on for the mailbox"
)
#: The same about a login. Some codes mean another thing here than about a message.
_LOGIN_STATUS = {
    "5.7.9": "the provider wants an app password here, not the account's own",
    "5.7.14": "the provider wants a login in the browser first, or an app password",
    "5.7.30": _NO_PASSWORDS,
    "5.7.57": 'the server wants a login: set [email] username and password, or auth = "xoauth2"',
    "5.7.139": _NO_PASSWORDS,
}
_LOGIN_ADVICE = {
    530: "the server wants a login: set [email] username and password",
    534: "check [email] username and password (or token); many providers want an app password",
    535: "check [email] username and password (or token); many providers want an app password",
    538: "the server wants TLS before a login: set [email] tls",
}
_QUOTA = (
    "no more is taken from this account for now, most likely for its limit of a day:"
    " set [email] max_per_day below it"
)
#: A limit of the sender: Gmail's, and the two of Exchange Online (5.2.2 is a full mailbox everywhere else).
_QUOTA_STATUS = frozenset({"5.4.5", "5.1.90"})
_SUBMISSIONS = ("5.2.2", "submission quota")
#: RFC 3463 section 3.2: no such mailbox or host, wrong syntax, moved; RFC 7505: takes no mail at all; section
#: 3.3: disabled. 5.4.1 is what Exchange Online says of an address that its directory does not know.
_ADDRESS_STATUS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1"})
#: RFC 5321 section 4.2.3: no such mailbox, not here, not a name.
_NO_MAILBOX = frozenset({550, 551, 553})
#: How servers say that they do not relay (Postfix, Sendmail, Exim, Exchange), or the word beside a status code
#: that can mean it. The name of a mailbox or of a host says nothing.
_RELAY_DENIED = re.compile(
    r"\brelay(?:ing)?(?: access)? (?:is )?(?:denied|prohibited|not (?:permitted|allowed))"
    r"|\bunable to relay\b|\b(?:not (?:permitted|allowed|authori[sz]ed) to|do(?:es)? not|cannot) relay\b",
    re.IGNORECASE,
)
_RELAY = re.compile(r"(?<![\w.-])relay(?:ing)?(?![\w-]|\.\w)", re.IGNORECASE)
_RELAY_STATUS = frozenset({"5.7.1", "5.7.54", "5.7.64"})
_ADDRESS = re.compile(r"<[^<>]*>|[^\s<>]*@[^\s<>]*")
_NO_OUTSIDERS = (
    "this relay does not take mail for outside addresses with this login:"
    " check [email] username and auth, or ask there to be let in"
)
_BY_RULE = (
    "refused by a rule of the other side, not for the address: ask there to be let in,"
    " or send through the server of your own domain"
)
#: The server wants another login than ours, or TLS before it.
_LOGIN = frozenset(_LOGIN_ADVICE)
_OUT_OF_STEP = 503
_TOO_LARGE = 552  # SIZE, RFC 1870 section 6.1
_CLOSING = 421
_BEFORE_MESSAGES = frozenset({Phase.CONNECT, Phase.GREETING, Phase.TLS, Phase.LOGIN})
_LONGEST_ANSWER = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


def outcome(fault: SmtpError, server: str) -> Outcome:
    """Return what became of the message. `server` is "host:port", for people."""
    reason = describe(fault, server)
    if _is_a_quota(fault):
        return Retry(reason, after=_QUOTA_WAIT, reach=Reach.CHANNEL)
    if fault.phase is Phase.DOT and not 400 <= fault.code < 600:
        # Where the server answered nothing the next message would wait as long, and all others behind it.
        return Unknown(reason, reach=Reach.MESSAGE if fault.code else Reach.CHANNEL)
    if _needs_a_person(fault):
        return Barred(reason, Reach.CHANNEL)
    if _is_an_outsider(fault):
        return Barred(reason, Reach.TARGET)
    if _is_about_the_server(fault):
        return Retry(reason, reach=Reach.CHANNEL)
    is_final = 500 <= fault.code < 600 and fault.code != _OUT_OF_STEP
    return Refused(reason, _reach(fault)) if is_final else Retry(reason)


def _reach(fault: SmtpError) -> Reach:
    """Say whether a refusal for good is about the address, or about the message, the sender, the login."""
    if _is_relaying(fault):
        return Reach.MESSAGE
    status = _status(fault)
    unnamed = not status and fault.phase is Phase.RCPT and fault.code in _NO_MAILBOX
    return Reach.TARGET if unnamed or status in _ADDRESS_STATUS else Reach.MESSAGE


def _needs_a_person(fault: SmtpError) -> bool:
    """Say whether no message at all gets through like this: a login, a sender, a certificate."""
    if fault.code in _LOGIN or isinstance(fault.__cause__, ssl.SSLCertVerificationError):
        return True
    if fault.phase in (Phase.TLS, Phase.LOGIN):
        return bool(fault.advice) or 500 <= fault.code < 600
    is_final = 500 <= fault.code < 600 and fault.code not in (_OUT_OF_STEP, _TOO_LARGE)
    return fault.phase is Phase.MAIL and is_final


def _is_an_outsider(fault: SmtpError) -> bool:
    """Say whether the server relays nothing to this recipient; to those of its own domain it may well deliver."""
    return fault.phase is Phase.RCPT and fault.code >= 500 and _is_relaying(fault)


def _is_about_the_server(fault: SmtpError) -> bool:
    """Say whether the next message would fare no better just now."""
    if fault.phase in _BEFORE_MESSAGES or fault.code == _CLOSING:
        return True
    # The next message would wait as long, and all others behind it.
    if isinstance(fault.__cause__, TimeoutError):
        return True
    return fault.phase is Phase.MAIL and fault.code < 500


def _is_relaying(fault: SmtpError) -> bool:
    said = _ADDRESS.sub(" ", fault.said)
    if _RELAY_DENIED.search(said):
        return True
    return _status(fault) in _RELAY_STATUS and _RELAY.search(said) is not None


def _is_a_quota(fault: SmtpError) -> bool:
    """A sender's limit is told with 550 by some, and is over by itself."""
    status = _status(fault)
    of_submissions = status == _SUBMISSIONS[0] and _SUBMISSIONS[1] in fault.said.lower()
    return fault.code >= 500 and (status in _QUOTA_STATUS or of_submissions)


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
    if fault.phase is Phase.LOGIN or fault.code in _LOGIN:
        return _advice_on_login(fault)
    if _is_a_quota(fault):
        return _QUOTA
    if fault.phase is Phase.GREETING and not fault.code:
        return 'if the port is 465, set [email] tls = "implicit"'
    return _advice_on_refusal(fault) if fault.code >= 500 else ""


def _advice_on_login(fault: SmtpError) -> str:
    return _LOGIN_STATUS.get(_status(fault)) or _LOGIN_ADVICE.get(fault.code, "")


def _advice_on_refusal(fault: SmtpError) -> str:
    status = _status(fault)
    if status in _ADVICE:
        return _ADVICE[status]
    if fault.phase is Phase.MAIL:
        if fault.code == _TOO_LARGE:
            return "the digest is larger than the server takes"
        return "check [email] from: the server does not let this login send as it"
    if fault.phase is Phase.RCPT and _is_relaying(fault):
        return _NO_OUTSIDERS
    return _BY_RULE if status.startswith("5.7.") else ""


def _status(fault: SmtpError) -> str:
    """Return the enhanced status code of RFC 3463 in an answer, "" for none."""
    found = _STATUS.search(fault.said)
    return found.group() if found else ""
