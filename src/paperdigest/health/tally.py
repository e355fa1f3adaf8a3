"""What has been counted since the service began. Plain numbers: how they are shown is `metrics`'.

Labels are few by their nature: rounds, channels, states, the sources of the config. Never a reader or an address.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from paperdigest.core.units import DeliverySettled, DigestComposed, SourceRead, Unit

#: Upper bounds, in seconds, of how late digests are counted to be.
LATE_BOUNDS: Final = (60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)


def _sums() -> defaultdict[str, float]:
    return defaultdict(float)


@dataclass(slots=True)
class Counts:
    """All counts at one moment. Keys are label values in the order that their metric names them."""

    rounds: Counter[tuple[str, str]] = field(default_factory=Counter)  # round, outcome
    round_seconds: defaultdict[str, float] = field(default_factory=_sums)  # by round, added up
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)  # round, reason
    reads: Counter[tuple[str, str]] = field(default_factory=Counter)  # source, status
    papers: Counter[tuple[str, str]] = field(default_factory=Counter)  # source, kind
    rejected: Counter[str] = field(default_factory=Counter)  # reason
    digests: Counter[str] = field(default_factory=Counter)  # kind
    late: Counter[float] = field(default_factory=Counter)  # by upper bound, each by itself
    late_seconds: float = 0.0
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)  # channel, outcome
    attempts: Counter[str] = field(default_factory=Counter)  # channel
    attempt_seconds: defaultdict[str, float] = field(default_factory=_sums)  # by channel, added up


class Tally:
    """Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()

    def counts(self) -> Counts:
        """Return a copy of all counts."""
        with self._lock:
            return deepcopy(self._counts)

    def round(self, name: str, seconds: float, *, failed: bool) -> None:
        """Count a beat that ended."""
        with self._lock:
            self._counts.rounds[name, "failed" if failed else "ok"] += 1
            self._counts.round_seconds[name] += seconds

    def skip(self, name: str, reason: str) -> None:
        """Count a beat that did not come: "missed", or "overlap" where the last one was still at work."""
        with self._lock:
            self._counts.skipped[name, reason] += 1

    def unit(self, unit: Unit) -> None:
        """Count a unit that was finished."""
        with self._lock:
            match unit:
                case SourceRead():
                    self._source(unit)
                case DigestComposed():
                    self._digest(unit)
                case DeliverySettled():
                    self._delivery(unit)

    def _source(self, unit: SourceRead) -> None:
        self._counts.reads[unit.source, unit.status] += 1
        self._counts.papers[unit.source, "new"] += unit.new
        self._counts.papers[unit.source, "revised"] += unit.revised
        self._counts.rejected["record"] += unit.rejected
        self._counts.rejected["document"] += unit.refused

    def _digest(self, unit: DigestComposed) -> None:
        self._counts.digests[unit.kind] += 1
        if unit.late is not None:
            late = unit.late
            bound = next((one for one in LATE_BOUNDS if late <= one), float("inf"))
            self._counts.late[bound] += 1
            self._counts.late_seconds += late

    def _delivery(self, unit: DeliverySettled) -> None:
        self._counts.deliveries[unit.channel, unit.state] += 1
        if unit.seconds is not None:
            self._counts.attempts[unit.channel] += 1
            self._counts.attempt_seconds[unit.channel] += unit.seconds
