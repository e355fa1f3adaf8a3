"""The life of a delivery: its states, everything that can happen to one, and where each leads. One table.

The store applies it: a row moves only by one of these events and only out of a state that the event names,
so what is not in the table does not happen. What channels answer is turned into events in `flow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # written with its digest, not tried yet
    SENDING = "sending"  # in hand: on disk before the first byte leaves
    SENT = "sent"
    RETRY = "retry"  # certainly not sent, tried again by itself
    FAILED = "failed"  # certainly not sent, and given up
    UNKNOWN = "unknown"  # may have arrived; looked up, sent once more, or held
    HELD = "held"  # waits for a person
    DROPPED = "dropped"  # not to be sent any more


class Event(StrEnum):
    """What can happen to a delivery."""

    CLAIMED = "it is taken in hand"
    PUT_BACK = "it was in hand and not begun"
    ACCEPTED = "the other side has it"
    POSTPONED = "it was certainly not sent, and may be later"
    REFUSED = "it was certainly not sent, and trying again cannot help"
    DOUBTED = "it may have been sent, and no one can tell"
    FORBIDDEN = "it must not be sent any more"
    LOST = "whoever had it in hand died, or could not write down what it did"
    FOUND = "it was looked up: it had arrived"
    MISSED = "it was looked up: it had not arrived"
    ABANDONED = "it was looked up: it had not arrived, and its days are over"
    NOT_TOLD = "it was looked up, and must be again"
    RISKED = "nobody can tell, so it is sent once more"
    ASKED = "nobody can tell, so a person is asked"
    PARENT_FAILED = "the message that it hangs below was given up"
    PARENT_DROPPED = "the message that it hangs below was dropped"
    BRAKED = "the brake holds its run"
    RELEASED = "a person lets its run go"
    RUN_DROPPED = "a person gives its run up"
    TOLD_TO_SEND = "a person wants it sent again"
    TOLD_SENT = "a person says that it arrived"
    TOLD_TO_DROP = "a person does not want it sent"
    RESTORED = "the ledger was restored from a backup, and it may have been sent since"
    FORGOTTEN = "its reader is erased"


@dataclass(frozen=True, slots=True)
class Transition:
    """Out of which states an event leads, and to which."""

    out_of: frozenset[State]
    to: State


#: Rows that go on by themselves. The store's index of what is due holds exactly these.
OPEN: Final = frozenset({State.PENDING, State.RETRY, State.SENDING, State.UNKNOWN})
#: Rows about which nothing more happens unless a person asks for it.
ENDED: Final = frozenset({State.SENT, State.FAILED, State.DROPPED})
#: Rows that did not go out, for good.
UNSENT: Final = frozenset({State.FAILED, State.DROPPED})
#: Rows that a person may decide about; not one in hand, which will be settled in a moment.
DECIDABLE: Final = frozenset({State.PENDING, State.RETRY, State.FAILED, State.HELD, State.UNKNOWN})
_READY = frozenset({State.PENDING, State.RETRY})
_IN_HAND = frozenset({State.SENDING})
_IN_DOUBT = frozenset({State.UNKNOWN})

LEDGER: Final[Mapping[Event, Transition]] = MappingProxyType(
    {
        Event.CLAIMED: Transition(_READY, State.SENDING),
        Event.PUT_BACK: Transition(_IN_HAND, State.RETRY),
        Event.ACCEPTED: Transition(_IN_HAND, State.SENT),
        Event.POSTPONED: Transition(_IN_HAND, State.RETRY),
        Event.REFUSED: Transition(_IN_HAND, State.FAILED),
        Event.DOUBTED: Transition(_IN_HAND, State.UNKNOWN),
        Event.FORBIDDEN: Transition(_IN_HAND, State.DROPPED),
        Event.LOST: Transition(_IN_HAND, State.UNKNOWN),
        Event.FOUND: Transition(_IN_DOUBT, State.SENT),
        Event.MISSED: Transition(_IN_DOUBT, State.RETRY),
        Event.ABANDONED: Transition(_IN_DOUBT, State.FAILED),
        Event.NOT_TOLD: Transition(_IN_DOUBT, State.UNKNOWN),
        Event.RISKED: Transition(_IN_DOUBT, State.RETRY),
        # Out of `sending`: it was sent a second time and refused, and the first may have arrived.
        Event.ASKED: Transition(_IN_DOUBT | _IN_HAND, State.HELD),
        Event.PARENT_FAILED: Transition(_READY, State.FAILED),
        Event.PARENT_DROPPED: Transition(_READY, State.DROPPED),
        Event.BRAKED: Transition(frozenset({State.PENDING}), State.HELD),
        Event.RELEASED: Transition(frozenset({State.HELD}), State.PENDING),
        Event.RUN_DROPPED: Transition(frozenset({State.HELD}), State.DROPPED),
        Event.TOLD_TO_SEND: Transition(DECIDABLE, State.RETRY),
        Event.TOLD_SENT: Transition(DECIDABLE, State.SENT),
        Event.TOLD_TO_DROP: Transition(DECIDABLE, State.DROPPED),
        Event.RESTORED: Transition(_READY, State.UNKNOWN),
        Event.FORGOTTEN: Transition(OPEN | {State.HELD}, State.DROPPED),
    }
)
