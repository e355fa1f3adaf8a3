"""A database that is gone though there was one: it is never made anew, for an empty one would send the world again.

Where one was, its traces lie beside it: the lock of whoever delivered, made with the first round over a complete
database and never removed, and the backups.
"""

from __future__ import annotations

from pathlib import Path

from paperdigest.core.errors import StoreDamaged
from paperdigest.store.backup import FOLDER, kept
from paperdigest.store.locks import DELIVER_LOCK


def refuse_lost(database: Path) -> None:
    """Raise StoreDamaged where a database was once, saying how to restore it and how to begin anew."""
    traces = [name for name in (DELIVER_LOCK, FOLDER) if _is_trace(database.parent, name)]
    if not traces:
        return
    backups = kept(database.parent)
    restore = f"paperdigest restore {backups[-1]}" if backups else "put it back"
    raise StoreDamaged(
        f"{database} is gone or empty, and there was one: {' and '.join(traces)} lie beside it"
        f" · {restore} · to begin anew, which sends again what was sent: move {' and '.join(traces)} away"
    )


def _is_trace(storage: Path, name: str) -> bool:
    return bool(kept(storage)) if name == FOLDER else (storage / name).exists()
