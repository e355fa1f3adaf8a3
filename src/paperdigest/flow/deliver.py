"""Deliver: empty the outbox. Decides nothing about content. A row is `sending` on disk before its first byte
leaves, and one found in `sending` at the start is never blindly sent again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.ports import Channel, Part, ReadsBack, Refused, Retry, Sent, Unknown
from paperdigest.core.ports import Outcome as SendOutcome
from paperdigest.store import deliveries, digests
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

log = logging.getLogger(__name__)

AT_ONCE = 10  # rows in hand at most: what a kill can leave in doubt
GRACE = timedelta(minutes=15)  # before an unknown outcome is acted on
_CLOCKS_DIFFER = timedelta(minutes=5)  # ours and the other side's
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
        for index, row in enumerate(rows):
            if post.stop():
                _put_back(store, rows[index:], now)
                break
            _settle(store, post, row, _attempt(store, post, row), report)
    return report


def _recover(store: Store, post: Post) -> None:
    """Rows that a dead process had in hand: nobody knows whether they went out."""
    lost = deliveries.orphans(store, post.process)
    if not lost:
        return
    now = post.clock()
    with store.transaction():
        for row in lost:
            reason = "the program ended while this was being sent"
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
            _settle(store, post, row, found, report)
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


def _settle(
    store: Store, post: Post, row: Delivery, outcome: SendOutcome | str, report: DeliverReport
) -> None:
    now = post.clock()
    state, error, receipt, not_before_at = _verdict(row, outcome, now)
    with store.transaction():
        deliveries.settle(
            store, row.id, state, now=now, receipt=receipt, error=error, not_before_at=not_before_at
        )
        if state in ("failed", "dropped"):
            _give_up(store, row, state, error, now)
    report.note(row, state, error)
    level = logging.INFO if state in ("sent", "dropped") else logging.WARNING
    log.log(
        level,
        "delivery %s id=%d subscriber=%s target=%s part=%d attempt=%d error=%r",
        state,
        row.id,
        row.subscriber,
        row.target,
        row.part,
        row.attempts,
        error,
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
    with store.transaction():
        for row in rows:
            deliveries.settle(store, row.id, "retry", now=now, error="", not_before_at=now)
