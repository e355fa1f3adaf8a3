"""What an outcome makes of a row, written down with all that follows from it: its papers, its way, its recipient."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from paperdigest.core.errors import LockHeld
from paperdigest.core.ledger import LEDGER, UNSENT, Event, State
from paperdigest.core.ports import Barred, Refused, Retry, Sent, Unknown
from paperdigest.core.ports import Outcome as SendOutcome
from paperdigest.core.units import DeliverySettled
from paperdigest.core.unsubscribe import masked
from paperdigest.failpoints import failpoint
from paperdigest.flow import bounces, pacing, places
from paperdigest.flow.post import GIVE_UP_AFTER, GRACE, DeliverReport, Post, ask
from paperdigest.journal import finished
from paperdigest.store import deliveries, digests, moves
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

_PATIENCE = 6  # times ten seconds that a busy database is waited for after sending
_FIRST_WAIT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one row, and when."""

    row: Delivery
    event: Event
    error: str
    receipt: str
    not_before_at: datetime | None
    at: datetime
    outcome: SendOutcome | str
    seconds: float | None = None  # that the channel took to send it, if it was asked to

    @property
    def state(self) -> State:
        """Return where the row stands now."""
        return LEDGER[self.event].to


def done_with(
    row: Delivery, outcome: SendOutcome | str, now: datetime, seconds: float | None = None
) -> Done:
    """Return what an outcome makes of a row; a text is why it must not be sent."""
    asked = None if isinstance(outcome, str) else seconds
    return Done(row, *_verdict(row, outcome, now), now, outcome, asked)


def settle(store: Store, post: Post, all_done: Sequence[Done], report: DeliverReport) -> None:
    """Write down what became of rows, in one transaction, and tell of it."""
    if not all_done:
        return
    with _patiently(store):
        written = [done for done in all_done if _write_down(store, post, done)]
        failpoint("deliver.settling")
    failpoint("deliver.settled")
    for done in written:
        report.note(done.row, done.state, done.error)
        tell(done.row, done.state, done.error, done.seconds)


def _write_down(store: Store, post: Post, done: Done) -> bool:
    """Write what became of one row and what follows from it. False: it was erased while it was in hand."""
    if not moves.settle(
        store,
        done.row.id,
        done.event,
        now=done.at,
        receipt=done.receipt,
        error=done.error,
        not_before_at=done.not_before_at,
    ):
        return False
    if not isinstance(done.outcome, str):
        pacing.learn(store, post.channel, done.row, done.outcome, done.at)
    places.unlearn(store, done.row.target, done.outcome)
    if done.state in UNSENT:
        _give_up(store, done.row, done.state, done.error, done.at)
    if done.state is State.FAILED:
        bounces.watch(store, done.row, done.error, done.at)
    return True


@contextmanager
def _patiently(store: Store) -> Iterator[None]:
    """A transaction that is worth waiting for: a message that went out and is not written down would
    go out again."""
    with ExitStack() as held:
        for more in reversed(range(_PATIENCE)):
            try:
                held.enter_context(store.transaction())
                break
            except LockHeld:
                if not more:
                    raise
        yield


def tell(row: Delivery, state: State, error: str, seconds: float | None = None) -> None:
    """Tell where a row stands now."""
    level = logging.INFO if state in (State.SENT, State.DROPPED) else logging.WARNING
    unit = DeliverySettled(
        row.id,
        row.key,
        row.subscriber,
        row.target.partition(":")[0],
        _shown(row.target),
        row.part,
        state.value,
        row.attempts,
        seconds,
        error,
    )
    finished(unit, level=level)


def _shown(target: str) -> str:
    """Return a target without its channel; a person's address only so far that its owner knows it."""
    return masked(target) if "@" in target else target.partition(":")[2]


def _verdict(
    row: Delivery, outcome: SendOutcome | str, now: datetime
) -> tuple[Event, str, str, datetime | None]:
    """Return (event, error, receipt, not before)."""
    match outcome:
        case str():
            return _hopeless(row, outcome, otherwise=Event.FORBIDDEN)
        case Sent():
            return Event.ACCEPTED, "", outcome.receipt, None
        case Refused():
            return _hopeless(row, outcome.told())
        case Unknown():
            return Event.DOUBTED, outcome.reason, "", now + GRACE
        case Retry() | Barred():
            if now - row.created_at > GIVE_UP_AFTER:
                told = f"given up after {GIVE_UP_AFTER.days} days: {outcome.reason}"
                return _hopeless(row, told)
            return Event.POSTPONED, outcome.reason, "", now + _pause(row, outcome)
        case _:
            assert_never(outcome)


def _hopeless(
    row: Delivery, reason: str, *, otherwise: Event = Event.REFUSED
) -> tuple[Event, str, str, None]:
    """It will not be sent any more. Where an earlier try may have arrived only a person can say what became
    of it: given back, its papers would reach the reader a second time by another message."""
    if row.resent or row.by_hand:
        told = f"{reason}; an earlier try may have arrived · {ask(row)}"
        return Event.ASKED, told, "", None
    return otherwise, reason, "", None


def _pause(row: Delivery, outcome: Retry | Barred) -> timedelta:
    if isinstance(outcome, Barred):
        return pacing.BARRED_WAIT
    return outcome.after or _wait(row)


def _wait(row: Delivery) -> timedelta:
    """Return how long to wait after this attempt: doubling from 15 minutes to 4 hours.

    Up to a tenth more by the row's own key, so that many rows that failed together do not come
    back together.
    """
    wait = min(_FIRST_WAIT * (1 << min(max(row.attempts - 1, 0), 8)), _LONGEST_WAIT)
    return wait * (1 + int(row.key[:4], 16) / 0xFFFF / 10)


def _give_up(store: Store, row: Delivery, state: State, error: str, now: datetime) -> None:
    """Take the parts below with it, and give back the papers that reached nobody."""
    if row.part == 0:
        event = Event.PARENT_FAILED if state is State.FAILED else Event.PARENT_DROPPED
        for below in deliveries.parts_below(store, row):
            moves.settle(store, below.id, event, now=now, error=f"its first part: {error}")
    digests.give_back(store, row.digest_id)
