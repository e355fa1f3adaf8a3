"""The search index: which papers hold which tokens. A filter in front of the matcher, never an answer.

A full-text table without content or positions, filled in batches. A paper that changes loses its row in
`search_documents` in the transaction that changes it (`store.papers`), is looked at by itself until it is
taken in again under a new number, and its old document is dead weight until the next rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.papers import in_chunks

_WHOLE_TABLE = 5_000  # from so many papers on it is faster to read them all


class Standing(NamedTuple):
    """What papers are ordered by. `newest`: the instant it was published, else first seen."""

    key: int
    id: str
    first_seen_at: datetime
    votes: int | None
    rank: int | None
    newest: int


class Size(NamedTuple):
    """How many documents the index has, how many of them are live, and how many papers it lacks."""

    documents: int
    live: int
    missing: int


def exists(store: Store) -> bool:
    """Say whether the database has an index: one that an older version wrote has none."""
    return store.row("SELECT 1 FROM sqlite_master WHERE name = 'search_documents'") is not None


def keys_matching(store: Store, expression: str) -> set[int]:
    """Return the papers of the index that fit a full-text expression."""
    return {
        key
        for (key,) in store.rows(
            "SELECT d.paper_key FROM search JOIN search_documents d ON d.document = search.rowid"
            " WHERE search MATCH ?",
            [expression],
        )
    }


def indexed_keys(store: Store) -> set[int]:
    """Return the papers of the index."""
    return {key for (key,) in store.rows("SELECT paper_key FROM search_documents")}


def missing_keys(store: Store, *, after: int = 0, limit: int = -1) -> list[int]:
    """Return the papers with larger keys that the index lacks, oldest first."""
    return [
        key
        for (key,) in store.rows(
            "SELECT key FROM papers WHERE key > ?"
            " AND NOT EXISTS (SELECT 1 FROM search_documents WHERE paper_key = key)"
            " ORDER BY key LIMIT ?",
            [after, limit],
        )
    ]


def missing_among(store: Store, keys: Iterable[int]) -> set[int]:
    """Return those of these papers that the index lacks."""
    wanted = set(keys)
    sql = "SELECT paper_key FROM search_documents WHERE paper_key IN ({})"
    return wanted - {key for (key,) in in_chunks(store, sql, wanted)}


def take_in(store: Store, papers: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Add papers that the index lacks, with their tokens. Inside a transaction."""
    rows = [(key, " ".join(sorted(tokens))) for key, tokens in papers]
    store.write_many(
        "INSERT INTO search_documents (paper_key) VALUES (?)", [(key,) for key, _ in rows]
    )
    numbers = dict(
        in_chunks(
            store,
            "SELECT paper_key, document FROM search_documents WHERE paper_key IN ({})",
            [key for key, _ in rows],
        )
    )
    store.write_many(
        "INSERT INTO search (rowid, terms) VALUES (?, ?)",
        [(numbers[key], terms) for key, terms in rows],
    )


def empty(store: Store) -> None:
    """Begin anew: every paper is missing. Inside a transaction."""
    store.write("INSERT INTO search (search) VALUES ('delete-all')")
    store.write("DELETE FROM search_documents")
    store.write("DELETE FROM sqlite_sequence WHERE name = 'search_documents'")


def size(store: Store) -> Size:
    """Return how large the index is."""
    given = store.row("SELECT seq FROM sqlite_sequence WHERE name = 'search_documents'")
    live = store.row("SELECT count(*) FROM search_documents") or (0,)
    papers = store.row("SELECT count(*) FROM papers") or (0,)
    return Size(0 if given is None else int(given[0]), int(live[0]), int(papers[0]) - int(live[0]))


def writes_of_others(store: Store) -> int:
    """Return a number that changes with every commit of another connection."""
    row = store.row("PRAGMA data_version")
    return 0 if row is None else int(row[0])


def papers_with(store: Store, tokens: Iterable[str]) -> dict[str, int]:
    """Return how many documents hold each token; none are left out."""
    return dict(in_chunks(store, "SELECT term, doc FROM search_terms WHERE term IN ({})", tokens))


def standings(
    store: Store, keys: set[int] | None = None, *, since: datetime | None = None
) -> dict[int, Standing]:
    """Return what papers are ordered by, those first seen at that instant or later."""
    sql = (
        "SELECT key, id, first_seen_at, votes, rank, ifnull(published_at, first_seen_at) FROM papers"
        " WHERE first_seen_at >= ?"
    )
    after = 0 if since is None else to_instant(since)
    if keys is None or len(keys) > _WHOLE_TABLE:
        rows: Iterable[tuple[int, str, int, int | None, int | None, int]] = store.rows(sql, [after])
    else:
        rows = in_chunks(store, sql + " AND key IN ({})", keys, after)
    return {
        row[0]: Standing(row[0], row[1], from_instant(row[2]), *row[3:])
        for row in rows
        if keys is None or row[0] in keys
    }


def texts(store: Store, keys: Iterable[int]) -> Iterator[tuple[int, str, str, bool]]:
    """Yield key, title and abstract of papers, and whether they have no keywords."""
    sql = "SELECT key, title, abstract, keywords FROM papers WHERE key IN ({})"
    for key, title, abstract, keywords in in_chunks(store, sql, keys):
        yield key, title, abstract, keywords == "[]"
