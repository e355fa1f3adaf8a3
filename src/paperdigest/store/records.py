"""What each source said last about each paper, as rows. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from paperdigest.core.diff import Rank
from paperdigest.core.paper import Paper
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant
from paperdigest.store.papers import decode, encode, in_chunks


class KnownRecord(NamedTuple):
    """Enough of a record to see whether its source says the same again."""

    id: int
    own_id: str
    paper_key: int
    raw_hash: bytes


class RecordRow(NamedTuple):
    """One record to write. `shown`: the paper shows its text, so it is not stored twice."""

    known: KnownRecord
    said: Paper
    rank: Rank
    shown: bool
    short_key: str | None


def known_records(store: Store, source: str, own_ids: Iterable[str]) -> dict[str, KnownRecord]:
    """Return a source's records by its own ids."""
    sql = "SELECT own_id, id, paper_key, raw_hash FROM records WHERE source = ? AND own_id IN ({})"
    return {
        own_id: KnownRecord(id_, own_id, key, raw_hash)
        for own_id, id_, key, raw_hash in in_chunks(store, sql, own_ids, source)
    }


def last_said(store: Store, record_ids: Iterable[int]) -> dict[int, Paper]:
    """Return the text of records: their own, or their paper's where that shows it."""
    sql = (
        "SELECT r.id, coalesce(r.title, p.title), coalesce(r.abstract, p.abstract),"
        " coalesce(r.authors, p.authors), r.version, r.partial"
        " FROM records r JOIN papers p ON p.key = r.paper_key WHERE r.id IN ({})"
    )
    return {
        id_: Paper(title, abstract, authors=decode(authors), version=version, partial=bool(partial))
        for id_, title, abstract, authors, version, partial in in_chunks(store, sql, record_ids)
    }


def short_titled(store: Store, source: str, short_keys: Iterable[str]) -> dict[str, list[int]]:
    """Return the keys of this source's papers by the hash of a short title."""
    found: dict[str, list[int]] = {}
    sql = "SELECT DISTINCT short_key, paper_key FROM records WHERE source = ? AND short_key IN ({})"
    for short_key, paper_key in in_chunks(store, sql, short_keys, source):
        found.setdefault(short_key, []).append(paper_key)
    return found


def insert_records(store: Store, source: str, rows: Iterable[RecordRow], now: datetime) -> None:
    """Write a source's new records with the ids they bring."""
    at = to_instant(now)
    store.write_many(
        "INSERT INTO records (id, source, own_id, paper_key, raw_hash, title, abstract, authors, version,"
        " partial, registry, short_key, first_seen_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (id_, source, own_id, key, raw_hash, *_said(row), at, at)
            for row in rows
            for id_, own_id, key, raw_hash in [row.known]
        ],
    )


def update_records(store: Store, rows: Iterable[RecordRow], now: datetime) -> None:
    """Write what sources say now where they said something else before."""
    at = to_instant(now)
    store.write_many(
        "UPDATE records SET paper_key = ?, raw_hash = ?, title = ?, abstract = ?, authors = ?, version = ?,"
        " partial = ?, registry = ?, short_key = ?, changed_at = ? WHERE id = ?",
        [(row.known.paper_key, row.known.raw_hash, *_said(row), at, row.known.id) for row in rows],
    )


def keep_texts(store: Store, texts: Iterable[tuple[int, Paper]]) -> None:
    """Give records back the text that their paper shows no longer."""
    store.write_many(
        "UPDATE records SET title = ?, abstract = ?, authors = ? WHERE id = ?",
        ((paper.title, paper.abstract, encode(paper.authors), id_) for id_, paper in texts),
    )


def _said(row: RecordRow) -> tuple[object, ...]:
    """Return the columns from the title to the short key."""
    _, said, rank, shown, short_key = row
    whole, _, registry = rank
    traits = said.version, 0 if whole else 1, 1 if registry else 0, short_key
    if shown:
        return None, None, None, *traits
    return said.title, said.abstract, encode(said.authors), *traits
