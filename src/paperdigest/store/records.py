"""What each source said last about each paper, as rows. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from paperdigest.core.doi_versions import version_of
from paperdigest.core.paper import Paper
from paperdigest.core.shown import Rank
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
        " coalesce(r.authors, p.authors), r.own_id, r.version, r.partial"
        " FROM records r JOIN papers p ON p.key = r.paper_key WHERE r.id IN ({})"
    )
    return {
        id_: Paper(
            title,
            abstract,
            authors=decode(authors),
            # One that was written before ids were known to tell a version.
            version=version_of(own_id) if version is None else version,
            partial=bool(partial),
        )
        for id_, title, abstract, authors, own_id, version, partial in in_chunks(
            store, sql, record_ids
        )
    }


def short_titled(
    store: Store, source: str, short_keys: Mapping[str, bool], in_hand: Iterable[int]
) -> dict[str, list[int]]:
    """Return keys of this source's papers by the hash of a short title: of those in hand all, of the others
    two, and where `short_keys` says so two that have no abstract.

    A record joins only the one paper there is, and what is not in hand stays as it is: two say as much as
    thousands, which titles like "Editorial" come to. There may be fewer than two, or more.
    """
    found: dict[str, list[int]] = {short_key: [] for short_key in short_keys}
    for short_key, paper_key in in_chunks(store, _OF_PAPERS, in_hand if found else (), source):
        if short_key in found:
            found[short_key].append(paper_key)
    for short_key, keys in found.items():
        wanted = (source, short_key, len(keys) + 2)  # those in hand may be among the first
        more = list(store.rows(_ANY, wanted))
        if short_keys[short_key] and len(more) == wanted[-1]:
            more += store.rows(_BARE, wanted)
        keys[:] = dict.fromkeys((*keys, *(key for (key,) in more)))
    return found


# +source: found by paper, else every chunk would go through all records of the source.
_OF_PAPERS = (
    "SELECT DISTINCT short_key, paper_key FROM records"
    " WHERE +source = ? AND paper_key IN ({}) AND short_key IS NOT NULL"
)
_ANY = "SELECT DISTINCT paper_key FROM records WHERE source = ? AND short_key = ? LIMIT ?"
# CROSS: the few with that title first, whatever the planner thinks of the rest.
_BARE = (
    "SELECT DISTINCT r.paper_key FROM records r CROSS JOIN papers p ON p.key = r.paper_key"
    " WHERE r.source = ? AND r.short_key = ? AND p.abstract = '' LIMIT ?"
)


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
