"""The change log: numbers that only grow, written under the one lock, read by compose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from paperdigest.core.diff import News
from paperdigest.core.paper import Change, ChangeKind
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.papers import in_chunks

_CHANGE = "SELECT number, paper_key, kind, at, source, revision, completes FROM changes"


class ChangeRow(NamedTuple):
    """One line to write. `number`, `paper_key` and `revision` as in Change."""

    number: int
    paper_key: int
    news: News
    revision: int


def newest_change(store: Store) -> int:
    """Return the number of the newest change ever made; 0 in an empty history."""
    row = store.row("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")
    return 0 if row is None else int(row[0])


def change_before(store: Store, at: datetime) -> int:
    """Return the number of the last change before an instant: reading after it yields all since then."""
    row = store.row("SELECT min(number) FROM changes WHERE at >= ?", [to_instant(at)])
    return newest_change(store) if row is None or row[0] is None else int(row[0]) - 1


def changes_after(store: Store, number: int, until: int) -> list[Change]:
    """Return the changes with numbers in (number, until], in their order."""
    return _changes(store, " WHERE number > ? AND number <= ? ORDER BY number", number, until)


def changes_since(store: Store, at: datetime) -> list[Change]:
    """Return the changes made at that instant or later, in their order."""
    return _changes(store, " WHERE at >= ? ORDER BY number", to_instant(at))


def changes_of(store: Store, paper_key: int) -> list[Change]:
    """Return everything that happened to a paper, in order."""
    return _changes(store, " WHERE paper_key = ? ORDER BY number", paper_key)


def how_often(store: Store, paper_key: int, kind: ChangeKind) -> int:
    """Return how many changes of a kind a paper has had: at least the number of the last one, where they have numbers
    (papers that were taken apart again keep theirs)."""
    row = store.row(
        "SELECT max(count(*), coalesce(max(revision), 0)) FROM changes WHERE paper_key = ? AND kind = ?",
        [paper_key, kind.value],
    )
    return 0 if row is None else int(row[0])


def told_of(store: Store, paper_key: int) -> list[tuple[Change, dict[str, Any]]]:
    """Return everything that happened to a paper, in order, each with what was new in it."""
    told = store.rows(
        "SELECT summary FROM changes WHERE paper_key = ? ORDER BY number", [paper_key]
    )
    news = [json.loads(summary) for (summary,) in told]
    for summary in news:
        summary.pop("before", None)  # the text that was there before is not what was new
    return list(zip(changes_of(store, paper_key), news, strict=True))


def summaries(store: Store, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what was new in each of these changes, by its number."""
    rows = in_chunks(store, "SELECT number, summary FROM changes WHERE number IN ({})", numbers)
    return {number: json.loads(summary) for number, summary in rows}


def texts_since(store: Store, read: Mapping[int, int]) -> dict[int, dict[int, dict[str, Any]]]:
    """Return by paper what was new in each change of its text after the one whose number is given with it, oldest
    first: number → what was new. Withdrawals are among them, for they may put words of their own in its place."""
    found: dict[int, dict[int, dict[str, Any]]] = {}
    rows = in_chunks(
        store,
        "SELECT paper_key, number, summary FROM changes"
        " WHERE kind IN ('revised', 'withdrawn') AND paper_key IN ({})",
        sorted(read),
    )
    for key, number, summary in sorted(rows):
        if number > read[key]:
            found.setdefault(key, {})[number] = json.loads(summary)
    return found


def insert_changes(store: Store, source: str, rows: Iterable[ChangeRow], now: datetime) -> None:
    """Write what a source changed, with the numbers that the changes bring."""
    at = to_instant(now)
    store.write_many(
        "INSERT INTO changes (number, paper_key, kind, revision, completes, source, summary, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                key,
                news.kind.value,
                revision,
                1 if news.completes else 0,
                source,
                json.dumps(news.summary, ensure_ascii=False) if news.summary else "{}",
                at,
            )
            for number, key, news, revision in rows
        ],
    )


def _changes(store: Store, where: str, *parameters: int) -> list[Change]:
    return [
        Change(number, key, ChangeKind(kind), from_instant(at), source, revision, bool(completes))
        for number, key, kind, at, source, revision, completes in store.rows(
            _CHANGE + where, parameters
        )
    ]
