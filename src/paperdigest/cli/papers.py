"""Find the paper a command names: by id, address or any part of its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperdigest.core.errors import UsageError
from paperdigest.core.paper import Paper

if TYPE_CHECKING:
    from paperdigest.store.connection import Store

MOST = 20


def found_papers(store: Store, text: str) -> list[tuple[int, Paper]]:
    """Return the papers a text names, at most 20. Raises UsageError when there is none."""
    from paperdigest.store import history

    found = history.find_papers(store, text)[:MOST]
    if not found:
        raise UsageError(
            f'no paper "{text}" in history · give an id, an address or part of a title'
        )
    return found
