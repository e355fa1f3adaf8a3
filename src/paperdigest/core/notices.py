"""The words of notices: short messages to a reader or the operator about the service itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core import words


def broken_subscription(problems: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell a reader of mistakes in their file."""
    return (
        "Your subscription file cannot be read",
        (*problems, "Until it is mended, your digests go on as they were."),
    )


def broken_file(name: str, problems: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of a subscriber's broken file."""
    return (
        f"The subscription file of {name} cannot be read",
        (*problems, "It is set aside; the last good version stays in force."),
    )


def refused_files(reasons: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of files that could not be taken."""
    title = f"{words.count(len(reasons), 'file')} could not be read"
    return title, (*reasons[:20], "Each lies in quarantine/ beside its reason.")


def failing_source(
    name: str, since: datetime, now: datetime, error: str
) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of a source that keeps failing: one word a day."""
    return (
        f"{name} could not be read since {words.short_date(since)} {words.clock(since)}",
        (error, f"Last looked at on {words.full_date(now)}; it is tried again by itself."),
    )


def silent_source(
    name: str, since: datetime, now: datetime, said: str
) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of a source that brings nothing although it should: one
    word a day. `said` is what digests say of it."""
    return (
        f"{name} has brought nothing since {words.short_date(since)}",
        (
            f"{name}: {said}.",
            f"It answers, and was last looked at on {words.full_date(now)}. Its address may have changed.",
        ),
    )


def recovered_source(name: str, said: str, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator that a source is well again. `said` is what was told."""
    return (
        f"{name} is well again",
        (f"{said}; on {words.full_date(now)} at {words.clock(now)} it was read well.",),
    )
