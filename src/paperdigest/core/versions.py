"""Version numbers, compared as numbers, and the lower bounds of a package's metadata (PEP 508, as far as we use it)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Version = tuple[int, ...]

_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)")
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<bounds>[^;\[]*?)\s*(?:;\s*(?P<marker>.+))?"
)
_BOUND = re.compile(r"\s*(>=|<)\s*([\w.]+)\s*")
_UNTIL_PYTHON = re.compile(r"""python_version\s*<\s*['"]([\d.]+)['"]""")


def version(text: str) -> Version:
    """Return "3.11.7" as (3, 11, 7). What follows the numbers ("rc1") is left out, and so are zeros at the end;
    nothing that begins with a number is ()."""
    found = _NUMBERS.match(text.strip())
    numbers = [int(part) for part in found[1].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def written(number: Version) -> str:
    """Return (3, 11, 7) as "3.11.7"."""
    return ".".join(map(str, number))


@dataclass(frozen=True, slots=True)
class Requirement:
    """A library that is needed: at least this version, and one before `below`; "" for no bound."""

    name: str
    least: str = ""
    below: str = ""


def requirements(lines: Iterable[str], python: Version) -> Iterator[Requirement]:
    """Yield what a package's metadata asks for with this Python. Extras are not asked for; of markers only
    `python_version < …` is understood, and what has another is left out."""
    for line in lines:
        found = _REQUIREMENT.fullmatch(line.strip())
        if found is None or not _applies(found["marker"] or "", python):
            continue
        bounds = dict(_BOUND.findall(found["bounds"]))
        yield Requirement(found["name"], bounds.get(">=", ""), bounds.get("<", ""))


def _applies(marker: str, python: Version) -> bool:
    if not marker:
        return True
    until = _UNTIL_PYTHON.fullmatch(marker.strip())
    return until is not None and python < version(until[1])
