"""A mail server and a Slack workspace that do at every call what their mode says, until it is changed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import IO, Any

from chaos.mail import Mail, MoodySmtp, _Over, _text
from chaos.slack import MoodySlack

_DROP = "drop"
_NOBODY_LISTENS = "refuse"


@dataclass(frozen=True, slots=True)
class SmtpMode:
    """What is said at a step instead of the usual, and whether a message is `taken`, and what is said then
    ("": the connection ends without a word)."""

    steps: Mapping[str, str] = field(default_factory=dict)
    taken: bool = True
    says: str = "250 taken"


SMTP_MODES: Mapping[str, SmtpMode] = MappingProxyType(
    {
        "ok": SmtpMode(),
        _NOBODY_LISTENS: SmtpMode(),
        "421 greeting": SmtpMode({"greeting": "421 busy"}),
        "554 greeting": SmtpMode({"greeting": "554 not now"}),
        "drop greeting": SmtpMode({"greeting": _DROP}),
        "451 mail": SmtpMode({"mail": "451 later"}),
        "550 mail": SmtpMode({"mail": "550 not you"}),
        "450 rcpt": SmtpMode({"rcpt": "450 greylisted"}),
        "550 rcpt": SmtpMode({"rcpt": "550 5.1.1 no such user"}),
        "451 data": SmtpMode({"data": "451 later"}),
        "554 data": SmtpMode({"data": "554 not this one"}),
        # At once, not in the middle of the text: how much of that is under way by then is not the same each time.
        "drop before the dot": SmtpMode({"data": _DROP}),
        "451 dot": SmtpMode(taken=False, says="451 later"),
        "554 dot": SmtpMode(taken=False, says="554 not this one"),
        "drop after the dot": SmtpMode(taken=False, says=""),
        "take and drop": SmtpMode(taken=True, says=""),
    }
)
#: And what no server should do (RFC 5321 section 6.1): to have taken a message and say that it has not.
_ALL_MODES = {**SMTP_MODES, "take and say later": SmtpMode(taken=True, says="451 later")}

SLACK_MODES = (
    "ok",
    "drop",
    "take and drop",
    "429 7",
    "http 500",
    "internal_error",
    "not_in_channel",
    "invalid_auth",
    "invalid_blocks",
)
#: What reading a channel back meets.
READING_MODES = ("ok", "ratelimited", "internal_error")


class ModalSmtp(MoodySmtp):
    """`mode` is one of SMTP_MODES. `told_port` is what the config has to say for it."""

    def __init__(self) -> None:
        super().__init__(Random(0), _nothing)
        self.mode = "ok"
        self._deaf = socket.socket()
        self._deaf.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        self._talking = 0
        self._quiet = threading.Condition()

    def __enter__(self) -> ModalSmtp:
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._deaf.close()
        super().__exit__(*error)

    @property
    def told_port(self) -> int:
        """Return the port to connect to."""
        deaf: int = self._deaf.getsockname()[1]
        return deaf if self.mode == _NOBODY_LISTENS else self.port

    def wait_until_quiet(self) -> None:
        """Wait until every conversation is over: what a dead sender said last has landed then."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: not self._talking, 60)

    def _talk(self, conversation: socket.socket) -> None:
        with self._quiet:
            self._talking += 1
        # Longer than a run takes: a connection that ends by itself now and then would make no two runs alike.
        conversation.settimeout(600)
        try:
            with suppress(OSError, _Over), conversation, conversation.makefile("rb") as lines:
                self._answer("greeting", conversation)
                self._listen(lines, conversation)
        finally:
            with self._quiet:
                self._talking -= 1
                self._quiet.notify_all()

    def _mood(self, step: str) -> str:
        return _ALL_MODES[self.mode].steps.get(step, "")

    def _receive(self, recipient: str, lines: IO[bytes], conversation: socket.socket) -> None:
        data = b"".join(_text(lines))
        mode = _ALL_MODES[self.mode]
        if mode.taken:
            self.taken.append(Mail(recipient, data, told=bool(mode.says)))
        if not mode.says:
            raise _Over
        conversation.sendall(f"{mode.says}\r\n".encode())


class ModalSlack(MoodySlack):
    """`mode` is one of SLACK_MODES, `reading` one of READING_MODES. Stamps are of `true_time`: no clock of ours
    that goes wrong changes what time it is at Slack."""

    def __init__(self) -> None:
        super().__init__(Random(0), _nothing)
        self.mode = "ok"
        self.reading = "ok"
        self.true_time: Callable[[], datetime] = datetime.now
        self.channels |= {"#team": "C0TEAM", "#jon": "C0JON"}

    def __enter__(self) -> ModalSlack:
        super().__enter__()
        return self

    def take(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Show a message."""
        self._last = max(self.true_time().timestamp(), self._last + 0.001)
        ts = f"{self._last:.6f}"
        channel = self.channels.get(payload.get("channel", ""), payload.get("channel", ""))
        self.posted.append({**payload, "channel": channel, "ts": ts})
        return {"ok": True, "channel": channel, "ts": ts}

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Answer a call that is no post."""
        if self.reading != "ok":
            return {"ok": False, "error": self.reading}
        return super().answer(method, given)

    def forget(self) -> None:
        """Begin anew, as if nothing had ever been posted."""
        self.posted.clear()
        self.mode = self.reading = "ok"
        self._last = 0.0

    def _mood(self) -> str:
        return self.mode


def _nothing() -> None:
    pass
