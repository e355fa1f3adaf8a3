"""A short word to a reader or the operator about the service itself, through the same ledger as a digest.
The same words go out once, however often the reason is seen."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core import schedule
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Part
from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.failpoints import failpoint
from paperdigest.flow import parts
from paperdigest.flow.drafting import Press
from paperdigest.flow.unsubscribe import exits
from paperdigest.journal import event
from paperdigest.store import digests, facts, history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.digests import DigestRow
from paperdigest.store.subscribers import MAIN, Lane

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it goes out, rendered and prepared: written nowhere yet."""

    lane: Lane
    slot: str
    title: str
    parts: tuple[tuple[str, Part], ...]  # (target with its channel, part)


def notify(
    store: Store, press: Press, to: Subscriber, title: str, lines: Sequence[str], now: datetime
) -> bool:
    """Put a notice into the outbox; return False if these words went out before or no one can get them."""
    if not to.deliver:
        return False
    lane = _lane(store, to, now)
    slot = _slot(title, *lines)
    if digests.has_slot(store, lane.id, slot):
        return False
    return post(store, [_prepared(store, press, to, lane, slot, title, lines, now)], now)


def again(
    store: Store, press: Press, to: Subscriber, title: str, lines: Sequence[str], now: datetime
) -> Notice:
    """Return a notice that may say what went out before; whoever writes it remembers that it was told.

    The reader must have targets.
    """
    lane = _lane(store, to, now)
    slot = _slot(title, *lines, now.isoformat())
    return _prepared(store, press, to, lane, slot, title, lines, now)


def post(
    store: Store,
    notices: Sequence[Notice],
    now: datetime,
    remember: Callable[[], bool] = lambda: True,
) -> bool:
    """Put notices into the outbox, in one transaction with what is to be remembered of it: that they were
    told. Return False, with nothing written, if another process was first.

    `remember` writes, or returns False where it finds that another did.
    """
    with store.transaction():
        if any(digests.has_slot(store, one.lane.id, one.slot) for one in notices):
            return False
        if not remember():
            return False
        for one in notices:
            _put(store, one, now)
        failpoint("notice.commit")
    failpoint("notice.committed")
    return True


def _slot(*said: str) -> str:
    return f"notice {hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()}"


def _prepared(
    store: Store,
    press: Press,
    to: Subscriber,
    lane: Lane,
    slot: str,
    title: str,
    lines: Sequence[str],
    now: datetime,
) -> Notice:
    database = facts.database_id(store)
    local = now.astimezone(schedule.zone(to.timezone))
    _, message, fault = press.renderer.safely(
        _digest(to, slot, title, lines, local), press.forms(to.deliver)
    )
    if fault:
        event(log, "template-failed", level=logging.WARNING, subscriber=to.name, error=fault)
    leave = exits(store, press.page).of(to, lane.subscriber_id)
    return Notice(
        lane,
        slot,
        title,
        tuple(
            parts.prepared(
                press.channel,
                replace(message, unsubscribe=leave),
                to.deliver,
                of=(database, lane.id, slot),
                at=local,
            )
        ),
    )


def _put(store: Store, notice: Notice, now: datetime) -> None:
    lane = notice.lane
    digest_id = digests.insert_digest(store, _row(store, lane, notice.slot, notice.title, now))
    parts.put(store, lane, digest_id, notice.slot, notice.parts, now)


def _lane(store: Store, to: Subscriber, now: datetime) -> Lane:
    """Return the main lane of whoever is told; the operator gets one at the first word."""
    if to.name not in subscribers.registered(store):
        with store.transaction():
            if to.name not in subscribers.registered(store):
                newest = history.newest_change(store)
                id_ = subscribers.register(store, to, change=newest, now=now)
                subscribers.open_lane(store, id_, MAIN, bookmark=newest, now=now)
    known = subscribers.registered(store)[to.name]
    if to.name == OPERATOR and known.last_good != to:
        with store.transaction():
            subscribers.keep_definition(store, known.id, to)
    return subscribers.lanes(store)[(known.id, MAIN)]


def _digest(to: Subscriber, slot: str, title: str, lines: Sequence[str], local: datetime) -> Digest:
    return Digest(
        subscriber=to.name,
        slot=slot,
        kind="notice",
        title=title,
        at=local,
        covers_from=local,
        covers_until=local,
        notes=tuple(lines),
        shared=to.shared,  # it is no list that one could leave
    )


def _row(store: Store, lane: Lane, slot: str, title: str, now: datetime) -> DigestRow:
    newest = history.newest_change(store)
    return DigestRow(
        0, lane.subscriber_id, lane.id, slot, "notice", title, 0, newest, newest, now, now, now
    )
