"""Tells the operator of a config or templates that were changed and cannot be used: once, each day, and when over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from paperdigest.core import reload_words, schedule
from paperdigest.core.notices import Words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow import lasting
from paperdigest.flow.drafting import Press
from paperdigest.flow.lasting import Watched
from paperdigest.store.connection import Store


def tell(
    store: Store,
    press: Callable[[], Press],
    operator: Subscriber,
    wrong: Mapping[str, Sequence[str]],
    now: datetime,
) -> bool:
    """Put a word into the outbox when one is due; return whether that was so. `wrong` holds what cannot be used,
    CONFIG or TEMPLATES, with its problems."""
    local = now.astimezone(schedule.zone(operator.timezone))

    def begun(names: Sequence[str]) -> Sequence[Words]:
        return [reload_words.not_taken(name, wrong[name], local) for name in names]

    def over(names: Mapping[str, str]) -> Sequence[Words]:
        return [reload_words.taken(name, local) for name in names]

    watched = Watched("reload", dict.fromkeys(wrong, ""), begun, over)
    return lasting.tell(store, press, operator, [watched], now)
