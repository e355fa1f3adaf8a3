"""A database that lies where it was before `[storage] dir` was set: nobody would see it, and all would be new again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperdigest.app import App


def left_behind(app: App) -> Iterator[str]:
    """Yield that, and what to do, where the config names a folder without a database and there is one beside the
    config. Which other folder was named before, nobody knows."""
    from paperdigest.core import reload_words

    known = app.settings.folder / app.database.name
    if known != app.database and known.exists() and not app.database.exists():
        yield reload_words.left_behind(str(app.settings.storage), str(known.parent))
