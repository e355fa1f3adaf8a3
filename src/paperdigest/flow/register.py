"""Know every subscriber before anything is read for them: registration, renames, names that left the config."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.journal import event
from paperdigest.store import history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.joining import join

log = logging.getLogger(__name__)


def register(
    store: Store, wanted: Sequence[Subscriber], now: datetime, *, broken: Sequence[str] = ()
) -> None:
    """Write who is new and open their lanes. Safe to repeat; writes nothing when nothing changed.

    A new subscriber starts at the newest change, moved back by `backfill`. A lane added later starts
    where the main one stands: its topics look back by themselves. `formerly` gives the ledger of the
    old name to the new one, also where the new one was registered before that was said. `broken` are
    names whose file cannot be read now: they keep their last good version, are not gone, and nobody
    takes them over.
    """
    here = _Known(store)
    if not here.lacks(wanted, broken) and not here.gone(wanted, broken):
        return
    for subscriber in here.renamed(wanted, broken):
        _take_over(store, subscriber)
    with store.transaction():
        # Read anew under the lock: another thread or command may have written the same meanwhile.
        here = _Known(store)
        for subscriber in here.lacks(wanted, broken):
            _register(store, subscriber, here, now)
        subscribers.mark_gone(store, here.gone(wanted, broken), now)


def lane_names(subscriber: Subscriber) -> tuple[str, ...]:
    """Return the lanes a subscriber needs: the main one, and one per schedule that topics name."""
    own = dict.fromkeys(topic.schedule for topic in subscriber.topics if topic.schedule)
    return (subscribers.MAIN, *own)


class _Known:
    """Who and what is known to the store at one moment."""

    def __init__(self, store: Store) -> None:
        self.rows = subscribers.registered(store)
        self.lanes = subscribers.lanes(store)

    def lacks(self, wanted: Sequence[Subscriber], broken: Sequence[str]) -> list[Subscriber]:
        """Return the subscribers who are new, or not as they were."""
        renamed = self.renamed(wanted, broken)
        return [one for one in wanted if one in renamed or not self._has(one)]

    def renamed(self, wanted: Sequence[Subscriber], broken: Sequence[str]) -> list[Subscriber]:
        """Return the subscribers whose old name still stands here for itself."""
        taken = {subscriber.name for subscriber in wanted} | set(broken) | {OPERATOR}
        old = self.rows.keys() - taken
        return [subscriber for subscriber in wanted if subscriber.formerly in old]

    def gone(self, wanted: Sequence[Subscriber], broken: Sequence[str]) -> list[int]:
        """Return the numbers of those who left the config; whoever has another name now did not."""
        staying = {subscriber.name for subscriber in wanted} | set(broken) | {OPERATOR}
        return [
            row.id for name, row in self.rows.items() if row.gone_at is None and name not in staying
        ]

    def _has(self, subscriber: Subscriber) -> bool:
        row = self.rows.get(subscriber.name)
        if row is None or row.last_good != subscriber or row.gone_at is not None:
            return False
        return all((row.id, name) in self.lanes for name in lane_names(subscriber))


def _take_over(store: Store, subscriber: Subscriber) -> None:
    """Give a subscriber the ledger of the old name: one transaction, so that others may write before the next one."""
    with store.transaction():
        old = subscribers.named(store, subscriber.formerly)
        new = subscribers.named(store, subscriber.name)
        if old is None:
            return  # another one who says the same came first
        if new is None:
            subscribers.rename(store, old.name, subscriber.name)
        else:
            join(store, kept=new.id, gone=old.id)
    if not store.rehearsing:
        event(log, "subscriber-renamed", subscriber=subscriber.name, formerly=old.name)


def _register(store: Store, subscriber: Subscriber, here: _Known, now: datetime) -> None:
    row = here.rows.get(subscriber.name)
    if row is None:
        newest = history.newest_change(store)
        id_ = subscribers.register(store, subscriber, change=newest, now=now)
        bookmark = history.change_before(store, now - subscriber.backfill)
    else:
        id_ = row.id
        subscribers.keep_definition(store, id_, subscriber)
        main = here.lanes.get((id_, subscribers.MAIN))
        bookmark = main.bookmark if main else history.newest_change(store)
    for name in lane_names(subscriber):
        subscribers.open_lane(store, id_, name, bookmark=bookmark, now=now, later=row is not None)
