"""What the operator is told of channels and targets that nothing gets through to before somebody acts: once,
again each day while that lasts, and when it is over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from paperdigest.core import notices, schedule
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import Press
from paperdigest.flow.notice import notify
from paperdigest.store import deliveries, facts, ways
from paperdigest.store.connection import Store

_FACT = "told of way "


def watch_ways(
    store: Store, press: Callable[[], Press], operator: Subscriber, now: datetime
) -> bool:
    """Put what is to be told now into the outbox; return whether there was something.

    `press` is asked for only then: a template that is broken must not stop what is frozen already.
    """
    told = facts.beginning(store, _FACT)
    barred = {trouble.way: trouble for trouble in ways.troubles(store)}
    if not operator.deliver or not (told or barred):
        return False
    local = now.astimezone(schedule.zone(operator.timezone))
    today = f"{local:%Y-%m-%d}"
    over = sorted(told.keys() - barred.keys())
    to_tell = [trouble for way, trouble in barred.items() if told.get(way) != today]
    if over:
        names = [notices.way(way) for way in over]
        notify(store, press(), operator, *notices.open_ways(names, local), now)
    if to_tell:
        waiting = deliveries.waiting_for(store, [trouble.way for trouble in to_tell])
        lines = [
            (notices.way(one.way), one.reason, one.since_at.astimezone(local.tzinfo))
            for one in to_tell
        ]
        notify(store, press(), operator, *notices.barred_ways(lines, local, waiting), now)
    if over or to_tell:
        _remember(store, over, [trouble.way for trouble in to_tell], today)
    return bool(over or to_tell)


def _remember(store: Store, over: list[str], told: list[str], today: str) -> None:
    with store.transaction():
        for way in over:
            facts.forget(store, _FACT + way)
        for way in told:
            facts.remember(store, _FACT + way, today)
