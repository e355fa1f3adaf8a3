"""Time zones by their IANA name, and a good answer when the name is not one."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from paperdigest.core.errors import ScheduleError

# In the tz folder, but not a place: what they mean depends on the machine or counts leap seconds.
_NOT_PLACES = frozenset({"localtime", "posixrules", "factory", "local"})
_NOT_PLACES_UNDER = ("right/", "posix/")
# Abbreviations people type that are no zones. Ambiguous ones go to where most readers are.
_ABBREVIATIONS = {
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "mdt": "America/Denver",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "edt": "America/New_York",
    "bst": "Europe/London",
    "cest": "Europe/Berlin",
    "eest": "Europe/Helsinki",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
    "z": "UTC",
}


# Python itself keeps eight: readers in ten zones would have their files read anew at every look.
@lru_cache(maxsize=1_024)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name such as "Europe/Berlin". Raises ScheduleError.

    Source: https://www.iana.org/time-zones, as installed or from the tzdata package.
    """
    plain = name.strip()
    lowered = plain.lower()
    if lowered in _NOT_PLACES or lowered.startswith(_NOT_PLACES_UNDER):
        raise ScheduleError(f'"{name}" is not a time zone', 'name a place, like "Europe/Berlin"')
    try:
        return ZoneInfo(plain)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" is a folder
        raise ScheduleError(f'unknown time zone "{name}"', _hint(lowered)) from error


def _hint(wanted: str) -> str:
    guess = _ABBREVIATIONS.get(wanted) or _nearest(wanted.replace(" ", "_"))
    if guess:
        return f'did you mean "{guess}"?'
    return 'name a place, like "Europe/Berlin", or "UTC"'


def _nearest(wanted: str) -> str:
    names = {known.lower(): known for known in sorted(available_timezones())}
    names = {lowered: known for lowered, known in names.items() if lowered not in _NOT_PLACES}
    if wanted in names:
        return names[wanted]
    # "berlin" and "munich/berlin" are a city in the wrong place: the last word decides.
    cities: dict[str, str] = {}
    for lowered, known in names.items():
        cities.setdefault(lowered.rpartition("/")[2], known)
    city = wanted.rpartition("/")[2]
    if city in cities:
        return cities[city]
    for pool, word in ((names, wanted), (cities, city)):
        if close := get_close_matches(word, pool, n=1, cutoff=0.75):
            return pool[close[0]]
    return ""
