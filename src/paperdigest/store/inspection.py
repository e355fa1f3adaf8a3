"""What can be asked of SQLite and of a database without changing it: versions, sizes, odd papers, who holds a lock.
Judges nothing; never makes a file of its own.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from paperdigest.core.examine_history import Contradiction, Database, contradicting
from paperdigest.core.identity import REGISTRIES
from paperdigest.store import first_look, history
from paperdigest.store.connection import Store
from paperdigest.store.facts import fact
from paperdigest.store.locks import FileLock, Holder
from paperdigest.store.papers import ids_of_papers
from paperdigest.store.schema import SCHEMA_VERSION

#: A database of so many bytes is looked through in a second or two.
QUICKLY_CHECKED = 200_000_000
# Ids stand in the order of their papers there, so this reads one index from end to end and sorts nothing.
_TWICE = "SELECT paper_key FROM paper_ids GROUP BY paper_key HAVING {} ORDER BY paper_key".format(  # noqa: S608 - our own words
    " OR ".join(f"sum(id >= '{registry}:' AND id < '{registry};') > 1" for registry in REGISTRIES)
)

# From name to name along the index: DISTINCT would read all of it.
_SOURCES = """
WITH RECURSIVE named (name) AS (
    SELECT min(source) FROM records
    UNION ALL
    SELECT (SELECT min(source) FROM records WHERE source > name) FROM named WHERE name IS NOT NULL
)
SELECT name FROM named WHERE name IS NOT NULL
"""


def sqlite_version() -> str:
    """Return the version of the SQLite that Python uses."""
    return sqlite3.sqlite_version


def has_fts5() -> bool:
    """Say whether it was built with the full-text search that the index needs."""
    with closing(sqlite3.connect(":memory:")) as conn:
        try:
            conn.execute("CREATE VIRTUAL TABLE tried USING fts5(terms)")
        except sqlite3.OperationalError:
            return False
        return True


def inspected(store: Store, path: Path) -> Database:
    """Return the database as it is. One that is not too large is looked through with SQLite's quick check.

    Raises StoreError where it is too damaged for that.
    """
    size = path.stat().st_size
    log = path.with_name(path.name + "-wal")
    return Database(
        path=str(path),
        size=size,
        log=log.stat().st_size if log.exists() else 0,
        schema=_number(store, "PRAGMA user_version"),
        newest_schema=SCHEMA_VERSION,
        papers=history.paper_count(store),
        write_ahead=_is_in_wal_mode(store, path),
        fault=_quick_check(store) if size <= QUICKLY_CHECKED else None,
        examined=instant(store, "database examined"),
    )


def instant(store: Store, name: str) -> datetime | None:
    """Return a remembered instant (see `facts`); None where there is none."""
    known = fact(store, name)
    return None if known is None else datetime.fromisoformat(known)


def contradictions(store: Store, most: int) -> tuple[int, list[Contradiction]]:
    """Return how many papers have two ids of one registry, and `most` of these, the first ones first."""
    with store.reading():
        twice = ids_of_papers(store, [key for (key,) in store.rows(_TWICE)])
        keys = sorted(key for key, ids in twice.items() if any(contradicting(ids)))
        found = history.papers(store, keys[:most])
    return len(keys), [Contradiction(paper.title, paper.ids) for paper in found.values()]


def records_of_others(store: Store, names: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the sources that are none of these and have records, with how many."""
    for (name,) in store.rows(_SOURCES):
        if name not in names:
            yield name, _number(store, "SELECT count(*) FROM records WHERE source = ?", [name])


def lock_holder(path: Path) -> tuple[bool, Holder | None]:
    """Return whether a lock is held, and who signed it. Neither makes the file nor writes to it.

    Raises OSError where it may not be looked at.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False, None
    try:
        # Shared, and only for this moment: who wants the lock alone meanwhile tries again or is told to.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True, FileLock(path).holder()
    finally:
        os.close(file)
    return False, None


def _is_in_wal_mode(store: Store, path: Path) -> bool:
    """Tell it from the file's header (https://www.sqlite.org/fileformat2.html, 1.3.3): a connection to a file in a
    folder that cannot be written to says something else."""
    header = first_look.began_with(path)
    return header[18:20] == b"\x02\x02" if header else _word(store, "PRAGMA journal_mode") == "wal"


def _quick_check(store: Store) -> str:
    """Return the first thing that is wrong, "" for nothing. https://www.sqlite.org/pragma.html#pragma_quick_check"""
    said = _word(store, "PRAGMA quick_check(1)")
    return "" if said == "ok" else said.replace("\n", " ")


def _number(store: Store, sql: str, parameters: Sequence[object] = ()) -> int:
    row = store.row(sql, parameters)
    return 0 if row is None else int(row[0])


def _word(store: Store, sql: str) -> str:
    row = store.row(sql)
    return "" if row is None else str(row[0])
