"""The words about a database that was restored, or that another machine used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from paperdigest.core import words

#: Why a row counts as sent, and why one is looked for.
TAKEN_AS_SENT: Final = "restored from a backup, and taken as sent since by command"
LOOKED_FOR: Final = "restored from a backup, it may have been posted since"

#: What else a person can do before deciding.
FILES_SINCE: Final = (
    "Files that were read since the backup lie in done/ of their inbox: put them back into the inbox first, and"
    " the history has them again."
)
#: What is not known of a reader's next digest after `--assume-sent`.
BY_HAND: Final = (
    "What `paperdigest send` sent by hand since the backup is not known: after --assume-sent it comes again with the"
    " next digest of a reader for whom none fell due since."
)
#: What decides about a restored database.
COMMANDS: Final = "paperdigest run --once --assume-sent, or paperdigest run --once --resend"
#: What says that another machine has stopped.
TAKE_OVER: Final = "paperdigest run --once --take-over"


def not_decided_line(made_at: datetime) -> str:
    """Return one line on a restored database, for the status page."""
    return f"restored from a backup of {moment(made_at)}: nothing goes out until you say what did since"


def to_decide(*, take_over: bool) -> str:
    """Return what decides about a restored database, and when which. `take_over`: another machine used it last."""
    more = " --take-over" if take_over else ""
    return (
        f"if it went out: paperdigest run --once --assume-sent{more}"
        f"; if it may go out once more: paperdigest run --once --resend{more}"
    )


def undecided(made_at: datetime, waiting: int) -> str:
    """Return why nothing goes out, and what to do."""
    return (
        f"the database was restored from a backup of {moment(made_at)}; what went out since is not in it"
        f" · {may_have_gone(made_at, waiting)}"
        " · if it went out: paperdigest run --once --assume-sent"
        " · if it may go out once more: paperdigest run --once --resend"
    )


def may_have_gone(made_at: datetime, waiting: int) -> str:
    """Return what may have gone out after the backup."""
    then = f"{words.count(waiting, 'message')} that waited then, and " if waiting else ""
    return f"since then may have gone out: {then}every digest composed after {moment(made_at)}"


def sent_again(waited: int) -> str:
    """Return what was decided: what waited goes out, even if it did before."""
    return f"restored: {words.count(waited, 'message')} that waited may go out once more"


def counted_as_sent(count: int, unread: Sequence[str]) -> str:
    """Return what was decided: nothing goes out again. `unread` are sources that could not be read just now."""
    told = f"restored: {words.count(count, 'message')} counted as sent, none of them goes out"
    if not unread:
        return told
    return f"{told} · what {words.names(unread)} brought since could not be read and may come again"


def not_decided(reader: str) -> str:
    """Return that a reader's digest stood in the way, and what to do."""
    return f"nothing was decided: mend the digest of {reader} and run the command again"


def other_host_line(name: str, at: datetime) -> str:
    """Return why nothing is sent from this machine, for the status page."""
    return (
        f"this database was last used on {name} ({moment(at)}): if both run, every digest goes out twice"
        " · if that one has stopped for good"
    )


def other_host(name: str, at: datetime) -> str:
    """Return why nothing is sent from this machine, and what to do."""
    return f"{other_host_line(name, at)}: {TAKE_OVER}"


def other_machine(name: str) -> str:
    """Return what to see to where another machine used the database last."""
    return f"{name} used it last: see that it has stopped for good, else both would send"


def moment(at: datetime) -> str:
    """Return a time for people, whatever their zone."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
