"""One lane's digest before it is written: what goes in, how it looks, the bytes for each target. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from paperdigest.core import letter, schedule
from paperdigest.core.arrange import arrange
from paperdigest.core.digest import Digest
from paperdigest.core.entry import Desk
from paperdigest.core.ports import Channel, Form, Message, Part
from paperdigest.flow import parts
from paperdigest.flow.attaching import files_of
from paperdigest.flow.due import WEEK, Work
from paperdigest.flow.finds import LaneFinds, lane_finds
from paperdigest.flow.looked_at import LookedAt, SourceView
from paperdigest.flow.unsubscribe import NO_EXITS, Exits
from paperdigest.flow.window import Window
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.subscribers import MAIN

#: Papers older than this at a late digest are named by title only.
LISTED_AFTER = timedelta(days=14)


class Renderer(Protocol):
    """Makes a message of a digest; returns the digest as it finally fits."""

    def render(self, digest: Digest, forms: frozenset[Form]) -> tuple[Digest, Message]: ...


@dataclass(frozen=True, slots=True)
class Press:
    """What composing needs besides the store: how to render, how to prepare, what to say of sources."""

    renderer: Renderer
    channel: Callable[[str], Channel]
    sources: tuple[SourceView, ...] = ()
    operator: tuple[str, ...] = ()
    page: str = ""  # https address of the unsubscribe page; "": there is none

    @property
    def searches(self) -> dict[str, str]:
        """Return each source's search address."""
        return {view.name: view.search for view in self.sources}

    def forms(self, targets: Sequence[str]) -> frozenset[Form]:
        """Return the forms that the channels of these targets use."""
        names = {target.partition(":")[0] for target in targets}
        return frozenset().union(*(self.channel(name).forms for name in names))


@dataclass(frozen=True, slots=True)
class Draft:
    """One lane's digest before it is written; `digest` None: nothing to say this time."""

    work: Work
    until_change: int
    finds: LaneFinds
    digest: Digest | None = None
    message: Message | None = None
    parts: tuple[tuple[str, Part], ...] = ()  # (target with its channel, part)
    waiting: Sequence[Outcome] = ()  # what waited for this digest


class Drafting:
    """Makes drafts from one window. Reads only."""

    def __init__(
        self,
        store: Store,
        press: Press,
        window: Window,
        now: datetime,
        database: str = "",
        doors: Exits = NO_EXITS,
    ) -> None:
        self._store = store
        self._press = press
        self._window = window
        self._now = now
        self._database = database
        self._doors = doors
        self._looked_at = LookedAt(store, press.sources, now)
        self._desk = Desk(press.searches)

    def draft(self, work: Work, *, prepare: bool = True) -> Draft:
        finds = lane_finds(self._store, work, self._window, self._now)
        if not finds and not self._empty_is_due(work) and prepare:
            return Draft(work, self._window.newest, finds)
        forms = self._press.forms(work.targets) if prepare else frozenset(Form)
        digest, message = self._press.renderer.render(self._digest(work, finds), forms)
        if not prepare:
            return Draft(work, self._window.newest, finds, digest, message)
        # The parts hold the message already: a hundred drafts wait for their transaction.
        leave = self._doors.of(work.subscriber, work.lane.subscriber_id)
        files = files_of(work, finds, digest, forms)
        message = replace(message, unsubscribe=leave, attachments=files)
        parts = tuple(self._parts(work, message))
        waiting = self._window.waiting.get(work.lane.id, ())
        return Draft(work, self._window.newest, finds, digest, parts=parts, waiting=waiting)

    def _empty_is_due(self, work: Work) -> bool:
        if work.lane.name != MAIN or not work.regular:
            return False
        if work.subscriber.send_empty == "true":
            return True
        last = work.lane.last_digest_at or work.lane.created_at
        return work.subscriber.send_empty == "weekly" and self._now - last >= WEEK

    def _digest(self, work: Work, finds: LaneFinds) -> Digest:
        zone = schedule.zone(work.subscriber.timezone)
        local = self._now.astimezone(zone)
        since = self._covers_from(work)
        sections = arrange(finds.topics, self._desk, local, listed_before=self._now - LISTED_AFTER)
        frame = letter.Frame(
            work.subscriber,
            work.slot,
            work.kind,
            local,
            since.astimezone(zone),
            local,
            sources=self._looked_at.lines(since, self._now, zone),
            seen=self._looked_at.seen(since),
            archived=0 if work.lane.digests else self._window.archived_since(since),
            looked_back=self._now - since if work.first and work.lane.name == MAIN else None,
            missed=work.missed,
            operator=self._press.operator,
            targets=work.targets,
            one_click=bool(self._press.page),
        )
        return letter.digest(frame, sections)

    def _covers_from(self, work: Work) -> datetime:
        if work.lane.digests == 0:
            return min(work.lane.created_at, self._now) - work.subscriber.backfill
        return work.lane.last_digest_at or work.lane.created_at

    def _parts(self, work: Work, message: Message) -> Iterator[tuple[str, Part]]:
        local = self._now.astimezone(schedule.zone(work.subscriber.timezone))
        of = (self._database, work.lane.id, work.slot.name)
        return parts.prepared(self._press.channel, message, work.targets, of=of, at=local)
