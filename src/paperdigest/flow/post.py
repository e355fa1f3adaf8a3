"""What delivering needs, and what it tells of a round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from paperdigest.core.ledger import State
from paperdigest.core.ports import Channel
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

#: Before an unknown outcome is acted on: longer than any request that was cut off can still land.
GRACE: Final = timedelta(minutes=15)
#: RFC 5321 section 4.5.4.1: at least 4 to 5 days.
GIVE_UP_AFTER: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Post:
    """What delivering needs besides the store.

    `channel` gives the channel of a name; `forbidden` says why a subscriber's target must not be
    served now ("" when it may). All of it may be asked by several threads, each with a store of its own. `clock` is read once per message. `process` names this process.
    `pause` waits; it is called with nothing in hand, while a way opens within `patience`.
    """

    channel: Callable[[str], Channel]
    forbidden: Callable[[Store, str, str], str]
    clock: Callable[[], datetime]
    process: str
    stop: Callable[[], bool] = field(default=lambda: False)
    pause: Callable[[timedelta], None] = field(default=lambda _: None)
    patience: timedelta = timedelta(0)


@dataclass(slots=True)
class DeliverReport:
    """What a round did. A row that was tried twice in it counts once, by what became of it last."""

    _last: dict[int, tuple[Delivery, State, str]] = field(default_factory=dict)

    @property
    def states(self) -> Counter[str]:
        """Return how many rows came to each end."""
        return Counter(state.value for _, state, _ in self._last.values())

    @property
    def troubles(self) -> list[tuple[Delivery, State, str]]:
        """Return the rows that did not go out, and why."""
        fine = (State.SENT, State.DROPPED)
        return [row for row in self._last.values() if row[1] not in fine]

    def take(self, other: DeliverReport) -> None:
        """Take over what another one tells, of later."""
        self._last |= other._last

    def note(self, delivery: Delivery, state: State, error: str) -> None:
        """Take note of what became of one row, without its bytes: a round may send thousands."""
        self._last[delivery.id] = (replace(delivery, payload=b""), state, error)


def ask(row: Delivery) -> str:
    """Return what a person is asked about a row of which nobody knows whether it arrived."""
    return f"look whether it arrived, then: paperdigest resolve {row.id} sent|resend|drop"
