"""What the operator is told of runs that the brake holds: once each, however the telling is broken off."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core import notices, schedule
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import Press
from paperdigest.flow.notice import notify
from paperdigest.store import runs
from paperdigest.store.connection import Store


def tell(store: Store, press: Press, operator: Subscriber, now: datetime) -> None:
    """Put a notice of each held run into the outbox; the same words never twice."""
    for run in runs.held(store) if operator.deliver else ():
        at = run.at.astimezone(schedule.zone(operator.timezone))
        words = notices.held_run(run.id, run.papers, run.readers, run.usual, at)
        notify(store, press, operator, *words, now)
