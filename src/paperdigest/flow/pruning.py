"""Upkeep of the ledger: bytes go after a month, digests when nothing asks about them any more, receipts after a year.

In small steps, each a transaction: others write in between, and a kill costs no more than the step in hand.
What may go is `store.pruning`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from paperdigest.store import pruning
from paperdigest.store.connection import Store
from paperdigest.store.pruning import Place

KEEP_PAYLOADS: Final = timedelta(days=30)
#: Digests look back over some weeks of them, and a person hardly longer.
KEEP_RECEIPTS: Final = timedelta(days=400)
#: Receipts of one day: small rows, and more than 20 sources leave in a week.
_RECEIPTS = 5_000
#: Rows of one transaction: other writers wait for a tenth of a second.
BATCH: Final = 200
#: The whole ledger is walked over once a day at most.
_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows lost their bytes, and how many digests went."""

    payloads: int = 0
    digests: int = 0


def prune(
    store: Store, now: datetime, keep: timedelta, *, stop: Callable[[], bool] = lambda: False
) -> Pruned:
    """Do what is to be done now, until `stop` says so: the rest waits for the next time."""
    return Pruned(
        _forget_payloads(store, now - KEEP_PAYLOADS, stop),
        _prune_digests(store, now, now - keep, stop),
    )


def _forget_payloads(store: Store, before: datetime, stop: Callable[[], bool]) -> int:
    forgotten = 0
    while not stop():
        with store.transaction():
            done = pruning.forget_payloads(store, before, BATCH)
        forgotten += done
        if done < BATCH:
            break
    return forgotten


def _prune_digests(store: Store, now: datetime, before: datetime, stop: Callable[[], bool]) -> int:
    """Walk over the digests from where the last walk was left off."""
    where = pruning.place(store)
    if where.rests_until is not None and now < where.rests_until <= now + _REST:
        return 0
    gone, at = 0, 0 if where.rests_until is not None else where.digest_id
    while not stop():
        stretch = pruning.look(store, at, before, BATCH)
        if not stretch.any_old:
            _end_walk(store, now, before)
            return gone
        at = stretch.last_id
        if stretch.may_go:
            with store.transaction():
                gone += pruning.prune(store, stretch.may_go, before)
                pruning.keep_place(store, Place(at))
    with store.transaction():
        pruning.keep_place(store, Place(at))
    return gone


def _end_walk(store: Store, now: datetime, before: datetime) -> None:
    with store.transaction():
        pruning.forget_ways(store, before)
        pruning.forget_receipts(store, now - KEEP_RECEIPTS, _RECEIPTS)
        pruning.keep_place(store, Place(rests_until=now + _REST))
