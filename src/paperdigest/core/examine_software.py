"""Judges the software underneath: Python, its libraries, SQLite, expat, the encoding. Versions in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, advice, trouble
from paperdigest.core.versions import Requirement, Version, version, written


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole in Python. `closed` is the first version without it, by branch; newer branches never had it."""

    name: str
    closed: Mapping[Version, Version]

    def open_in(self, python: Version) -> bool:
        """Say whether this Python has it. Distributions that mend without a new number are not seen through."""
        closed = self.closed.get(python[:2])
        return closed is not None and python < closed


#: Both let a header that is written carelessly begin another one. https://github.com/python/cpython/issues/121650
#: and https://github.com/python/cpython/issues/144125; our mail headers are written by `channels.mail_headers`.
HOLES: Final = (
    Hole("CVE-2024-6923", {(3, 11): (3, 11, 10), (3, 12): (3, 12, 5), (3, 13): (3, 13)}),
    Hole(
        "CVE-2026-1299",
        {(3, 11): (3, 11, 15), (3, 12): (3, 12, 13), (3, 13): (3, 13, 12), (3, 14): (3, 14, 3)},
    ),
)
#: STRICT tables: https://www.sqlite.org/stricttables.html
OLDEST_SQLITE: Final = (3, 37)
_FIRST_WAL: Final = (3, 7)
_WAL_MENDED: Final = (3, 51, 3)
#: The mend was also put into two older branches. https://www.sqlite.org/changes.html
_WAL_MENDED_TOO: Final[Mapping[Version, Version]] = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
#: CVE-2023-52425: a long token in pieces takes time that grows with its square.
OLDEST_GOOD_EXPAT: Final = (2, 6)


def python(number: str) -> Iterator[Finding]:
    """Judge the interpreter."""
    here = version(number)
    holes = [hole for hole in HOLES if hole.open_in(here)]
    if not holes:
        yield Finding("python", number)
        return
    names = words.names([hole.name for hole in holes])
    better = max(hole.closed[here[:2]] for hole in holes)
    yield advice(
        "python",
        f"{number} writes mail headers that text can break out of ({names});"
        " paperdigest writes its own, so no digest is touched",
        f"update Python to {written(better)} or newer, unless your system has mended {number} without a new number",
    )


@dataclass(frozen=True, slots=True)
class Library:
    """A library that is needed, and its version here; "" where it is missing."""

    needed: Requirement
    installed: str


def libraries(found: Sequence[Library]) -> Iterator[Finding]:
    """Judge the libraries by the bounds of our own package."""
    wrong = [_library(library) for library in found]
    yield from filter(None, wrong)
    if not any(wrong):
        count = words.count(len(found), "library", "libraries")
        yield Finding("libraries", f"{count}, all as new as needed")


def _library(library: Library) -> Finding | None:
    needed, installed = library.needed, library.installed
    if not installed:
        return trouble("libraries", f"{needed.name} is missing", f"pip install {needed.name}")
    here = version(installed)
    if here < version(needed.least):
        return trouble(
            "libraries",
            f"{needed.name} {installed} is older than {needed.least}",
            f"pip install --upgrade '{needed.name}>={needed.least}'",
        )
    if needed.below and here >= version(needed.below):
        return advice(
            "libraries",
            f"{needed.name} {installed} is newer than what paperdigest was tried with",
            f"pip install '{needed.name}<{needed.below}'",
        )
    return None


def has_wal_reset_bug(number: Version) -> bool:
    """Say whether this SQLite can damage a database in WAL mode: 3.7.0 to 3.51.2, but 3.44.6 and 3.50.7 and what
    followed on their branches. https://www.sqlite.org/wal.html"""
    mended = _WAL_MENDED_TOO.get(number[:2], _WAL_MENDED)
    return _FIRST_WAL <= number < mended


def sqlite(number: str, *, has_fts5: bool = True) -> Iterator[Finding]:
    """Judge SQLite by its version and by whether it was built with its full-text search."""
    here = version(number)
    if here < OLDEST_SQLITE:
        yield trouble(
            "sqlite",
            f"{number} knows no STRICT tables, so it cannot open the database",
            f"use a Python that comes with SQLite {written(OLDEST_SQLITE)} or newer",
        )
        return
    if not has_fts5:
        yield trouble(
            "sqlite",
            f"{number} was built without FTS5, so there can be no search index",
            "use a Python whose SQLite has it",
        )
    if has_wal_reset_bug(here):
        yield advice(
            "sqlite",
            f"{number} has the WAL-reset bug, which can damage a database that two connections write at one instant;"
            " paperdigest lets one process write at a time, so it keeps clear of it",
            f"let no other program write to paperdigest.db; SQLite {written(_WAL_MENDED)} or newer is free of it",
        )
    elif has_fts5:
        yield Finding("sqlite", number)


def expat(number: str) -> Iterator[Finding]:
    """Judge the XML parser that Python is built with."""
    if version(number) >= OLDEST_GOOD_EXPAT:
        yield Finding("expat", number)
        return
    yield advice(
        "expat",
        f"{number} can be kept busy by XML that is made for it (CVE-2023-52425);"
        " paperdigest limits how much it reads, so that ends",
        f"use a Python with expat {written(OLDEST_GOOD_EXPAT)} or newer, unless your system has mended {number}",
    )


def encoding(output: str, files: str) -> Iterator[Finding]:
    """Judge the encodings of standard output and of file names."""
    if not _is_utf8(output):
        yield advice(
            "encoding",
            f"standard output is {output or 'of no known encoding'}, so titles may lose signs",
            "set LANG=C.UTF-8, or PYTHONUTF8=1",
        )
    if not _is_utf8(files):
        yield advice(
            "encoding",
            f"file names are {files}, so some in the inbox may not be readable",
            "set LANG=C.UTF-8, or PYTHONUTF8=1",
        )
    if _is_utf8(output) and _is_utf8(files):
        yield Finding("encoding", "UTF-8")


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "-") in ("utf-8", "utf8")
