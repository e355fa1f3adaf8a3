"""The one connection of a thread and its transactions: the only way to write, always under the write lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from paperdigest.core.errors import LockHeld, StoreError
from paperdigest.failpoints import failpoint
from paperdigest.store.faults import told_of_sqlite, told_plainly
from paperdigest.store.locks import FileLock

Parameters = Sequence[object] | Mapping[str, object]

#: Seconds that a write waits for another writer before it gives up with LockHeld.
WRITE_WAIT = 10.0


class Store:
    """One connection, for one thread. Close it, or use it in a with block.

    Writing happens only inside `transaction()`; outside of one the connection refuses to write, so no
    write ever happens without the lock. `db` is for the modules of `store` alone.
    """

    def __init__(
        self,
        db: Database,
        path: Path | None,
        *,
        write: bool,
        lock: FileLock | None,
        wait: float = WRITE_WAIT,
    ) -> None:
        self.db = db
        self.path = path
        self.writable = write
        self.rehearsing = False
        self._lock = lock
        self._wait = wait
        self._inside = False
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        # The last connection to close writes the log back, which is a write like any other. Where the
        # lock is taken, its holder has a connection too, so this one is not the last.
        with suppress(LockHeld, StoreError):
            if self._lock is not None and self.writable:
                self._lock.acquire(0)
        try:
            failpoint("store.close")
            with told_plainly(self.path):
                self.db.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    @contextmanager
    def transaction(self, *, rollback: bool = False) -> Iterator[None]:
        """Take the write lock, do the block's writes as one, and let go.

        Any exception undoes all of them; so does `rollback`. Raises LockHeld after waiting (10 s),
        StoreFull and StoreError for the disk's faults. Inside `rehearsal()` it is a part of that.
        """
        if not self.writable:
            raise StoreError("the database was opened for reading only")
        if self._inside:
            raise RuntimeError("a transaction inside a transaction")
        if self.rehearsing:
            with self._bracket("SAVEPOINT part", "RELEASE part", "ROLLBACK TO part", undo=rollback):
                yield
            return
        with self._locked(), self._bracket("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", undo=rollback):
            yield

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Let everything inside happen as if for real, then undo it: what a dry run is.

        Transactions inside see each other's writes; nobody else ever does.
        """
        with self.transaction(rollback=True):
            self._inside = False
            self.rehearsing = True
            try:
                yield
            finally:
                self.rehearsing = False
                self._inside = True

    def scrub(self) -> None:
        """Write the database anew and empty its log, so that nothing that was deleted is left in the files.

        Takes the write lock for as long as that takes, and as much room again. Raises LockHeld when another
        process reads meanwhile: the log cannot be emptied then.
        """
        if self._inside or not self.writable:
            raise RuntimeError("scrubbing needs a store that may write, outside of transactions")
        conn = self.db.conn
        with self._locked(), told_of_sqlite(self.path):
            conn.execute("PRAGMA query_only = OFF")
            conn.execute("PRAGMA temp_store = FILE")  # the copy may be larger than memory
            try:
                conn.execute("VACUUM")
                (busy, *_) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                conn.execute("PRAGMA temp_store = MEMORY")
                conn.execute("PRAGMA query_only = ON")
        if busy:
            raise LockHeld(
                f"{self.path} is being read by another process, so erased data is still in its log"
                " · run the command again"
            )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one snapshot: all reads inside see the same moment, whoever writes meanwhile."""
        if self.db.conn.in_transaction:
            yield
            return
        with told_of_sqlite(self.path):
            self.db.conn.execute("BEGIN")
            try:
                yield
            finally:
                self._end_reading()

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT."""
        with told_plainly(self.path):
            return self.db.conn.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
        """Return the first row of a SELECT, or None."""
        with told_plainly(self.path):
            found: tuple[Any, ...] | None = self.db.conn.execute(sql, parameters).fetchone()
            return found

    def has_column(self, table: str, column: str) -> bool:
        """Say whether a table has a column: one that an older version made may not, while it is only read."""
        found = self.row("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", [table, column])
        return found is not None

    def write(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one writing statement inside a transaction; return how many rows it touched."""
        self._must_be_inside()
        return self.db.conn.execute(sql, parameters).rowcount

    def write_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one writing statement for each row, inside a transaction."""
        self._must_be_inside()
        self.db.conn.executemany(sql, rows)

    def _end_reading(self) -> None:
        if self.db.conn.in_transaction:  # a fault may have ended it already
            self.db.conn.execute("ROLLBACK")

    def _must_be_inside(self) -> None:
        if not self._inside:
            raise RuntimeError("a write outside a transaction")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        with self._lock.holding(self._wait):
            yield

    @contextmanager
    def _bracket(self, begin: str, commit: str, back: str, *, undo: bool) -> Iterator[None]:
        conn = self.db.conn
        with told_of_sqlite(self.path):
            conn.execute("PRAGMA query_only = OFF")
            failpoint("store.begin")
            try:
                conn.execute(begin)
                self._inside = True
                try:
                    yield
                    failpoint("store.commit")
                    conn.execute(back if undo else commit)
                    failpoint("store.committed")
                except BaseException:
                    if conn.in_transaction:  # a full disk has rolled it back already
                        conn.execute(back)
                    raise
                finally:
                    self._inside = False
            finally:
                conn.execute("PRAGMA query_only = ON")
