"""Reads the two copies of the time zones' rules: the system's, and that of the tzdata package."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from paperdigest.core.examine_zones import Zone, ZoneData, of_package

#: How far ahead the two are compared, day by day.
_AHEAD = timedelta(days=400)
_STEP = timedelta(hours=12)


def zone_data(
    names: Iterable[str], now: datetime, folders: Sequence[str] = zoneinfo.TZPATH
) -> ZoneData:
    """Return the versions of both copies, and how each of these zones stands. `folders` are the system's."""
    known = [_zone(name, now, folders) for name in dict.fromkeys(names)]
    return ZoneData(_system_version(folders), _package_version(), known)


def _zone(name: str, now: datetime, folders: Sequence[str]) -> Zone:
    system, package = _of_system(name, folders), _of_package(name)
    if system is None:
        return Zone(name, None if package is None else False)
    day = None if package is None else _first_difference(system, package, now)
    return Zone(name, True, day)


def _first_difference(
    system: zoneinfo.ZoneInfo, package: zoneinfo.ZoneInfo, now: datetime
) -> date | None:
    at = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end = at + _AHEAD
    while at < end:
        if at.astimezone(system).utcoffset() != at.astimezone(package).utcoffset():
            return at.date()
        at += _STEP
    return None


def _of_system(name: str, folders: Sequence[str]) -> zoneinfo.ZoneInfo | None:
    """Read a zone as `zoneinfo` would, from the first folder that has it."""
    for folder in folders:
        path = Path(folder, name)
        try:
            with path.open("rb") as file:
                return zoneinfo.ZoneInfo.from_file(file, key=name)
        except (OSError, ValueError):
            continue
    return None


def _of_package(name: str) -> zoneinfo.ZoneInfo | None:
    *folders, last = name.split("/")
    try:
        place = files(".".join(("tzdata", "zoneinfo", *folders))) / last
        with place.open("rb") as file:
            return zoneinfo.ZoneInfo.from_file(file, key=name)
    except (ImportError, OSError, ValueError):
        return None


def _system_version(folders: Sequence[str]) -> str:
    """Return "2026a" as the first folder says it: Debian and others in tzdata.zi, macOS in +VERSION."""
    for folder in folders:
        for name, start in (("tzdata.zi", "# version "), ("+VERSION", ""), ("version", "")):
            try:
                with Path(folder, name).open(encoding="ascii", errors="replace") as file:
                    line = file.readline(100).strip()
            except OSError:
                continue
            if line.startswith(start):
                return line.removeprefix(start)
    return ""


def _package_version() -> str:
    try:
        return of_package(version("tzdata"))
    except PackageNotFoundError:
        return ""
