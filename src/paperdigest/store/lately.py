"""The papers that history took in lately, as the search index has them, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant


class Start(NamedTuple):
    """From where on papers are asked for: the first key, and the first document of the index that may hold one."""

    key: int
    document: int


def oldest_seen_at(store: Store) -> datetime | None:
    """Return when history began: when its first paper was first seen."""
    row = store.row("SELECT first_seen_at FROM papers ORDER BY key LIMIT 1")
    return None if row is None else from_instant(row[0])


def first_key_since(store: Store, at: datetime) -> int | None:
    """Return a key from which on all papers lie that were first seen at that instant or later; None: there are none.

    Keys grow as papers come in, so a few of them tell; one that merging made older than its neighbours may let some
    more lie behind the key, never fewer.
    """
    since = to_instant(at)
    row = store.row("SELECT max(key) FROM papers")
    last = 0 if row is None or row[0] is None else int(row[0])
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        # Of a few neighbours the youngest: a merged one among them looks older than it came.
        found = store.row(
            "SELECT max(key), max(first_seen_at) FROM"
            " (SELECT key, first_seen_at FROM papers WHERE key >= ? ORDER BY key LIMIT 4)",
            [middle],
        )
        if found is None or found[0] is None or found[1] >= since:
            high = middle
        else:
            low = int(found[0]) + 1
    return low if low <= last else None


def at_least(store: Store, amount: int, key: int, at: datetime) -> bool:
    """Say whether so many papers of this key and later ones were first seen at that instant or later."""
    row = store.row(
        "SELECT count(*) FROM (SELECT 1 FROM papers WHERE key >= ? AND first_seen_at >= ? LIMIT ?)",
        [key, to_instant(at), amount],
    )
    return row is not None and int(row[0]) >= amount


def missing_since(store: Store, key: int, at: datetime, limit: int) -> list[int]:
    """Return the papers of this key and later ones that were first seen at that instant or later and that the index
    lacks, oldest first."""
    return [
        missing
        for (missing,) in store.rows(
            "SELECT key FROM papers WHERE key >= ? AND first_seen_at >= ?"
            " AND NOT EXISTS (SELECT 1 FROM search_documents WHERE paper_key = key)"
            " ORDER BY key LIMIT ?",
            [key, to_instant(at), limit],
        )
    ]


def start_at(store: Store, key: int) -> Start | None:
    """Return where papers of this key and later ones begin; None: the index holds none."""
    row = store.row("SELECT min(document) FROM search_documents WHERE paper_key >= ?", [key])
    return None if row is None or row[0] is None else Start(key, int(row[0]))


def newest_document(store: Store) -> int:
    """Return the largest document of the index, 0 for none. One that is taken in anew has a new one."""
    row = store.row("SELECT max(document) FROM search_documents")
    return 0 if row is None or row[0] is None else int(row[0])


def newest_with(
    store: Store, expression: str, since: datetime, start: Start, most: int
) -> list[tuple[int, datetime]]:
    """Return up to `most` papers that fit a full-text expression and were first seen at that instant or later, the
    newest first, each with when that was."""
    rows = store.rows(
        "SELECT p.key, p.first_seen_at FROM search"
        " CROSS JOIN search_documents d ON d.document = search.rowid"
        " CROSS JOIN papers p ON p.key = d.paper_key"
        " WHERE search MATCH ? AND search.rowid >= ? AND d.paper_key >= ? AND p.first_seen_at >= ?"
        " ORDER BY search.rowid DESC LIMIT ?",
        [expression, start.document, start.key, to_instant(since), most],
    )
    return [(key, from_instant(at)) for key, at in rows]


def was_in(store: Store, expression: str, document: int) -> bool:
    """Say whether a full-text expression fits what a paper was that has left the index, from this document on. It
    may have left a moment ago, with the same words."""
    row = store.row(
        "SELECT 1 FROM search WHERE search MATCH ? AND rowid >= ?"
        " AND NOT EXISTS (SELECT 1 FROM search_documents WHERE document = search.rowid) LIMIT 1",
        [expression, document],
    )
    return row is not None
