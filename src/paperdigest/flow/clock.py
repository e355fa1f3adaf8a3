"""What the operator is told of the clock: that it jumped, or stands before what is stored already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from paperdigest.core import clock, notices, schedule
from paperdigest.core.clock import Jump
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.drafting import Press
from paperdigest.flow.lasting import Watched, say
from paperdigest.store import latest
from paperdigest.store.connection import Store


def behind(store: Store, now: datetime) -> Jump | None:
    """Return that the clock stands before the newest time that is stored; None: it does not."""
    return clock.behind(latest.newest_time(store), now)


def clock_behind(store: Store, now: datetime, timezone: str) -> Watched:
    """Return whether the clock stands before what is stored."""
    zone = schedule.zone(timezone)
    found = behind(store, now)
    return Watched(
        "clock",
        {} if found is None else {"behind": ""},
        begun=lambda names: [
            notices.clock_behind(found.expected.astimezone(zone), found.shown.astimezone(zone))
            for _ in names
            if found is not None
        ],
        over=lambda told: [notices.clock_agrees(now.astimezone(zone)) for _ in told],
    )


def tell_of_jump(
    store: Store, press: Callable[[], Press], operator: Subscriber, jump: Jump, now: datetime
) -> None:
    """Tell the operator of a jump, with both times: once."""
    zone = schedule.zone(operator.timezone)
    words = notices.clock_jumped(jump.expected.astimezone(zone), jump.shown.astimezone(zone))
    say(store, press, operator, words, now)
