"""Two papers that turn out to be one: everything of the later goes to the earlier, and what it was is kept."""

from __future__ import annotations

import json
from datetime import datetime

from paperdigest.core.diff import united
from paperdigest.core.identity import preferred_first
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant
from paperdigest.store.papers import (
    PaperRow,
    encode,
    ids_of_papers,
    leave_index,
    paper_rows,
    update_papers,
)

_FOLLOW = tuple(
    f"UPDATE {table} SET paper_key = ? WHERE paper_key = ?"  # noqa: S608 - our own table names
    for table in ("paper_ids", "records", "changes", "outcomes")
)


def merge(store: Store, kept: int, gone: int, now: datetime) -> None:
    """Make one paper of two, inside a transaction. Ids, records, changes and outcomes follow.

    Where a subscriber has both in the ledger for the same reason, one row stays: one that was sent, else
    the earliest. What the gone paper was is written to `merges`, enough to part them again.
    """
    ids = ids_of_papers(store, (kept, gone))
    rows = paper_rows(store, (kept, gone), ids)
    mine, other = rows[kept], rows[gone]
    _remember(store, kept, other, now)
    first, second = (other, mine) if other.rank > mine.rank else (mine, other)
    _give_text_back(store, second)
    _collapse_outcomes(store, kept, gone)
    for follow in _FOLLOW:
        store.write(follow, [kept, gone])
    update_papers(store, [_one(first, second, kept)])
    leave_index(store, [gone])
    store.write("DELETE FROM papers WHERE key = ?", [gone])


def _one(first: PaperRow, second: PaperRow, kept: int) -> PaperRow:
    """Return the paper both become; the text is the first one's."""
    ids = preferred_first((*first.paper.ids, *second.paper.ids))
    paper = united(first.paper, second.paper, ids)
    return PaperRow(
        kept,
        paper,
        first.shown_record,
        first.rank,
        max(first.revisions, second.revisions),
        first.baseline and second.baseline,
        min(first.first_seen_at, second.first_seen_at),
    )


def _give_text_back(store: Store, row: PaperRow) -> None:
    """The record behind a text that is shown no longer has to hold it itself."""
    store.write(
        "UPDATE records SET title = ?, abstract = ?, authors = ? WHERE id = ? AND title IS NULL",
        [row.paper.title, row.paper.abstract, encode(row.paper.authors), row.shown_record],
    )


def _collapse_outcomes(store: Store, kept: int, gone: int) -> None:
    """Leave one outcome per subscriber and reason; the key allows no more."""
    store.write(
        """
        DELETE FROM outcomes WHERE (subscriber_id, paper_key, reason) IN (
            SELECT subscriber_id, paper_key, reason FROM (
                SELECT subscriber_id, paper_key, reason, row_number() OVER (
                    PARTITION BY subscriber_id, reason
                    ORDER BY outcome NOT IN ('sent', 'listed'), at, change) AS place
                FROM outcomes WHERE paper_key IN (?, ?))
            WHERE place > 1)
        """,
        [kept, gone],
    )


def _remember(store: Store, kept: int, row: PaperRow, now: datetime) -> None:
    def column(sql: str) -> list[object]:
        return [found for (found,) in store.rows(sql, [row.key])]

    gone = {
        "id": row.paper.id,
        "ids": row.paper.ids,
        "title": row.paper.title,
        "first_seen_at": to_instant(row.first_seen_at),
        "baseline": row.baseline,
        "records": column("SELECT id FROM records WHERE paper_key = ? ORDER BY id"),
        "changes": column("SELECT number FROM changes WHERE paper_key = ? ORDER BY number"),
        "outcomes": [
            list(found)
            for found in store.rows(
                "SELECT subscriber_id, reason, outcome, digest_id, at FROM outcomes WHERE paper_key = ?",
                [row.key],
            )
        ],
    }
    store.write(
        "INSERT INTO merges (kept_key, gone_key, gone, at) VALUES (?, ?, ?, ?)",
        [kept, row.key, json.dumps(gone, ensure_ascii=False), to_instant(now)],
    )
