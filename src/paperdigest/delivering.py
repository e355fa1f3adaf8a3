"""The round that empties the outbox, of an app or of one app after the other: it may last as long as the slowest
server, and the configuration may change meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from paperdigest import alerts
from paperdigest.app import App, DeliversElsewhere
from paperdigest.core.errors import LockHeld

if TYPE_CHECKING:
    from paperdigest.flow.post import DeliverReport, Post
    from paperdigest.store.connection import Store


def deliver(
    app: App,
    store: Store,
    stop: Callable[[], bool],
    patience: timedelta,
    follow: Callable[[], App | None],
) -> DeliverReport:
    """Empty the outbox, waiting for the pace of a channel where that takes no longer than `patience`. `follow` gives
    the app in force by then, None while nothing may be sent.

    Raises DeliversElsewhere while another process does, and StoreFull where there is no room to write down what is
    sent.
    """
    from paperdigest.flow.room import must_hold_what_is_sent
    from paperdigest.store.locks import DELIVER_LOCK, FileLock

    must_hold_what_is_sent(app.disk())
    lock = FileLock(app.settings.storage / DELIVER_LOCK)
    try:
        lock.acquire(0)
    except LockHeld as held:
        raise DeliversElsewhere(str(held)) from held
    try:
        now = _Now(app, follow, stop, patience)
        return _side_by_side(now, store) if app.side_by_side else _in_order(now, store)
    finally:
        lock.release()


class _Now:
    """The app in force while a round lasts."""

    def __init__(
        self,
        app: App,
        follow: Callable[[], App | None],
        stop: Callable[[], bool],
        patience: timedelta,
    ) -> None:
        self.app = app
        self._follow, self._stop, self._patience = follow, stop, patience

    def post(self) -> Post:
        """Return what delivering needs."""
        return self.app.post(self._stop, self._patience)

    def afresh(self) -> Post | None:
        """Return what delivering needs by now; None while nothing may be sent."""
        found = self._follow()
        if found is None:
            return None
        self.app = found
        return self.post()

    def tell(self, store: Store) -> bool:
        """Tell the operator of what lasts; say whether there was anything."""
        return alerts.tell_of_delivering(self.app, store, self.app.clock())


def _side_by_side(now: _Now, store: Store) -> DeliverReport:
    from paperdigest.flow.dispatch import dispatch

    tell = partial(now.tell, store)
    return dispatch(store, now.post(), now.app.open_store, afresh=now.afresh, tell=tell)


def _in_order(now: _Now, store: Store) -> DeliverReport:
    from paperdigest.flow.deliver import deliver as deliver_all

    report = deliver_all(store, now.post())
    if now.tell(store):
        deliver_all(store, now.post())  # the operator need not wait for the next round
    return report
