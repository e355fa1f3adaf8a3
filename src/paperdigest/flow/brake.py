"""The brake: a run that would send far more than usual is composed and held until the operator decides.

A run is one round of composing over all lanes that are due. It is weighed before each of its
transactions is committed, so a kill at any instant lets nothing out that was not weighed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core import notices
from paperdigest.core.digest import Digest
from paperdigest.core.errors import UsageError
from paperdigest.flow.due import Work
from paperdigest.journal import event
from paperdigest.store import runs
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.runs import Run

log = logging.getLogger(__name__)

#: Held is what would send more than so many papers, and more than so many times the usual number.
MOST = 500
TIMES = 10
#: The usual number of a lane is the median of so many of its last digests.
LAST = 8
#: A first digest has no past to be compared with: what it holds beyond so many papers counts.
FIRST_MOST = 1_000
_NOTHING_YET = 2**63 - 1  # beyond every digest's id: the round has written none


@dataclass(frozen=True, slots=True)
class Load:
    """What one digest brings. `papers` are those the lane did not have waiting from an earlier one;
    `slots` is how many regular digests it stands for."""

    digest_id: int
    subscriber_id: int
    lane_id: int
    papers: int
    slots: int = 1


@dataclass(slots=True)
class _Scales:
    """Papers against what is usual; first digests apart, for their size must not excuse the others."""

    papers: int = 0
    usual: float = 0.0
    first_papers: int = 0
    first_digests: int = 0

    def add(self, load: Load, usual: float | None) -> None:
        if usual is None:
            self.first_papers += load.papers
            self.first_digests += 1
        else:
            self.papers += load.papers
            self.usual += usual * load.slots

    @property
    def too_much(self) -> bool:
        return self._counted > MOST and self.unusual

    @property
    def unusual(self) -> bool:
        return self._counted > TIMES * self.usual

    @property
    def _counted(self) -> int:
        return self.papers + max(0, self.first_papers - FIRST_MOST * self.first_digests)


class Brake:
    """One round of composing under watch. Not `on`: nothing is held (a dry run, a person's own `send`)."""

    def __init__(self, store: Store, now: datetime, *, on: bool) -> None:
        self._store = store
        self._now = now
        self._on = on
        self._begin = 0  # the round's first digest: the past lies before it
        self._total = 0
        self._unweighed: list[Load] = []
        self._scales = _Scales()
        self._run: int | None = None

    def weigh(self, loads: Sequence[Load]) -> None:
        """Weigh what one transaction has written, with all that the round wrote before; hold it if that is
        too much, and everything after. Must run inside that transaction."""
        if not self._on or not loads:
            return
        self._begin = self._begin or min(load.digest_id for load in loads)
        self._total += sum(load.papers for load in loads)
        self._unweighed += loads
        if self._total <= MOST:  # as most rounds are: then nothing is looked up
            return
        usual = self._usual(self._unweighed)
        for load in self._unweighed:
            self._scales.add(load, usual[load.digest_id])
        self._unweighed = []
        if self._run is not None or (self._scales.too_much and self._has_past()):
            self._hold(loads, usual)

    def lets_ahead(self, loads: Sequence[Load]) -> bool:
        """Say whether these may go out before it is known what the rest of the round brings: a round of many like
        them would not be held. Reads only."""
        scales = _Scales()
        for load in loads if self._on else ():
            scales.add(load, self._usual_of(load, _NOTHING_YET))
        return not scales.unusual

    def ended(self) -> Run | None:
        """Return the run that is held, if this round became one, and say so in the log."""
        run = None if self._run is None else runs.run(self._store, self._run)
        if run is not None:
            event(log, "run-held", level=logging.ERROR, run=run.id, said=line(run))
        return run

    def _usual(self, loads: Iterable[Load]) -> dict[int, float | None]:
        return {load.digest_id: self._usual_of(load, self._begin) for load in loads}

    def _usual_of(self, load: Load, before: int) -> float | None:
        return runs.usual(self._store, load.subscriber_id, load.lane_id, before=before, last=LAST)

    def _has_past(self) -> bool:
        """Say whether there is anything to compare with: the first run of all is never held."""
        return self._scales.usual > 0 or runs.has_past(self._store, before=self._begin)

    def _hold(self, loads: Sequence[Load], usual: dict[int, float | None]) -> None:
        if self._run is None:
            self._run = runs.open_run(self._store, self._now)
        runs.hold(
            self._store,
            self._run,
            [load.digest_id for load in loads],
            notices.held_reason(self._run),
            papers=sum(load.papers for load in loads),
            usual=round(sum((usual[load.digest_id] or 0) * load.slots for load in loads)),
        )


def load_of(
    work: Work, digest_id: int, digest: Digest, waiting: Collection[Outcome], now: datetime
) -> Load:
    """Return what a digest brings. What only waited from an earlier one was weighed with that one."""
    trending = {topic.name for topic in work.topics if topic.trending}
    shown = {
        (entry.paper_key, entry.reason)
        for part in digest.sections
        for entries in (part.full, part.listed, () if part.name in trending else part.counted)
        for entry in entries
    }
    fresh = shown.difference((row.paper_key, row.reason) for row in waiting)
    lane = work.lane
    return Load(digest_id, lane.subscriber_id, lane.id, len(fresh), _slots(work, now))


def _slots(work: Work, now: datetime) -> int:
    """Return how many regular digests this one stands for: after a pause or a time switched off, many."""
    if work.missed:
        return len(work.missed)
    since = work.lane.last_digest_at
    return max(1, (now - since).days) if since is not None else 1  # alerts: by the day


def line(run: Run) -> str:
    """Return one line on a held run."""
    return notices.held_line(run.id, run.papers, run.readers, run.usual)


def release(store: Store, id_: int, now: datetime) -> int:
    """Let a held run go out as it is; return how many rows. Must run inside a transaction."""
    _open(store, id_)
    return runs.release(store, id_, now)


def drop(store: Store, id_: int, now: datetime) -> int:
    """Give a held run up, its papers for good; return how many rows. Must run inside a transaction."""
    _open(store, id_)
    return runs.drop(store, id_, f"run {id_} was dropped by command", now)


def _open(store: Store, id_: int) -> None:
    """Raise UsageError for a run that waits for no decision."""
    found = runs.run(store, id_)
    if found is not None and found.state == "held":
        return
    waiting = ", ".join(str(run.id) for run in runs.held(store)) or "none"
    what = f"there is no run {id_}" if found is None else f"run {id_} was {found.state} already"
    raise UsageError(f"{what} · held now: {waiting}")
