"""How many papers wait for each reader's next digest. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core.subscription import Subscriber
from paperdigest.flow.due import WAITS, Work, due
from paperdigest.flow.finds import lane_finds
from paperdigest.flow.window import read_window
from paperdigest.store import digests, history
from paperdigest.store.connection import Store


def waiting(store: Store, readers: Sequence[Subscriber], now: datetime) -> dict[str, int]:
    """Return subscriber → papers that a digest composed now would hold, for those who may be served."""
    works = due(store, readers, now, forced=frozenset(reader.name for reader in readers))
    if not works:
        return {}
    papers: dict[str, set[tuple[int, str]]] = {work.subscriber.name: set() for work in works}
    works = _stirred(store, works, now)
    window = read_window(store, works, now)
    for work in works:
        shown = papers[work.subscriber.name]
        found = lane_finds(store, work, window, now)
        for topic in found.topics:
            if not topic.trending:
                shown.update((find.key, find.reason) for find in topic.finds)
        shown.update((news.finds[-1].key, news.finds[-1].reason) for news in found.updates)
    return {name: len(found) for name, found in papers.items()}


def _stirred(store: Store, works: Sequence[Work], now: datetime) -> list[Work]:
    """Leave out the lanes that have dealt with everything: right after a round that is nearly all,
    and matching would find nothing for them."""
    newest = history.newest_change(store)
    held = digests.waiting(store, [work.lane.id for work in works], now - WAITS)
    return [
        work
        for work in works
        if work.lane.bookmark < newest
        or work.lane.id in held
        or work.definitions != work.asked_before
    ]
