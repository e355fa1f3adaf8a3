"""Handing out the papers of history, all or those that an expression finds, a few at a time. Reads only."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from itertools import islice
from typing import Final

from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.flow.search import search
from paperdigest.store import history
from paperdigest.store.connection import Store

_AT_ONCE: Final = 1_000


def exported(
    store: Store,
    query: Query | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Generator[Paper]:
    """Yield the papers first seen from `since` to `until` that the query takes, all without one, in the order in
    which they came into history; all as they stood at one moment. Close it where it is not read to its end."""
    with store.reading():
        if query is None:
            keys = iter(history.paper_keys(store, since=since, until=until))
        else:
            found = search(store, query, since=since, until=until, limit=0)
            keys = iter(sorted(found.matched))
        while some := list(islice(keys, _AT_ONCE)):
            yield from history.papers(store, some).values()
