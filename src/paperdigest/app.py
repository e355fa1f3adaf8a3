"""Everything wired: settings, clock, store, sources and channels become what the verbs take.
Decides nothing itself; what it remembers besides (channels, that its readers are registered) can be made anew."""

from __future__ import annotations

import gc
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest import alerts, plugins
from paperdigest.config import Settings, load
from paperdigest.config.targets import bare_address
from paperdigest.core.errors import LockHeld, TemplateError
from paperdigest.core.ports import Channel, Source
from paperdigest.core.subscription import Subscriber
from paperdigest.machine import free_bytes, steady_clock, wait, wall_clock
from paperdigest.plugins import Group
from paperdigest.unmade import made_or_not
from paperdigest.wiring import channel_options, is_due, source_options, source_views

if TYPE_CHECKING:
    from paperdigest.flow.compose import ComposeReport
    from paperdigest.flow.drafting import Press
    from paperdigest.flow.ingest import Read
    from paperdigest.flow.ingest_report import IngestReport
    from paperdigest.flow.looked_at import SourceView
    from paperdigest.flow.post import DeliverReport, Post
    from paperdigest.flow.room import Disk
    from paperdigest.flow.taking import Progress, SourceRun
    from paperdigest.render import Renderer
    from paperdigest.store.connection import Store

DATABASE = "paperdigest.db"
#: The folder in which processes tell each other when they asked a server last.
TURNS = "turns"
#: How far off may be what a command waits for: a minute's mails went out, and the next minute's may follow.
PATIENCE = timedelta(seconds=65)
#: How long an app trusts that its subscribers are known to the store. Another configuration may undo that.
REGISTERED = timedelta(minutes=30)
#: A service that is told to stop, and whoever waits for `run --once`, waits no longer for the search index.
_INDEXING = timedelta(seconds=20)
_PRUNING = timedelta(seconds=20)


def collect_less() -> None:
    """Let Python look for cyclic garbage less often than by default: a run makes hundreds of thousands of small
    values that live to its end, and to look through them again and again takes a fifth of its time."""
    gc.set_threshold(500_000, 20, 20)


class DeliversElsewhere(LockHeld):
    """The right to deliver belongs to one process at a time, and another one has it."""


class App:
    """One configuration at work. Opens nothing until asked; close channels with `close()`.

    `side_by_side`: each channel delivers in a thread of its own, so that none waits for another one; else they follow
    each other in the order of the outbox, in the thread that asks.
    """

    side_by_side = True

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = wall_clock,
        pause: Callable[[timedelta], None] | None = None,
        *,
        steady: Callable[[], timedelta] | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self.settings = settings
        self.clock = clock
        # A clock that is given is taken at its word, unless a steady one is given with it.
        own = steady_clock if clock is wall_clock else self._as_the_clock
        self.steady = steady or own
        self.time_is_given = (
            False  # by a person, who need not be told that it is another than it was
        )
        self.free = free
        self._pause = pause or wait
        # Not the pid alone: pids come round again, and a row left by a dead process must look foreign.
        self.process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._channels: dict[str, Channel] = {}
        self._making = threading.Lock()  # a channel of one name is one, whoever asks first
        self._registered_at: datetime | None = None

    @classmethod
    def at(
        cls,
        path: Path,
        clock: Callable[[], datetime] = wall_clock,
        pause: Callable[[timedelta], None] | None = None,
        *,
        steady: Callable[[], timedelta] | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> App:
        """Return the app of a config file. Raises ConfigError."""
        return cls(load(path), clock, pause, steady=steady, free=free)

    def again(self, stop: Callable[[], bool] = lambda: False) -> App:
        """Return an app over the same files as they are now, on the same machine. Raises ConfigError, and GivenUp
        once `stop()` is true."""
        settings = load(self.settings.path, stop=stop)
        return App(settings, self.clock, self._pause, steady=self.steady, free=self.free)

    def as_it_is(self) -> App:
        """Return an app over the same settings, that reads the templates anew."""
        return App(self.settings, self.clock, self._pause, steady=self.steady, free=self.free)

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

    def disk(self) -> Disk:
        """Return how much room there is for the database."""
        from paperdigest.flow.room import Disk

        folder = self.settings.storage
        log = self.database.with_name(self.database.name + "-wal")
        return Disk(str(folder), self.free(folder), log.stat().st_size if log.exists() else 0)

    def _as_the_clock(self) -> timedelta:
        return timedelta(seconds=self.clock().timestamp())

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
        """Know every subscriber before anything is read for them. One app does so now and then: its
        configuration is always the same."""
        from paperdigest.flow.register import register

        last = self._registered_at
        if last is not None and timedelta(0) <= now - last < REGISTERED:
            return
        broken = [broken.name for broken in self.settings.broken]
        register(store, self.settings.subscribers, now, broken=broken)
        if not store.rehearsing:  # what a rehearsal writes is taken back
            self._registered_at = now

    def operator(self) -> Subscriber:
        """Return whoever runs this, as a reader of notices."""
        return alerts.operator(self.settings)

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
        read: Read | None = None,
    ) -> IngestReport:
        """Read the named sources; without names those that are due, or all if `every`.

        `inboxes` reads every inbox besides. `stale_for` limits it to sources not read for that long. `read` is how
        they are read; without it, all of them to their ends.
        """
        from paperdigest.flow.ingest import ingest
        from paperdigest.flow.room import must_hold_more

        must_hold_more(self.disk())
        self.register(store, now)
        runs = self._runs(store, now, names, every=every, inboxes=inboxes, stale_for=stale_for)
        if read is None:
            report = ingest(store, runs, now, baseline=baseline, progress=progress)
        else:
            report = read(store, runs, now)
        alerts.tell_of_reading(self, store, report, now)
        return report

    def compose(
        self,
        store: Store,
        now: datetime,
        *,
        forced: frozenset[str] | None = None,
        gather: timedelta = timedelta(0),
        alerts_only: bool = False,
        among: Collection[str] | None = None,
        regardless: bool = False,
    ) -> ComposeReport:
        """Write the digests that are due, or only the alerts. An alert waits until its first paper is `gather`
        old. `among` names the only readers that may be due, where that is known. `regardless` looks past pauses
        and quiet hours."""
        from paperdigest.flow.compose import compose
        from paperdigest.flow.room import must_hold_more

        must_hold_more(self.disk())
        self.register(store, now)
        if self.settings.broken:
            alerts.tell_of_broken(self, store, now)
        readers = [one for one in self.readers(store) if among is None or one.name in among]
        return compose(
            store,
            self.press,
            readers,
            now,
            forced=forced,
            gather=gather,
            alerts_only=alerts_only,
            regardless=regardless,
        )

    def deliver(
        self,
        store: Store,
        stop: Callable[[], bool] = lambda: False,
        patience: timedelta = PATIENCE,
        follow: Callable[[], App | None] | None = None,
    ) -> DeliverReport:
        """Empty the outbox, as `delivering.deliver` does."""
        from paperdigest.delivering import deliver

        return deliver(self, store, stop, patience, follow or (lambda: self))

    def take_into_index(self, store: Store) -> None:
        """Take papers into the search index for at most 20 seconds; the rest waits for the next time, and all
        of it where the disk is nearly full."""
        from paperdigest.flow.indexing import fill

        if self.disk().is_low:
            return
        end = time.monotonic() + _INDEXING.total_seconds()
        fill(store, stop=lambda: time.monotonic() >= end)

    def prune(self, store: Store, now: datetime) -> None:
        """Let go of what the ledger needs no longer, for at most 20 seconds; the rest waits for the next time."""
        from paperdigest.flow.pruning import prune

        end = time.monotonic() + _PRUNING.total_seconds()
        keep = self.settings.keep_deliveries
        prune(store, now, keep, stop=lambda: time.monotonic() >= end)

    # -- parts

    @cached_property
    def views(self) -> tuple[SourceView, ...]:
        """Return what there is to know of the sources for those who look at them."""
        return source_views(self.settings)

    @cached_property
    def renderer(self) -> Renderer:
        """Return the templates at work: the user's, or the shipped ones where something is wrong with those."""
        return self._templates[0]

    @property
    def wrong_templates(self) -> tuple[str, ...]:
        """Return what is wrong with the user's templates as this app found them, each with file and line."""
        return self._templates[1]

    def must_have_templates(self) -> None:
        """For whoever wants to see the user's templates at work. Raises TemplateError where they cannot be."""
        if self.wrong_templates:
            raise TemplateError(self.wrong_templates[0])

    @cached_property
    def _templates(self) -> tuple[Renderer, tuple[str, ...]]:
        from paperdigest.render.checks import tried
        from paperdigest.render.renderer import shipped

        renderer, problems = tried(self.settings.templates)
        return renderer or shipped(), tuple(map(str, problems))

    @cached_property
    def press(self) -> Press:
        """Return what composing needs."""
        from paperdigest.flow.drafting import Press
        from paperdigest.render.imprinted import Imprinted

        url = self.settings.public_url
        page = url if url.startswith("https://") else ""  # RFC 8058: no other can be one click
        renderer = Imprinted(self.renderer, self.settings.digest)
        mark = None if self.wrong_templates else self.renderer.templates.mark
        mail, operator = self.settings.email, self.settings.operator
        reply_to = bare_address(mail.reply_to) if mail is not None else ""
        return Press(renderer, self.channel, self.views, operator, page, mark, reply_to)

    def channel(self, name: str) -> Channel:
        """Return the channel of that name, made once. Raises PaperdigestError."""
        with self._making:
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

    def post(self, stop: Callable[[], bool], patience: timedelta) -> Post:
        """Return what delivering needs besides the store."""
        from paperdigest.flow.forbidden import Forbidden
        from paperdigest.flow.post import Post

        told = (self.clock, self.process, stop, self._pause, patience)
        return Post(self.channel, Forbidden(self.clock), *told)

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
        from paperdigest.flow.taking import SourceRun
        from paperdigest.store import history

        states = history.source_states(store)
        return [
            SourceRun(
                made_or_not(settings.name, self.source),
                kind=settings.kind,
                max_age=settings.max_age,
                quiet_after=settings.quiet_after,
                config=settings,
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
