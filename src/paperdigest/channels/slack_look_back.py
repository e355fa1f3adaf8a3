"""Was it posted? Reads a Slack channel back and looks for our key in the messages' metadata.

https://docs.slack.dev/messaging/message-metadata: the one way to tell, as Slack knows no idempotency key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from paperdigest.channels.slack_errors import is_error_code
from paperdigest.channels.slack_outcomes import OddAnswer, is_id, receipt
from paperdigest.core.ports import Barred, Outcome, Reach, Refused, Retry, Sent, Unknown

NOT_THERE = Retry("looked in the channel: it was not posted")
_MOST_PAGES = 20
_AGAIN = timedelta(minutes=15)
#: By so much our clock may have been ahead when the message went, and what it says of it is in Slack's future.
_AHEAD = timedelta(days=7)


def look(
    client: WebClient, channel: str, thread: str, metadata: dict[str, Any], since: datetime
) -> Outcome:
    """Look through a channel, or the thread below a message, from `since` on, and if it is not there through the
    week before, as far as that goes. Refused: no look can tell. Raises
    OddAnswer for an answer that is not a list of messages: it must not pass for one without ours.
    """
    if not channel:
        return Refused("it is not among the channels the bot can list")
    place = {"channel": channel, **({"ts": thread} if thread else {})}
    found = _found(client, {**place, "oldest": _stamp(since)}, metadata)
    if found != NOT_THERE:
        return found
    week = {"oldest": _stamp(since - _AHEAD), "latest": _stamp(since)}
    earlier = _found(client, {**place, **week}, metadata)
    return earlier if isinstance(earlier, Sent) else NOT_THERE


def _found(client: WebClient, asked: dict[str, Any], metadata: dict[str, Any]) -> Outcome:
    is_odd = False
    for messages in _pages(client, asked):
        if messages is None:
            return Refused("it holds too many messages to look through")
        for message in messages:
            payload = _payload(message)
            if payload == metadata["event_payload"]:
                return Sent(_receipt(asked["channel"], message))
            is_odd = is_odd or payload is None
    if is_odd:  # passed over for others; but without ours among those, it may have been this one
        raise OddAnswer
    return NOT_THERE


def _payload(message: Any) -> Any:
    """Return what a message's metadata holds, {} if it has none; None for what is no message of Slack's."""
    if not isinstance(message, dict):
        return None
    metadata = message.get("metadata") or {}
    return metadata.get("event_payload") or {} if isinstance(metadata, dict) else None


def _receipt(channel: str, message: dict[str, Any]) -> str:
    told = receipt(channel, message.get("ts"))
    if not told:
        raise OddAnswer
    return told


def _pages(client: WebClient, asked: dict[str, Any]) -> Iterator[list[Any] | None]:
    """Yield the messages page by page; None last if there were more than can be read."""
    asked = {**asked, "inclusive": True, "include_all_metadata": True, "limit": 200}
    read = client.conversations_replies if "ts" in asked else client.conversations_history
    for _ in range(_MOST_PAGES):
        answer = read(**asked)
        yield _list(answer.get("messages"))
        asked["cursor"] = _cursor(answer)
        if not asked["cursor"]:
            return
    yield None


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise OddAnswer
    return value


def _cursor(answer: SlackResponse) -> str:
    """Return where the next page begins, "" after the last."""
    metadata = answer.get("response_metadata") or {}
    cursor = metadata.get("next_cursor") or "" if isinstance(metadata, dict) else None
    if not isinstance(cursor, str) or (answer.get("has_more") and not cursor):
        raise OddAnswer
    return cursor


def _stamp(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def meaning(found: Outcome) -> Outcome:
    """Return what a look came to. What hindered it says nothing about the message itself: Unknown, with
    `ask_again` unless the channel can never be read like this."""
    if isinstance(found, Sent) or found == NOT_THERE:
        return found
    told = f"the channel could not be read: {found.reason}"
    if isinstance(found, Refused) or (isinstance(found, Barred) and found.reach is Reach.TARGET):
        return Unknown(told)
    after = found.after if isinstance(found, Retry) else None
    reach = found.reach if isinstance(found, Unknown) else Reach.MESSAGE
    return Unknown(told, ask_again=after or _AGAIN, reach=reach)


def channel_id(client: WebClient, channel: str) -> str:
    """Return the id of a channel given by name ("#papers"), "" if the bot cannot list it."""
    wanted = channel.removeprefix("#")
    return next((one["id"] for one in listed(client) if one["name"] == wanted), "")


def listed(client: WebClient) -> Iterator[dict[str, Any]]:
    """Yield the channels the bot can list, each with its id and name: needs channels:read, and groups:read for
    private ones. Raises OddAnswer for an answer that is no list."""
    try:
        yield from _listed(client, "public_channel,private_channel")
    except SlackApiError as error:
        if error_of(error) != "missing_scope":
            raise
        yield from _listed(client, "public_channel")


def error_of(error: SlackApiError) -> str:
    """Return Slack's own word for an answer that is not ok, in letters that may be shown."""
    told = error.response.get("error") if hasattr(error.response, "get") else None
    return told if isinstance(told, str) and is_error_code(told) else "something else"


def _listed(client: WebClient, types: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = client.conversations_list(types=types, limit=1000, cursor=cursor)
        yield from filter(_is_channel, _list(answer.get("channels")))
        cursor = _cursor(answer)
        if not cursor:
            return


def _is_channel(one: Any) -> bool:
    return isinstance(one, dict) and is_id(one.get("id")) and isinstance(one.get("name"), str)
