"""The newest time that is stored: what the clock should not stand before."""

from __future__ import annotations

from datetime import datetime

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant

# What each lane and source has dealt with, and the last row of the log: none of it grows with the ledger. Not the
# digests, for the notice about the clock is one.
_NEWEST = """
SELECT max(at) FROM (
    SELECT max(last_slot_at) AS at FROM lanes
    UNION ALL SELECT max(last_digest_at) FROM lanes
    UNION ALL SELECT max(last_read_at) FROM sources
    UNION ALL SELECT at FROM (SELECT at FROM changes ORDER BY number DESC LIMIT 1)
)
"""


def newest_time(store: Store) -> datetime | None:
    """Return the newest time at which anything was read, found or due; None: there is none yet."""
    row = store.row(_NEWEST)
    return None if row is None or row[0] is None else from_instant(row[0])
