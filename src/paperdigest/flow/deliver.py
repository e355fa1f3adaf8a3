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
    Barred,
    Channel,
    Part,
    Reach,
    ReadsBack,
    Refused,
    Repeatable,
    Retry,
    Sent,
    Unknown,
)
from paperdigest.core.ports import Outcome as SendOutcome
from paperdigest.failpoints import failpoint
from paperdigest.flow import bounces, pacing
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
    `pause` waits; it is called with nothing in hand, while a way opens within `patience`.
    """

    channel: Callable[[str], Channel]
    forbidden: Callable[[str, str], str]
    clock: Callable[[], datetime]
    process: str
    stop: Callable[[], bool] = field(default=lambda: False)
    pause: Callable[[timedelta], None] = field(default=lambda _: None)
    patience: timedelta = timedelta(0)


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
            rows = pacing.claim(store, post.channel, now, process=post.process, most=AT_ONCE)
            failpoint("deliver.claim")
        failpoint("deliver.claimed")
        if rows:
            _send(store, post, rows, report)
        elif not pacing.wait_for_more(store, post.clock, post.pause, post.patience):
            break
    return report


def _send(store: Store, post: Post, rows: list[Delivery], report: DeliverReport) -> None:
    """Send what was claimed. Each message is settled before the next is begun, except where sending
    one again would change nothing: those in hand are then settled together, also when this breaks off.
    A row over a way that just closed is not begun."""
    sent: list[_Done] = []
    not_begun = list(rows)
    closed: list[str] = []
    try:
        for row in rows:
            if post.stop():
                break
            if pacing.goes_over(row, closed):
                continue
            not_begun.remove(row)
            outcome = _attempt(store, post, row)
            closed.append(pacing.shut_by(row, outcome))
            sent.append(_done(row, outcome, post.clock()))
            failpoint("deliver.settle")
            if not _is_repeatable(post, row):
                _settle(store, post, sent, report)
                sent.clear()
    finally:
        # Also when this breaks off: what was sent is written down, what was not begun goes back.
        try:
            _settle(store, post, sent, report)
        finally:
            _put_back(store, not_begun)


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
    failpoint("deliver.recovered")


def _revive(store: Store, post: Post, now: datetime, report: DeliverReport) -> None:
    """Unknown outcomes whose grace is over: looked up where the channel can tell, else sent once more
    with the same bytes, or held for a person."""
    not_now: dict[str, Unknown] = {}  # channels that just said to ask again later
    for row in deliveries.unknown_due(store, now):
        name = row.target.partition(":")[0]
        found = not_now.get(name) or _look_back(store, post, row)
        failpoint("deliver.looked_back")
        match found:
            case Sent():
                _settle(store, post, [_done(row, found, post.clock())], report)
            case Unknown():
                not_now[name] = found
                _ask_later(store, row, now + (found.ask_again or GRACE))
            case _:
                _decide(store, row, found, now, report)


def _ask_later(store: Store, row: Delivery, at: datetime) -> None:
    with store.transaction():
        deliveries.settle(store, row.id, "unknown", now=at, error=row.error, not_before_at=at)


def _decide(
    store: Store, row: Delivery, found: Retry | _NobodyKnows, now: datetime, report: DeliverReport
) -> None:
    """Send again what certainly is not there; what nobody knows of only once, and as the policy says."""
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


def _look_back(store: Store, post: Post, row: Delivery) -> Sent | Retry | Unknown | _NobodyKnows:
    """Return what a look found; Unknown where it must be asked again later."""
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
        if isinstance(found, Unknown) and found.ask_again is not None:
            # Not to be guessed at while it may still be found out.
            too_old = post.clock() - row.created_at > GIVE_UP_AFTER
            return _NobodyKnows(reason, resend=False) if too_old else found
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
        return Retry(str(error), reach=Reach.CHANNEL)


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
    outcome: SendOutcome | str


def _done(row: Delivery, outcome: SendOutcome | str, now: datetime) -> _Done:
    return _Done(row, *_verdict(row, outcome, now), now, outcome)


def _settle(store: Store, post: Post, all_done: Sequence[_Done], report: DeliverReport) -> None:
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
            if not isinstance(done.outcome, str):
                pacing.learn(store, post.channel, done.row, done.outcome, done.at)
            if done.state in ("failed", "dropped"):
                _give_up(store, done.row, done.state, done.error, done.at)
            if done.state == "failed":
                bounces.watch(store, done.row, done.error, done.at)
        failpoint("deliver.settling")
    failpoint("deliver.settled")
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
            return _hopeless(row, outcome.reason)
        case Unknown():
            return "unknown", outcome.reason, "", now + GRACE
        case Retry() | Barred():
            if now - row.created_at > GIVE_UP_AFTER:
                told = f"given up after {GIVE_UP_AFTER.days} days: {outcome.reason}"
                return _hopeless(row, told)
            return "retry", outcome.reason, "", now + _pause(row, outcome)
        case _:
            assert_never(outcome)


def _hopeless(row: Delivery, reason: str) -> tuple[str, str, str, None]:
    """It will not be sent any more. Where an earlier try may have arrived only a person can say what became
    of it: given back, its papers would reach the reader a second time by another message."""
    if row.resent:
        return "held", f"{reason}; an earlier try may have arrived · {_ask(row)}", "", None
    return "failed", reason, "", None


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


def _give_up(store: Store, row: Delivery, state: str, error: str, now: datetime) -> None:
    """Take the parts below with it, and give the papers back if nobody got any."""
    if row.part == 0:
        for below in deliveries.parts_below(store, row):
            deliveries.settle(store, below.id, state, now=now, error=f"its first part: {error}")
    if deliveries.reached_nobody(store, row.digest_id):
        digests.give_back(store, row.digest_id)


def _put_back(store: Store, rows: Sequence[Delivery]) -> None:
    """Rows claimed but not begun, for a stop came or their way closed: they never left."""
    if not rows:
        return
    with store.transaction():
        deliveries.put_back(store, [row.id for row in rows])
