"""The sources of the service: those that are due are read at each beat, and once more before a slot. One that takes
long stays in hand from beat to beat and holds up nobody. What is due is the app's matter, reading `flow.readers`'.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from paperdigest.app import App
from paperdigest.flow.hands import Limits
from paperdigest.flow.ingest_report import IngestReport, SourceReport
from paperdigest.flow.readers import Readers
from paperdigest.flow.taking import SourceRun
from paperdigest.logs import event
from paperdigest.store.connection import Store

log = logging.getLogger(__name__)

#: Before a slot, sources not read for this long are read once more.
STALE = timedelta(minutes=30)
#: How long a digest waits for its sources: on time is worth more than one slow server.
LONGEST_WAIT = timedelta(minutes=10)
#: How long one beat waits for sources: those that take longer are waited for by the next, which sees what else is due.
BEAT = timedelta(seconds=20)
#: What is new waits no longer than this for a source that says nothing at the moment.
LULL = timedelta(seconds=1)
#: While a slot waits for its sources, alerts are looked for as often as between two slots.
MEANWHILE = timedelta(seconds=30)


class Reads:
    """The sources that are in hand, for the threads of one service."""

    def __init__(
        self,
        *,
        longest_wait: timedelta = LONGEST_WAIT,
        beat: timedelta = BEAT,
        limits: Limits | None = None,
    ) -> None:
        self._longest_wait = longest_wait.total_seconds()
        self._beat = beat.total_seconds()
        self._readers = Readers(limits)
        self._unfinished = False

    def at_beat(self, app: App, store: Store, now: datetime) -> bool:
        """Begin with the sources that are due, and take in what they and those in hand bring, for a while. Returns
        whether that was something new."""
        stirred = False

        def read(store: Store, runs: Sequence[SourceRun], now: datetime) -> IngestReport:
            nonlocal stirred
            self._readers.begin(runs)
            lull = LULL.total_seconds()
            served = self._readers.serve(store, now, seconds=self._beat, lull=lull)
            stirred = served.stirred
            return IngestReport(tuple(served.sources))

        self._unfinished = False
        app.ingest(store, now, read=read)
        self._unfinished = bool(self._readers.in_hand) and not self._readers.stopped
        return stirred

    def unfinished(self) -> bool:
        """Say, once after each beat, whether it left sources in hand: then the next one need not wait."""
        found, self._unfinished = self._unfinished, False
        return found

    def before_slot(
        self,
        app: App,
        store: Store,
        now: datetime,
        meanwhile: Callable[[datetime], object] = lambda _: None,
    ) -> None:
        """Read once more what was not read lately, as far as that does not take too long. What is not read to its
        end by then is named in the digest, and no slot waits for it again until it has answered. `meanwhile` is
        called every half a minute."""

        def read(store: Store, runs: Sequence[SourceRun], now: datetime) -> IngestReport:
            wanted = {run.name for run in runs} - self._readers.unanswering
            self._readers.begin(runs)
            reports: list[SourceReport] = []
            left = self._longest_wait
            while True:
                span = min(left, MEANWHILE.total_seconds())
                reports += self._readers.serve(store, now, names=wanted, seconds=span).sources
                late, left = wanted & self._readers.in_hand, left - span
                if self._readers.stopped or not late:
                    break
                if left <= 0:
                    self._name(late, store, app.clock())
                    break
                meanwhile(app.clock())
            return IngestReport(tuple(reports))

        app.ingest(store, now, stale_for=STALE, read=read)

    def _name(self, late: Collection[str], store: Store, now: datetime) -> None:
        event(log, "composed-while-reading", level=logging.WARNING, sources=sorted(late))
        self._readers.report_late(store, now, late)

    def stop(self) -> None:
        """Let both of the above return, and begin nothing more. Waits for no source."""
        self._readers.stop()

    @property
    def stopped(self) -> bool:
        """Say whether `stop` was called."""
        return self._readers.stopped
