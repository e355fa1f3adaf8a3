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
    """Return title and lines that tell the operator of files that lie in quarantine now."""
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
            f"It answers, and was last looked at on {words.full_date(now)}. Its address may be wrong or have changed.",
        ),
    )


def recovered_source(name: str, said: str, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator that a source is well again. `said` is what was told."""
    return (
        f"{name} is well again",
        (f"{said}; on {words.full_date(now)} at {words.clock(now)} it was read well.",),
    )


def barred_ways(
    barred: Sequence[tuple[str, str, datetime]], now: datetime, waiting: int
) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of channels and targets that nothing gets through to before
    somebody acts: one word a day. `barred` holds (name, what is wrong and what to do, since when), `waiting`
    counts the messages."""
    name, _, since = barred[0]
    title = (
        f"{name} takes no messages since {words.short_date(since)} {words.clock(since)}"
        if len(barred) == 1
        else f"{words.count(len(barred), 'target')} take no messages"
    )
    more = len(barred) - 20
    return title, (
        *(f"{name}: {reason}" for name, reason, _ in barred[:20]),
        *([f"and {more} more"] if more > 0 else []),
        f"On {words.full_date(now)}: {words.count(waiting, 'message')} waiting, each for up to five days.",
        "It is tried again every 15 minutes, so once that is mended nothing else is to be done.",
    )


def open_ways(open_again: Sequence[str], now: datetime) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator that messages go through again, by names."""
    return (
        f"{words.names(open_again)} {'takes' if len(open_again) == 1 else 'take'} messages again",
        (f"What waited goes out since {words.full_date(now)} at {words.clock(now)}.",),
    )


def way(name: str) -> str:
    """Return a channel's or target's name for people."""
    return {"email": "E-mail", "slack": "Slack", "slack-webhook": "Slack"}.get(name, name)


def held_reason(run: int) -> str:
    """Return why a delivery of a held run waits, and what to do."""
    return (
        f"run {run} would send far more than usual"
        f" · paperdigest release {run}, or paperdigest drop {run}"
    )


def held_line(run: int, papers: int, readers: int, usual: int) -> str:
    """Return one line on a held run, for the status page and the command line."""
    return (
        f"run {run} is held: {words.count_papers(papers)} to {words.count(readers, 'reader')},"
        f" usually {words.number(usual)} · paperdigest release {run}, or paperdigest drop {run}"
    )


def held_run(
    run: int, papers: int, readers: int, usual: int, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of a run that is held until they decide."""
    to = f"{words.count_papers(papers)} to {words.count(readers, 'reader')}"
    as_a_rule = (
        f"As a rule it is about {words.count_papers(usual)}."
        if usual
        else "These readers had no digest before, so there is no usual number."
    )
    return (
        f"Run {run} is held: it would send {to}",
        (
            f"Composed on {words.full_date(at)} at {words.clock(at)}. {as_a_rule}",
            "A changed config or a source that tells old papers as new can be the reason.",
            f"To send it as it is: paperdigest release {run}",
            f"To give it up, its papers for good: paperdigest drop {run}",
            "Until then nothing of it is sent; later digests go out as always.",
        ),
    )


def paused_recipient(
    subscriber: str, target: str, days: str, error: str
) -> tuple[str, tuple[str, ...]]:
    """Return title and lines that tell the operator of an address that does not exist (any more)."""
    bare = target.partition(":")[2]
    return (
        f"{bare} is refused for good: nothing more goes there for now",
        (
            f"{subscriber} at {bare}, refused on {days}: {error}",
            "Digests for it wait. If the address is wrong, put it right in the config.",
            f"If it is right and works again: paperdigest resume {subscriber} {bare}",
        ),
    )
