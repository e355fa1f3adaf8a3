"""Why a target must not be served any more: asked right before each message leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from paperdigest.core import schedule
from paperdigest.core.subscription import Subscriber
from paperdigest.store import subscribers, suppressions
from paperdigest.store.connection import Store


class Forbidden:
    """Called with (store, subscriber's name, target); returns the reason, "" when it may be served.

    Asks the store each time, not a list made at the start: a reader added, a target removed or
    stopped while a long outbox is emptied must count at once.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def __call__(self, store: Store, name: str, target: str) -> str:
        row = subscribers.named(store, name)
        if row is None or row.gone_at is not None:
            return f'subscriber "{name}" is not in the config any more'
        if target not in row.last_good.deliver:
            return f'{target} is not in the deliver list of "{name}" any more'
        return self._stopped(store, row.id, row.last_good, target)

    def _stopped(self, store: Store, id_: int, reader: Subscriber, target: str) -> str:
        today = self._clock().astimezone(schedule.zone(reader.timezone)).date()
        for held in suppressions.suppressions_of(store, id_, target):
            if held.kind == "stopped" and held.holds(today):
                return f"{target} was stopped {held.reason or 'by command'}"
        return ""
