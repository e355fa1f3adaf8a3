"""How the outbox stands, for whoever watches: answered by the small indexes of rows that are not finished, so that it
costs the same beside millions that were sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.ledger import OPEN, State
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

#: Word for word what the indexes deliveries_due and deliveries_unsent are limited to.
_OPEN = "state IN ('pending', 'retry', 'sending', 'unknown')"
_UNSENT = "state IN ('failed', 'held', 'dropped')"
_SHOWN = tuple(state for state in State if state in OPEN or state in (State.FAILED, State.HELD))


@dataclass(frozen=True, slots=True)
class Outbox:
    """`counts` are the rows in each state that is not finished, or wants a person. `oldest_at` is when the oldest
    of those that are still to go out was composed, `due_at` since when the longest due one might have gone."""

    counts: Mapping[str, int]
    oldest_at: datetime | None
    due_at: datetime | None

    @property
    def waiting(self) -> int:
        """Return how many messages are still to go out."""
        return sum(self.counts[state] for state in OPEN)


def outbox(store: Store, now: datetime) -> Outbox:
    """Return how the outbox stands."""
    found: dict[str, int] = {}
    for few in (_OPEN, _UNSENT):
        found |= store.rows(f"SELECT state, count(*) FROM deliveries WHERE {few} GROUP BY state")  # noqa: S608 - our own words
    row = store.row(
        # `+`: from the index of open rows, not by the primary key through all that were ever sent.
        f"SELECT min(+created_at) FROM deliveries WHERE {_OPEN}"  # noqa: S608 - our own words
    )
    due = store.row(
        f"SELECT min(not_before_at) FROM deliveries WHERE {_OPEN} AND state IN ('pending', 'retry')"  # noqa: S608 - our own words
        " AND not_before_at <= ?",
        [to_instant(now)],
    )
    return Outbox(
        {state.value: int(found.get(state, 0)) for state in _SHOWN}, _instant(row), _instant(due)
    )


def _instant(row: tuple[int | None, ...] | None) -> datetime | None:
    return None if row is None or row[0] is None else from_instant(row[0])
