"""How far a Slack channel is read back: past what our clock says, a week more, as far as twenty pages go."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts import message
from paperdigest.channels.slack import SlackChannel
from paperdigest.core.ports import Part, Retry, Sent, Unknown
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
