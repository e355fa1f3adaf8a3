"""Whether the database could be written now. Writes nothing and waits for nobody."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from paperdigest.core.errors import LockHeld, StoreError
from paperdigest.store.connection import open_store


def probe(path: Path) -> None:
    """Raise StoreError where the database cannot be written. Whoever writes just now shows that it can."""
    if not path.is_file():  # opening it to write would make an empty one
        raise StoreError(f"{path} is not there any more · stop the service and restore a backup")
    with suppress(LockHeld), open_store(path, write=True, wait=0) as store, store.transaction():
        pass
