"""A short word to a reader or the operator about the service itself, through the same ledger as a digest.
The same words go out once, however often the reason is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from paperdigest.core import schedule
from paperdigest.core.digest import Digest
from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.failpoints import failpoint
from paperdigest.flow.compose import Press, key_of
from paperdigest.store import deliveries, digests, facts, history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import NewDelivery
from paperdigest.store.digests import DigestRow
from paperdigest.store.subscribers import MAIN, Lane


def notify(
    store: Store, press: Press, to: Subscriber, title: str, lines: Sequence[str], now: datetime
) -> bool:
    """Put a notice into the outbox; return False if these words went out before or no one can get them."""
    lane = _lane(store, to, now)
    slot = f"notice {hashlib.blake2b(repr((title, *lines)).encode(), digest_size=6).hexdigest()}"
    if not to.deliver or digests.has_slot(store, lane.id, slot):
        return False
    database = facts.database_id(store)
    local = now.astimezone(schedule.zone(to.timezone))
    _, message = press.renderer.render(
        _digest(to, slot, title, lines, local), press.forms(to.deliver)
    )
    parts = [
        (target, part)
        for target in to.deliver
        for part in press.channel(target.partition(":")[0]).prepare(
            message,
            target.partition(":")[2],
            key=key_of(database, str(lane.id), slot, target),
            at=local,
        )
    ]
    with store.transaction():
        digest_id = digests.insert_digest(store, _row(store, lane, slot, title, now))
        deliveries.put(
            store,
            [
                NewDelivery(
                    part.key,
                    digest_id,
                    lane.subscriber_id,
                    lane.id,
                    slot,
                    target,
                    part.number,
                    part.payload,
                )
                for target, part in parts
            ],
            now,
        )
        failpoint("notice.commit")
    failpoint("notice.committed")
    return True


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
    )


def _row(store: Store, lane: Lane, slot: str, title: str, now: datetime) -> DigestRow:
    newest = history.newest_change(store)
    return DigestRow(
        0, lane.subscriber_id, lane.id, slot, "notice", title, 0, newest, newest, now, now, now
    )
