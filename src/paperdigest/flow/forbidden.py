"""Why a target must not be served any more: asked right before each message leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from paperdigest.core import schedule
from paperdigest.core.subscription import Subscriber
from paperdigest.store import subscribers, suppressions
from paperdigest.store.connection import Store


class Forbidden:
    """Called with (subscriber's name, target); returns the reason, "" when it may be served."""

    def __init__(
        self, store: Store, readers: Sequence[Subscriber], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._readers = {reader.name: reader for reader in readers}
        self._ids = {name: row.id for name, row in subscribers.registered(store).items()}
        self._clock = clock

    def __call__(self, name: str, target: str) -> str:
        reader = self._readers.get(name)
        if reader is None:
            return f'subscriber "{name}" is not in the config any more'
        if target not in reader.deliver:
            return f'{target} is not in the deliver list of "{name}" any more'
        return self._stopped(reader, target)

    def _stopped(self, reader: Subscriber, target: str) -> str:
        today = self._clock().astimezone(schedule.zone(reader.timezone)).date()
        # Read anew each time: `paperdigest stop` beside the service must hold at once.
        held = suppressions.suppressions(self._store)
        for key in (
            (self._ids[reader.name], suppressions.EVERYTHING),
            (self._ids[reader.name], target),
        ):
            found = held.get(key)
            if found is not None and found.kind == "stopped" and found.holds(today):
                return f"{target} was stopped by command"
        return ""
