"""What is looked at when somebody asks how the service is: each examination by its name, with what it found.

`live` is cheap enough for every second; `ready` reads the store, and the sources' own past at most once a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paperdigest.core import words
from paperdigest.core.errors import PaperdigestError
from paperdigest.health.attendant import Attendant

if TYPE_CHECKING:
    from paperdigest.core.health import Condition
    from paperdigest.flow.looked_at import SourceView
    from paperdigest.flow.room import Disk
    from paperdigest.store.connection import Store
    from paperdigest.store.gauges import Outbox
    from paperdigest.store.sources import SourceState

#: A source that fails for less is tried again by itself, and no sign of anything.
FAILING: Final = timedelta(hours=1)
#: A message may wait so long for its turn, as long as others go out meanwhile: a server's rate is kept.
WAITING: Final = timedelta(hours=1)
_NOTHING_WENT: Final = timedelta(minutes=30)
_FRESH: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Check:
    """One examination. `said` is what is wrong, and may be said of what is well."""

    name: str
    ok: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The service as far as it is examined. Every call asks anew, for the config may change meanwhile."""

    open_store: Callable[[bool], Store]
    database: Callable[[], Path]
    disk: Callable[[], Disk]
    sources: Callable[[], Sequence[SourceView]]
    readers: Callable[[], int]
    clock: Callable[[], datetime]
    doubts_clock: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the store says now. `conditions` and `states` are by the names of sources."""

    outbox: Outbox
    conditions: Mapping[str, Condition]
    states: Mapping[str, SourceState]
    behind: bool


class Examiner:
    """Examines one service. Safe from any thread."""

    def __init__(self, patient: Patient, attendant: Attendant) -> None:
        self.patient = patient
        self.attendant = attendant
        self._lock = threading.Lock()
        self._conditions: tuple[datetime, Mapping[str, Condition]] | None = None

    def live(self) -> tuple[Check, ...]:
        """Say whether the service lives: this is answered, and the database can be written."""
        return (self._writable(),)

    def ready(self) -> tuple[Check, ...]:
        """Say whether the service does its work: rounds, database, deliveries, sources, disk and clock."""
        stuck = self.attendant.pulse.ails()
        rounds = Check("rounds", not stuck, "; ".join(stuck))
        try:
            found = self.findings()
        except (PaperdigestError, OSError) as error:
            return (rounds, Check("database", ok=False, said=str(error)), self._disk())
        return (
            rounds,
            self._writable(),
            self._deliveries(found.outbox),
            self._sources(found),
            self._disk(),
            self._clock(found),
        )

    def findings(self) -> Findings:
        """Read the store. Raises StoreError."""
        from paperdigest.flow import clock
        from paperdigest.store import gauges, history

        now = self.patient.clock()
        with self.patient.open_store(False) as store, store.reading():
            return Findings(
                gauges.outbox(store, now),
                self._conditions_now(store, now),
                history.source_states(store),
                clock.behind(store, now) is not None,
            )

    def _conditions_now(self, store: Store, now: datetime) -> Mapping[str, Condition]:
        from paperdigest.flow.looked_at import LookedAt

        with self._lock:
            views = self.patient.sources()
            names = {view.name for view in views}
            if self._conditions is not None:
                at, known = self._conditions
                if timedelta() <= now - at < _FRESH and set(known) == names:
                    return known
            looked_at = LookedAt(store, views, now)
            found = {view.name: looked_at.condition(view, now) for view in views}
            self._conditions = now, found
            return found

    def _writable(self) -> Check:
        from paperdigest.store.probe import probe

        try:
            probe(self.patient.database())
        except (PaperdigestError, OSError) as error:
            return Check("database", ok=False, said=str(error))
        return Check("database", ok=True)

    def _deliveries(self, outbox: Outbox) -> Check:
        if outbox.due_at is None:
            return Check("deliveries", ok=True)
        late = self.patient.clock() - outbox.due_at
        idle = self.attendant.since_last_delivery
        ok = late <= WAITING or idle <= _NOTHING_WENT
        said = f"the oldest message that is due waits for {_hours(late)}, and none was tried for {_hours(idle)}"
        return Check("deliveries", ok, "" if ok else f"{said} · paperdigest deliveries")

    def _sources(self, found: Findings) -> Check:
        ailing = list(self._ailing(found))
        return Check("sources", not ailing, "; ".join(ailing))

    def _ailing(self, found: Findings) -> Iterator[str]:
        from paperdigest.core.health import Condition

        now = self.patient.clock()
        for name, condition in found.conditions.items():
            state = found.states.get(name)
            since = None if state is None else state.failing_since_at
            if condition is Condition.STALE:
                yield f"{name}: nothing new for longer than usual"
            elif since is not None and now - since > FAILING:
                yield f"{name}: could not be read for {_hours(now - since)}"

    def _disk(self) -> Check:
        disk = self.patient.disk()
        return Check("disk", not disk.is_low, str(disk) if disk.is_low else "")

    def _clock(self, found: Findings) -> Check:
        if self.patient.doubts_clock():
            return Check("clock", ok=False, said="it jumped, and a second look has not agreed yet")
        said = "it stands before what is stored already" if found.behind else ""
        return Check("clock", not found.behind, said)


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return (
        f"{hours:.1f} h" if hours >= 1 else words.count(int(span.total_seconds() // 60), "minute")
    )
