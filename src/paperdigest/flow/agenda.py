"""Who has to be looked at now. A service with thousands of readers looks many times an hour, and at most times nobody
is due: so it remembers when each reader's next slot comes, and whom news concerns at once.

Only a service that keeps it from look to look saves anything by it; what is due is decided by `flow.due` alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from paperdigest.core.subscription import Subscriber
from paperdigest.flow.due import Work, due, plan_of, quiet_until, slot_of
from paperdigest.flow.register import lane_names
from paperdigest.store import history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.suppressions import Suppression, suppressions

#: Everybody is looked at this often whatever is remembered: what another process did to a lane is seen then at the
#: latest. What people do by command or in the config is seen at once.
EVERYBODY = timedelta(minutes=5)


class Agenda:
    """Kept by one service, used by one thread at a time."""

    def __init__(self) -> None:
        self._wanted: Sequence[Subscriber] = ()
        self._held: Mapping[tuple[int, str], Suppression] = {}
        self._newest = -1
        self._looked_at: datetime | None = None
        self._all_at: datetime | None = None
        self._next: list[tuple[datetime, int]] = []  # a heap: when, and whose turn it is then
        self._busy: set[int] = set()  # who had work when last looked at
        self._eager: set[int] = set()  # whom news concerns at once: alerts, and first digests

    def due(self, store: Store, wanted: Sequence[Subscriber], now: datetime) -> list[Work]:
        """Return what `flow.due.due` returns for these readers. Who has work is looked at again the next time."""
        newest, held = history.newest_change(store), suppressions(store)
        everybody = self._is_stale(wanted, held, now)
        # A look that breaks off has told nothing, and takes nobody's turn: the next one looks at everybody.
        self._looked_at = None
        if everybody:
            turn = set(range(len(wanted)))
            self._wanted, self._held, self._all_at = wanted, held, now
            self._next, self._busy = [], set()
            self._eager = _eager(store, wanted)
        else:
            turn = self._taken_until(now) | self._busy
            if newest != self._newest:
                turn |= self._eager
        works = self._looked(store, sorted(turn), now)
        self._newest, self._looked_at = newest, now
        return works

    def next_after(self, now: datetime) -> datetime | None:
        """Return when somebody's turn comes after `now`, as far as that is known; None: at no time."""
        return min((at for at, _ in self._next if at > now), default=None)

    def _is_stale(
        self,
        wanted: Sequence[Subscriber],
        held: Mapping[tuple[int, str], Suppression],
        now: datetime,
    ) -> bool:
        if self._looked_at is None or self._all_at is None:
            return True
        turned_back = now < self._looked_at
        long_ago = now - self._all_at >= EVERYBODY
        return turned_back or long_ago or held != self._held or not _same(wanted, self._wanted)

    def _taken_until(self, now: datetime) -> set[int]:
        taken: set[int] = set()
        while self._next and self._next[0][0] <= now:
            taken.add(heapq.heappop(self._next)[1])
        return taken

    def _looked(self, store: Store, turn: Sequence[int], now: datetime) -> list[Work]:
        if not turn:
            self._busy = set()
            return []
        works = due(store, [self._wanted[index] for index in turn], now)
        names = {work.subscriber.name for work in works}
        self._busy = {index for index in turn if self._wanted[index].name in names}
        for index in set(turn) - self._busy:
            again = self._turn_of(index, now)
            if again is not None:
                heapq.heappush(self._next, (again, index))
        return works

    def _turn_of(self, index: int, now: datetime) -> datetime | None:
        """Return when a reader with nothing to do now may have something to do for the time alone."""
        reader = self._wanted[index]
        ahead = [slot.at for name in lane_names(reader) if (slot := slot_of(reader, name, now))]
        quiet = quiet_until(reader, now) if index in self._eager else None
        return min([*ahead, *([] if quiet is None else [quiet])], default=None)


def _eager(store: Store, wanted: Sequence[Subscriber]) -> set[int]:
    known, lanes = subscribers.registered(store), subscribers.lanes(store)
    return {
        index
        for index, reader in enumerate(wanted)
        if any(_is_eager(reader, name, known, lanes) for name in lane_names(reader))
    }


def _is_eager(
    reader: Subscriber,
    name: str,
    known: Mapping[str, subscribers.Registered],
    lanes: Mapping[tuple[int, str], subscribers.Lane],
) -> bool:
    row = known.get(reader.name)
    lane = None if row is None else lanes.get((row.id, name))
    return lane is None or not lane.digests or plan_of(reader, name).at_once


def _same(some: Sequence[Subscriber], others: Sequence[Subscriber]) -> bool:
    """Say whether the config is the same: it is read anew as a whole, so its readers are other objects then."""
    return len(some) == len(others) and all(
        one is other for one, other in zip(some, others, strict=True)
    )
