"""What the service that runs says of itself: who it is by its lock, and how it is by its sign of life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from paperdigest.core.errors import StoreError
from paperdigest.health.sign import OLD, seen
from paperdigest.store.inspection import lock_holder
from paperdigest.store.locks import SERVICE_LOCK, Holder


def running(storage: Path) -> tuple[bool, Holder | None]:
    """Return whether a service runs, or `run --once`, and who that is, where that can be told. Raises StoreError
    where it may not be looked at."""
    lock = storage / SERVICE_LOCK
    try:
        # The note in the file outlives its writer; only the lock itself tells.
        return lock_holder(lock)
    except OSError as error:
        raise StoreError(f"cannot look at {lock}: {error.strerror}") from error


def in_words(storage: Path) -> str:
    """Return who runs the service, for people."""
    runs, holder = running(storage)
    return str(holder or "running") if runs else "not running"


def serving(storage: Path) -> Holder | None:
    """Return who stays and delivers by itself; None where nobody does, or only `run --once` at the moment. Raises
    StoreError as `running`."""
    runs, holder = running(storage)
    sign = seen(storage)
    stays = runs and holder is not None and sign is not None and sign.pid == holder.pid
    return holder if stays else None


def of_wrong_config(explicit: Path | None, env: Mapping[str, str]) -> str:
    """Return who runs the service although the config is wrong now, for people; "" where none runs, or where that
    cannot be told. A service keeps the config that it had."""
    from paperdigest.doctor.installation import installation

    storage = installation(explicit, env).storage
    if storage is None:
        return ""
    try:
        runs, holder = running(storage)
    except StoreError:
        return ""
    return f"service: {holder or 'running'}, goes on with the config as it was" if runs else ""


def ails(storage: Path, now: datetime) -> Iterator[str]:
    """Yield what ails the service that runs. Where none runs nothing does: a timer may start it now and then.

    A sign of another process is not its own: then it has just begun, or is no service but `run --once`. Whoever
    takes the lock removes the sign of one that was killed, which may have had the same process id. The clock may
    have been set meanwhile: a sign that is ahead of it is as old as one that is long past.
    """
    runs, holder = running(storage)
    sign = seen(storage)
    if not runs or holder is None or sign is None:
        return
    if sign.pid != holder.pid:
        return
    if abs(now - sign.at) > OLD:
        yield (
            f"the service (pid {sign.pid}) has given no sign of life since {sign.at:%Y-%m-%d %H:%M:%S} UTC"
            " · restart it, and send its log along with a report"
        )
        return
    yield from (f"the service: {said}" for said in sign.ails)
