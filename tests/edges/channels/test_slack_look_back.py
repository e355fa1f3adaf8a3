"""How far a Slack channel is read back: past what our clock says, a week more, as far as twenty pages go."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import message
from paperdigest.channels.slack import SlackChannel
from paperdigest.core.ports import Outcome, Part, Retry, Sent, Unknown
from paperdigest.core.secret import Secret
from slack_server import FakeSlack

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PAGE = 3
#: So many messages are in the pages that are read.
READ = 20 * PAGE


class Busy(FakeSlack):
    """A channel as Slack shows it: the newest first, a few at a time, none that is older than asked for."""

    def __enter__(self) -> Busy:
        super().__enter__()
        return self

    def said(self, count: int, *, first: datetime, every: timedelta) -> None:
        """Let people talk."""
        for number in range(count):
            self.say({"text": "well"}, first + number * every)

    def say(self, payload: dict[str, Any], at: datetime) -> None:
        """Show one message."""
        self.posted.append({**payload, "channel": "C0123", "ts": f"{at.timestamp():.6f}"})

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        if method not in ("conversations.history", "conversations.replies"):
            return super().answer(method, given)
        oldest, latest = float(given["oldest"]), float(given.get("latest", "inf"))
        found = [one for one in self.posted if oldest <= float(one["ts"]) <= latest]
        found.sort(key=lambda one: float(one["ts"]), reverse=method == "conversations.history")
        start = int(given.get("cursor") or 0)
        more = start + PAGE < len(found)
        return {
            "ok": True,
            "messages": found[start : start + PAGE],
            "response_metadata": {"next_cursor": str(start + PAGE) if more else ""},
        }


def looked(slack: Busy, *, after: str = "", number: int = 0, at: datetime | None = None) -> object:
    """Look for a part from NOW on; it was posted `at` that time, or never."""
    channel = SlackChannel(lambda: Secret("xoxb-1"), api_url=slack.api_url)
    (part, *_) = channel.prepare(message(), "C0123", key="0" * 24, at=NOW)
    if at is not None:
        slack.say(json.loads(part.payload), at)
    return channel.look_back(Part("C0123", number, part.key, part.payload), after, NOW)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=2), timedelta(days=6)], ids=str)
def test_what_was_posted_while_our_clock_was_ahead_is_found(ahead: timedelta) -> None:
    with Busy() as slack:
        assert isinstance(looked(slack, at=NOW - ahead), Sent)


#: Answers that are no list of messages, or not all of it.
ODD = [
    '{"ok": true}',
    '{"ok": true, "messages": null}',
    '{"ok": true, "messages": {"a": 1}}',
    '{"ok": true, "messages": "none"}',
    '{"ok": true, "messages": [null]}',
    '{"ok": true, "messages": ["text", 5, [1]]}',
    '{"ok": true, "messages": [{"metadata": [1]}]}',
    '{"ok": true, "messages": [{"metadata": "a"}]}',
    '{"ok": true, "messages": [], "has_more": true}',
    '{"ok": true, "messages": [], "has_more": true, "response_metadata": {"next_cursor": ""}}',
    '{"ok": true, "messages": [], "response_metadata": [1]}',
    '{"ok": true, "messages": [], "response_metadata": {"next_cursor": 5}}',
]


def asked(*answers: str, number: int = 0) -> Outcome:
    """Look once, and get these answers word for word."""
    with FakeSlack() as slack:
        slack.asked_modes = [f"says {answer}" for answer in answers]
        channel = SlackChannel(Secret("xoxb-1"), api_url=slack.api_url)
        (part, *_) = channel.prepare(message(), "C0123", key="0" * 24, at=NOW)
        part = Part("C0123", number, part.key, part.payload)
        return channel.look_back(part, '{"channel": "C0123", "ts": "1.1"}', NOW)


@pytest.mark.parametrize("number", [0, 1], ids=["parent", "reply"])
@pytest.mark.parametrize("answer", ODD)
def test_an_odd_answer_is_no_proof_that_it_is_not_there(answer: str, number: int) -> None:
    found = asked(answer, number=number)
    assert isinstance(found, Unknown)
    assert found.ask_again is not None
    assert "posted" not in found.reason


@pytest.mark.parametrize("answer", ODD)
def test_nor_is_an_odd_answer_for_the_week_before(answer: str) -> None:
    found = asked('{"ok": true, "messages": []}', answer)
    assert isinstance(found, Unknown)
    assert found.ask_again is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda held: (
        st.lists(held, max_size=3)
        | st.dictionaries(
            st.sampled_from(["metadata", "event_payload", "ts", "next_cursor"]), held, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(messages=JSON, more=JSON, metadata=JSON)
def test_absence_is_proven_by_a_whole_list_of_messages_only(
    messages: Any, more: Any, metadata: Any
) -> None:
    answer = {"messages": messages, "has_more": more, "response_metadata": metadata}
    found = asked(json.dumps({"ok": True, **answer}))
    if isinstance(found, Retry):
        assert isinstance(messages, list)
        assert all(isinstance(one, dict) for one in messages)
        assert not more or metadata["next_cursor"]
    else:
        assert isinstance(found, Unknown)
        assert found.ask_again is not None


def test_ours_is_found_among_odd_ones() -> None:
    ours = {"event_payload": {"key": "0" * 24, "part": 0}}
    held = [None, {"metadata": [1]}, {"metadata": ours, "ts": "1795000000.000100"}]
    found = asked(json.dumps({"ok": True, "messages": held}))
    assert found == Sent('{"channel": "C0123", "ts": "1795000000.000100"}')


@pytest.mark.parametrize("ts", [None, 5, "", "xoxb-1", "1.2\x1b[31m", "1.2\n", "١.٢"])
def test_ours_without_a_time_stamp_of_slacks_is_looked_for_again(ts: object) -> None:
    ours = {"event_payload": {"key": "0" * 24, "part": 0}}
    found = asked(json.dumps({"ok": True, "messages": [{"metadata": ours, "ts": ts}]}))
    assert isinstance(found, Unknown)
    assert found.ask_again is not None


@pytest.mark.parametrize(
    "channels",
    [
        [{"name": "papers"}],
        [{"id": "C0123"}],
        [{"id": "xoxb-1\x1b[31m", "name": "papers"}],
        [{"id": ["C1"], "name": "papers"}],
        [None, 5, "papers", []],
    ],
    ids=str,
)
def test_channels_without_an_id_or_a_name_are_passed_over(channels: list[object]) -> None:
    good = {"id": "C0123", "name": "papers"}
    with FakeSlack() as slack:
        slack.asked_modes = [
            "says " + json.dumps({"ok": True, "channels": held})
            for held in (channels, [*channels, good])
        ]
        channel = SlackChannel(Secret("xoxb-1"), api_url=slack.api_url)
        assert channel.place("#papers") == ""
        assert channel.place("#papers") == "C0123"


@pytest.mark.parametrize(
    "answer",
    ['{"ok": true}', '{"ok": true, "channels": null}', '{"ok": true, "channels": {"a": 1}}'],
)
def test_an_odd_listing_is_a_reason_to_wait(answer: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = [f"says {answer}"]
        found = SlackChannel(Secret("xoxb-1"), api_url=slack.api_url).place("#papers")
    assert found == Retry("Slack's answer could not be read")


def test_of_what_is_older_no_more_is_read_than_there_is_room_for() -> None:
    with Busy() as slack:
        slack.said(READ * 2, first=NOW - timedelta(days=5), every=timedelta(hours=1))
        found = looked(slack)
    assert isinstance(found, Retry)
    assert len(slack.seen) == 1 + 20


def test_of_more_than_can_be_read_nobody_can_tell() -> None:
    with Busy() as slack:
        slack.said(READ + PAGE, first=NOW, every=timedelta(seconds=1))
        found = looked(slack)
    assert isinstance(found, Unknown)
    assert "too many messages" in found.reason


def test_of_a_thread_that_is_longer_nobody_can_tell_either() -> None:
    """Its oldest messages come first."""
    with Busy() as slack:
        slack.said(READ + PAGE, first=NOW, every=timedelta(seconds=1))
        found = looked(slack, number=1, after='{"channel": "C0123", "ts": "1.1"}')
    assert isinstance(found, Unknown)
