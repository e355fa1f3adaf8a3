"""What the operator is told of channels and targets that nothing gets through to: before somebody acts, or for
long already (`flow.pacing.LASTING`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from paperdigest.core import notices, schedule
from paperdigest.core.notices import Words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.lasting import Watched
from paperdigest.store import deliveries, subscribers, ways
from paperdigest.store.connection import Store
from paperdigest.store.ways import Trouble


def barred(store: Store, operator: Subscriber) -> tuple[Trouble, ...]:
    """Return the ways that nothing gets through, of those that anybody is still to be reached by."""
    troubles = ways.troubles(store)
    if not troubles:
        return ()
    targets = _targets(store, operator)
    return tuple(one for one in troubles if _is_used(store, one.way, targets))


def ways_out(store: Store, operator: Subscriber, now: datetime) -> Watched:
    """Return the ways that are barred."""
    found = {trouble.way: trouble for trouble in barred(store, operator)}
    # A way that nobody uses any more is as it was: there is nothing to say of it.
    shut = {trouble.way for trouble in ways.troubles(store)}
    local = now.astimezone(schedule.zone(operator.timezone))
    return Watched(
        "way",
        {way: trouble.reason for way, trouble in found.items()},
        begun=lambda names: _begun(store, [found[name] for name in names], local),
        over=lambda told: _over(told, shut, local),
    )


def _begun(store: Store, troubles: Sequence[Trouble], local: datetime) -> list[Words]:
    waiting = deliveries.waiting_for(store, [trouble.way for trouble in troubles])
    lines = [
        (notices.way(one.way), one.reason, one.since_at.astimezone(local.tzinfo))
        for one in troubles
    ]
    return [notices.barred_ways(lines, local, waiting)]


def _over(told: Mapping[str, str], shut: Collection[str], local: datetime) -> list[Words]:
    open_again = [notices.way(way) for way in sorted(told) if way not in shut]
    return [notices.open_ways(open_again, local)] if open_again else []


def _targets(store: Store, operator: Subscriber) -> frozenset[str]:
    """Return where anything goes by what the config says now."""
    readers = subscribers.registered(store).values()
    wanted = [reader.last_good.deliver for reader in readers if reader.gone_at is None]
    return frozenset(operator.deliver).union(*wanted)


def _is_used(store: Store, way: str, targets: Collection[str]) -> bool:
    if ":" in way:
        return way in targets or deliveries.waiting_for(store, [way]) > 0
    named = any(target.partition(":")[0] == way for target in targets)
    return named or deliveries.waiting_for(store, [way]) > 0
