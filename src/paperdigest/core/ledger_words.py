"""Why a delivery is where it is, in words for the operator: one sentence for any row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paperdigest.core import words
from paperdigest.core.ledger import State

_TWICE = "sent once more after a try that may have arrived: its reader may have it twice, as the same message"


class Doubt(StrEnum):
    """What is done by itself about a row that may have arrived, once it has been waited for."""

    LOOKED_INTO = "looked into"
    SENT_AGAIN = "sent once more"
    HELD = "held for you"


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides why a row is where it is. Instants carry the time zone that they are told in.

    `error` is what the last try came to. `way` names what is closed on its way out, `trouble` why (""
    where it is only resting), `opens_at` until when. `parent` is the state of the message it hangs below.
    `doubt` counts only where it may have arrived; `channel` is the name of its channel.
    """

    state: State
    error: str
    not_before_at: datetime
    gives_up_at: datetime
    now: datetime
    attempts: int = 0
    resent: bool = False
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    parent: State | None = None
    way: str = ""
    trouble: str = ""
    opens_at: datetime | None = None
    doubt: Doubt = Doubt.HELD
    channel: str = ""


def reason(row: Standing) -> str:
    """Return the sentence."""
    match row.state:
        case State.PENDING:
            return _waits(row)
        case State.SENDING:
            return f"in hand since {_at(row.claimed_at, row.now)}"
        case State.SENT:
            return _DOT.join(filter(None, (_sent(row), _TWICE if row.resent else "")))
        case State.RETRY:
            return _DOT.join(filter(None, (_not_sent(row), _waits(row), _until(row))))
        case State.UNKNOWN:
            return f"may have arrived: {row.error}{_DOT}{_doubted(row)}"
        case State.HELD:
            return row.error
        case State.FAILED | State.DROPPED:
            return f"not sent: {row.error}" if row.error else "not sent"


_DOT = words.DOT


def _doubted(row: Standing) -> str:
    same = row.doubt is Doubt.SENT_AGAIN and row.channel == "email"
    told = f"{row.doubt} {_when(row.not_before_at, row.now)}"
    return f"{told}, with the same Message-ID" if same else told


def _sent(row: Standing) -> str:
    return f"sent {_at(row.sent_at, row.now)}"


def _not_sent(row: Standing) -> str:
    return f"not sent yet: {row.error}" if row.error else ""


def _until(row: Standing) -> str:
    tries = f"try {row.attempts + 1}, " if row.attempts else ""
    if row.gives_up_at <= row.now:
        return f"{tries}given up if it fails"
    return f"{tries}given up after {_at(row.gives_up_at, row.now)}"


def _waits(row: Standing) -> str:
    if row.parent is not None and row.parent is not State.SENT:
        return f"waits for its first part, which is {row.parent}"
    if row.trouble:
        told = row.trouble in row.error  # as a rule it was this row that found out
        return f"{row.way} lets nothing through{'' if told else f': {row.trouble}'}"
    opens = max(filter(None, (row.opens_at, row.not_before_at)))
    turn = f"waits its turn at {row.way}, " if row.way and opens > row.now else ""
    return f"{turn}goes out {_when(opens, row.now)}"


def _when(at: datetime, now: datetime) -> str:
    return "with the next round" if at <= now else _at(at, now)


def _at(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "an unknown time"
    clock = f"{at:%H:%M}"
    return clock if at.date() == now.date() else f"{words.short_date(at)} {clock}"
