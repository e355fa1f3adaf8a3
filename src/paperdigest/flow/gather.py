"""Papers that come shortly after each other are one alert: it waits until the first of them has some age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paperdigest.flow.due import Work
from paperdigest.flow.finds import LaneFinds, lane_finds
from paperdigest.flow.window import Window
from paperdigest.store.connection import Store


def gathered(
    store: Store, window: Window, works: Sequence[Work], now: datetime, span: timedelta
) -> list[Work]:
    """Return the lanes to compose now: all but alerts whose first paper is younger than `span`. Those are left
    as they are, and looked at again."""
    return [
        work
        for work in works
        if not span
        or work.kind != "alert"
        or work.forced
        or not _gathers(lane_finds(store, work, window, now), now, span)
    ]


def _gathers(finds: LaneFinds, now: datetime, span: timedelta) -> bool:
    first = min((find.seen_at for topic in finds.topics for find in topic.finds), default=None)
    # Seen in the future: the clock was set back, and waiting for it could take years.
    return first is not None and timedelta(0) <= now - first < span
