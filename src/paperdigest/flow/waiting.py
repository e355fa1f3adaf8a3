"""How many papers wait for each reader's next digest. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core.subscription import Subscriber
from paperdigest.flow.due import due
from paperdigest.flow.finds import lane_finds, read_window
from paperdigest.store.connection import Store


def waiting(store: Store, readers: Sequence[Subscriber], now: datetime) -> dict[str, int]:
    """Return subscriber → papers that a digest composed now would hold, for those who may be served."""
    works = due(store, readers, now, forced=frozenset(reader.name for reader in readers))
    if not works:
        return {}
    window = read_window(store, works, now)
    papers: dict[str, set[tuple[int, str]]] = {}
    for work in works:
        shown = papers.setdefault(work.subscriber.name, set())
        for topic in lane_finds(store, work, window, now).topics:
            if not topic.trending:
                shown.update((find.key, find.reason) for find in topic.finds)
    return {name: len(found) for name, found in papers.items()}
