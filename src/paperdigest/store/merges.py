"""Two papers that turn out to be one: everything of the later goes to the earlier, and what both were is kept, so
that a wrong merge can be undone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from paperdigest.core.doi_versions import are_of_another_count, newest_first
from paperdigest.core.identity import preferred_first
from paperdigest.core.shown import united
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant
from paperdigest.store.papers import (
    PaperRow,
    encode,
    ids_of_papers,
    leave_index,
    paper_rows,
    put_raw_row,
    raw_row,
    update_papers,
)

_FOLLOW = tuple(
    f"UPDATE {table} SET paper_key = ? WHERE paper_key = ?"  # noqa: S608 - our own table names
    for table in ("paper_ids", "records", "changes", "outcomes")
)

_OUTCOME = "subscriber_id, reason, outcome, topic, lane_id, digest_id, change, at, part"
_COLUMNS = 9
_GO_BACK = {
    "UPDATE paper_ids SET paper_key = ? WHERE id = ?": "ids",
    "UPDATE records SET paper_key = ? WHERE id = ?": "records",
    "UPDATE changes SET paper_key = ? WHERE number = ?": "changes",
}


def merge(store: Store, kept: int, gone: int, now: datetime) -> None:
    """Make one paper of two, inside a transaction. Ids, records, changes and outcomes follow.

    Where a subscriber has both in the ledger for the same reason, one row stays: one that was sent, else
    the earliest. What the gone paper was is written to `merges`, enough to part them again.
    """
    ids = ids_of_papers(store, (kept, gone))
    rows = paper_rows(store, (kept, gone), ids)
    mine, other = rows[kept], rows[gone]
    _remember(store, mine, other, now)
    if are_of_another_count(mine.paper.ids, other.paper.ids):
        mine = mine.uncounted()
    elif are_of_another_count(other.paper.ids, mine.paper.ids):
        other = other.uncounted()
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
    ids = newest_first(preferred_first((*first.paper.ids, *second.paper.ids)))
    paper = united(first.paper, second.paper, ids)
    return PaperRow(
        kept,
        paper,
        first.shown_record,
        first.rank,
        max(first.revisions, second.revisions),
        min(first.baseline, second.baseline),
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


def _remember(store: Store, kept: PaperRow, gone: PaperRow, now: datetime) -> None:
    """Write down what both were, as far as it is needed to part them again."""
    before = {"kept": _state(store, kept), "gone": _state(store, gone)}
    store.write(
        "INSERT INTO merges (kept_key, gone_key, gone, at) VALUES (?, ?, ?, ?)",
        [kept.key, gone.key, json.dumps(before, ensure_ascii=False), to_instant(now)],
    )


def _state(store: Store, row: PaperRow) -> dict[str, Any]:
    def column(sql: str) -> list[object]:
        return [found for (found,) in store.rows(sql, [row.key])]

    return {
        "row": raw_row(store, row.key),
        "ids": row.paper.ids,
        "records": column("SELECT id FROM records WHERE paper_key = ? ORDER BY id"),
        "changes": column("SELECT number FROM changes WHERE paper_key = ? ORDER BY number"),
        "outcomes": [
            list(found)
            for found in store.rows(
                f"SELECT {_OUTCOME} FROM outcomes WHERE paper_key = ?",  # noqa: S608 - our own columns
                [row.key],
            )
        ],
    }


# ------------------------------------------------------------------ two papers that were one by mistake


def parted(store: Store) -> set[frozenset[int]]:
    """Return the pairs of papers that a person has parted: they are never merged again, nor what has taken
    one of them up since."""
    pairs = store.rows("SELECT kept_key, gone_key FROM merges WHERE parted_at IS NOT NULL")
    if not pairs:
        return set()
    now_in = dict(
        store.rows("SELECT gone_key, kept_key FROM merges WHERE parted_at IS NULL ORDER BY id")
    )
    return {frozenset(_where_it_is(key, now_in) for key in pair) for pair in pairs}


def _where_it_is(key: int, now_in: dict[int, int]) -> int:
    while key in now_in:
        key = now_in[key]
    return key


def part(store: Store, kept: int, now: datetime) -> int | None:
    """Undo the last merge into a paper, inside a transaction; return the paper that is back, None where there
    was no merge.

    Both are as they were before it. What their sources say is compared anew when they are read next.
    """
    found = store.row(
        "SELECT id, gone_key, gone FROM merges WHERE kept_key = ? AND parted_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        [kept],
    )
    if found is None:
        return None
    id_, gone, before = found[0], int(found[1]), json.loads(found[2])
    (merged,) = paper_rows(store, [kept], ids_of_papers(store, [kept])).values()
    _give_text_back(store, merged)
    put_raw_row(store, gone, before["gone"]["row"], is_new=True)
    put_raw_row(store, kept, before["kept"]["row"], is_new=False)
    leave_index(store, [kept, gone])
    for sql, key in _GO_BACK.items():
        store.write_many(sql, [(gone, one) for one in before["gone"][key]])
    _give_outcomes_back(store, kept, gone, before)
    store.write("UPDATE records SET raw_hash = x'' WHERE paper_key IN (?, ?)", [kept, gone])
    store.write("UPDATE merges SET parted_at = ? WHERE id = ?", [to_instant(now), id_])
    return gone


def _give_outcomes_back(store: Store, kept: int, gone: int, before: dict[str, Any]) -> None:
    """Give both their own rows; what was sent meanwhile was sent of both, or it would be sent again."""
    now = {
        (row[0], row[1]): row
        for row in store.rows(f"SELECT {_OUTCOME} FROM outcomes WHERE paper_key = ?", [kept])  # noqa: S608 - our own columns
    }
    own = {(row[0], row[1]) for row in before["kept"]["outcomes"]}
    # A merge written by an older version knows nothing of parts.
    back = {
        (row[0], row[1]): (*row, *(0,) * (_COLUMNS - len(row)))
        for row in before["gone"]["outcomes"]
    }
    for pair, row in back.items():
        sent = pair in now and now[pair][2] in ("sent", "listed")
        back[pair] = now[pair] if sent else row
    store.write_many(
        "DELETE FROM outcomes WHERE paper_key = ? AND subscriber_id = ? AND reason = ?",
        [(kept, *pair) for pair in sorted(back.keys() - own)],
    )
    store.write_many(
        # Its digest may be gone by age meanwhile.
        f"INSERT INTO outcomes (paper_key, {_OUTCOME})"  # noqa: S608 - our own columns
        " VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM digests WHERE id = ?), ?, ?, ?)",
        [(gone, *row) for row in back.values()],
    )
