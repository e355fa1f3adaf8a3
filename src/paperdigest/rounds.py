"""What the service does at each beat, each in a thread and with a store of its own. Config files are read
again when they changed; a wrong one leaves the old in force."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from paperdigest import alerts
from paperdigest.app import App, DeliversElsewhere
from paperdigest.config import changed
from paperdigest.core.clock import Jump, Reading, Trust
from paperdigest.core.errors import ConfigError
from paperdigest.logs import event
from paperdigest.store.connection import Store
from paperdigest.web.desk import Desk
from paperdigest.web.door import Door

log = logging.getLogger(__name__)

#: Before a slot, sources not read for this long are read once more.
STALE = timedelta(minutes=30)
#: Long enough for the parts of one Slack thread; for what takes longer there is the next beat.
PATIENCE = timedelta(seconds=2)
#: How long a digest waits for its sources: on time is worth more than one slow server.
LONGEST_WAIT = timedelta(minutes=10)
#: Papers that come within this time of the first one are one alert.
GATHER = timedelta(minutes=1)


class AppRounds:
    """The rounds of one app."""

    def __init__(self, app: App, *, longest_wait: timedelta = LONGEST_WAIT) -> None:
        self._app = app
        self._longest_wait = longest_wait.total_seconds()
        self._reading = threading.Lock()  # ingest and compose both read sources; once is enough
        self._reloading = threading.Lock()
        self._troubled: tuple[str, ...] = ()
        self._retired: list[App] = []  # of an earlier config; their connections are still open
        self._looking = threading.Lock()
        self._trust = Trust()
        self._door = Door(Desk(lambda write: self._app.open_store(write=write), app.clock))

    @property
    def app(self) -> App:
        """Return the app as it is configured now."""
        return self._app

    @property
    def door(self) -> Door:
        """Return the page for readers, which is open when the config says so and its place is free."""
        return self._door

    def close(self) -> None:
        """Close the page, after the requests in hand, and every connection that is kept."""
        self._door.close()
        for app in (*self._retired, self._app):
            app.close()

    def reload(self) -> None:
        """Read the config again now; keep the old one if the new one is wrong."""
        with self._reloading:
            self._reload()

    def ingest(self, now: datetime) -> bool:
        """Read the sources that are due. Returns whether they brought anything."""
        self._refresh()
        app = self._app
        with self._reading, app.open_store() as store:
            if not self._trusts_clock(app, store):
                return False
            report = app.ingest(store, now)
        return any(report.total(count) for count in ("new", "revised", "merged"))

    def compose(self, now: datetime) -> bool:
        """Write the digests that are due, after reading once more what was not read lately, as far as that
        does not take too long. Returns whether there was one."""
        from paperdigest.flow import closed_page
        from paperdigest.flow.due import due

        self._refresh()
        app = self._app
        with app.open_store() as store:
            if not self._trusts_clock(app, store):
                return False
            app.register(store, now)
            if any(work.regular for work in due(store, app.readers(store), now)):
                self._read_once_more(app, store, now)
            report = app.compose(store, now, gather=GATHER)
            closed_page.tell(store, lambda: app.press, app.operator(), self._door.trouble, now)
        for done in report.digests:
            log.info(
                "composed subscriber=%s slot=%r papers=%d", done.subscriber, done.slot, done.papers
            )
        for name, reason in report.failed:
            log.error("not composed subscriber=%s error=%r", name, reason)
        return bool(report.digests)

    def _read_once_more(self, app: App, store: Store, now: datetime) -> None:
        until = time.monotonic() + self._longest_wait
        if not self._reading.acquire(timeout=self._longest_wait):
            event(log, "composed-while-reading", level=logging.WARNING)
            return
        try:
            app.ingest(store, now, stale_for=STALE, stop=lambda: time.monotonic() > until)
        finally:
            self._reading.release()

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        """Empty the outbox."""
        self._refresh()
        while self._retired:  # here and not at once: this round alone uses connections
            self._retired.pop().close()
        app = self._app
        with app.open_store() as store:
            if not self._trusts_clock(app, store):
                return
            app.register(store, now)
            try:
                app.deliver(store, stop, PATIENCE)
            except DeliversElsewhere as held:
                event(log, "delivers-elsewhere", holder=str(held))

    def _trusts_clock(self, app: App, store: Store) -> bool:
        """Say whether the clock can be believed; after a jump, once a second look agrees. The operator hears of
        it then, for what is written while the clock is wrong would bear the wrong time."""
        # Not the time of the beat, which may have waited for another one since.
        reading = Reading(app.clock(), app.steady())
        with self._looking:
            before = self._trust
            self._trust, found = before.look(reading)
        if found is not None:
            if before.doubted is None:
                event(log, "clock-doubted", level=logging.ERROR, **_of(found))
            return False
        if before.doubted is not None:
            jumped = before.jump_to(reading)
            if jumped is None:
                event(log, "clock-came-back", level=logging.WARNING)
            else:
                alerts.tell_of_jump(app, store, jumped, reading.wall)
        return True

    def upkeep(self, now: datetime) -> None:
        """Drop what is kept no longer than it is useful; take new papers into the search index."""
        app = self._app
        with app.open_store() as store:
            # What a clock far ahead takes for old may be of yesterday.
            if self._trusts_clock(app, store):
                app.prune(store, now)
            app.take_into_index(store)

    def _refresh(self) -> None:
        with self._reloading:
            if changed(self._app.settings):
                self._reload()
            self._door.follow(self._app.settings.public_url, self._app.settings.web.listen)

    def _reload(self) -> None:
        old = self._app
        try:
            self._app = old.again()
        except ConfigError as error:
            told = tuple(str(problem) for problem in error.problems)
            if told != self._troubled:
                event(log, "config-not-reloaded", level=logging.ERROR, problems="; ".join(told))
            self._troubled = told
            return
        self._troubled = ()
        self._retired.append(old)
        event(log, "config-reloaded", path=old.settings.path)


def _of(jump: Jump) -> dict[str, str]:
    return {"expected": jump.expected.isoformat(), "shown": jump.shown.isoformat()}
