"""What may stand in the way of writing anything down: a full disk, a database that another one has locked."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from machine.world import World
from paperdigest.app import App
from paperdigest.store.connection import Store, open_store
from paperdigest.store.locks import WRITE_LOCK

_SHORT = 0.05  # seconds that a lock is waited for, where the program waits ten

#: Stands in the way of a world until the stack is unwound.
Fault = Callable[[World, ExitStack], None]


class Impatient(App):
    """The app, but for how long it waits for a lock."""

    def open_store(self, *, write: bool = True) -> Store:
        if not write:
            return super().open_store(write=False)
        store = open_store(self.database, write=True, wait=_SHORT)
        store.db.conn.execute(f"PRAGMA busy_timeout = {_SHORT * 1000:.0f}")
        return store


def disk_is_full(world: World, over: ExitStack) -> None:
    """No file grows any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    over.callback(resource.setrlimit, resource.RLIMIT_FSIZE, (soft, hard))


def another_writes(world: World, over: ExitStack) -> None:
    """Another process of ours has the write lock, and keeps it."""
    over.enter_context(held_elsewhere(world.folder / WRITE_LOCK))


def a_stranger_writes(world: World, over: ExitStack) -> None:
    """A program that knows nothing of our locks has the database in a transaction, and keeps it there."""
    other = over.enter_context(
        closing(sqlite3.connect(world.database, isolation_level=None, check_same_thread=False))
    )
    other.execute("BEGIN IMMEDIATE")


_HOLDER = """
import sys
from pathlib import Path
from paperdigest.store.locks import FileLock
with FileLock(Path(sys.argv[1])).holding(5):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(lock: Path) -> Iterator[None]:
    """Let a process of its own hold a lock."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.kill()
