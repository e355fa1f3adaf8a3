"""What the doctor examines, and what an examination comes to: a grade, what was found, what to do. Pure.

The judgements stand beside it, in `examine_…`; what they judge is read by `paperdigest.doctor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

#: Every examination in the order of the report, and what it asks. docs/doctor.md explains each.
EXAMINATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "python": "Is this Python free of holes that are known?",
        "libraries": "Are the libraries as new as they must be?",
        "sqlite": "Can this SQLite hold the database, and is it free of the WAL-reset bug?",
        "expat": "Is the reader of XML free of holes that are known?",
        "encoding": "Can names and titles be shown as they are?",
        "config": "Can the config be read?",
        "storage": "Is the database on a disk that stays and that locks?",
        "disk": "Is there room, for bytes and for files?",
        "permissions": "Can paperdigest get at its files, and nobody else?",
        "memory": "Is there as much memory as it may need?",
        "open-files": "May it open as many files as it may need?",
        "clock": "Can the clock be believed?",
        "time-zones": "Are the time zones known, and their rules of today?",
        "proxies": "What goes through a proxy?",
        "service": "Who runs, as whom?",
        "database": "Can the database be read, and is it sound?",
        "backups": "Is there a backup?",
        "papers": "Which papers have two ids of one registry?",
        "sources": "Which sources have left the config?",
        "channels": "Do mail and Slack take us, and for how long?",
        "feeds": "Do the sources answer?",
        "server-time": "Does the clock agree with a server's?",
        "page": "Does the unsubscribe page answer at its address?",
    }
)
#: Those that ask others: only with --network.
OVER_THE_NETWORK: Final = ("channels", "feeds", "server-time", "page")


class Grade(StrEnum):
    """How much it matters. `advice`: it works, and could be better. `trouble`: something does not work, or what
    was written may be lost or read by others."""

    OK = "ok"
    ADVICE = "advice"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found: one line. `do` says what to do, "" where nothing is to be done."""

    examination: str
    found: str
    grade: Grade = Grade.OK
    do: str = ""

    def __str__(self) -> str:
        return self.found + (f" · {self.do}" if self.do else "")


def advice(examination: str, found: str, do: str = "") -> Finding:
    """Return a finding that works and could be better."""
    return Finding(examination, found, Grade.ADVICE, do)


def trouble(examination: str, found: str, do: str = "") -> Finding:
    """Return a finding that does not work, or that loses or gives away something."""
    return Finding(examination, found, Grade.TROUBLE, do)


def told(examination: str, said: str, grade: Grade) -> Finding:
    """Return a finding of what was said in our own form: "what · what to do"."""
    found, _, do = said.partition(" · ")
    return Finding(examination, found, grade, do)


def counted(findings: Iterable[Finding]) -> Mapping[Grade, int]:
    """Return how many findings there are of each grade."""
    grades = [finding.grade for finding in findings]
    return {grade: grades.count(grade) for grade in Grade}
