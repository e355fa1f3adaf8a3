"""What a channel finds out by asking the other side about its targets, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Grade(StrEnum):
    """How much it matters what was found."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What asking the other side found out about `what` ("" for the channel itself). `until`: when that ends by
    itself, as a certificate does."""

    what: str
    says: str
    grade: Grade = Grade.OK
    until: datetime | None = None


@runtime_checkable
class Surveys(Protocol):
    """A channel that can ask the other side about its targets, without sending anything."""

    def survey(self, targets: Sequence[str]) -> tuple[Finding, ...]:
        """Return what is found, the channel itself first. Raises PaperdigestError if nothing can be asked."""
        ...
