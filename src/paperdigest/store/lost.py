"""A database that is gone though there was one: it is never made anew, for an empty one would send the world again.

Where one was, its traces lie beside it: the lock of whoever delivered, made with the first round over a complete
database and never removed, the backups, its log, and what a restore that was broken off left.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paperdigest.core import words
from paperdigest.core.errors import StoreDamaged
from paperdigest.store.backup import FOLDER, kept
from paperdigest.store.locks import DELIVER_LOCK

#: Below the storage folder: where a restore works, and what the folders begin with to which it moves what was there.
RESTORING: Final = "restoring"
REPLACED: Final = "replaced-"


def refuse_lost(database: Path) -> None:
    """Raise StoreDamaged where a database was once, saying how to restore it and how to begin anew."""
    storage = database.parent
    moved = sorted(path.name for path in storage.glob(f"{REPLACED}*"))
    others = (DELIVER_LOCK, FOLDER, f"{database.name}-wal", f"{database.name}-shm", RESTORING)
    traces = [*(name for name in others if _is_trace(storage, name)), *moved]
    if not traces or _is_there(database):  # somebody may have made it just now
        return
    backups = kept(storage)
    restore = f"paperdigest restore {backups[-1]}" if backups else "put it back"
    newest = f" · {moved[-1]} may hold the newest state" if moved else ""
    named = words.names(traces)
    raise StoreDamaged(
        f"{database} is gone or empty, and there was one: {named} lie beside it{newest}"
        f" · {restore} · to begin anew, which sends again what was sent: move {named} away"
    )


def _is_there(database: Path) -> bool:
    try:
        return database.stat().st_size > 0
    except OSError:
        return False


def _is_trace(storage: Path, name: str) -> bool:
    return bool(kept(storage)) if name == FOLDER else (storage / name).exists()
