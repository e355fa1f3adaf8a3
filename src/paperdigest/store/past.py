"""What readers were sent before: how many new papers under each topic, digest by digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.runs import unless_held


class Brought(NamedTuple):
    """How many new papers one digest named under one topic, whole or by title."""

    at: datetime
    topic: str
    papers: int


def brought(store: Store, asked: Sequence[tuple[int, datetime]]) -> dict[int, tuple[Brought, ...]]:
    """Return what the digests of some subscribers brought, each from a moment of its own on, by subscriber; oldest
    first. What the brake holds has brought nothing yet. `asked` is at most some hundred pairs of subscriber id and that moment."""
    if not asked:
        return {}
    pairs = ",".join("(?, ?)" for _ in asked)
    rows = store.rows(
        f"WITH asked (reader, since) AS (VALUES {pairs})"  # noqa: S608 - marks
        " SELECT g.subscriber_id, g.composed_at, o.topic, count(*) FROM asked"
        # In this order: a reader's last digests are few, all they ever had is much.
        " CROSS JOIN digests g ON g.subscriber_id = asked.reader AND g.composed_at >= asked.since"
        " CROSS JOIN outcomes o ON o.digest_id = g.id"
        " WHERE g.kind != 'notice' AND o.reason = 'new' AND o.outcome IN ('sent', 'listed')"
        f"{unless_held(store, 'g.id')} GROUP BY g.id, o.topic ORDER BY g.id",
        [value for reader, since in asked for value in (reader, to_instant(since))],
    )
    found: dict[int, list[Brought]] = {}
    for reader, at, topic, papers in rows:
        found.setdefault(reader, []).append(Brought(from_instant(at), topic, papers))
    return {reader: tuple(some) for reader, some in found.items()}
