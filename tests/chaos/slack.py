"""A Slack workspace in changing moods. It can be read back, as the real one: by time, in pages, in threads."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, SupportsIndex

from slack_server import FakeSlack

_MOODS = (
    "drop",
    "hang",
    "take and drop",
    "take and drop",
    "429 7",
    "429 1.5",
    "429 date",
    "429",
    "http 500",
    "html",
    "internal_error",
)
_READING_MOODS = ("ratelimited", "internal_error")
#: What this one message will never get over, a parent and a part below it.
_HOPELESS = ("invalid_blocks", "msg_too_long")
_NO_PARENT = "thread_not_found"
#: What stands in the way for a while: of posting to one channel, of posting at all, of everything. A bot that may
#: not read a channel either cannot look back there, and the row follows `on_unknown`: that is no matter of chance.
_BAR_ONE = ("restricted_action", "is_archived")
_BAR_POSTS = ("missing_scope",)
_BAR_ALL = ("invalid_auth", "account_inactive")
#: Seconds of the program's time: less than it waits between two tries, and more.
_BARRED = (600.0, 9_000.0)
#: Channels that are posted to by id, and the conversation with a person.
_OTHER_PLACES = ("C0FAY", "DU2")
_SLOW = 0.2  # seconds at most before a post lands: longer than its sender may live
_HANG = 0.5
_PAGE = 3  # few, so that most answers have pages


class _Moods(list[str]):
    """A list that never ends: what a post meets is decided when it comes."""

    def __init__(self, next_one: Callable[[], str]) -> None:
        super().__init__(["ok"])
        self._next_one = next_one

    def pop(self, index: SupportsIndex = -1) -> str:
        return self._next_one()


@dataclass(frozen=True, slots=True)
class _Bar:
    """What every call is answered that it stands in the way of; `channel` is "" for all. `until` is a time stamp."""

    error: str
    channel: str
    until: float


class MoodySlack(FakeSlack):
    """`badness` is the chance that something goes wrong with a call. `heard_one` is called at every one.
    `barred` counts what stood in the way for a while.

    `ahead` is how many seconds the program's clock is ahead, for time stamps must be of its time.
    """

    def __init__(self, chance: Random, heard_one: Callable[[], None]) -> None:
        super().__init__()
        # A sender that is killed leaves its request behind; that is what is wanted here, and no error.
        self._server.handle_error = _say_nothing  # type: ignore[method-assign, assignment]
        self.badness = 0.0
        self.barred: Counter[str] = Counter()
        self.ahead = 0.0
        self.modes = _Moods(self._mood)
        self._chance = chance
        self._heard_one = heard_one
        self._last = 0.0
        self._bars: list[_Bar] = []

    def _mood(self) -> str:
        self._heard_one()
        if self._strikes(0.3):
            self._put_up_a_bar()
        if not self._strikes():
            return "ok"
        mood = self._chance.choice(_MOODS)
        if mood == "hang":
            self.over.wait(_HANG)
            return "drop"
        return mood

    def take(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Show a message, perhaps a little later."""
        if self.badness:
            time.sleep(self._chance.uniform(0, _SLOW))  # the kill may fall into the wait
        channel = self.channels.get(payload.get("channel", ""), payload.get("channel", ""))
        error = (
            self._refusal(payload, channel) if payload.get("metadata") else ""
        )  # webhooks have none
        if error:
            return {"ok": False, "error": error, "needed": "chat:write"}
        self._last = max(self._now(), self._last + 0.001)
        ts = f"{self._last:.6f}"
        self.posted.append({**payload, "channel": channel, "ts": ts})
        self._heard_one()
        if self._strikes(0.1):
            return {"ok": False, "error": "internal_error"}
        return {"ok": True, "channel": channel, "ts": ts}

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Answer a call that is no post."""
        self._heard_one()
        error = self._barred(_BAR_ALL, "")
        if error or self._strikes(0.5):
            return {"ok": False, "error": error or self._chance.choice(_READING_MOODS)}
        if method not in ("conversations.history", "conversations.replies"):
            return super().answer(method, given)
        return self._read(given, thread=given.get("ts", ""))

    def _read(self, given: dict[str, Any], *, thread: str) -> dict[str, Any]:
        shown = [
            message
            for message in self.posted
            if message["channel"] == given["channel"]
            and float(message["ts"]) >= float(given.get("oldest", 0))
            and _belongs(message, thread)
        ]
        if str(given.get("include_all_metadata", "")).lower() not in ("1", "true"):
            shown = [{**message, "metadata": {}} for message in shown]
        start = int(given.get("cursor") or 0)
        more = start + _PAGE < len(shown)
        return {
            "ok": True,
            "messages": shown[start : start + _PAGE],
            "response_metadata": {"next_cursor": str(start + _PAGE) if more else ""},
        }

    def _refusal(self, payload: dict[str, Any], channel: str) -> str:
        """Return why a message of the bot's is not taken, "" if it is."""
        if error := self._barred((*_BAR_ONE, *_BAR_POSTS, *_BAR_ALL), channel):
            return error
        if payload.get("thread_ts"):
            return _NO_PARENT if self._strikes(0.3) else ""
        return self._chance.choice(_HOPELESS) if self._strikes(0.1) else ""

    def _put_up_a_bar(self) -> None:
        """It stays when the weather is good again, for as long as it was meant to."""
        channel = self._chance.choice([*self.channels.values(), *_OTHER_PLACES])
        error = self._chance.choice((*_BAR_ONE, *_BAR_POSTS, *_BAR_ALL))
        until = self._now() + self._chance.uniform(*_BARRED)
        self._bars.append(_Bar(error, channel if error in _BAR_ONE else "", until))
        self.barred[error] += 1

    def _barred(self, errors: tuple[str, ...], channel: str) -> str:
        """Return what stands in the way of a call, "" for nothing."""
        self._bars = [bar for bar in self._bars if bar.until > self._now()]
        met = (
            bar.error for bar in self._bars if bar.error in errors and bar.channel in ("", channel)
        )
        return next(met, "")

    def _now(self) -> float:
        return time.time() + self.ahead

    def _strikes(self, share: float = 1.0) -> bool:
        return self._chance.random() < self.badness * share


def _belongs(message: dict[str, Any], thread: str) -> bool:
    """Say whether a message is shown in that thread, which has its parent too, or without one in the channel."""
    below = message.get("thread_ts", "")
    return below == thread or bool(thread and message["ts"] == thread)


def _say_nothing(*_: object) -> None:
    pass
