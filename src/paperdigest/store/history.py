"""Reading what history knows: papers by key or by whatever names them, and what happened when.
The one door for compose and the commands; writing it is the business of the modules behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from paperdigest.core.identity import normal_id
from paperdigest.core.paper import Paper
from paperdigest.core.text import squash
from paperdigest.store.changes import (
    change_before,
    changes_after,
    changes_of,
    changes_since,
    newest_change,
)
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.lately import first_key_since
from paperdigest.store.papers import (
    ids_of_papers,
    in_chunks,
    keys_of_ids,
    keys_of_versions,
    paper_rows,
)
from paperdigest.store.receipts import receipts_since
from paperdigest.store.sources import SourceState, source_state, source_states

__all__ = [
    "SourceState",
    "baseline_since",
    "change_before",
    "changes_after",
    "changes_of",
    "changes_since",
    "find_papers",
    "new_papers_since",
    "newest_change",
    "paper_count",
    "paper_keys",
    "papers",
    "receipts_since",
    "source_state",
    "source_states",
]

_EVER: Final = 2**63 - 1  # the largest integer of SQLite
_AHEAD: Final = timedelta(days=2)  # so far ahead of its reading a record may be dated
_BASELINE: Final = "SELECT key, published_at FROM papers WHERE baseline = 1 AND published_at >= ?"
_LATER_VERSIONS: Final = (
    "SELECT key, published_at FROM papers WHERE key >= ? AND baseline = 2 AND published_at >= ?"
)


def papers(store: Store, keys: Iterable[int]) -> dict[int, Paper]:
    """Return papers as history shows them, by key in the order of `keys`: with all their ids, the names of
    the sources that tell of them (first one first) and when they were first seen. Unknown keys are left out."""
    wanted = list(dict.fromkeys(keys))
    with store.reading():
        rows = paper_rows(store, wanted, ids_of_papers(store, wanted))
        sources = _sources(store, wanted)
    return {
        key: replace(rows[key].paper, sources=sources.get(key, ())) for key in wanted if key in rows
    }


def paper_keys(
    store: Store, *, since: datetime | None = None, until: datetime | None = None
) -> list[int]:
    """Return the keys of all papers, or of those first seen from one instant to another, oldest first."""
    after = 0 if since is None else to_instant(since)
    last = _EVER if until is None else to_instant(until)
    return [
        key
        for (key,) in store.rows(
            "SELECT key FROM papers WHERE first_seen_at BETWEEN ? AND ? ORDER BY key",
            [after, last],
        )
    ]


def paper_count(store: Store) -> int:
    """Return how many papers history has."""
    row = store.row("SELECT count(*) FROM papers")
    return 0 if row is None else int(row[0])


def new_papers_since(store: Store, at: datetime) -> dict[str, int]:
    """Return how many papers were news after that instant, by the source that brought them first."""
    return dict(
        store.rows(
            "SELECT source, count(*) FROM changes WHERE at > ? AND kind = 'new' AND completes = 0 GROUP BY source",
            [to_instant(at)],
        )
    )


def baseline_since(store: Store, at: datetime) -> dict[int, datetime]:
    """Return the papers that entered history without news and came out at that instant or later, with when."""
    rows = list(store.rows(_BASELINE, [to_instant(at)]))
    # These no index holds, but none came out after it was first seen: its dates would have been taken for a mistake.
    if (first := first_key_since(store, at - _AHEAD)) is not None:
        rows += store.rows(_LATER_VERSIONS, [first, to_instant(at)])
    return {key: from_instant(out) for key, out in rows}


def find_papers(store: Store, text: str, *, limit: int = 20) -> list[tuple[int, Paper]]:
    """Return the papers that a text names: by any id or address they ever had, by the DOI of any version, or by any part
    of a title (case, accents, TeX and punctuation aside), the newest first."""
    text = text.strip()
    if not text:
        return []
    keys = _by_id(store, text) or _by_address(store, text) or _by_title(store, text, limit)
    found = papers(store, dict.fromkeys(keys))
    return list(found.items())[:limit]


def _by_id(store: Store, text: str) -> list[int]:
    id_ = normal_id(text)
    return list((keys_of_ids(store, {text, id_}) or keys_of_versions(store, {id_})).values())


def _by_address(store: Store, text: str) -> list[int]:
    if not text.lower().startswith(("http://", "https://")):
        return []
    return [
        key for (key,) in store.rows("SELECT key FROM papers WHERE url = ? ORDER BY key", [text])
    ]


def _by_title(store: Store, text: str, limit: int) -> list[int]:
    part = squash(text)
    if not part:
        return []
    found = []
    # Every title is folded and looked at: an index of parts would cost more than this rare question does.
    for key, title in store.rows("SELECT key, title FROM papers ORDER BY key DESC"):
        if part in squash(title):
            found.append(key)
            if len(found) == limit:
                break
    return found


def _sources(store: Store, keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, dict[str, int]] = {}
    sql = "SELECT paper_key, source, min(id) FROM records WHERE paper_key IN ({}) GROUP BY paper_key, source"
    for key, source, first in in_chunks(store, sql, keys):
        found.setdefault(key, {})[source] = first
    return {key: tuple(sorted(first, key=first.__getitem__)) for key, first in found.items()}
