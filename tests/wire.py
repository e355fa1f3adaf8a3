"""A channel for tests whose answers are laid out in advance."""

from __future__ import annotations

from datetime import datetime

from house import House
from paperdigest.core.ports import Form, Message, Outcome, Part, Sent


class Wire:
    """A channel whose answers are laid out in advance; it keeps what was handed to it."""

    name = "file"
    forms = frozenset(Form)

    def __init__(self, *answers: Outcome, parts: int = 1, on_unknown: str = "resend_once") -> None:
        self.answers = list(answers)
        self.parts = parts
        self.on_unknown = on_unknown
        self.handed: list[tuple[Part, str]] = []

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        return tuple(
            Part(target, n, f"{key}.{n}", f"{message.subject} {n}".encode())
            for n in range(self.parts)
        )

    def send(self, part: Part, after: str) -> Outcome:
        self.handed.append((part, after))
        return self.answers.pop(0) if self.answers else Sent(f"receipt {part.number}")

    def close(self) -> None:
        pass


def wired(house: House, wire: Wire) -> Wire:
    house.app._channels["file"] = wire
    house.compose()
    return wire
