"""What is next, in one line for `systemctl status`. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core.schedule import slot_in_words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.due import standings
from paperdigest.store import gauges
from paperdigest.store.connection import Store


def outlook(store: Store, readers: Sequence[Subscriber], now: datetime) -> str:
    """Return "next: ada Mon 23 Nov 08:00 Europe/Berlin · 3 waiting": the next digest of all, and how many messages
    are still to go out."""
    ahead = [
        (found.next_slot, found.subscriber.name)
        for found in standings(store, readers, now)
        if found.next_slot is not None and not found.why_not
    ]
    waiting = gauges.outbox(store, now).waiting
    if not ahead:
        return f"no digest is due at any time · {waiting:,} waiting"
    slot, name = min(ahead, key=lambda one: (one[0].at, one[1]))
    return f"next: {name} {slot_in_words(slot.name)} · {waiting:,} waiting"
