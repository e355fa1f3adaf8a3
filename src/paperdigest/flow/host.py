"""Which machine uses this database, and whether its last run ended well. Two machines with copies of one database
would both send; a run that was cut off by a power failure may have left damage.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from paperdigest.core import restoring
from paperdigest.core.errors import StoreError, StoreFull
from paperdigest.store import facts
from paperdigest.store.connection import Store

_HOST = "host"
#: The fact that a run began and has not ended well.
RUNNING: Final = "running since"
#: How old the note of the last use may be before it is written anew.
_NOTED_EVERY = timedelta(days=1)


class OtherHost(StoreError):
    """The database was last used on another machine, which may still run."""

    exit_code = 3  # a person must act: to start the program again would change nothing


@dataclass(frozen=True, slots=True)
class Host:
    """A machine: an id that stays the same over restarts, "" where it has none, and its name for people."""

    id: str
    name: str


def claim(store: Store, host: Host, now: datetime, *, take_over: bool = False) -> None:
    """Note that this machine uses the database from now on.

    Raises OtherHost where another one did and `take_over` does not say that this is meant.
    """
    known = _noted(store)
    if known is not None:
        if known[0].id == host.id:
            still_used(store, now)
            return
        if not host.id:
            return
    found = elsewhere(store, host.id)
    if found is not None and not take_over:
        last, at = found
        raise OtherHost(restoring.other_host(last.name, at))
    _note(store, host, now)


def still_used(store: Store, now: datetime) -> None:
    """Note that whichever machine has the database uses it now, at most once a day. A full disk hinders nobody."""
    known = _noted(store)
    if known is not None and abs(now - known[1]) >= _NOTED_EVERY:
        with suppress(StoreFull):
            _note(store, known[0], now)


def elsewhere(store: Store, here: str) -> tuple[Host, datetime] | None:
    """Return another machine than that with the id `here` that used the database last, and when; None where it was
    this one, or one of the two has no id."""
    known = _noted(store)
    return known if known is not None and known[0].id not in ("", here) and here else None


def last_used_on(store: Store) -> Host | None:
    """Return the machine that used the database last; None where none was noted."""
    known = _noted(store)
    return None if known is None else known[0]


def begin(store: Store, process: str) -> bool:
    """Note that a run begins; return whether the last one ended well."""
    ended_well = facts.fact(store, RUNNING) is None
    with store.transaction():
        facts.remember(store, RUNNING, process)
    return ended_well


def end(store: Store) -> None:
    """Note that the run ended well."""
    with store.transaction():
        facts.forget(store, RUNNING)


def _noted(store: Store) -> tuple[Host, datetime] | None:
    told = facts.fact(store, _HOST)
    if told is None:
        return None
    id_, name, at = json.loads(told)
    return Host(id_, name), datetime.fromisoformat(at)


def _note(store: Store, host: Host, now: datetime) -> None:
    with store.transaction():
        noted = [host.id, host.name, now.astimezone(UTC).isoformat()]
        facts.remember(store, _HOST, json.dumps(noted))
