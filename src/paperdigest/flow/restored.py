"""After a restore: what was sent since the backup is in no ledger, so nothing is composed or sent until a person
decides whether it counts as sent or may go out once more.

What may have gone out since: messages that waited in the outbox when the backup was made, and digests that were
composed later. The first are still here, with their bytes and keys; of the others nothing is left.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from paperdigest.core import restoring
from paperdigest.core.errors import StoreError
from paperdigest.core.ledger import Event, State
from paperdigest.flow import host
from paperdigest.store import facts, moves
from paperdigest.store import restored as rows
from paperdigest.store.connection import Store

_MARK = "restored"


class Undecided(StoreError):
    """The database was restored, and nobody has decided yet what of it may go out."""

    exit_code = (
        3  # a person must act: a supervisor that starts the program again would change nothing
    )


@dataclass(frozen=True, slots=True)
class Restored:
    """That the database was restored, when (aware UTC), and of when the backup is."""

    at: datetime
    made_at: datetime


def mark(at: datetime, made_at: datetime) -> dict[str, str | None]:
    """Return what a restored database says of itself. That a run went on when its copy was made, it forgets (None):
    the copy was examined, and no run of it was cut off."""
    told = json.dumps([at.astimezone(UTC).isoformat(), made_at.isoformat()])
    return {_MARK: told, host.RUNNING: None}


def restored(store: Store) -> Restored | None:
    """Return that the database was restored and nothing is decided yet; None: it goes on as always."""
    told = facts.fact(store, _MARK)
    if told is None:
        return None
    at, made_at = json.loads(told)
    return Restored(datetime.fromisoformat(at), datetime.fromisoformat(made_at))


def must_be_decided(store: Store) -> None:
    """Raise Undecided while nothing may be composed or sent. A rehearsal sends nothing."""
    found = None if store.rehearsing else restored(store)
    if found is not None:
        raise Undecided(restoring.undecided(found.made_at, rows.waiting(store)))


def count_as_sent(store: Store, since: datetime, now: datetime) -> int:
    """Take all that waits for being sent, and came by itself, as sent; return how many messages.

    A word to the operator that was written after the restore still goes out, and so does what the brake holds
    once it is released: neither can have gone out before. With this it is decided.
    """
    with store.transaction():
        taken = rows.open_before(store, since)
        for id_, state in taken:
            if state is State.SENDING:
                moves.settle(store, id_, Event.LOST, now=now)
            moves.settle(store, id_, Event.TOLD_SENT, now=now, error=restoring.TAKEN_AS_SENT)
        _decided(store)
    return len(taken)


def send_again(store: Store, reads_back: Callable[[str], bool], now: datetime) -> int:
    """Let everything go out that is not recorded as sent; return how many messages waited.

    A channel that can be read back (`reads_back`, by name) is asked first whether a message that waited then is
    there by now: it has the same key. What is composed anew has not, and may say more than what went out.
    """
    with store.transaction():
        count = rows.waiting(store)
        for id_, target in rows.ready(store):
            if not reads_back(target.partition(":")[0]):
                continue
            error = restoring.LOOKED_FOR
            moves.settle(store, id_, Event.RESTORED, now=now, error=error, not_before_at=now)
        _decided(store)
    return count


def _decided(store: Store) -> None:
    facts.forget(store, _MARK)
    # Slots and numbers that were used after the backup are used again, for other messages: without a name of
    # its own this database would give them the keys and Message-IDs of those that went out.
    facts.rename_database(store)
