"""Deliver: empty the outbox. Decides nothing about content. A row is `sending` on disk before its first byte
leaves, and one found in `sending` at the start is never blindly sent again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from paperdigest.core.errors import LockHeld, PaperdigestError
from paperdigest.core.ports import (
    Channel,
    Part,
    ReadsBack,
    Refused,
    Repeatable,
    Retry,
    Sent,
    Unknown,
)
from paperdigest.core.ports import Outcome as SendOutcome
from paperdigest.store import deliveries, digests
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

log = logging.getLogger(__name__)

AT_ONCE = 10  # rows in hand at most: what a kill can leave in doubt
GRACE = timedelta(minutes=15)  # before an unknown outcome is acted on
_CLOCKS_DIFFER = timedelta(minutes=5)  # ours and the other side's
_PATIENCE = 6  # times ten seconds that a busy database is waited for after sending
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 section 4.5.4.1: at least 4 to 5 days
_FIRST_WAIT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Post:
    """What delivering needs besides the store.

    `channel` gives the channel of a name; `forbidden` says why a subscriber's target must not be
    served now ("" when it may). `clock` is read once per message. `process` names this process.
    """

    channel: Callable[[str], Channel]
    forbidden: Callable[[str, str], str]
    clock: Callable[[], datetime]
    process: str
    stop: Callable[[], bool] = field(default=lambda: False)


@dataclass(slots=True)
class DeliverReport:
    """How many rows came to each end, and the rows that did not go out."""

    states: Counter[str] = field(default_factory=Counter)
    troubles: list[tuple[Delivery, str, str]] = field(default_factory=list)

    def note(self, delivery: Delivery, state: str, error: str) -> None:
        """Count one row."""
        self.states[state] += 1
        if state not in ("sent", "dropped"):
            self.troubles.append((delivery, state, error))


def deliver(store: Store, post: Post) -> DeliverReport:
    """Send what is due, until nothing is or `stop` says so. The caller holds the right to deliver."""
    report = DeliverReport()
    _recover(store, post)
    while not post.stop():
        now = post.clock()
        _revive(store, post, now, report)
        with store.transaction():
            rows = deliveries.claim(store, now, process=post.process, most=AT_ONCE)
        if not rows:
            break
        _send(store, post, rows, now, report)
    return report


def _send(
    store: Store, post: Post, rows: list[Delivery], now: datetime, report: DeliverReport
) -> None:
    """Send what was claimed. Each message is settled before the next is begun, except where sending
    one again would change nothing: those in hand are then settled together, also when this breaks off."""
    sent: list[_Done] = []
    begun = 0
    try:
        for row in rows:
            if post.stop():
                break
            begun += 1
            sent.append(_done(row, _attempt(store, post, row), post.clock()))
            if not _is_repeatable(post, row):
                _settle(store, sent, report)
                sent.clear()
    finally:
        # Also when this breaks off: what was sent is written down, what was not begun goes back.
        try:
            _settle(store, sent, report)
        finally:
            _put_back(store, rows[begun:], now)


def _recover(store: Store, post: Post) -> None:
    """Rows left in hand: by a process that died, or by a round of this one that could not write down
    what it did. Only one process delivers at a time, so whatever is in hand now is nobody's."""
    lost = deliveries.orphans(store)
    if not lost:
        return
    now = post.clock()
    with store.transaction():
        for row in lost:
            reason = "it was being sent when the program ended or could not write it down"
            deliveries.settle(
                store, row.id, "unknown", now=now, error=reason, not_before_at=now + GRACE
            )
            log.warning("delivery unknown id=%d target=%s reason=%r", row.id, row.target, reason)


def _revive(store: Store, post: Post, now: datetime, report: DeliverReport) -> None:
    """Unknown outcomes whose grace is over: looked up where the channel can tell, else sent once more
    with the same bytes, or held for a person."""
    for row in deliveries.unknown_due(store, now):
        found = _look_back(store, post, row)
        if isinstance(found, Sent):
            _settle(store, [_done(row, found, post.clock())], report)
            continue
        again = isinstance(found, Retry) or (found.resend and row.resent == 0)
        state, error = ("retry", row.error) if again else ("held", f"{found.reason} · {_ask(row)}")
        with store.transaction():
            deliveries.settle(
                store,
                row.id,
                state,
                now=now,
                error=error,
                not_before_at=now,
                resent=again and not isinstance(found, Retry),
            )
        if not again:
            report.note(row, state, error)


@dataclass(frozen=True, slots=True)
class _NobodyKnows:
    """The channel cannot tell. `resend`: its policy is to send once more."""

    reason: str
    resend: bool


def _look_back(store: Store, post: Post, row: Delivery) -> Sent | Retry | _NobodyKnows:
    name, _, bare = row.target.partition(":")
    try:
        channel = post.channel(name)
    except PaperdigestError as error:
        return _NobodyKnows(f"{row.error} ({error})", resend=False)
    reason = row.error
    if isinstance(channel, ReadsBack):
        part = Part(bare, row.part, row.key, row.payload)
        since = (row.claimed_at or row.created_at) - _CLOCKS_DIFFER
        found = channel.look_back(part, deliveries.parent_receipt(store, row), since)
        if isinstance(found, Sent | Retry):
            return found
        reason = f"{row.error}; {found.reason}"
    return _NobodyKnows(reason, resend=channel.on_unknown == "resend_once")


def _ask(row: Delivery) -> str:
    return f"look whether it arrived, then: paperdigest resolve {row.id} sent|resend|drop"


def _attempt(store: Store, post: Post, row: Delivery) -> SendOutcome | str:
    """Return what became of one row; a text is why it must not be sent any more."""
    forbidden = post.forbidden(row.subscriber, row.target)
    if forbidden:
        return forbidden
    channel_name, _, bare = row.target.partition(":")
    try:
        channel = post.channel(channel_name)
        return channel.send(
            Part(bare, row.part, row.key, row.payload), deliveries.parent_receipt(store, row)
        )
    except PaperdigestError as error:
        # A channel that cannot even be made (a secret is missing): nothing was sent, the row waits.
        return Retry(str(error))


def _is_repeatable(post: Post, row: Delivery) -> bool:
    try:
        channel = post.channel(row.target.partition(":")[0])
    except PaperdigestError:
        return False
    return isinstance(channel, Repeatable) and channel.repeatable


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one row, and when."""

    row: Delivery
    state: str
    error: str
    receipt: str
    not_before_at: datetime | None
    at: datetime


def _done(row: Delivery, outcome: SendOutcome | str, now: datetime) -> _Done:
    return _Done(row, *_verdict(row, outcome, now), now)


def _settle(store: Store, all_done: Sequence[_Done], report: DeliverReport) -> None:
    if not all_done:
        return
    with _patiently(store):
        for done in all_done:
            deliveries.settle(
                store,
                done.row.id,
                done.state,
                now=done.at,
                receipt=done.receipt,
                error=done.error,
                not_before_at=done.not_before_at,
            )
            if done.state in ("failed", "dropped"):
                _give_up(store, done.row, done.state, done.error, done.at)
    for done in all_done:
        report.note(done.row, done.state, done.error)
        _tell(done)


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


def _tell(done: _Done) -> None:
    level = logging.INFO if done.state in ("sent", "dropped") else logging.WARNING
    log.log(
        level,
        "delivery %s id=%d subscriber=%s target=%s part=%d attempt=%d error=%r",
        done.state,
        done.row.id,
        done.row.subscriber,
        done.row.target,
        done.row.part,
        done.row.attempts,
        done.error,
    )


def _verdict(
    row: Delivery, outcome: SendOutcome | str, now: datetime
) -> tuple[str, str, str, datetime | None]:
    """Return (state, error, receipt, not before)."""
    match outcome:
        case str():
            return "dropped", outcome, "", None
        case Sent():
            return "sent", "", outcome.receipt, None
        case Refused():
            return "failed", outcome.reason, "", None
        case Unknown():
            return "unknown", outcome.reason, "", now + GRACE
        case Retry():
            if now - row.created_at > GIVE_UP_AFTER:
                return (
                    "failed",
                    f"given up after {GIVE_UP_AFTER.days} days: {outcome.reason}",
                    "",
                    None,
                )
            return "retry", outcome.reason, "", now + (outcome.after or _wait(row))
        case _:
            assert_never(outcome)


def _wait(row: Delivery) -> timedelta:
    """Return how long to wait after this attempt: doubling from 15 minutes to 4 hours.

    Up to a tenth more by the row's own key, so that many rows that failed together do not come
    back together.
    """
    wait = min(_FIRST_WAIT * (1 << min(max(row.attempts - 1, 0), 8)), _LONGEST_WAIT)
    return wait * (1 + int(row.key[:4], 16) / 0xFFFF / 10)


def _give_up(store: Store, row: Delivery, state: str, error: str, now: datetime) -> None:
    """Take the parts below with it, and give the papers back if nobody got any."""
    if row.part == 0:
        for below in deliveries.parts_below(store, row):
            deliveries.settle(store, below.id, state, now=now, error=f"its first part: {error}")
    if deliveries.reached_nobody(store, row.digest_id):
        digests.give_back(store, row.digest_id)


def _put_back(store: Store, rows: list[Delivery], now: datetime) -> None:
    """Rows claimed but not begun when the stop came: they never left."""
    if not rows:
        return
    with store.transaction():
        for row in rows:
            deliveries.settle(store, row.id, "retry", now=now, error="", not_before_at=now)
