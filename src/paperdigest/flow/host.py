"""Which machine uses this database, and whether its last run ended well. Two machines with copies of one database
would both send; a run that was cut off by a power failure may have left damage.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from paperdigest.core import restoring
from paperdigest.core.errors import StoreError
from paperdigest.store import facts
from paperdigest.store.connection import Store

_HOST = "host"
_RUNNING = "running since"


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
    told = facts.fact(store, _HOST)
    if told is not None:
        id_, name, at = json.loads(told)
        if id_ == host.id or not host.id:
            return
        if id_ and not take_over:
            raise OtherHost(restoring.other_host(name, datetime.fromisoformat(at)))
    with store.transaction():
        noted = [host.id, host.name, now.astimezone(UTC).isoformat()]
        facts.remember(store, _HOST, json.dumps(noted))


def last_used_on(store: Store) -> Host | None:
    """Return the machine that used the database last; None where none was noted."""
    told = facts.fact(store, _HOST)
    if told is None:
        return None
    id_, name, _ = json.loads(told)
    return Host(id_, name)


def begin(store: Store, process: str) -> bool:
    """Note that a run begins; return whether the last one ended well."""
    ended_well = facts.fact(store, _RUNNING) is None
    with store.transaction():
        facts.remember(store, _RUNNING, process)
    return ended_well


def end(store: Store) -> None:
    """Note that the run ended well."""
    with store.transaction():
        facts.forget(store, _RUNNING)
