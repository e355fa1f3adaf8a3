"""What the service that runs says of itself: who it is by its lock, and how it is by its sign of life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from paperdigest.core.errors import LockHeld
from paperdigest.health.sign import OLD, seen
from paperdigest.store.locks import SERVICE_LOCK, FileLock, Holder


def running(storage: Path) -> tuple[bool, Holder | None]:
    """Return whether a service runs, or `run --once`, and who that is, where that can be told."""
    lock = FileLock(storage / SERVICE_LOCK)
    if not lock.path.exists():
        return False, None
    try:
        # The note in the file outlives its writer; only the lock itself tells.
        with lock.holding():
            return False, None
    except LockHeld:
        return True, lock.holder()


def in_words(storage: Path) -> str:
    """Return who runs the service, for people."""
    runs, holder = running(storage)
    return str(holder or "running") if runs else "not running"


def ails(storage: Path, now: datetime) -> Iterator[str]:
    """Yield what ails the service that runs. Where none runs nothing does: a timer may start it now and then.

    A sign of another process, or from before the lock was taken, is not its own: then it has just begun, or is no
    service but `run --once`.
    """
    runs, holder = running(storage)
    sign = seen(storage)
    if not runs or holder is None or sign is None:
        return
    if sign.pid != holder.pid or sign.at < holder.since:
        return
    if now - sign.at > OLD:
        yield (
            f"the service (pid {sign.pid}) has given no sign of life since {sign.at:%Y-%m-%d %H:%M:%S} UTC"
            " · restart it, and send its log along with a report"
        )
        return
    yield from (f"the service: {said}" for said in sign.ails)
