"""Deliver: empty the outbox. Decides nothing about content. A row is `sending` on disk before its first byte
leaves, and one found in `sending` at the start is never blindly sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from paperdigest.core.ledger import Event, State
from paperdigest.failpoints import failpoint
from paperdigest.flow import pacing
from paperdigest.flow.attempt import attempt, is_repeatable
from paperdigest.flow.doubt import revive
from paperdigest.flow.post import GRACE, DeliverReport, Post
from paperdigest.flow.restored import must_be_decided
from paperdigest.flow.settling import Done, done_with, settle, tell
from paperdigest.journal import bound
from paperdigest.store import deliveries, moves
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

AT_ONCE = 10  # rows in hand over a channel at most: what a kill can leave in doubt


def deliver(
    store: Store, post: Post, *, over: str = "", not_begun: list[Delivery] | None = None
) -> DeliverReport:
    """Send what is due, until nothing is or `stop` says so; `over` limits it to one channel. The caller holds the
    right to deliver over it. `not_begun` is kept to the rows that are claimed and were not begun, for another thread
    to see. Raises Undecided after a restore."""
    must_be_decided(store)
    report = DeliverReport()
    not_before: dict[str, datetime] = {}
    _recover(store, post, over)
    while not post.stop():
        now = post.clock()
        more_in_doubt = revive(store, post, now, report, not_before, over)
        with store.transaction():
            rows = pacing.claim(
                store, post.channel, now, process=post.process, most=AT_ONCE, over=over
            )
            failpoint("deliver.claim")
        failpoint("deliver.claimed")
        if rows:
            _send(store, post, rows, report, [] if not_begun is None else not_begun)
        elif not (
            more_in_doubt
            or pacing.wait_for_more(store, post.clock, post.pause, post.patience, over)
        ):
            break
    return report


def _send(
    store: Store,
    post: Post,
    rows: list[Delivery],
    report: DeliverReport,
    not_begun: list[Delivery],
) -> None:
    """Send what was claimed. Each message is settled before the next is begun, except where sending
    one again would change nothing: those in hand are then settled together, also when this breaks off.
    A row over a way that just closed is not begun."""
    sent: list[Done] = []
    not_begun[:] = rows
    closed: list[str] = []
    try:
        for row in rows:
            if post.stop():
                break
            if pacing.goes_over(row, closed):
                continue
            not_begun.remove(row)
            began = perf_counter()
            with bound(delivery=row.id):
                outcome = attempt(store, post, row)
            took = perf_counter() - began
            closed.append(pacing.shut_by(row, outcome))
            sent.append(done_with(row, outcome, post.clock(), took))
            failpoint("deliver.settle")
            if not is_repeatable(post, row):
                settle(store, post, sent, report)
                sent.clear()
    finally:
        # Also when this breaks off: what was sent is written down, what was not begun goes back.
        try:
            settle(store, post, sent, report)
        finally:
            put_back(store, post, not_begun)
            not_begun.clear()


def _recover(store: Store, post: Post, over: str) -> None:
    """Rows left in hand: by a process that died, or by a round of this one that could not write down what it did.
    Only one thread of one process delivers over a channel at a time, so whatever is in hand now is nobody's."""
    lost = deliveries.orphans(store, over=over)
    if not lost:
        return
    now = post.clock()
    reason = "it was being sent when the program ended or could not write it down"
    with store.transaction():
        for row in lost:
            later = now + GRACE
            moves.settle(store, row.id, Event.LOST, now=now, error=reason, not_before_at=later)
    for row in lost:
        tell(row, State.UNKNOWN, reason)
    failpoint("deliver.recovered")


def put_back(store: Store, post: Post, rows: Sequence[Delivery]) -> None:
    """Rows claimed but not begun, for a stop came or their way closed: they never left."""
    if not rows:
        return
    with store.transaction():
        moves.put_back(store, [row.id for row in rows], process=post.process)
