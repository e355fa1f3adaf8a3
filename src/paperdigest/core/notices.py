"""The words of notices: short messages to a reader or the operator about the service itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperdigest.core import words
from paperdigest.core.target import short
from paperdigest.core.topic_words import first_names

#: Title and lines of a notice.
Words = tuple[str, tuple[str, ...]]


def broken_subscription(problems: Sequence[str]) -> Words:
    """Return title and lines that tell a reader of mistakes in their file."""
    return (
        "Your subscription file cannot be read",
        (*_first(problems), "Until it is mended, your digests go on as they were."),
    )


def broken_file(name: str, problems: Sequence[str]) -> Words:
    """Return title and lines that tell the operator of a subscriber's broken file."""
    return (
        f"The subscription file of {name} cannot be read",
        (*_first(problems), "It is set aside; the last good version stays in force."),
    )


def refused_files(reasons: Sequence[str]) -> Words:
    """Return title and lines that tell the operator of files that lie in quarantine now."""
    title = f"{words.count(len(reasons), 'file')} could not be read"
    return title, (*_first(reasons), "Each lies in quarantine/ beside its reason.")


def failing_source(name: str, since: datetime, now: datetime, error: str) -> Words:
    """Return title and lines that tell the operator of a source that keeps failing: one word a day."""
    return (
        f"{name} could not be read since {words.short_date(since)} {words.clock(since)}",
        (error, f"Last looked at on {words.full_date(now)}; it is tried again by itself."),
    )


def silent_source(name: str, since: datetime, now: datetime, said: str) -> Words:
    """Return title and lines that tell the operator of a source that brings nothing although it should: one
    word a day. `said` is what digests say of it."""
    return (
        f"{name} has brought nothing since {words.short_date(since)}",
        (
            f"{name}: {said}.",
            f"It answers, and was last looked at on {words.full_date(now)}. Its address may be wrong or have changed.",
        ),
    )


def recovered_source(name: str, said: str, now: datetime) -> Words:
    """Return title and lines that tell the operator that a source is well again. `said` is what was told."""
    return (
        f"{name} is well again",
        (f"{said}; on {words.full_date(now)} at {words.clock(now)} it was read well.",),
    )


def barred_ways(barred: Sequence[tuple[str, str, datetime]], now: datetime, waiting: int) -> Words:
    """Return title and lines that tell the operator of channels and targets that nothing gets through to before
    somebody acts, or for an hour already: one word a day. `barred` holds (name, what is wrong and what to do,
    since when), `waiting` counts the messages."""
    name, _, since = barred[0]
    title = (
        f"{name} takes no messages since {words.short_date(since)} {words.clock(since)}"
        if len(barred) == 1
        else f"{words.count(len(barred), 'target')} take no messages"
    )
    return title, (
        *(f"{name}: {reason}" for name, reason, _ in barred[:_MOST_LINES]),
        *_and_more(len(barred)),
        f"On {words.full_date(now)}: {words.count(waiting, 'message')} waiting, each for up to five days.",
        "It is tried again by itself, so once that is mended nothing else is to be done.",
    )


def open_ways(open_again: Sequence[str], now: datetime) -> Words:
    """Return title and lines that tell the operator that messages go through again, by names."""
    return (
        f"{first_names(open_again, 'target')} {'takes' if len(open_again) == 1 else 'take'} messages again",
        (f"What waited goes out since {words.full_date(now)} at {words.clock(now)}.",),
    )


def way(name: str) -> str:
    """Return a channel's or target's name for people."""
    return {"email": "E-mail", "slack": "Slack", "slack-webhook": "Slack"}.get(name, name)


def held_reason(run: int) -> str:
    """Return why a delivery of a held run waits, and what to do."""
    return f"run {run} would send far more than usual · {held_commands(run)}"


def held_line(run: int, papers: int, readers: int, usual: int) -> str:
    """Return one line on a held run, for the command line."""
    return f"{held_said(run, papers, readers, usual)} · {held_commands(run)}"


def held_said(run: int, papers: int, readers: int, usual: int) -> str:
    """Return what a held run is."""
    return (
        f"run {run} is held: {words.count_papers(papers)} to {words.count(readers, 'reader')},"
        f" usually {words.number(usual)}"
    )


def held_commands(run: int) -> str:
    """Return what decides about a held run."""
    return f"paperdigest release {run}, or paperdigest drop {run}"


def held_run(run: int, papers: int, readers: int, usual: int, at: datetime) -> Words:
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


def paused_recipient(subscriber: str, target: str, days: str, error: str) -> Words:
    """Return title and lines that tell the operator of an address that does not exist (any more)."""
    bare = short(target)
    return (
        f"{bare} is refused for good: nothing more goes there for now",
        (
            f"{subscriber} at {bare}, refused on {days}: {error}",
            "Digests for it wait. If the address is wrong, put it right in the config.",
            f"If it is right and works again: paperdigest resume {subscriber} {bare}",
        ),
    )


def paused_recipients(paused: Sequence[tuple[str, str, str, str]], now: datetime) -> Words:
    """Return title and lines that tell the operator of several such addresses, or of one: `paused` holds
    (subscriber, target, days, error)."""
    if len(paused) == 1:
        return paused_recipient(*paused[0])
    return f"{words.count(len(paused), 'address', 'addresses')} are refused for good", (
        *(
            f"{name} at {short(target)}, refused on {days}: {error}"
            f" · paperdigest resume {name} {short(target)}"
            for name, target, days, error in paused[:_MOST_LINES]
        ),
        *_and_more(len(paused)),
        f"So on {words.full_date(now)}: what is wrong in the config, put right; what works again, resume.",
    )


def recipients_again(again: Sequence[tuple[str, str]], now: datetime) -> Words:
    """Return title and lines that tell the operator of addresses that get digests again: (subscriber, target)."""
    named = [f"{short(target)} of {name}" for name, target in again[:_MOST_LINES]]
    return (
        f"{words.names(named)} {'gets' if len(again) == 1 else 'get'} digests again",
        (f"Since {words.full_date(now)} at {words.clock(now)}.", *_and_more(len(again))),
    )


def held_deliveries(held: Sequence[tuple[int, str, str]], count: int, now: datetime) -> Words:
    """Return title and lines that tell the operator of deliveries of which nobody knows whether they arrived:
    one word a day. `held` holds (id, subscriber, target) of some of them, `count` says how many there are."""
    waits = "waits" if count == 1 else "wait"
    return f"{words.count(count, 'delivery', 'deliveries')} {waits} for you", (
        "Nobody knows whether these messages arrived, so nothing more is done with them:",
        *(f"{id_}: {name}, {target}" for id_, name, target in held),
        *_and_more(count, shown=len(held)),
        "Look whether it arrived, then: paperdigest resolve ID sent, or resend, or drop",
        f"All of them, on {words.full_date(now)}: paperdigest deliveries --state held",
    )


def held_deliveries_line(count: int) -> str:
    """Return one line on that, for the status page."""
    what = words.count(count, "delivery waits", "deliveries wait")
    return f"{what} for you: nobody knows whether {'it' if count == 1 else 'they'} arrived"


def nothing_held(now: datetime) -> Words:
    """Return title and lines that tell the operator that no delivery waits for a decision any more."""
    return (
        "No delivery waits for you any more",
        (f"All that was held is decided, on {words.full_date(now)} at {words.clock(now)}.",),
    )


def disk_low(folder: str, free: int, needed: int, now: datetime) -> Words:
    """Return title and lines that tell the operator that there is little room: one word a day. Sizes in bytes."""
    return (
        f"The disk is nearly full: {_megabytes(free)} free",
        (
            f"{folder} needs {_megabytes(needed)}, looked at on {words.full_date(now)} at {words.clock(now)}.",
            "Nothing new is read or composed until there is room; what is composed already goes out.",
            "Nothing is lost: what comes meanwhile is read then, and missed digests come as one.",
            f"What takes the room: du -h {folder}",
        ),
    )


def disk_low_line(folder: str, free: int, needed: int) -> str:
    """Return one line on that, for the status page and the command line. Sizes in bytes."""
    return f"the disk is nearly full: {folder} has {_megabytes(free)} free and needs {_megabytes(needed)}"


def room_again(folder: str, free: int, now: datetime) -> Words:
    """Return title and lines that tell the operator that there is room again."""
    return (
        f"There is room again: {_megabytes(free)} free",
        (f"{folder}, since {words.full_date(now)} at {words.clock(now)}; everything goes on.",),
    )


def clock_behind(expected: datetime, shown: datetime) -> Words:
    """Return title and lines that tell the operator that the clock stands before what is stored: one word a
    day. Both times in the operator's zone."""
    return (
        f"The clock shows {_moment(shown)}, and {_moment(expected)} is stored already",
        (
            "One of the two is wrong: the clock now, or the clock then.",
            "Whose last digest lies ahead of the clock gets none by schedule until the clock has caught up.",
            "If the clock is right now, this sends what waits: paperdigest send SUBSCRIBER",
            "Whether the machine keeps time: timedatectl",
        ),
    )


def clock_behind_line(expected: datetime, shown: datetime) -> str:
    """Return one line on that, for the status page."""
    return f"the clock shows {_moment(shown)}, and {_moment(expected)} is stored already"


def clock_agrees(now: datetime) -> Words:
    """Return title and lines that tell the operator that the clock is past everything that is stored."""
    return (
        "The clock agrees with what is stored again",
        (f"It shows {_moment(now)}; digests come when they are due.",),
    )


def clock_jumped(expected: datetime, shown: datetime) -> Words:
    """Return title and lines that tell the operator of a jump of the clock. Both times in the operator's zone."""
    ahead = "forward" if shown > expected else "back"
    return (
        f"The clock jumped {ahead}: it showed {_moment(shown)} where {_moment(expected)} was expected",
        (
            "Nothing was read, composed or sent until a second look agreed; now all goes on by the new time.",
            "If that is wrong, put the clock right: what was due meanwhile then comes with the next digest.",
        ),
    )


#: More than this is counted.
_MOST_LINES = 20


def _first(lines: Sequence[str]) -> tuple[str, ...]:
    return (*lines[:_MOST_LINES], *_and_more(len(lines)))


def _and_more(count: int, shown: int = _MOST_LINES) -> tuple[str, ...]:
    return (f"and {words.number(count - shown)} more",) if count > shown else ()


def _moment(at: datetime) -> str:
    return f"{words.full_date(at)} {words.clock(at)}"


def _megabytes(size: int) -> str:
    return f"{words.number(size // 1_000_000)} MB"


def closed_page(trouble: str, now: datetime) -> Words:
    """Return title and lines that tell the operator that readers' unsubscribe links lead nowhere for now."""
    return (
        "The unsubscribe page cannot be opened",
        (
            trouble,
            f"On {words.full_date(now)} at {words.clock(now)}: links in mails lead nowhere for now.",
            "Digests go out as always. It is tried again by itself until it can be opened.",
        ),
    )


def open_page(now: datetime) -> Words:
    """Return title and lines that tell the operator that nothing stands in the page's way any more."""
    return (
        "Nothing stands in the way of the unsubscribe page any more",
        (f"Since {words.full_date(now)} at {words.clock(now)}.",),
    )
