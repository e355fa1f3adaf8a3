"""What the operator is told of the sources: one that keeps failing or has gone silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from paperdigest.core import notices, schedule
from paperdigest.core.health import Condition, silent_since
from paperdigest.core.notices import Words
from paperdigest.flow.lasting import Watched
from paperdigest.flow.looked_at import LookedAt, SourceView
from paperdigest.store import history
from paperdigest.store.connection import Store
from paperdigest.store.sources import SourceState

#: A source that has failed for so long is worth a word to the operator.
_FAILING = timedelta(hours=1)
_WELL = (Condition.OK, Condition.QUIET)


def sources(store: Store, views: Sequence[SourceView], now: datetime, timezone: str) -> Watched:
    """Return the sources that ail. One that has failed for less than an hour neither lasts nor is over."""
    zone = schedule.zone(timezone)
    looked_at = LookedAt(store, views, now)
    states = history.source_states(store)
    said = {line.name: line.said for line in looked_at.lines(now, now, zone)}
    found = {view.name: looked_at.condition(view, now) for view in views if view.name in states}
    troubles = {
        name: words
        for name, condition in found.items()
        if (words := _trouble(condition, states[name], said[name], now, zone)) is not None
    }
    local = now.astimezone(zone)
    return Watched(
        "source",
        {name: title for name, (title, _) in troubles.items()},
        begun=lambda names: [troubles[name] for name in names],
        # A source that left the config is not well again: there is nothing to say of it.
        over=lambda told: [
            notices.recovered_source(name, title, local)
            for name, title in told.items()
            if name in found
        ],
        unsure=[name for name, condition in found.items() if condition not in _WELL],
    )


def _trouble(
    found: Condition, state: SourceState, said: str, now: datetime, zone: tzinfo
) -> Words | None:
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
