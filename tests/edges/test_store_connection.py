"""Opening the database, refusing what is not ours, and transactions that are all or nothing."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from paperdigest.core.errors import LockHeld, StoreError, StoreFull
from paperdigest.store import ways
from paperdigest.store.connection import NoHistory, Store, open_memory, open_store
from paperdigest.store.locks import WRITE_LOCK, FileLock
from paperdigest.store.schema import APPLICATION_ID, SCHEMA_VERSION, migrations


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "paperdigest.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path, write=True) as opened:
        yield opened


def put(store: Store, name: str, value: str = "x") -> None:
    store.write("INSERT INTO facts (name, value) VALUES (?, ?)", [name, value])


def put_all(store: Store, *names: str) -> None:
    for name in names:
        put(store, name)


def put_and_fail(store: Store, name: str) -> None:
    put(store, name)
    raise ZeroDivisionError


def names(store: Store) -> list[str]:
    return [name for (name,) in store.rows("SELECT name FROM facts ORDER BY name")]


# ------------------------------------------------------------------ opening


def test_a_new_database_is_ours_and_private(store: Store, path: Path) -> None:
    assert store.row("PRAGMA application_id") == (APPLICATION_ID,)
    assert store.row("PRAGMA user_version") == (SCHEMA_VERSION,)
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 5000),
        ("page_size", 16384),
    ],
)
def test_a_store_has_its_settings(store: Store, pragma: str, value: object) -> None:
    assert store.row(f"PRAGMA {pragma}") == (value,)


def test_every_table_is_strict(store: Store) -> None:
    loose = store.rows("SELECT name FROM pragma_table_list WHERE NOT strict AND type = 'table'")
    assert {name for (name,) in loose if not name.startswith(("sqlite_", "_sqlite"))} == set()


def test_reading_where_nothing_was_written_says_so(path: Path) -> None:
    with pytest.raises(NoHistory, match="no history yet · run `paperdigest run --once`"):
        open_store(path, write=False)
    assert not path.parent.exists()


def test_an_empty_file_is_no_history(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(NoHistory):
        open_store(path, write=False)
    with open_store(path, write=True) as store:
        assert names(store) == []


def test_opening_again_keeps_everything(path: Path) -> None:
    with open_store(path, write=True) as store, store.transaction():
        put(store, "a")
    with open_store(path, write=True) as store:
        assert names(store) == ["a"]


def test_a_reader_sees_what_was_committed_and_cannot_write(store: Store, path: Path) -> None:
    with store.transaction():
        put(store, "a")
    with open_store(path, write=False) as reader:
        assert names(reader) == ["a"]
        with pytest.raises(StoreError), reader.transaction():
            put(reader, "b")


def test_a_database_of_another_program_is_refused_untouched(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for write in (True, False):
        with pytest.raises(StoreError, match="is not a paperdigest database · nothing was changed"):
            open_store(path, write=write)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_that_is_no_database_is_refused_untouched(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Dear diary")
    with pytest.raises(StoreError, match="is not a paperdigest database"):
        open_store(path, write=True)
    assert path.read_text() == "Dear diary"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_store(tmp_path, write=True)


def test_a_newer_database_is_refused(path: Path) -> None:
    open_store(path, write=True).close()
    with closing(sqlite3.connect(path)) as later:
        later.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 6}")
    for write in (True, False):
        with pytest.raises(
            StoreError, match=rf"newer paperdigest \(schema {SCHEMA_VERSION + 6}.* · upgrade"
        ):
            open_store(path, write=write)


def test_another_users_database_is_not_opened(path: Path) -> None:
    open_store(path, write=True).close()
    for write in (True, False):
        with pytest.raises(StoreError, match=r"belongs to .* · use: sudo -u \S+ paperdigest"):
            open_store(path, write=write, user=os.geteuid() + 1)


def test_a_damaged_database_is_told_and_left_alone(path: Path) -> None:
    open_store(path, write=True).close()
    data = bytearray(path.read_bytes())
    data[100:20000] = b"\xff" * 19900
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        open_store(path, write=True)
    assert path.read_bytes() == data


#: Reads through many pages, and loses most of the file while it does.
_PAGES_GO = """
import os, sys
from pathlib import Path
from paperdigest.store.connection import open_store

path = Path(sys.argv[1])
with open_store(path, write=True) as store:
    with store.transaction():
        for number in range(500):
            store.write("INSERT INTO facts VALUES (?, ?)", [f"{number:04}", "x" * 10_000])
with open_store(path, write=False) as store:
    rows = store.db.conn.execute("SELECT value FROM facts")
    rows.fetchone()
    os.truncate(path, path.stat().st_size // 4)
    try:
        rows.fetchall()
    except Exception as error:
        print(error)
"""


def test_pages_that_cannot_be_read_are_an_error_and_not_the_end_of_the_process(path: Path) -> None:
    """A disk that fails ends a process that has the file mapped into its memory: SIGBUS, and no word in any log."""
    said = subprocess.run(
        (sys.executable, "-c", _PAGES_GO, str(path)), capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stderr) == (0, "")
    assert "malformed" in said.stdout or "disk I/O error" in said.stdout


def test_a_memory_store_takes_writes() -> None:
    with open_memory() as store:
        with store.transaction():
            put(store, "a")
        assert names(store) == ["a"]


# ------------------------------------------------------------------ transactions


def test_an_exception_undoes_the_whole_transaction(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        put_and_fail(store, "a")
    assert names(store) == []
    with store.transaction():
        put(store, "b")
    assert names(store) == ["b"]


def test_a_transaction_may_be_undone_on_purpose(store: Store) -> None:
    with store.transaction(rollback=True):
        put(store, "a")
        assert names(store) == ["a"]
    assert names(store) == []


def test_a_transaction_inside_another_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction(), store.transaction():
        pass


def test_nothing_is_written_outside_a_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError):
        put(store, "a")
    with pytest.raises(StoreError):
        store.db.execute("INSERT INTO facts (name, value) VALUES ('a', 'b')")
    assert names(store) == []


def test_a_wrong_statement_is_a_bug_and_stays_one(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        put_all(store, "a", "a")
    assert names(store) == []


def test_a_rehearsal_leaves_nothing_behind(store: Store) -> None:
    with store.rehearsal():
        with store.transaction():
            put(store, "a")
        with pytest.raises(ZeroDivisionError), store.transaction():
            put_and_fail(store, "b")
        with store.transaction():
            put(store, "c")
        assert names(store) == ["a", "c"]
    assert names(store) == []


def test_others_never_see_a_rehearsal(store: Store, path: Path) -> None:
    with store.rehearsal(), store.transaction():
        put(store, "a")
        with open_store(path, write=False) as reader:
            assert names(reader) == []


def test_a_snapshot_does_not_move(store: Store, path: Path) -> None:
    with open_store(path, write=False) as reader, reader.reading():
        assert names(reader) == []
        with store.transaction():
            put(store, "a")
        assert names(reader) == []


def test_writing_waits_for_the_write_lock(path: Path) -> None:
    with open_store(path, write=True, wait=0) as store:
        held = FileLock(path.parent / WRITE_LOCK).holding()
        with held, pytest.raises(LockHeld, match="is writing to the database"), store.transaction():
            put(store, "a")
        assert names(store) == []


def test_closing_does_not_wait_for_another_writer(path: Path) -> None:
    store = open_store(path, write=True)
    with FileLock(path.parent / WRITE_LOCK).holding():
        store.close()
    store.close()


def test_a_program_without_our_lock_is_waited_for_and_named(store: Store, path: Path) -> None:
    store.db.conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockHeld, match="another program"), store.transaction():
            put(store, "a")
        other.execute("ROLLBACK")
    with store.transaction():
        put(store, "a")


# ------------------------------------------------------------------ the disk's faults


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(store: Store) -> None:
    for number in range(200):
        put(store, f"{number}", "x" * 20_000)


def test_a_full_database_writes_nothing_and_recovers(store: Store) -> None:
    (pages,) = store.row("PRAGMA page_count") or (0,)
    store.db.conn.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreFull, match="full"), store.transaction():
        fill(store)
    assert names(store) == []
    store.db.conn.execute("PRAGMA max_page_count = 100000")
    with store.transaction():
        fill(store)
    assert len(names(store)) == 200


def test_a_full_disk_writes_nothing_and_recovers(store: Store, path: Path) -> None:
    room = max(file.stat().st_size for file in path.parent.iterdir()) + 100_000
    with files_no_larger_than(room), pytest.raises(StoreFull), store.transaction():
        fill(store)
    assert names(store) == []
    with store.transaction():
        put(store, "a")
    assert names(store) == ["a"]


def test_no_room_for_a_new_database_is_told_plainly(path: Path) -> None:
    with files_no_larger_than(4096), pytest.raises(StoreFull):
        open_store(path, write=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match=str(tmp_path)):
        open_store(tmp_path / "paperdigest.db", write=True)
    tmp_path.chmod(0o700)


def test_a_read_only_database_is_told_plainly(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"):
        store.db.execute("DELETE FROM facts")


def test_a_database_of_the_version_before_gets_what_is_new_and_keeps_its_rows(
    tmp_path: Path,
) -> None:
    path = tmp_path / "paperdigest.db"
    with closing(sqlite3.connect(path)) as plain:
        old = Database(plain, execute_plugins=False)
        migrations.apply(old, stop_before="m004_parts")
        old.execute("INSERT INTO ways (way, trouble, open_at) VALUES ('slack', 'invalid_auth', 7)")
        old.execute("PRAGMA user_version = 3")
        plain.commit()

    with open_store(path, write=False) as reader:
        assert ways.closed(reader, datetime(2026, 11, 20, tzinfo=UTC))[0].trouble == "invalid_auth"
    with open_store(path, write=True) as store:
        assert store.row("PRAGMA user_version") == (SCHEMA_VERSION,)
        assert store.row("SELECT way, place FROM ways") == ("slack", "")
        assert store.has_column("outcomes", "part")
