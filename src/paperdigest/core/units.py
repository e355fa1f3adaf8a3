"""What the program finishes one by one, as values: a source read, a digest composed, a delivery settled. One line of
the log each, and what is counted and watched. Who is told is for `journal` to say.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source that was read to its end, or as far as it went. `seconds` is how long that took; the counts are
    those of its documents, `refused` is how many of these were refused whole."""

    event: ClassVar[str] = "source-read"

    source: str
    status: str
    documents: int
    papers: int
    new: int
    revised: int
    rejected: int
    refused: int
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class DigestComposed:
    """A digest that was written. `late` is how many seconds after its slot; None where no slot was due."""

    event: ClassVar[str] = "digest-composed"

    subscriber: str
    slot: str
    kind: str
    papers: int
    topics: int
    late: float | None = None


@dataclass(frozen=True, slots=True)
class DeliverySettled:
    """Where a message stands after it was tried, or looked for. `target` is masked; `seconds` is how long the
    channel took to send it, None where it was not asked to."""

    event: ClassVar[str] = "delivery"

    id: int
    key: str
    subscriber: str
    channel: str
    target: str
    part: int
    state: str
    attempt: int
    seconds: float | None = None
    error: str = ""


Unit = SourceRead | DigestComposed | DeliverySettled


def keys(unit: Unit) -> dict[str, object]:
    """Return what a line of the log says of a unit: what says nothing is left out, seconds are rounded."""
    found = {field.name: getattr(unit, field.name) for field in fields(unit)}
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in found.items()
        if value not in ("", None)
    }
