"""SQLite's own locks stay for as long as a connection has them: another process never takes itself for the last one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperdigest.core.errors import StoreError
from paperdigest.store.connection import Store, open_store

_LOCKS = Path("/proc/locks")
#: Another process: writes a row, closes, and so tidies up if it takes itself for the last one.
_OTHER = """
import sys
from pathlib import Path
from paperdigest.store.connection import open_store
with open_store(Path(sys.argv[1]), write=True) as store, store.transaction():
    store.write("INSERT INTO facts (name, value) VALUES (?, '1')", [sys.argv[2]])
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "paperdigest.db"


@pytest.fixture
def held(database: Path) -> Iterator[Store]:
    """A connection that stays, as a round's does while a mail server thinks."""
    with open_store(database, write=True) as store:
        yield store


def another_process_writes(database: Path, name: str) -> None:
    subprocess.run([sys.executable, "-c", _OTHER, str(database), name], check=True)


def facts(database: Path) -> set[str]:
    """Return what a third one finds, who opens it anew."""
    found = subprocess.run(
        [sys.executable, "-c", _OTHER.partition("with")[0] + _READ, str(database)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(found.stdout.split())


_READ = """
with open_store(Path(sys.argv[1]), write=False) as store:
    print(*(name for name, in store.rows("SELECT name FROM facts")))
    assert store.rows("PRAGMA integrity_check") == [("ok",)]
"""


@pytest.mark.parametrize("write", [True, False], ids=["to write", "to read"])
def test_what_is_written_after_another_process_came_and_went_is_there_for_all(
    database: Path, held: Store, write: bool
) -> None:
    with open_store(database, write=write) as second:  # as every other round has one of its own
        second.rows("SELECT count(*) FROM facts")
    another_process_writes(database, "theirs")

    with held.transaction():
        held.write("INSERT INTO facts (name, value) VALUES ('ours', '1')")

    assert {"ours", "theirs"} <= facts(database)


@pytest.mark.skipif(
    not _LOCKS.exists(), reason="the locks of all processes are told by Linux's /proc"
)
def test_no_second_connection_lets_go_of_the_locks_of_the_first(
    database: Path, held: Store
) -> None:
    held.rows("SELECT count(*) FROM facts")
    kept = locks_on(database)
    assert kept

    for write in (True, False):
        open_store(database, write=write).close()

    assert locks_on(database) == kept


def locks_on(file: Path) -> set[str]:
    """Return the locks of all processes on a file, without their numbers in the list (proc_locks(5))."""
    inode = f":{file.stat().st_ino} "
    lines = (line.partition(": ")[2] for line in _LOCKS.read_text().splitlines())
    return {line for line in lines if inode in line}


def test_a_file_of_another_program_in_its_place_is_refused_also_where_ours_was_known(
    database: Path,
) -> None:
    open_store(database, write=True).close()
    other = database.with_name("other.db")
    with sqlite3.connect(other) as conn:
        conn.execute("CREATE TABLE notes (text)")
    conn.close()
    database.write_bytes(other.read_bytes())

    with pytest.raises(StoreError, match="is not a paperdigest database"):
        open_store(database, write=True)
    assert database.read_bytes() == other.read_bytes()
