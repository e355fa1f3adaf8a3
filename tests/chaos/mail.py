"""A mail server in changing moods. It takes a message or does not, says so or does not, and writes down which."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import IO

from smtp_server import HostileSmtp

_NORMAL = {
    "greeting": "220 moody.test",
    "ehlo": "250-moody.test\r\n250-SIZE 10000000\r\n250 8BITMIME",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "rset": "250 ok",
    "quit": "221 bye",
}
_DROP = "drop"
_MOODS = {
    "greeting": ("421 busy", "554 not now", _DROP),
    "ehlo": ("421 leaving", _DROP),
    "mail": ("421 leaving", "451 later", "452 full", _DROP),
    "rcpt": ("421 leaving", "450 greylisted", "451 later", "550 5.1.1 no such user", _DROP),
    "data": ("421 leaving", "451 later", _DROP),
    "body": (_DROP,),
    "rset": ("421 idle", _DROP),
    "quit": (_DROP,),
}
#: After the dot: whether it takes the message, and what it says; "" for nothing.
_AFTER_THE_DOT = (
    (True, ""),
    (True, ""),
    (True, "hang"),
    (False, ""),
    (False, "hang"),
    (False, "451 later"),
    (False, "452 full"),
    (False, "421 leaving"),
    (False, "554 not this one"),
    (False, "554 not this one"),
)
#: A message has about this many steps at which a mood may strike.
_STEPS = 6
_SLOW = 0.2  # seconds at most before a message is taken: a killed sender's last word can still land
_HANG = 0.5


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that was taken. `told`: the sender heard of it."""

    recipient: str
    data: bytes
    told: bool


class _Over(Exception):
    """The conversation ends here."""


class MoodySmtp(HostileSmtp):
    """`badness` is the chance that something goes wrong with a message. `heard_one` is called at every word."""

    def __init__(self, chance: Random, heard_one: Callable[[], None]) -> None:
        super().__init__()
        self.badness = 0.0
        self.taken: list[Mail] = []
        self._chance = chance
        self._heard_one = heard_one

    def _talk(self, conversation: socket.socket) -> None:
        conversation.settimeout(5)
        with (
            conversation,
            conversation.makefile("rb") as lines,
            suppress(OSError, _Over),
        ):
            self._answer("greeting", conversation)
            self._listen(lines, conversation)

    def _listen(self, lines: IO[bytes], conversation: socket.socket) -> None:
        recipient = ""
        for line in lines:
            step = line.split(None, 1)[0].lower().decode("latin-1") if line.strip() else "?"
            said = self._answer(step, conversation)
            if step == "rcpt":
                recipient = line.decode("ascii").partition("<")[2].partition(">")[0]
            if said.startswith("354"):
                self._receive(recipient, lines, conversation)
            if step == "quit" or said.startswith("421"):
                return

    def _answer(self, step: str, conversation: socket.socket) -> str:
        said = self._mood(step) or _NORMAL.get(step, "502 unknown")
        if said == _DROP:
            raise _Over
        conversation.sendall(f"{said}\r\n".encode())
        return said

    def _mood(self, step: str) -> str:
        self._heard_one()
        moods = _MOODS.get(step, ())
        return self._chance.choice(moods) if moods and self._strikes(_STEPS) else ""

    def _strikes(self, steps: int) -> bool:
        return self._chance.random() < self.badness / steps

    def _receive(self, recipient: str, lines: IO[bytes], conversation: socket.socket) -> None:
        if self._mood("body"):
            raise _Over
        data = b"".join(_text(lines))
        self._heard_one()
        takes, says = True, "250 taken"
        if self._strikes(2):
            takes, says = self._chance.choice(_AFTER_THE_DOT)
        if takes:
            slow = self._chance.uniform(0, _SLOW) if self.badness else 0
            time.sleep(slow)  # a slow server is what is tried: the kill may fall into the wait
            self.taken.append(Mail(recipient, data, told=says.startswith("250")))
        self._heard_one()
        if says == "hang":
            self._over.wait(_HANG)
        if not says[:1].isdigit():
            raise _Over
        conversation.sendall(f"{says}\r\n".encode())
        if says.startswith("421"):
            raise _Over


def _text(lines: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a message up to its dot. Raises _Over if there is none."""
    for line in lines:
        if line == b".\r\n":
            return
        yield line[1:] if line.startswith(b".") else line
    raise _Over
