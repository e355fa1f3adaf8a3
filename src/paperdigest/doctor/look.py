"""How everything is read that is judged: the real ways, each of which a test can replace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paperdigest.config import Settings
from paperdigest.core.examination import Finding
from paperdigest.core.examine_history import (
    Backups,
    Contradiction,
    Database,
    Service,
    Standstill,
)
from paperdigest.core.examine_network import Page
from paperdigest.core.examine_permissions import Place
from paperdigest.core.examine_places import Disk
from paperdigest.core.examine_software import Library
from paperdigest.core.examine_zones import ZoneData
from paperdigest.core.mounts import Mount
from paperdigest.doctor import clocks, disks, limits, past, rights, software, zones
from paperdigest.doctor.installation import Installation
from paperdigest.machine import wall_clock
from paperdigest.store import inspection


def _nothing(_: Settings) -> Iterable[Finding]:
    return ()


def _no_server(_: Settings) -> tuple[str, datetime | None]:
    return "", None


def _no_page(_: Settings) -> Page | None:
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """The machine and the files as they are. Whatever one raises ends one examination. The last four ask others,
    and ask nobody unless they are given. `server` returns a server's name ("" for none to ask) and its time."""

    now: Callable[[], datetime] = wall_clock
    python: Callable[[], str] = software.python_version
    libraries: Callable[[], Sequence[Library]] = software.libraries
    sqlite: Callable[[], str] = inspection.sqlite_version
    fts5: Callable[[], bool] = inspection.has_fts5
    expat: Callable[[], str] = software.expat_version
    output: Callable[[], str] = software.output_encoding
    file_names: Callable[[], str] = software.file_encoding
    mount: Callable[[Path], Mount | None] = disks.mount_of
    disk: Callable[[Path], Disk] = disks.disk_of
    places: Callable[[Settings], Iterable[Place]] = rights.places
    memory: Callable[[], int | None] = limits.memory_limit
    files: Callable[[], int | None] = limits.files_limit
    proxies: Callable[[], dict[str, str]] = limits.proxies
    kept_right: Callable[[], bool | None] = clocks.kept_right
    zones: Callable[[Iterable[str], datetime], ZoneData] = zones.zone_data
    newest: Callable[[Installation], datetime | None] = past.newest_time
    service: Callable[[Installation], Service | None] = past.service
    database: Callable[[Installation], Database] = past.database
    standstill: Callable[[Installation], Standstill] = past.standstill
    backups: Callable[[Installation], Backups] = past.backups
    contradictions: Callable[[Installation], tuple[int, Sequence[Contradiction]]] = (
        past.contradictions
    )
    sources_gone: Callable[[Installation], Sequence[tuple[str, int]]] = past.sources_gone
    channels: Callable[[Settings], Iterable[Finding]] = _nothing
    feeds: Callable[[Settings], Iterable[Finding]] = _nothing
    server: Callable[[Settings], tuple[str, datetime | None]] = _no_server
    page: Callable[[Settings], Page | None] = _no_page
