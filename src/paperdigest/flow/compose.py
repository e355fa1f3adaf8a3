"""Compose: every lane that is due gets at most one digest, and beside it at most one notice of updates. They, their
frozen bytes, their outcomes and the new bookmark are one transaction; up to 100 lanes share it. Safe to repeat."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from paperdigest.core.errors import LockHeld, PaperdigestError, StoreError
from paperdigest.core.subscription import Subscriber
from paperdigest.core.units import DigestComposed
from paperdigest.failpoints import failpoint
from paperdigest.flow import parts, template_faults
from paperdigest.flow.brake import Brake, Load, load_of
from paperdigest.flow.drafting import Draft, Drafting, Letter, Press
from paperdigest.flow.due import Work, due
from paperdigest.flow.failing import failing
from paperdigest.flow.gather import gathered
from paperdigest.flow.outcomes import given_back_to, held_in, outcomes_of, skipped_in
from paperdigest.flow.unsubscribe import exits
from paperdigest.flow.window import read_window
from paperdigest.journal import event, finished, step
from paperdigest.store import digests, facts, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.digests import DigestRow
from paperdigest.store.runs import Run

log = logging.getLogger(__name__)

LANES_PER_TRANSACTION = 100
#: So many have the first transaction to themselves: delivering need not wait for a hundred.
LANES_AT_FIRST = 10


@dataclass(frozen=True, slots=True)
class Composed:
    """One digest that was written."""

    subscriber: str
    slot: str
    kind: str
    papers: int
    deliveries: tuple[int, ...]
    load: Load
    topics: int = 0
    late: timedelta | None = None  # after its slot, where one was due
    fault: str = ""  # why the user's own templates did not make it, where the shipped ones had to


@dataclass(frozen=True, slots=True)
class ComposeReport:
    """What a round of composing did. `failed` holds (subscriber, reason); `held` is the run that the brake
    made of it, if it did."""

    digests: tuple[Composed, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    held: Run | None = None

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """Return (subscriber, reason) of the digests that the shipped templates had to make, in order."""
        return tuple((done.subscriber, done.fault) for done in self.digests if done.fault)


def compose(
    store: Store,
    press: Press,
    wanted: Sequence[Subscriber],
    now: datetime,
    *,
    forced: frozenset[str] | None = None,
    gather: timedelta = timedelta(0),
    alerts_only: bool = False,
    regardless: bool = False,
) -> ComposeReport:
    """Write the digests that are due. `forced` names subscribers served now whatever the schedule says. An
    alert waits until its first paper is `gather` old: what comes meanwhile goes with it. `alerts_only` leaves all
    others for later; `regardless` looks past pauses and quiet hours."""
    works = due(store, wanted, now, forced=forced, regardless=regardless)
    if alerts_only:
        works = [work for work in works if work.kind == "alert"]
    if not works:
        return ComposeReport()
    database = facts.database_id(store)
    doors = exits(store, press.page)
    # Neither what a person asks for nor a rehearsal is held.
    brake = Brake(store, now, on=forced is None and not store.rehearsing)
    composed: list[Composed] = []
    failed: list[tuple[str, str]] = []
    for all_due in _turns(works):
        window = read_window(store, all_due, now)
        turn = gathered(store, window, all_due, now, gather)
        desk = Drafting(store, press, window, now, database, doors)

        def drafted(works: Sequence[Work], desk: Drafting = desk) -> list[Draft]:
            return list(_drafts(desk, works, failed, failing(store)))

        for drafts in _shares(turn, drafted, brake, now):
            with store.transaction():
                written = [done for draft in drafts for done in _write(store, draft, now)]
                brake.weigh([done.load for done in written])
                template_faults.note(
                    store, [(done.subscriber, done.fault) for done in written], press.mark, now
                )
                failpoint("compose.commit")
            failpoint("compose.committed")
            composed += written
            if not store.rehearsing:
                _tell(written)
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


def _shares(
    turn: Sequence[Work],
    drafted: Callable[[Sequence[Work]], list[Draft]],
    brake: Brake,
    now: datetime,
) -> Iterator[list[Draft]]:
    """Yield the drafts that share a transaction each. The first few have one to themselves, so that they can go
    out while the others are drafted; but not where the brake may come to hold them with the others."""
    at = min(LANES_AT_FIRST, LANES_PER_TRANSACTION)
    first = drafted(turn[:at])
    if len(turn) > at and not brake.lets_ahead(_loads(first, now)):
        first += drafted(turn[at:LANES_PER_TRANSACTION])
        at = LANES_PER_TRANSACTION
    if first:
        yield first
    for start in range(at, len(turn), LANES_PER_TRANSACTION):
        yield drafted(turn[start : start + LANES_PER_TRANSACTION])


def _loads(drafts: Sequence[Draft], now: datetime) -> list[Load]:
    return [load for draft in drafts for load in _loads_of(draft, now)]


def _loads_of(draft: Draft, now: datetime) -> Iterator[Load]:
    """Yield what each letter of a draft brings. A notice beside a digest is no digest that was due."""
    for place, letter in enumerate(draft.letters):
        load = load_of(draft.work, 0, letter.digest, draft.waiting, now)
        yield replace(load, slots=0) if place else load


def draft_of(store: Store, press: Press, work: Work, now: datetime) -> Draft:
    """Return what one lane would get now, written nowhere and prepared for no channel."""
    window = read_window(store, [work], now)
    return Drafting(store, press, window, now).draft(work, prepare=False)


def _drafts(
    desk: Drafting,
    works: Sequence[Work],
    failed: list[tuple[str, str]],
    before: Mapping[str, str],
) -> Iterator[Draft]:
    for work in works:
        step()
        try:
            yield desk.draft(work)
        except (StoreError, LockHeld):
            raise
        except PaperdigestError as error:
            # One reader's broken template or channel must not keep the others' digests back.
            failed.append((work.subscriber.name, str(error)))
        except Exception as error:
            # Nor must a fault of ours over one reader's papers; what it says may hold anything.
            name = work.subscriber.name
            fault = f"a fault of ours: {type(error).__name__}, see the log"
            level = logging.DEBUG if fault in before.get(name, "") else logging.ERROR
            log.log(level, "digest of %s: it could not be made", name, exc_info=error)
            failed.append((name, fault))


def _write(store: Store, draft: Draft, now: datetime) -> list[Composed]:
    """Write one draft. A lane that moved since it was read is left for the next round."""
    work = draft.work
    if subscribers.lane(store, work.lane.id) != work.lane or _is_taken(store, draft):
        return []
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
    loads = _loads_of(draft, now)
    done = [
        _put(store, draft, letter, load, now)
        for letter, load in zip(draft.letters, loads, strict=True)
    ]
    digests.record_outcomes(store, (*skipped_in(draft, now), *held_in(draft, now)))
    return done


def _put(store: Store, draft: Draft, letter: Letter, load: Load, now: datetime) -> Composed:
    """Write one letter: its row, what becomes of its papers, its parts."""
    work, digest = draft.work, letter.digest
    digest_id = digests.insert_digest(store, _row(draft, letter, now))
    digests.overtake(store, given_back_to(draft, digest))
    digests.record_outcomes(store, outcomes_of(draft, letter, digest_id, now))
    ids = parts.put(store, work.lane, digest_id, letter.slot, letter.parts, now)
    return Composed(
        work.subscriber.name,
        letter.slot,
        digest.kind,
        digest.papers,
        tuple(ids),
        replace(load, digest_id=digest_id),
        sum(1 for section in digest.sections if section.total),
        now - work.slot.at if work.regular and not work.forced else None,
        letter.fault,
    )


def _tell(written: Sequence[Composed]) -> None:
    for done in written:
        if done.fault:
            named = {"subscriber": done.subscriber, "error": done.fault}
            event(log, "template-failed", level=logging.WARNING, **named)
        late = None if done.late is None else done.late.total_seconds()
        finished(
            DigestComposed(done.subscriber, done.slot, done.kind, done.papers, done.topics, late)
        )


def _is_taken(store: Store, draft: Draft) -> bool:
    """Say whether one of the papers was taken since the draft was made: by another lane of this reader, or by
    an earlier digest that a person sends again."""
    wanted = {
        (entry.paper_key, entry.reason)
        for letter in draft.letters
        for entry in letter.digest.entries
    }
    if not wanted:
        return False
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


def _row(draft: Draft, letter: Letter, now: datetime) -> DigestRow:
    work, digest = draft.work, letter.digest
    return DigestRow(
        id=0,
        subscriber_id=work.lane.subscriber_id,
        lane_id=work.lane.id,
        slot=letter.slot,
        kind=digest.kind,
        title=digest.title,
        papers=digest.papers,
        from_change=work.lane.bookmark,
        until_change=draft.until_change,
        covers_from=digest.covers_from,
        covers_until=digest.covers_until,
        composed_at=now,
    )
