"""What waits for a person now, each with what to do: what the status page shows. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core import (
    care_words,
    failing_words,
    notices,
    restoring,
    schedule,
    template_words,
)
from paperdigest.core.subscription import Subscriber
from paperdigest.flow import backups, bounces, host, restored
from paperdigest.flow.clock import behind
from paperdigest.flow.failing import failing
from paperdigest.flow.template_faults import faults
from paperdigest.flow.ways import barred
from paperdigest.store import doubts, runs
from paperdigest.store.connection import Store


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that waits for a person. `what` is "machine", "restored", "held", "run", "way", "recipient", "digest",
    "template", "disk", "backup" or "clock", `name` which one of these, `command` what to run."""

    what: str
    name: str
    said: str
    command: str

    def __str__(self) -> str:
        return f"{self.said} · {self.command}"


def wants(
    store: Store, operator: Subscriber, now: datetime, *, keep: int = 1, here: str = ""
) -> Iterator[Want]:
    """Yield what the store says waits for a person. `keep` is how many backups are to be kept, `here` the id of
    this machine, "" where it has none."""
    yield from _elsewhere(store, here)
    yield from _restored(store)
    yield from _doubts(store)
    for run in runs.held(store):
        said = notices.held_said(run.id, run.papers, run.readers, run.usual)
        yield Want("run", str(run.id), said, notices.held_commands(run.id))
    for trouble in barred(store, operator):
        said = f"{trouble.way}: {trouble.reason}"
        yield Want("way", trouble.way, said, "paperdigest check --network")
    for paused in bounces.paused_by_rule(store):
        yield Want("recipient", paused.name, paused.said, paused.command)
    for name, reason in failing(store).items():
        yield Want("digest", name, failing_words.line(name, reason), failing_words.command(name))
    for name, reason in faults(store).items():
        said, command = template_words.line(name, reason), template_words.command(name)
        yield Want("template", name, said, command)
    found = behind(store, now)
    if found is not None:
        zone = schedule.zone(operator.timezone)
        said = notices.clock_behind_line(
            found.expected.astimezone(zone), found.shown.astimezone(zone)
        )
        yield Want("clock", "", said, "timedatectl")
    missing = backups.standing(store) if keep else None
    if missing is not None and missing.ails(now):
        since = missing.since.astimezone(schedule.zone(operator.timezone))
        said = care_words.no_backup_line(since, missing.trouble)
        yield Want("backup", "", said, "paperdigest backup")


def _elsewhere(store: Store, here: str) -> Iterator[Want]:
    found = host.elsewhere(store, here)
    if found is not None:
        last, at = found
        said = restoring.other_host_line(last.name, at)
        yield Want("machine", last.name, said, restoring.TAKE_OVER)


def _restored(store: Store) -> Iterator[Want]:
    found = restored.restored(store)
    if found is not None:
        said = restoring.not_decided_line(found.made_at)
        yield Want("restored", "", said, restoring.COMMANDS)


def _doubts(store: Store) -> Iterator[Want]:
    count = doubts.doubts(store).count
    if count:
        yield Want(
            "held", "", notices.held_deliveries_line(count), "paperdigest deliveries --state held"
        )
