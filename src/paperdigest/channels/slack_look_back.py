"""Was it posted? Reads a Slack channel back and looks for our key in the messages' metadata.

https://docs.slack.dev/messaging/message-metadata: the one way to tell, as Slack knows no idempotency key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from paperdigest.core.ports import Outcome, Retry, Sent, Unknown

NOT_THERE = Retry("looked in the channel: it was not posted")
_MOST_PAGES = 20


def look(
    client: WebClient, channel: str, thread: str, metadata: dict[str, Any], since: datetime
) -> Outcome:
    """Look through a channel, or the thread below a message, from `since` on."""
    place = _channel_id(client, channel)
    if not place:
        return Unknown(f"{channel} is not among the channels the bot can list")
    for messages in _pages(client, place, thread, since):
        if messages is None:
            return Unknown(f"{channel} holds too many messages to look through")
        for message in messages:
            if (message.get("metadata") or {}).get("event_payload") == metadata["event_payload"]:
                return Sent(json.dumps({"channel": place, "ts": message["ts"]}))
    return NOT_THERE


def _pages(
    client: WebClient, channel: str, thread: str, since: datetime
) -> Iterator[list[dict[str, Any]] | None]:
    """Yield the messages page by page; None last if there were more than can be read."""
    asked: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "inclusive": True,
        "include_all_metadata": True,
        "limit": 200,
    }
    read = client.conversations_replies if thread else client.conversations_history
    if thread:
        asked["ts"] = thread
    for _ in range(_MOST_PAGES):
        answer = read(**asked)
        yield list(answer.get("messages") or ())
        asked["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not asked["cursor"]:
            return
    yield None


def _channel_id(client: WebClient, channel: str) -> str:
    """Return the id of a channel given by name; an id is returned as it is."""
    if not channel.startswith("#"):
        return channel
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = client.conversations_list(
            types="public_channel,private_channel", exclude_archived=True, limit=1000, cursor=cursor
        )
        for found in answer.get("channels") or ():
            if found.get("name") == channel[1:]:
                return str(found["id"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return ""
