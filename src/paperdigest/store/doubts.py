"""Deliveries that wait for a person because nobody knows whether they arrived."""

from __future__ import annotations

from dataclasses import dataclass

from paperdigest.store.connection import Store

#: Word for word what the index deliveries_unsent is limited to: else all that was ever sent would be read.
_UNSENT = "d.state IN ('failed', 'held', 'dropped') AND d.state = 'held'"
#: What the brake holds was never tried, and is a run's.
_IN_DOUBT = f"{_UNSENT} AND d.attempts > 0"


@dataclass(frozen=True, slots=True)
class Doubts:
    """How many there are, and (id, subscriber, target) of the oldest."""

    count: int
    first: tuple[tuple[int, str, str], ...]


def doubts(store: Store, *, most: int = 20) -> Doubts:
    """Return the deliveries that a person is to look for; of more than `most` the rest is counted."""
    row = store.row(f"SELECT count(*) FROM deliveries d WHERE {_IN_DOUBT}")  # noqa: S608 - our own words
    count = 0 if row is None else int(row[0])
    if not count:
        return Doubts(0, ())
    rows = store.rows(
        f"SELECT d.id, s.name, d.target FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"  # noqa: S608 - our own words
        f" WHERE {_IN_DOUBT} ORDER BY d.id LIMIT ?",
        [most],
    )
    return Doubts(count, tuple((int(id_), name, target) for id_, name, target in rows))
