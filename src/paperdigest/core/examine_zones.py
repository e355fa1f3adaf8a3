"""Judges the rules of time zones: where they come from, how old they are, whether two copies say the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, advice, trouble

_IANA = re.compile(r"(\d{4})([a-z]?)")
_PACKAGE = re.compile(r"(\d{4})\.(\d{1,2})(?:\.|$)")
#: Governments change their clocks with less notice than this.
OLD: Final = timedelta(days=365)
_UPDATE_SYSTEM = "update the system's tzdata"
_UPDATE_PACKAGE = "pip install --upgrade tzdata"


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone that the config names. `from_system`: Python takes its rules from the system; None: it does not know
    the zone at all. `disagrees_from` is the first day on which system and package tell different times."""

    name: str
    from_system: bool | None
    disagrees_from: date | None = None


@dataclass(frozen=True, slots=True)
class ZoneData:
    """The two copies of the rules, by version ("2026a"); "" for one that is not there or does not say."""

    system: str
    package: str
    zones: Sequence[Zone] = ()


def of_package(version: str) -> str:
    """Return the version of the rules in a tzdata package: 2026.2 holds 2026b. "" where it cannot be told."""
    found = _PACKAGE.match(version)
    number = int(found[2]) if found else 0
    return f"{found[1]}{chr(ord('a') + number - 1)}" if found and 1 <= number <= 26 else ""


def latest_day(version: str) -> date | None:
    """Return the day by which a version was out: the first of a year by April, others by its end."""
    found = _IANA.fullmatch(version)
    if found is None:
        return None
    year = int(found[1])
    return date(year, 4, 30) if found[2] == "a" else date(year, 12, 31)


def time_zones(data: ZoneData, today: date) -> Iterator[Finding]:
    """Judge what the zones of the config are computed by."""
    wrong = [*_unknown(data.zones), *_apart(data), *_old(data, today)]
    yield from wrong
    if not wrong:
        yield Finding("time-zones", _sources(data))


def _unknown(zones: Iterable[Zone]) -> Iterator[Finding]:
    for zone in zones:
        if zone.from_system is None:
            said = f"{zone.name} is not known here"
            yield trouble("time-zones", said, f"{_UPDATE_PACKAGE}, or name another zone")


def _apart(data: ZoneData) -> Iterator[Finding]:
    for zone in data.zones:
        if zone.disagrees_from is not None:
            used = f"the {'system' if zone.from_system else 'package'}'s hold here"
            yield advice(
                "time-zones",
                f"{zone.name}: the system ({data.system or 'no version'}) and the tzdata package"
                f" ({data.package or 'no version'}) disagree from {words.day_and_year(zone.disagrees_from)} on; {used}",
                f"{_UPDATE_SYSTEM}; {_UPDATE_PACKAGE}",
            )


def _old(data: ZoneData, today: date) -> Iterator[Finding]:
    by_system = any(zone.from_system for zone in data.zones) if data.zones else bool(data.system)
    version = data.system if by_system else data.package
    day = latest_day(version)
    if day is not None and today - day > OLD:
        whose = "the system's" if by_system else "the tzdata package's"
        yield advice(
            "time-zones",
            f"{whose} rules are {version}, more than a year old",
            _UPDATE_SYSTEM if by_system else _UPDATE_PACKAGE,
        )


def _sources(data: ZoneData) -> str:
    count = f"{words.count(len(data.zones), 'zone')} known, " if data.zones else ""
    copies = [
        f"{version} of {whose}"
        for version, whose in ((data.system, "the system"), (data.package, "the tzdata package"))
        if version
    ]
    return count + (words.names(copies) or "rules of no known version")
