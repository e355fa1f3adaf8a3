"""What the operator is told of digests that cannot be made: their readers get none meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from paperdigest.core import words
from paperdigest.core.notices import Words

_MOST: Final = 20


def not_made(failing: Mapping[str, str], now: datetime) -> Words:
    """Return title and lines, one word a day. `failing` holds why, by the readers' names, and is not empty."""
    names = [*failing]
    title = (
        f"The digest of {names[0]} cannot be made"
        if len(names) == 1
        else f"{words.count(len(names), 'digest')} cannot be made"
    )
    more = (f"and {words.number(len(names) - _MOST)} more",) if len(names) > _MOST else ()
    return title, (
        *(f"{name}: {failing[name]}" for name in names[:_MOST]),
        *more,
        f"Found on {words.full_date(now)} at {words.clock(now)}; the others' digests go out as always.",
        "It is tried again by itself, and no paper is lost meanwhile.",
        f"To see it: {command(names[0])}",
    )


def made_again(names: Sequence[str], now: datetime) -> Words:
    """Return title and lines: they can be made, or are not due any more."""
    return f"Nothing stands in the way of {whose(names)} any more", (since(names, now),)


def whose(names: Sequence[str]) -> str:
    """Return `the digest of ada`, `3 digests`."""
    return f"the digest of {names[0]}" if len(names) == 1 else words.count(len(names), "digest")


def since(names: Sequence[str], now: datetime) -> str:
    """Return `ada, ben and 3 more: since Friday 20 Nov 2026 at 08:00.`"""
    more = f" and {words.number(len(names) - _MOST)} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}: since {words.full_date(now)} at {words.clock(now)}."


def line(name: str, reason: str) -> str:
    """Return one line on that, for the status page."""
    return f"the digest of {name} cannot be made: {reason}"


def command(name: str) -> str:
    """Return what shows a person the mistake."""
    return f"paperdigest preview {name}"
