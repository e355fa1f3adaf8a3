"""What the operator is told of the sources: one that keeps failing or has gone silent, once and again each day
while that lasts, and when it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from paperdigest.core import notices, schedule
from paperdigest.core.health import Condition, silent_since
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import Press
from paperdigest.flow.looked_at import LookedAt, SourceView
from paperdigest.flow.notice import notify
from paperdigest.store import facts, history
from paperdigest.store.connection import Store
from paperdigest.store.sources import SourceState

#: A source that has failed for so long is worth a word to the operator.
_FAILING = timedelta(hours=1)


def watch(
    store: Store, press: Press, operator: Subscriber, views: Sequence[SourceView], now: datetime
) -> None:
    """Tell the operator what is to be told now; the same words never twice."""
    if not operator.deliver:
        return
    looked_at = LookedAt(store, views, now)
    states = history.source_states(store)
    zone = schedule.zone(operator.timezone)
    said = {line.name: line.said for line in looked_at.lines(now, now, zone)}
    for view in views:
        state = states.get(view.name)
        if state is None:
            continue
        fact = f"told of source {view.name}"
        day, _, told = (facts.fact(store, fact) or "").partition(" ")
        today = f"{now.astimezone(zone):%Y-%m-%d}"
        words = _trouble(looked_at.condition(view, now), state, said[view.name], now, zone)
        if words is None and told:
            words = notices.recovered_source(view.name, told, now.astimezone(zone))
            _tell(store, press, operator, words, now, fact, "")
        elif words is not None and day != today:
            _tell(store, press, operator, words, now, fact, f"{today} {words[0]}")


_Words = tuple[str, tuple[str, ...]]


def _tell(
    store: Store,
    press: Press,
    operator: Subscriber,
    words: _Words,
    now: datetime,
    fact: str,
    remembered: str,
) -> None:
    notify(store, press, operator, *words, now)
    with store.transaction():
        facts.remember(store, fact, remembered)


def _trouble(
    found: Condition, state: SourceState, said: str, now: datetime, zone: tzinfo
) -> _Words | None:
    """Return what is to be told of a source; None if all is well, or may be over in a moment."""
    local = now.astimezone(zone)
    since = state.failing_since_at
    if found is Condition.FAILED and since is not None and now - since >= _FAILING:
        return notices.failing_source(state.name, since.astimezone(zone), local, state.error)
    if found is Condition.STALE:
        silent = (
            silent_since(first_read_at=state.first_read_at, last_new_at=state.last_new_at) or now
        )
        return notices.silent_source(state.name, silent.astimezone(zone), local, said)
    return None
