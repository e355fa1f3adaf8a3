"""What the other lanes of a reader have sent since a moment: a digest names it in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.runs import unless_held


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A paper that another lane sent. `at_once`: by an alert."""

    paper_key: int
    change: int
    at: datetime
    at_once: bool


def sent_elsewhere(
    store: Store, subscriber_id: int, lane_id: int, since: datetime
) -> tuple[Elsewhere, ...]:
    """Return the new papers that lanes other than this one have put into digests since its own last one, but
    not before `since` and not into one that the brake holds; oldest first."""
    rows = store.rows(
        "SELECT o.paper_key, o.change, o.at, g.kind = 'alert' FROM digests g"  # noqa: S608 - our own words
        " JOIN outcomes o ON o.digest_id = g.id AND o.outcome IN ('sent', 'listed') AND o.reason = 'new'"
        " WHERE g.subscriber_id = :reader AND g.composed_at >= :since AND g.lane_id != :lane"
        # By number, not by time: one round composes several lanes at the same instant.
        " AND g.id > coalesce((SELECT max(id) FROM digests WHERE lane_id = :lane AND kind != 'notice'), 0)"
        f"{unless_held(store, 'g.id')} ORDER BY g.id, o.change",
        {"reader": subscriber_id, "since": to_instant(since), "lane": lane_id},
    )
    return tuple(
        Elsewhere(key, change, from_instant(at), bool(at_once)) for key, change, at, at_once in rows
    )
