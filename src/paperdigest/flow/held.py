"""What the operator is told of deliveries that wait for a decision: messages of which nobody knows whether they
arrived, and runs that the brake holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from paperdigest.core import notices, schedule
from paperdigest.core.notices import Words
from paperdigest.flow.lasting import Watched
from paperdigest.store import doubts, runs
from paperdigest.store.connection import Store
from paperdigest.store.doubts import Doubts
from paperdigest.store.runs import Run

_DELIVERIES = "deliveries"


def held(store: Store, now: datetime, timezone: str) -> Watched:
    """Return what waits for a person: each run, and all messages in doubt as one. Over is told once none does."""
    local = now.astimezone(schedule.zone(timezone))
    waiting_runs = {f"run {run.id}": run for run in runs.held(store)}
    in_doubt = doubts.doubts(store)
    lasting = dict.fromkeys(waiting_runs, "") | ({_DELIVERIES: ""} if in_doubt.count else {})
    return Watched(
        "held",
        lasting,
        begun=lambda names: _begun(names, waiting_runs, in_doubt, local),
        over=lambda told: [notices.nothing_held(local)] if told and not lasting else [],
    )


def _begun(
    names: Sequence[str], waiting_runs: Mapping[str, Run], in_doubt: Doubts, local: datetime
) -> list[Words]:
    told = [_of_run(waiting_runs[name], local) for name in names if name in waiting_runs]
    if _DELIVERIES in names:
        told.append(notices.held_deliveries(in_doubt.first, in_doubt.count, local))
    return told


def _of_run(run: Run, local: datetime) -> Words:
    at = run.at.astimezone(local.tzinfo)
    return notices.held_run(run.id, run.papers, run.readers, run.usual, at)
