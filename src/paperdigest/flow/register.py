"""Know every subscriber before anything is read for them: registration, renames, names that left the config."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.store import history, subscribers
from paperdigest.store.connection import Store


def register(
    store: Store, wanted: Sequence[Subscriber], now: datetime, *, broken: Sequence[str] = ()
) -> None:
    """Write who is new and open their lanes. Safe to repeat; writes nothing when nothing changed.

    A new subscriber starts at the newest change, moved back by `backfill`. A lane added later starts
    where the main one stands: its topics look back by themselves. `broken` are names whose file
    cannot be read now: they keep their last good version and are not gone.
    """
    if not _anything_to_do(wanted, subscribers.registered(store), subscribers.lanes(store), broken):
        return
    with store.transaction():
        # Read anew under the lock: another thread or command may have written the same meanwhile.
        known = subscribers.registered(store)
        for subscriber in wanted:
            _register(store, subscriber, known, now)
        names = {subscriber.name for subscriber in wanted} | set(broken)
        renamed = {subscriber.formerly for subscriber in wanted}
        staying = names | renamed | {OPERATOR}
        subscribers.mark_gone(
            store, [row.id for name, row in known.items() if name not in staying], now
        )


def lane_names(subscriber: Subscriber) -> tuple[str, ...]:
    """Return the lanes a subscriber needs: the main one, and one per schedule that topics name."""
    own = dict.fromkeys(topic.schedule for topic in subscriber.topics if topic.schedule)
    return (subscribers.MAIN, *own)


def _anything_to_do(
    wanted: Sequence[Subscriber],
    known: dict[str, subscribers.Registered],
    lanes: dict[tuple[int, str], subscribers.Lane],
    broken: Sequence[str],
) -> bool:
    for subscriber in wanted:
        row = known.get(subscriber.name)
        if row is None or row.last_good != subscriber or row.gone_at is not None:
            return True
        if any((row.id, name) not in lanes for name in lane_names(subscriber)):
            return True
    names = {subscriber.name for subscriber in wanted} | set(broken) | {OPERATOR}
    return any(row.gone_at is None and name not in names for name, row in known.items())


def _register(
    store: Store, subscriber: Subscriber, known: dict[str, subscribers.Registered], now: datetime
) -> None:
    row = known.get(subscriber.name)
    if row is None and subscriber.formerly in known:
        row = known[subscriber.formerly]
        subscribers.rename(store, subscriber.formerly, subscriber.name)
    if row is None:
        newest = history.newest_change(store)
        id_ = subscribers.register(store, subscriber, change=newest, now=now)
        bookmark = history.change_before(store, now - subscriber.backfill)
    else:
        id_ = row.id
        subscribers.keep_definition(store, id_, subscriber)
        main = subscribers.lanes(store).get((id_, subscribers.MAIN))
        bookmark = main.bookmark if main else history.newest_change(store)
    for name in lane_names(subscriber):
        subscribers.open_lane(store, id_, name, bookmark=bookmark, now=now, later=row is not None)
