"""Compose: every lane that is due gets at most one digest. The digest, its frozen bytes, its outcomes and
the new bookmark are one transaction; up to 100 lanes share it. Safe to repeat."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from paperdigest.core import letter, schedule
from paperdigest.core.arrange import arrange
from paperdigest.core.digest import Digest
from paperdigest.core.entry import Desk
from paperdigest.core.errors import LockHeld, PaperdigestError, StoreError
from paperdigest.core.ports import Channel, Form, Message
from paperdigest.core.subscription import Subscriber
from paperdigest.failpoints import failpoint
from paperdigest.flow.brake import Brake, Load, load_of
from paperdigest.flow.due import WEEK, Work, due
from paperdigest.flow.finds import LaneFinds, Window, lane_finds, read_window
from paperdigest.flow.looked_at import LookedAt, SourceView
from paperdigest.flow.register import lane_names
from paperdigest.store import deliveries, digests, facts, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import NewDelivery
from paperdigest.store.digests import DigestRow, Outcome
from paperdigest.store.runs import Run
from paperdigest.store.subscribers import MAIN

LANES_PER_TRANSACTION = 100
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
    parts: tuple[tuple[str, str, int, bytes], ...] = ()  # (target, key, part, payload)
    waiting: Sequence[Outcome] = ()  # what waited for this digest


@dataclass(frozen=True, slots=True)
class Composed:
    """One digest that was written."""

    subscriber: str
    slot: str
    kind: str
    papers: int
    deliveries: tuple[int, ...]
    load: Load


@dataclass(frozen=True, slots=True)
class ComposeReport:
    """What a round of composing did. `failed` holds (subscriber, reason); `held` is the run that the brake
    made of it, if it did."""

    digests: tuple[Composed, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    held: Run | None = None


def compose(
    store: Store,
    press: Press,
    wanted: Sequence[Subscriber],
    now: datetime,
    *,
    forced: frozenset[str] | None = None,
) -> ComposeReport:
    """Write the digests that are due. `forced` names subscribers served now whatever the schedule says."""
    works = due(store, wanted, now, forced=forced)
    if not works:
        return ComposeReport()
    database = facts.database_id(store)
    # Neither what a person asks for nor a rehearsal is held.
    brake = Brake(store, now, on=forced is None and not store.rehearsing)
    composed: list[Composed] = []
    failed: list[tuple[str, str]] = []
    for turn in _turns(works):
        desk = _Drafting(store, press, read_window(store, turn, now), now, database)
        for start in range(0, len(turn), LANES_PER_TRANSACTION):
            drafts = list(_drafts(desk, turn[start : start + LANES_PER_TRANSACTION], failed))
            with store.transaction():
                written = [
                    done for draft in drafts if (done := _write(store, draft, now)) is not None
                ]
                brake.weigh([done.load for done in written])
                failpoint("compose.commit")
            failpoint("compose.committed")
            composed += written
    return ComposeReport(tuple(composed), tuple(failed), brake.ended())


def _turns(works: Sequence[Work]) -> list[list[Work]]:
    """Return the lanes in turns, no reader twice in one: the first lane to be written takes a paper,
    and the next one is drafted only then. Alerts come first."""
    turns: list[list[Work]] = []
    had: Counter[int] = Counter()
    for work in sorted(works, key=lambda work: work.kind != "alert"):
        turn = had[work.lane.subscriber_id]
        had[work.lane.subscriber_id] += 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(work)
    return turns


def draft_of(store: Store, press: Press, work: Work, now: datetime) -> Draft:
    """Return what one lane would get now, written nowhere and prepared for no channel."""
    window = read_window(store, [work], now)
    return _Drafting(store, press, window, now, "").draft(work, prepare=False)


def _drafts(
    desk: _Drafting, works: Sequence[Work], failed: list[tuple[str, str]]
) -> Iterator[Draft]:
    for work in works:
        try:
            yield desk.draft(work)
        except (StoreError, LockHeld):
            raise
        except PaperdigestError as error:
            # One reader's broken template or channel must not keep the others' digests back.
            failed.append((work.subscriber.name, str(error)))


class _Drafting:
    """Makes drafts from one window. Reads only."""

    def __init__(
        self, store: Store, press: Press, window: Window, now: datetime, database: str
    ) -> None:
        self._store = store
        self._press = press
        self._window = window
        self._now = now
        self._database = database
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
            looked_back=self._now - since if work.first and work.lane.name == MAIN else None,
            missed=work.missed,
            operator=self._press.operator,
        )
        return letter.digest(frame, sections)

    def _covers_from(self, work: Work) -> datetime:
        if work.lane.digests == 0:
            return min(work.lane.created_at, self._now) - work.subscriber.backfill
        return work.lane.last_digest_at or work.lane.created_at

    def _parts(self, work: Work, message: Message) -> Iterator[tuple[str, str, int, bytes]]:
        local = self._now.astimezone(schedule.zone(work.subscriber.timezone))
        for target in work.targets:
            name, _, bare = target.partition(":")
            key = key_of(self._database, str(work.lane.id), work.slot.name, target)
            for part in self._press.channel(name).prepare(message, bare, key=key, at=local):
                yield target, part.key, part.number, part.payload


def key_of(*named: str) -> str:
    """Return a delivery's key: 24 hex digits made of all that tells it from any other."""
    return hashlib.blake2b("\n".join(named).encode(), digest_size=12).hexdigest()


def _write(store: Store, draft: Draft, now: datetime) -> Composed | None:
    """Write one draft. A lane that moved since it was read is left for the next round."""
    work = draft.work
    if subscribers.lane(store, work.lane.id) != work.lane or _is_taken(store, draft):
        return None
    written = draft.digest is not None
    subscribers.advance(
        store,
        work.lane.id,
        bookmark=draft.until_change,
        slot=_slot_done(work, written=written),
        digest_at=now if written else None,
    )
    if work.definitions != work.asked_before:
        subscribers.keep_topics(store, work.lane.id, work.definitions)
    if draft.digest is None:
        digests.record_outcomes(store, _skipped(draft, now))
        return None
    digest_id = digests.insert_digest(store, _row(draft, draft.digest, now))
    digests.record_outcomes(store, _outcomes(draft, draft.digest, digest_id, now))
    digests.record_outcomes(store, _skipped(draft, now))
    ids = deliveries.put(
        store,
        [
            NewDelivery(
                key,
                digest_id,
                work.lane.subscriber_id,
                work.lane.id,
                work.slot.name,
                target,
                part,
                payload,
            )
            for target, key, part, payload in draft.parts
        ],
        now,
    )
    return Composed(
        work.subscriber.name,
        work.slot.name,
        draft.digest.kind,
        draft.digest.papers,
        tuple(ids),
        load_of(work, digest_id, draft.digest, draft.waiting, now),
    )


def _is_taken(store: Store, draft: Draft) -> bool:
    """Say whether another lane of this reader took one of the papers since the draft was made."""
    if draft.digest is None or len(lane_names(draft.work.subscriber)) == 1:
        return False
    wanted = {(entry.paper_key, entry.reason) for entry in draft.digest.entries}
    rows = digests.outcomes_for(
        store, draft.work.lane.subscriber_id, sorted({key for key, _ in wanted})
    )
    return any(
        (row.paper_key, row.reason) in wanted and row.outcome not in digests.WAITING for row in rows
    )


def _slot_done(work: Work, *, written: bool) -> tuple[str, datetime] | None:
    """Return the slot that is now dealt with; None leaves the schedule where it stands."""
    if work.forced or not (work.regular or written):
        return None
    return work.slot.name, work.slot.at


def _row(draft: Draft, digest: Digest, now: datetime) -> DigestRow:
    work = draft.work
    return DigestRow(
        id=0,
        subscriber_id=work.lane.subscriber_id,
        lane_id=work.lane.id,
        slot=work.slot.name,
        kind=digest.kind,
        title=digest.title,
        papers=digest.papers,
        from_change=work.lane.bookmark,
        until_change=draft.until_change,
        covers_from=digest.covers_from,
        covers_until=digest.covers_until,
        composed_at=now,
    )


def _outcomes(draft: Draft, digest: Digest, digest_id: int, now: datetime) -> Iterator[Outcome]:
    changes = {key: find.change for key, find in draft.finds.by_paper.items()}
    trending = {topic.name for topic in draft.work.topics if topic.trending}
    lane = draft.work.lane
    for section in digest.sections:
        for entries, outcome in (
            (section.full, "sent"),
            (section.listed, "listed"),
            # Of a trending list only what is shown counts.
            (() if section.name in trending else section.counted, "over limit"),
        ):
            for entry in entries:
                yield Outcome(
                    lane.subscriber_id,
                    entry.paper_key,
                    entry.reason,
                    outcome,
                    section.name,
                    lane.id,
                    digest_id,
                    changes[(entry.paper_key, entry.reason)],
                    now,
                )


def _skipped(draft: Draft, now: datetime) -> Iterator[Outcome]:
    lane = draft.work.lane
    for find, topic in draft.finds.skipped:
        yield Outcome(
            lane.subscriber_id,
            find.key,
            find.reason,
            "skipped",
            topic,
            lane.id,
            None,
            find.change,
            now,
        )
