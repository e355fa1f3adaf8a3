"""Everything wired: settings, clock, store, sources and channels become what the verbs take.
Decides nothing itself; holds no state that is not in the settings or the store."""

from __future__ import annotations

import gc
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest import failpoints, plugins
from paperdigest.config import Settings, load
from paperdigest.core.errors import LockHeld
from paperdigest.core.ports import Channel, Source, Verdict
from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.plugins import Group
from paperdigest.wiring import channel_options, is_due, source_options

if TYPE_CHECKING:
    from paperdigest.flow.compose import ComposeReport, Press
    from paperdigest.flow.deliver import DeliverReport, Post
    from paperdigest.flow.ingest import Progress, SourceRun
    from paperdigest.flow.ingest_report import IngestReport
    from paperdigest.store.connection import Store

#: What a title opens when a record has no address and the source names no search of its own.
SEARCH = {
    "inbox": "https://scholar.google.com/scholar?q={title}",
    "url": "https://scholar.google.com/scholar?q={title}",
}
DATABASE = "paperdigest.db"
#: The folder in which processes tell each other when they asked a server last.
TURNS = "turns"
#: How far off may be what a command waits for: a minute's mails went out, and the next minute's may follow.
PATIENCE = timedelta(seconds=65)
#: A service that is told to stop, and whoever waits for `run --once`, waits no longer for the search index.
_INDEXING = timedelta(seconds=20)


def wall_clock() -> datetime:
    """Return the time of this machine: the one place that reads it."""
    return datetime.now(UTC) + failpoints.clock_ahead  # by nothing, unless a test says so


def collect_less() -> None:
    """Let Python look for cyclic garbage less often than by default: a run makes hundreds of thousands of small
    values that live to its end, and to look through them again and again takes a fifth of its time."""
    gc.set_threshold(500_000, 20, 20)


class DeliversElsewhere(LockHeld):
    """The right to deliver belongs to one process at a time, and another one has it."""


class App:
    """One configuration at work. Opens nothing until asked; close channels with `close()`."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = wall_clock,
        pause: Callable[[timedelta], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        # Waits for the next place in the rate, a second at most at a time; tests give a clock of their own.
        self._pause = pause or (lambda span: time.sleep(span.total_seconds()))
        # Not the pid alone: pids come round again, and a row left by a dead process must look foreign.
        self.process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._channels: dict[str, Channel] = {}

    @classmethod
    def at(
        cls,
        path: Path,
        clock: Callable[[], datetime] = wall_clock,
        pause: Callable[[timedelta], None] | None = None,
    ) -> App:
        """Return the app of a config file. Raises ConfigError."""
        return cls(load(path), clock, pause)

    @property
    def database(self) -> Path:
        """Return where the database is."""
        return self.settings.storage / DATABASE

    def open_store(self, *, write: bool = True) -> Store:
        """Open the database; the caller closes it."""
        from paperdigest.store.connection import open_store

        if write:
            self.settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
        return open_store(self.database, write=write)

    def close(self) -> None:
        """Let go of connections."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()

    # -- readers

    def readers(self, store: Store) -> tuple[Subscriber, ...]:
        """Return the subscribers, a broken file's in its last good version."""
        from paperdigest.store import subscribers

        wanted = list(self.settings.subscribers)
        names = {subscriber.name for subscriber in wanted}
        lost = [broken.name for broken in self.settings.broken if broken.name not in names]
        if lost:
            known = subscribers.registered(store)
            wanted += [known[name].last_good for name in lost if name in known]
        return tuple(wanted)

    def register(self, store: Store, now: datetime) -> None:
        """Know every subscriber before anything is read for them."""
        from paperdigest.flow.register import register

        broken = [broken.name for broken in self.settings.broken]
        register(store, self.settings.subscribers, now, broken=broken)

    def operator(self) -> Subscriber:
        """Return whoever runs this, as a reader of notices: with one subscriber and no operator named,
        that is the subscriber."""
        readers = self.settings.subscribers
        alone = readers[0].deliver if len(readers) == 1 else ()
        return Subscriber(
            OPERATOR,
            deliver=self.settings.operator or alone,
            timezone=self.settings.timezone,
            shared=True,
        )

    def tell_of_broken(self, store: Store, now: datetime) -> None:
        """Tell the readers whose files cannot be used, and the operator: once for the same mistakes."""
        from paperdigest.core import notices
        from paperdigest.flow.notice import notify

        lasting = {reader.name: reader for reader in self.readers(store)}
        for broken in self.settings.broken:
            problems = [str(problem) for problem in broken.problems]
            reader = lasting.get(broken.name)
            if reader is not None:
                title, lines = notices.broken_subscription(problems)
                notify(store, self.press, reader, title, lines, now)
            if self.settings.operator:
                title, lines = notices.broken_file(broken.name, problems)
                notify(store, self.press, self.operator(), title, lines, now)

    def tell_of_refused(self, store: Store, report: IngestReport, now: datetime) -> None:
        """Tell the operator of files that went to quarantine, and of sources that fail or are silent."""
        from paperdigest.core import notices
        from paperdigest.flow.notice import notify
        from paperdigest.flow.watch import watch

        operator = self.operator()
        if not operator.deliver:
            return
        inboxes = {one.name for one in self.settings.sources if one.kind == "inbox"}
        refused = [  # a network's answer is no file: `watch` tells of its source
            f"{file.path}: {file.reason}"
            for done in report.sources
            if done.name in inboxes
            for file in done.files
            if file.status is Verdict.QUARANTINED
        ]
        if refused:
            notify(store, self.press, operator, *notices.refused_files(refused), now)
        watch(store, self.press, operator, self.press.sources, now)

    # -- the three verbs

    def ingest(
        self,
        store: Store,
        now: datetime,
        *,
        names: Sequence[str] = (),
        every: bool = False,
        inboxes: bool = False,
        stale_for: timedelta | None = None,
        baseline: bool = False,
        progress: Progress | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Read the named sources; without names those that are due, or all if `every`.

        `inboxes` reads every inbox besides. `stale_for` limits it to sources not read for that long. Sources
        left when `stop` says so wait for the next time; inboxes come first, for they are quick.
        """
        from paperdigest.flow.ingest import ingest

        self.register(store, now)
        runs = self._runs(store, now, names, every=every, inboxes=inboxes, stale_for=stale_for)
        runs.sort(key=lambda run: run.kind != "inbox")
        report = ingest(store, runs, now, baseline=baseline, progress=progress, stop=stop)
        self.tell_of_refused(store, report, now)
        return report

    def ingest_file(
        self,
        store: Store,
        file: Path,
        wanted: str,
        source: str,
        now: datetime,
        *,
        baseline: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Read one file for the named source; `-` is standard input. The file is not moved."""
        from paperdigest.flow.ingest import SourceRun, ingest
        from paperdigest.sources.documents import document, read_file
        from paperdigest.sources.large_file import is_large
        from paperdigest.sources.single import SingleSource

        self.register(store, now)
        settings = {one.name: one for one in self.settings.sources}.get(source)
        kind = settings.kind if settings else "inbox"
        if baseline and is_large(file):
            return self._ingest_large(store, file, wanted, source, kind, now, progress)
        found = document("-", sys.stdin.buffer.read()) if str(file) == "-" else read_file(file)
        run = SourceRun(
            SingleSource(source, found, wanted),
            kind=kind,
            max_age=settings.max_age if settings else None,
        )
        return ingest(store, [run], now, baseline=baseline, progress=progress)

    def _ingest_large(
        self,
        store: Store,
        file: Path,
        wanted: str,
        source: str,
        kind: str,
        now: datetime,
        progress: Progress | None,
    ) -> IngestReport:
        """Take in an archive piece by piece, from where an earlier run was broken off."""
        from paperdigest.flow.baseline import take_in
        from paperdigest.flow.ingest_report import IngestReport, SourceReport, SourceStatus
        from paperdigest.sources.large_file import LargeFile

        opened = LargeFile(file, wanted)
        done = take_in(store, source, kind, opened, now, progress or (lambda *_: None))
        bad = done.status is Verdict.QUARANTINED or done.rejected
        status = SourceStatus.PARTIAL if bad else SourceStatus.OK
        return IngestReport((SourceReport(source, status, (done,)),))

    def compose(
        self, store: Store, now: datetime, *, forced: frozenset[str] | None = None
    ) -> ComposeReport:
        """Write the digests that are due."""
        from paperdigest.flow import held
        from paperdigest.flow.compose import compose

        self.register(store, now)
        if self.settings.broken:
            self.tell_of_broken(store, now)
        report = compose(store, self.press, self.readers(store), now, forced=forced)
        held.tell(store, self.press, self.operator(), now)
        return report

    def deliver(
        self,
        store: Store,
        stop: Callable[[], bool] = lambda: False,
        patience: timedelta = PATIENCE,
    ) -> DeliverReport:
        """Empty the outbox, waiting for the pace of a channel where that takes no longer than `patience`.
        Raises DeliversElsewhere while another process does."""
        from paperdigest.flow import bounces
        from paperdigest.flow.deliver import deliver
        from paperdigest.flow.ways import watch_ways
        from paperdigest.store.locks import DELIVER_LOCK, FileLock

        lock = FileLock(self.settings.storage / DELIVER_LOCK)
        try:
            lock.acquire(0)
        except LockHeld as held:
            raise DeliversElsewhere(str(held)) from held
        try:
            post = self._post(store, stop, patience)
            report = deliver(store, post)
            told = (store, lambda: self.press, self.operator(), self.clock())
            if watch_ways(*told) | bounces.tell(*told):
                deliver(store, post)  # the operator need not wait for the next round
            return report
        finally:
            lock.release()

    def take_into_index(self, store: Store) -> None:
        """Take papers into the search index for at most 20 seconds; the rest waits for the next time."""
        from paperdigest.flow.indexing import fill

        end = time.monotonic() + _INDEXING.total_seconds()
        fill(store, stop=lambda: time.monotonic() >= end)

    # -- parts

    @cached_property
    def press(self) -> Press:
        """Return what composing needs. Raises TemplateError."""
        from paperdigest.flow.compose import Press
        from paperdigest.flow.looked_at import SourceView
        from paperdigest.render import Renderer

        templates = self.settings.templates
        views = tuple(
            SourceView(
                source.name,
                SEARCH.get(source.kind, "") if source.search is None else source.search,
                source.quiet_after,
            )
            for source in self.settings.sources
        )
        renderer = Renderer(templates if templates.is_dir() else None)
        return Press(renderer, self.channel, views, self.settings.operator)

    def channel(self, name: str) -> Channel:
        """Return the channel of that name, made once. Raises PaperdigestError."""
        if name not in self._channels:
            kind = plugins.load(Group.CHANNELS, name)
            made: Channel = kind(**channel_options(name, self.settings))
            self._channels[name] = made
        return self._channels[name]

    def source(self, name: str) -> Source:
        """Return the source of that name. Raises KeyError."""
        from paperdigest import politeness

        settings = {source.name: source for source in self.settings.sources}[name]
        if (
            settings.kind != "inbox"
        ):  # whoever else reads for this installation waits for the same turns
            politeness.keep_in(self.settings.storage / TURNS)
        made: Source = plugins.load(Group.SOURCES, settings.kind)(
            **source_options(settings, self.settings)
        )
        return made

    def _post(self, store: Store, stop: Callable[[], bool], patience: timedelta) -> Post:
        from paperdigest.flow.deliver import Post
        from paperdigest.flow.forbidden import Forbidden

        told = (self.clock, self.process, stop, self._pause, patience)
        return Post(self.channel, Forbidden(store, self.clock), *told)

    def _runs(
        self,
        store: Store,
        now: datetime,
        names: Sequence[str],
        *,
        every: bool,
        inboxes: bool,
        stale_for: timedelta | None,
    ) -> list[SourceRun]:
        from paperdigest.flow.ingest import SourceRun
        from paperdigest.store import history

        states = history.source_states(store)
        return [
            SourceRun(
                self.source(settings.name),
                kind=settings.kind,
                max_age=settings.max_age,
                quiet_after=settings.quiet_after,
            )
            for settings in self.settings.sources
            if (
                settings.name in names
                if names
                else every
                or (inboxes and settings.kind == "inbox")
                or is_due(settings, self.settings, states.get(settings.name), now, stale_for)
            )
        ]
