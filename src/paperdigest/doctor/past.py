"""Reads what an installation has stored, and who has it in hand. Opens the database for reading only, each time."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from paperdigest.core.errors import StoreError
from paperdigest.core.examine_history import (
    MOST_LISTED,
    Backups,
    Contradiction,
    Database,
    Service,
    Standstill,
)
from paperdigest.doctor.installation import Installation, user_name
from paperdigest.flow import host, restored
from paperdigest.flow.backups import standing
from paperdigest.machine import host_id
from paperdigest.store import inspection, latest
from paperdigest.store.connection import Store, open_store
from paperdigest.store.locks import SERVICE_LOCK, Holder

#: What files read by `ingest --file` count for where there is no inbox.
_BY_HAND = "file"


class NotStored(StoreError):
    """There is no config, so nobody knows where anything is stored."""


def database(found: Installation) -> Database:
    """Return the database as it is. Raises NoHistory and StoreError."""
    with _opened(found) as store:
        return inspection.inspected(store, _path(found))


def standstill(found: Installation) -> Standstill:
    """Return what keeps `run` from going on with the database, if anything does."""
    with _opened(found) as store:
        other = host.elsewhere(store, host_id())
        back = restored.restored(store)
    return Standstill(
        None if other is None else (other[0].name, other[1]),
        None if back is None else back.made_at,
    )


def newest_time(found: Installation) -> datetime | None:
    """Return the newest time that is stored."""
    with _opened(found) as store:
        return latest.newest_time(store)


def backups(found: Installation) -> Backups:
    """Return how it stands with backups."""
    wanted = found.settings is None or found.settings.backup.keep > 0
    with _opened(found) as store:
        known = standing(store)
        made = inspection.instant(store, "backup made")
    return Backups(made, known.trouble if known else "", wanted)


def contradictions(found: Installation) -> tuple[int, Sequence[Contradiction]]:
    """Return how many papers have ids that contradict each other, and the first of them."""
    with _opened(found) as store:
        return inspection.contradictions(store, MOST_LISTED)


def sources_gone(found: Installation) -> Sequence[tuple[str, int]]:
    """Return the sources that have records and are not in the config."""
    names = {source.name for source in found.settings.sources} if found.settings else set()
    names.add(_BY_HAND)
    with _opened(found) as store:
        return list(inspection.records_of_others(store, names))


def service(found: Installation) -> Service | None:
    """Return who runs; None for nobody. Raises OSError where that may not be looked at."""
    if found.storage is None:
        return None
    held, holder = inspection.lock_holder(found.storage / SERVICE_LOCK)
    if not held:
        return None
    return Service("somebody") if holder is None else Service(str(holder), _user_of(holder))


def _user_of(holder: Holder) -> str:
    """Return whose process it is, where the system tells (Linux)."""
    if holder.host != socket.gethostname():
        return ""
    try:
        return user_name(Path("/proc", str(holder.pid)).stat().st_uid)
    except OSError:
        return ""


def _opened(found: Installation) -> Store:
    return open_store(_path(found), write=False, user=os.geteuid())


def _path(found: Installation) -> Path:
    if found.database is None:
        raise NotStored("there is no config, so nobody knows where the database is")
    return found.database
