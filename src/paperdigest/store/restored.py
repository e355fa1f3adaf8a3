"""Which rows of a restored ledger may have gone out after the backup was made."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core.ledger import State
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant

#: Word for word what the index deliveries_due is limited to: what is not finished, not millions that were sent.
_OPEN = "d.state IN ('pending', 'retry', 'sending', 'unknown')"


def waiting(store: Store) -> int:
    """Return how many messages are not finished."""
    row = store.row(f"SELECT count(*) FROM deliveries d WHERE {_OPEN}")  # noqa: S608 - our own words
    return 0 if row is None else int(row[0])


def open_before(store: Store, since: datetime) -> list[tuple[int, State]]:
    """Return (id, state) of what is not finished, but for notices that were written since then: words about the
    service, not about papers."""
    found = store.rows(
        f"SELECT d.id, d.state FROM deliveries d JOIN digests g ON g.id = d.digest_id WHERE {_OPEN}"  # noqa: S608 - our own words
        " AND NOT (g.kind = 'notice' AND g.papers = 0 AND d.created_at >= ?) ORDER BY +d.id",
        [to_instant(since)],
    )
    return [(int(id_), State(state)) for id_, state in found]


def ready(store: Store) -> list[tuple[int, str]]:
    """Return (id, target) of rows that wait to be sent; below a first message only once its place is known."""
    found = store.rows(
        f"SELECT d.id, d.target FROM deliveries d WHERE {_OPEN} AND d.state IN ('pending', 'retry')"  # noqa: S608 - our own words
        " AND (d.part = 0 OR EXISTS (SELECT 1 FROM deliveries p WHERE p.digest_id = d.digest_id"
        "   AND p.target = d.target AND p.part = 0 AND p.state = 'sent')) ORDER BY +d.id"
    )
    return [(int(id_), str(target)) for id_, target in found]
