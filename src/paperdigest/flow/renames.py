"""Who in the config may be somebody under a new name, and said nothing of it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.store import subscribers
from paperdigest.store.connection import Store
from paperdigest.store.subscribers import Registered

#: So long after a name left the config it is asked whether another one came for it.
_ASKED_FOR = timedelta(days=30)
#: A name that came within so long of another's leaving may be the other's.
_AT_ONCE = timedelta(days=1)
#: So many newcomers are asked about: a folder or a channel may serve hundreds.
_MOST = 3


def rename_warnings(
    store: Store, wanted: Sequence[Subscriber], now: datetime, *, broken: Collection[str] = ()
) -> Iterator[str]:
    """Yield a line for each name that left the config and is taken over by nobody: who may have taken it, or
    only that it left. `broken` are names whose file cannot be read now."""
    known = subscribers.registered(store)
    present = {reader.name for reader in wanted} | set(broken) | {OPERATOR}
    settled = present | {reader.formerly for reader in wanted}
    served_at: dict[frozenset[str], list[str]] = {}
    for reader in wanted:
        if not reader.formerly:
            served_at.setdefault(frozenset(reader.deliver), []).append(reader.name)
    for name, left in known.items():
        if name in settled or (left.gone_at and now - left.gone_at > _ASKED_FOR):
            continue
        there = served_at.get(frozenset(left.last_good.deliver), ())
        newcomers = [each for each in there if _came_then(known.get(each), left)]
        yield from (_question(newcomer, name) for newcomer in newcomers[:_MOST])
        if left.gone_at is None and not newcomers:
            yield f'"{name}" left the config · its history stays; if renamed, write formerly = "{name}"'


def _came_then(newcomer: Registered | None, left: Registered) -> bool:
    """Say whether somebody came when the other went; None is not known to the store yet."""
    if newcomer is None:
        return True
    return left.gone_at is not None and abs(newcomer.registered_at - left.gone_at) <= _AT_ONCE


def _question(newcomer: str, old: str) -> str:
    return (
        f'if {newcomer} is who {old} was, add formerly = "{old}" to {newcomer}'
        f" · what {old} was sent is then not sent again, and what waited for {old} is not lost"
    )
