"""Rows that may have arrived: looked up where the channel can tell, else sent once more with the same bytes, or
held for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.ledger import LEDGER, Event
from paperdigest.core.ledger_words import Doubt
from paperdigest.core.ports import (
    Channel,
    Outcome,
    Part,
    ReadsBack,
    Repeatable,
    Retry,
    Sent,
    Unknown,
)
from paperdigest.failpoints import failpoint
from paperdigest.flow import pacing
from paperdigest.flow.attempt import broke, is_repeatable
from paperdigest.flow.post import GIVE_UP_AFTER, GRACE, DeliverReport, Post, ask
from paperdigest.flow.settling import Done, settle, tell
from paperdigest.store import deliveries, moves, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

_LOOKS = 3  # before other messages have their turn again
_CLOCKS_DIFFER = timedelta(minutes=5)  # ours and the other side's


def revive(
    store: Store,
    post: Post,
    now: datetime,
    report: DeliverReport,
    not_before: dict[str, datetime],
    over: str = "",
) -> bool:
    """Unknown outcomes whose grace is over: looked up where the channel can tell, else sent once more
    with the same bytes, or held for a person. A few at a time, for a look takes its time and others wait to be
    sent; return whether there may be more. `not_before` are the channels that said in this round to ask again
    later, and when; `over` limits it to one channel."""
    rows = deliveries.unknown_due(store, now, over=over, most=_LOOKS)
    for row in rows:
        if post.stop():
            return False
        name = row.target.partition(":")[0]
        if not_before.get(name, now) > now:
            _ask_later(store, row, not_before[name])
            continue
        found = _look_back(store, post, row)
        failpoint("deliver.looked_back")
        match found:
            case Sent():
                at = post.clock()
                done = Done(row, Event.FOUND, "", found.receipt, None, at, found)
                settle(store, post, [done], report)
            case Unknown():
                not_before[name] = now + (found.ask_again or GRACE)
                _ask_later(store, row, not_before[name])
                _rest(store, row, found, post.clock())
            case Retry() if _is_too_old(row, post.clock()) and not (row.resent or row.by_hand):
                told = f"given up after {GIVE_UP_AFTER.days} days: {row.error}"
                at = post.clock()
                settle(store, post, [Done(row, Event.ABANDONED, told, "", None, at, found)], report)
            case _:
                _decide(store, row, found, now, report)
    return len(rows) == _LOOKS


def _is_too_old(row: Delivery, now: datetime) -> bool:
    return now - row.created_at > GIVE_UP_AFTER


def _ask_later(store: Store, row: Delivery, at: datetime) -> None:
    with store.transaction():
        moves.settle(store, row.id, Event.NOT_TOLD, now=at, error=row.error, not_before_at=at)


def _rest(store: Store, row: Delivery, found: Unknown, at: datetime) -> None:
    """Leave the whole channel alone for a while where it said nothing at all."""
    with store.transaction():
        pacing.rest(store, row, found, at)


def _decide(
    store: Store, row: Delivery, found: Retry | _NobodyKnows, now: datetime, report: DeliverReport
) -> None:
    """Send again what certainly is not there; what nobody knows of only once, and as the policy says."""
    if isinstance(found, Retry):
        event, error = Event.MISSED, found.reason
    elif found.resend and row.resent == 0:
        event, error = Event.RISKED, row.error
    else:
        event, error = Event.ASKED, f"{found.reason} · {ask(row)}"
    with store.transaction():
        moves.settle(store, row.id, event, now=now, error=error, not_before_at=now)
    state = LEDGER[event].to
    tell(row, state, event.value)
    if event is Event.ASKED:
        report.note(row, state, error)


@dataclass(frozen=True, slots=True)
class _NobodyKnows:
    """The channel cannot tell. `resend`: its policy is to send once more."""

    reason: str
    resend: bool


def _look_back(store: Store, post: Post, row: Delivery) -> Sent | Retry | Unknown | _NobodyKnows:
    """Return what a look found; Unknown where it must be asked again later."""
    name, _, bare = row.target.partition(":")
    receipt = deliveries.parent_receipt(store, row)
    try:
        channel = post.channel(name)
    except PaperdigestError as error:
        return _NobodyKnows(f"{row.error} ({error})", resend=False)
    too_old = _is_too_old(row, post.clock())
    if is_repeatable(post, row) and not too_old:
        return Retry("it may be there already, and once more changes nothing")
    reason = row.error
    if isinstance(channel, ReadsBack) and row.payload:
        place = ways.place(store, row.target)
        part = Part(bare, row.part, row.key, row.payload, place=place)
        since = row.created_at - _CLOCKS_DIFFER
        found = _looked(channel, part, receipt, since, row)
        if isinstance(found, Sent | Retry):
            return found
        reason = f"{row.error}; {found.reason}"
        if isinstance(found, Unknown) and found.ask_again is not None:
            # Not to be guessed at while it may still be found out.
            return _NobodyKnows(reason, resend=False) if too_old else found
    return _NobodyKnows(reason, resend=channel.on_unknown == "resend_once")


def foreseen(channels: Callable[[str], Channel], row: Delivery) -> Doubt:
    """Return what will be done about a row in doubt, as far as that can be told without asking the other side."""
    try:
        channel = channels(row.target.partition(":")[0])
    except PaperdigestError:
        return Doubt.HELD
    if isinstance(channel, Repeatable) and channel.repeatable:
        return Doubt.SENT_AGAIN
    if isinstance(channel, ReadsBack):
        return Doubt.LOOKED_INTO
    may_go = channel.on_unknown == "resend_once" and row.resent == 0
    return Doubt.SENT_AGAIN if may_go else Doubt.HELD


def _looked(
    channel: ReadsBack, part: Part, receipt: str, since: datetime, row: Delivery
) -> Outcome:
    """Return what a channel sees. One that cannot look has not seen that the message is missing."""
    try:
        return channel.look_back(part, receipt, since)
    except PaperdigestError as error:
        return Unknown(str(error), ask_again=GRACE)
    except Exception as error:  # noqa: BLE001 - a fault of ours
        return Unknown(broke(row, error), ask_again=GRACE)
