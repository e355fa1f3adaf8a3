"""What the service does at each beat, each in a thread and with a store of its own. Config files are read
again when they changed; a wrong one leaves the old in force."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from paperdigest import alerts, care
from paperdigest.app import App, DeliversElsewhere
from paperdigest.core.clock import APART, Jump, Reading, Trust
from paperdigest.flow.agenda import Agenda
from paperdigest.health.attendant import Attendant
from paperdigest.health.door import HealthDoor
from paperdigest.health.examine import Examiner, Patient
from paperdigest.logs import event
from paperdigest.reads import LONGEST_WAIT, Reads
from paperdigest.reloading import InForce
from paperdigest.startup import Soundness
from paperdigest.store.connection import Store
from paperdigest.web.desk import Desk
from paperdigest.web.door import Door

if TYPE_CHECKING:
    from paperdigest.flow.compose import ComposeReport

log = logging.getLogger(__name__)

#: Long enough for the parts of one Slack thread; for what takes longer there is the next beat.
PATIENCE = timedelta(seconds=2)
#: Papers that come within this time of the first one are one alert.
GATHER = timedelta(minutes=1)
#: Asking which words find nothing, ahead of the digests that say so, takes no longer at a time.
ASKING = timedelta(seconds=5)


class AppRounds:
    """The rounds of one app."""

    def __init__(
        self,
        app: App,
        *,
        longest_wait: timedelta = LONGEST_WAIT,
        sound: Soundness | None = None,
        attendant: Attendant | None = None,
    ) -> None:
        self._attendant = attendant or Attendant({})
        self._force = InForce(
            app,
            self._attendant.systemd.reloading,
            stop=lambda: self._stop(),  # noqa: PLW0108 - the one that `deliver` was given
        )
        self._sound = sound
        self._stop: Callable[[], bool] = lambda: False
        self._reads = Reads(longest_wait=longest_wait)
        self._looking = threading.Lock()
        self._trust = Trust()
        self._elsewhere = False  # whether another process was delivering when this one wanted to
        self._agenda = Agenda()  # of the thread that composes
        self._failed: frozenset[tuple[str, str]] = frozenset()  # (reader, reason), likewise
        #: (lane, slot) for which the sources were read: one whose digest cannot be made stays due at every beat.
        self._read_for: set[tuple[int, str]] = set()
        self._door = Door(Desk(lambda write: self.app.open_store(write=write), app.clock))
        self._shown = HealthDoor(Examiner(self._patient(), self._attendant))

    @property
    def app(self) -> App:
        """Return the app as it is configured now."""
        return self._force.app

    @property
    def wrong(self) -> Mapping[str, Sequence[str]]:
        """Return what was changed and cannot be used, the config or the templates, with its problems."""
        return self._force.wrong

    @property
    def door(self) -> Door:
        """Return the page for readers, which is open when the config says so and its place is free."""
        return self._door

    def close(self) -> None:
        """Close the page, after the requests in hand, and every connection that is kept."""
        self._reads.stop()
        self._door.close()
        self._shown.close()
        self._force.close()

    def reload(self) -> None:
        """Read the config again now; keep the old one if the new one is wrong."""
        self._force.reload()

    def ingest(self, now: datetime) -> bool:
        """Read the sources that are due. Returns whether anything new came in."""
        self._refresh()
        app = self.app
        with app.open_store() as store:
            return self._trusts_clock(app, store) and self._reads.at_beat(app, store, now)

    def unfinished(self) -> bool:
        """Say whether the last `ingest` left sources in hand, and the next one need not wait for its beat."""
        return self._reads.unfinished()

    def hurry(self) -> None:
        """Let no round wait for a source any longer: the service is about to end."""
        self._reads.stop()

    def compose(self, now: datetime) -> bool:
        """Write the digests that are due, after reading once more what was not read lately, as far as that
        does not take too long. Returns whether there was one."""
        self._refresh()
        app = self.app
        with app.open_store() as store:
            if not self._trusts_clock(app, store):
                return False
            app.register(store, now)
            works = self._agenda.due(store, app.readers(store), now)
            slots = {(work.lane.id, work.slot.name) for work in works if work.regular}
            if not slots <= self._read_for:
                alerts_now = partial(self._compose_alerts, app, store)
                self._reads.before_slot(app, store, now, alerts_now)
                self._read_for = slots
                # It may have taken minutes: the clock may have jumped, and what is late is to say so.
                if not self._trusts_clock(app, store):
                    return False
                now = app.clock()
                # Once more: what was read meanwhile may be somebody's alert.
                works = self._agenda.due(store, app.readers(store), now)
            if self._reads.stopped:
                return False  # not as if its sources had been waited for
            among = {work.subscriber.name for work in works}
            report = app.compose(store, now, gather=GATHER, among=among)
            self._log_failed(report)
            self._tell(app, store, report, now)
        return bool(report.digests)

    def _compose_alerts(self, app: App, store: Store, now: datetime) -> None:
        if self._trusts_clock(app, store):
            app.compose(store, now, gather=GATHER, alerts_only=True)

    def next_slot_at(self, now: datetime) -> datetime | None:
        """Return when the next digest is due, as far as the last `compose` could tell."""
        return self._agenda.next_after(now)

    def second_look_in(self) -> timedelta | None:
        """Return how soon a second look at the clock can say whether it is right; None: it is not doubted."""
        return None if self._trust.doubted is None else APART

    def _log_failed(self, report: ComposeReport) -> None:
        """Log each once, and again when its reason changes: it is tried again at every beat."""
        failed = frozenset(report.failed)
        for name, reason in sorted(failed - self._failed):
            event(log, "digest-not-composed", level=logging.ERROR, subscriber=name, error=reason)
        self._failed = failed

    def _tell(self, app: App, store: Store, report: ComposeReport, now: datetime) -> None:
        """Tell the operator what hinders, and systemd what is next."""
        from paperdigest.flow import closed_page, reloaded
        from paperdigest.flow.outlook import outlook

        whom = app.operator()
        closed_page.tell(store, lambda: app.press, whom, self._door.trouble, now)
        reloaded.tell(store, lambda: app.press, whom, self._force.wrong, now)
        alerts.tell_of_composing(app, store, report, now)
        if self._attendant.wants_outlook(stirred=bool(report.digests)):
            self._attendant.systemd.status(outlook(store, app.readers(store), now))

    def _patient(self) -> Patient:
        return Patient(
            lambda write: self.app.open_store(write=write),
            lambda: self.app.database,
            lambda: self.app.disk(),  # noqa: PLW0108 - of the app that is in force then
            lambda: self.app.views,
            lambda: len(self.app.settings.subscribers),
            self.app.clock,
            lambda: self._trust.doubted is not None,
        )

    def deliver(self, now: datetime, stop: Callable[[], bool]) -> None:
        """Empty the outbox, once it is certain that the database is sound."""
        self._stop = stop  # upkeep and reading the config, too, break off long work at it
        if self._sound is not None and not self._sound.lets_send(stop):
            return
        self._refresh()
        self._force.close_retired()  # here and not at once: this round alone uses connections
        app = self.app
        with app.open_store() as store:
            if not self._trusts_clock(app, store):
                return
            app.register(store, now)
            try:
                app.deliver(store, stop, PATIENCE, partial(self._in_force, store))
            except DeliversElsewhere as held:
                if not self._elsewhere:  # once, and not at every beat
                    event(log, "delivers-elsewhere", holder=str(held))
                self._elsewhere = True
            else:
                self._elsewhere = False

    def _in_force(self, store: Store) -> App | None:
        """Return the app as it is configured now, its readers known; None while the clock cannot be believed."""
        self._refresh()
        app = self.app
        if not self._trusts_clock(app, store):
            return None
        app.register(store, app.clock())
        return app

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
        """Drop what is kept no longer than it is useful; back up and examine; fill the search index; ask which words
        find nothing."""
        from paperdigest.flow import dormant

        app = self.app
        with app.open_store() as store:
            # What a clock far ahead takes for old may be of yesterday.
            if self._trusts_clock(app, store):
                app.prune(store, now)
                care.look_after(app, store, now, self._stop)
            app.take_into_index(store)
            dormant.prepare(
                store, app.readers(store), now, seconds=ASKING.total_seconds(), stop=self._stop
            )

    def _refresh(self) -> None:
        settings = self._force.follow().settings
        self._door.follow(settings.public_url, settings.web.listen)
        self._shown.follow(settings.health.listen)


def _of(jump: Jump) -> dict[str, str]:
    return {"expected": jump.expected.isoformat(), "shown": jump.shown.isoformat()}
