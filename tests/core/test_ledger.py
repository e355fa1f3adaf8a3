"""The life of a delivery: one table of what can happen to it, and words for where it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from paperdigest.core.ledger import DECIDABLE, ENDED, LEDGER, OPEN, UNSENT, Event, State
from paperdigest.core.ledger_words import Doubt, Standing, reason
from transitions import after

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TWICE = "sent once more after a try that may have arrived: its reader may have it twice, as the same message"
_OF_A_PERSON = {Event.TOLD_TO_SEND, Event.TOLD_SENT, Event.TOLD_TO_DROP}


def test_every_event_leads_somewhere() -> None:
    assert set(LEDGER) == set(Event)
    assert all(change.out_of for change in LEDGER.values())


def test_every_state_is_open_or_ended_or_waits_for_a_person() -> None:
    assert frozenset(State) == OPEN | ENDED | {State.HELD}
    assert not OPEN & ENDED
    assert UNSENT < ENDED


def test_what_was_sent_or_dropped_stays_so() -> None:
    left = {event for event in Event for state in ("sent", "dropped") if after(State(state), event)}
    assert left == set()


def test_only_a_person_takes_up_again_what_was_given_up() -> None:
    assert {event for event in Event if after(State.FAILED, event)} == _OF_A_PERSON


def test_nothing_is_sent_that_was_not_taken_in_hand() -> None:
    to_sent = {state for event in Event for state in State if after(state, event) is State.SENT}
    claimed = {state for state in State if after(state, Event.CLAIMED)}
    assert claimed == {State.PENDING, State.RETRY}
    assert to_sent - DECIDABLE == {State.SENDING}


def test_a_row_in_hand_can_end_in_any_way_but_is_no_persons_to_decide() -> None:
    ends = {after(State.SENDING, event) for event in Event} - {None}
    assert ends == set(State) - {State.PENDING, State.SENDING}
    assert State.SENDING not in DECIDABLE


def test_from_every_state_but_the_ended_ones_every_end_can_be_reached() -> None:
    def reachable(state: State) -> set[State]:
        seen, todo = {state}, [state]
        while todo:
            here = todo.pop()
            found = {to for event in Event if (to := after(here, event)) is not None} - seen
            seen |= found
            todo += found
        return seen

    assert all(reachable(state) >= ENDED for state in set(State) - ENDED)


# ------------------------------------------------------------------ words


def standing(state: State, error: str = "", **more: object) -> Standing:
    plain: dict[str, object] = {
        "state": state,
        "error": error,
        "not_before_at": NOW,
        "gives_up_at": NOW + timedelta(days=5),
        "now": NOW,
    }
    return Standing(**(plain | more))  # type: ignore[arg-type]


def doubted(then: Doubt, channel: str) -> Standing:
    """Return a row of which nobody knows whether it arrived, until a quarter to ten."""
    at = NOW + timedelta(minutes=15)
    return standing(State.UNKNOWN, "no answer", not_before_at=at, doubt=then, channel=channel)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (standing(State.PENDING), "goes out with the next round"),
        (
            standing(State.PENDING, not_before_at=NOW + timedelta(hours=2)),
            "goes out 11:30",
        ),
        (
            standing(State.PENDING, way="slack:#papers", opens_at=NOW + timedelta(seconds=70)),
            "waits its turn at slack:#papers, goes out 09:31",
        ),
        (
            standing(State.PENDING, way="slack", trouble="invalid_auth", opens_at=NOW),
            "slack lets nothing through: invalid_auth",
        ),
        (
            standing(State.PENDING, parent=State.FAILED),
            "waits for its first part, which is failed",
        ),
        (standing(State.PENDING, parent=State.SENT), "goes out with the next round"),
        (standing(State.SENDING, claimed_at=NOW), "in hand since 09:30"),
        (standing(State.SENT, sent_at=NOW), "sent 09:30"),
        (
            standing(State.SENT, sent_at=NOW - timedelta(days=1), resent=True),
            f"sent 19 Nov 09:30 · {TWICE}",
        ),
        (
            standing(
                State.RETRY, "451 later", attempts=2, not_before_at=NOW + timedelta(minutes=30)
            ),
            "not sent yet: 451 later · goes out 10:00 · try 3, given up after 25 Nov 09:30",
        ),
        (
            standing(State.RETRY, "535 no", attempts=2, way="email", trouble="535 no"),
            "not sent yet: 535 no · email lets nothing through · try 3, given up after 25 Nov 09:30",
        ),
        (
            standing(State.RETRY, "451 later", attempts=2, way="email", trouble="535 no"),
            (
                "not sent yet: 451 later · email lets nothing through: 535 no"
                " · try 3, given up after 25 Nov 09:30"
            ),
        ),
        (
            standing(State.RETRY, "535 no: see the docs", way="email", trouble="535 no"),
            (
                "not sent yet: 535 no: see the docs · email lets nothing through"
                " · given up after 25 Nov 09:30"
            ),
        ),
        (
            standing(State.RETRY, "451 later", attempts=2, gives_up_at=NOW),
            "not sent yet: 451 later · goes out with the next round · try 3, given up if it fails",
        ),
        (
            standing(State.RETRY, "", gives_up_at=NOW - timedelta(days=1)),
            "goes out with the next round · given up if it fails",
        ),
        (
            doubted(Doubt.LOOKED_INTO, "slack"),
            "may have arrived: no answer · looked into 09:45",
        ),
        (
            doubted(Doubt.SENT_AGAIN, "email"),
            "may have arrived: no answer · sent once more 09:45, with the same Message-ID",
        ),
        (
            doubted(Doubt.SENT_AGAIN, "slack-webhook"),
            "may have arrived: no answer · sent once more 09:45",
        ),
        (doubted(Doubt.HELD, "email"), "may have arrived: no answer · held for you 09:45"),
        (standing(State.HELD, "the brake"), "the brake"),
        (standing(State.FAILED, "550 unknown"), "not sent: 550 unknown"),
        (standing(State.DROPPED, "dropped by command"), "not sent: dropped by command"),
        (standing(State.DROPPED), "not sent"),  # its reader is erased, and why with them
    ],
)
def test_each_row_says_why_it_is_where_it_is(row: Standing, words: str) -> None:
    assert reason(row) == words
