"""What /metrics shows, in Prometheus' words (https://prometheus.io/docs/practices/naming/): base units, few labels.

Counters are those of this process; what lives in the database is read when somebody scrapes. A registry of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from paperdigest import __version__
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.health import Condition
from paperdigest.health.examine import Examiner, Findings
from paperdigest.health.tally import LATE_BOUNDS, Counts

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

_Labels = TypeVar("_Labels", bound=tuple[str, ...])

_WELL = (Condition.OK, Condition.QUIET, Condition.UNREAD)


def exposition(examiner: Examiner) -> Callable[[], bytes]:
    """Return what makes the page, anew at each call."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Shown(examiner))
    return lambda: generate_latest(registry)


class _Shown(Collector):
    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner

    def collect(self) -> Iterator[Metric]:
        """Yield every metric as it is now."""
        attendant, patient = self._examiner.attendant, self._examiner.patient
        now = patient.clock()
        yield _gauge(
            "build_info", "The version that runs; always 1.", {(__version__,): 1}, "version"
        )
        yield from _rounds(self._examiner, now)
        yield from _units(attendant.tally.counts())
        yield from _machine(self._examiner)
        try:
            found: Findings | None = self._examiner.findings()
        except (PaperdigestError, OSError):
            found = None
        yield _gauge(
            "database_up", "1 if the database could be read.", {(): float(found is not None)}
        )
        if found is not None:
            yield from _stored(found, now)


def _rounds(examiner: Examiner, now: datetime) -> Iterator[Metric]:
    pulse = examiner.attendant.pulse
    steady = pulse.now()
    good = {
        (beat.name,): (now - (steady - beat.good_at)).timestamp()
        for beat in pulse.beats
        if beat.good_at is not None
    }
    yield _gauge("last_tick_timestamp_seconds", "When a round last ended well.", good, "round")
    stuck = {(beat.name,): float(beat.is_stuck(steady)) for beat in pulse.beats}
    yield _gauge("round_stuck", "1 if a round stands still for longer than it may.", stuck, "round")
    counts = examiner.attendant.tally.counts()
    yield _counter(
        "rounds", "Beats of each round, by how they ended.", counts.rounds, "round", "outcome"
    )
    beats = {
        name: sum(n for (one, _), n in counts.rounds.items() if one == name)
        for name in counts.round_seconds
    }
    yield _summary(
        "round_duration_seconds", "How long beats took.", beats, counts.round_seconds, "round"
    )
    yield _counter(
        "rounds_skipped",
        "Beats that did not come: missed, or the last was still at work.",
        counts.skipped,
        "round",
        "reason",
    )


def _units(counts: Counts) -> Iterator[Metric]:
    yield _counter(
        "source_reads",
        "Readings of each source, by how they ended.",
        counts.reads,
        "source",
        "status",
    )
    yield _counter(
        "ingest_papers", "Papers that were new or revised.", counts.papers, "source", "kind"
    )
    rejected = {(reason,): counts.rejected[reason] for reason in ("record", "document")}
    yield _counter(
        "ingest_rejected", "Records and whole documents that were refused.", rejected, "reason"
    )
    digests = {(kind,): number for kind, number in counts.digests.items()}
    yield _counter("digests", "Digests that were composed.", digests, "kind")
    yield _late(counts)
    yield _counter(
        "deliveries",
        "Messages, by where they stood after a try or a look.",
        counts.deliveries,
        "channel",
        "outcome",
    )
    attempts = {(channel,): number for channel, number in counts.attempts.items()}
    yield _counter(
        "delivery_attempts", "Messages that a channel was asked to send.", attempts, "channel"
    )
    yield _summary(
        "delivery_duration_seconds",
        "How long a channel took to send one.",
        counts.attempts,
        counts.attempt_seconds,
        "channel",
    )
    unknown = {
        (channel,): number
        for (channel, state), number in counts.deliveries.items()
        if state == "unknown"
    }
    yield _counter(
        "delivery_unknown",
        "Messages of which nobody knew whether they arrived.",
        unknown,
        "channel",
    )


def _late(counts: Counts) -> Metric:
    family = HistogramMetricFamily(
        "paperdigest_slot_lag_seconds", "How long after its slot a digest was composed."
    )
    added, buckets = 0, []
    for bound in LATE_BOUNDS:
        added += counts.late[bound]
        buckets.append((f"{bound:g}", float(added)))
    buckets.append(("+Inf", float(added + counts.late[float("inf")])))
    family.add_metric([], buckets, counts.late_seconds)
    return family


def _machine(examiner: Examiner) -> Iterator[Metric]:
    patient = examiner.patient
    database = patient.database()
    log = database.with_name(f"{database.name}-wal")
    for name, path, about in (
        ("db_bytes", database, "Size of the database file."),
        ("db_wal_bytes", log, "Size of its write-ahead log."),
    ):
        yield _gauge(name, about, {(): path.stat().st_size if path.exists() else 0})
    yield _gauge("disk_free_bytes", "Room on the disk of the database.", {(): patient.disk().free})
    yield _gauge("subscribers", "Subscribers in the config.", {(): patient.readers()})
    doubted = float(patient.doubts_clock())
    yield _gauge(
        "clock_doubted",
        "1 if the clock jumped and nothing is sent until a second look.",
        {(): doubted},
    )


def _stored(found: Findings, now: datetime) -> Iterator[Metric]:
    counts = {(state,): number for state, number in found.outbox.counts.items()}
    yield _gauge(
        "outbox_deliveries", "Messages that are not finished or want a person.", counts, "state"
    )
    for name, at, about in (
        (
            "oldest_pending_seconds",
            found.outbox.oldest_at,
            "Age of the oldest message that is still to go out.",
        ),
        (
            "oldest_due_seconds",
            found.outbox.due_at,
            "How long the longest due message might have gone.",
        ),
    ):
        yield _gauge(name, about, {(): 0.0 if at is None else _seconds(now - at)})
    read = {
        (name,): state.last_success_at.timestamp()
        for name, state in found.states.items()
        if name in found.conditions and state.last_success_at is not None
    }
    yield _gauge(
        "source_last_success_timestamp_seconds", "When a source was last read well.", read, "source"
    )
    well = {(name,): float(one in _WELL) for name, one in found.conditions.items()}
    yield _gauge("source_healthy", "0 if a source fails or is silent for too long.", well, "source")


def _seconds(span: timedelta) -> float:
    return max(span.total_seconds(), 0.0)


def _gauge(name: str, about: str, values: Mapping[_Labels, float], *labels: str) -> Metric:
    family = GaugeMetricFamily(f"paperdigest_{name}", about, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _counter(name: str, about: str, values: Mapping[_Labels, float], *labels: str) -> Metric:
    family = CounterMetricFamily(f"paperdigest_{name}", about, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family


def _summary(
    name: str, about: str, numbers: Mapping[str, int], sums: Mapping[str, float], label: str
) -> Metric:
    family = SummaryMetricFamily(f"paperdigest_{name}", about, labels=[label])
    for key in sorted(sums):
        family.add_metric([key], numbers[key], sums[key])
    return family
