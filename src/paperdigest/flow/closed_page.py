"""Tells the operator that the page for readers cannot be opened: links in mails lead nowhere meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from paperdigest.core import notices, schedule
from paperdigest.core.notices import Words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow import lasting
from paperdigest.flow.drafting import Press
from paperdigest.flow.lasting import Watched
from paperdigest.store.connection import Store

_NAME = "page"


def tell(
    store: Store, press: Callable[[], Press], operator: Subscriber, trouble: str, now: datetime
) -> bool:
    """Put a word into the outbox when one is due; return whether that was so. `trouble` "" is none."""
    local = now.astimezone(schedule.zone(operator.timezone))

    def begun(names: Sequence[str]) -> Sequence[Words]:
        return [notices.closed_page(trouble, local) for _ in names]

    def over(names: Mapping[str, str]) -> Sequence[Words]:
        return [notices.open_page(local) for _ in names]

    watched = Watched("web", {_NAME: trouble} if trouble else {}, begun, over)
    return lasting.tell(store, press, operator, [watched], now)
