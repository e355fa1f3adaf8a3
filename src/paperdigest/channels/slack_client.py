"""The library's two clients, over a transport of ours: nothing is repeated, nothing logged, every call ends.

Leans on one method of each client that the library keeps to itself; the tests over real connections would tell
if it went away.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from paperdigest.channels.slack_transport import Watch, ask

Clock = Callable[[], float]

#: A call as a whole takes at most so many times the time-out, which is for each step of it.
_WHOLE = 2
#: Calls that are made together for one message: who is it, open the conversation, post.
_TOGETHER = 3
#: Bytes of an answer. A post is answered with the message as Slack keeps it, some 60 kB for ours at most.
_MOST = 1_000_000
# A page of 200 messages as long as ours, every letter written as \uXXXX.
_MOST_LISTED = 16_000_000
_LISTINGS = ("conversations.list", "conversations.history", "conversations.replies")
# The library logs whole messages, and in places secret addresses; nothing of it is wanted here.
_silent = logging.getLogger("slack_sdk.paperdigest")
_silent.setLevel(logging.CRITICAL + 1)


class Bot(WebClient):
    """Calls Slack with a bot token, for one message or one question: all its calls end within six times
    `timeout` (seconds), each within twice that. `endless`: only each of them is bounded."""

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        timeout: float,
        clock: Clock = time.monotonic,
        endless: bool = False,
    ) -> None:
        # By default the library would post again after a lost connection: two messages for one call.
        super().__init__(token=token, base_url=api_url, retry_handlers=[], logger=_silent)
        self._wait = timeout
        self._clock = clock
        self._ends = float("inf") if endless else clock() + _TOGETHER * _WHOLE * timeout

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        is_listing = url.endswith(_LISTINGS)
        watch = Watch(
            wait=self._wait,
            ends=min(self._clock() + _WHOLE * self._wait, self._ends),
            most=_MOST_LISTED if is_listing else _MOST,
            clock=self._clock,
        )
        answer = ask(req, watch, self.proxy)
        return {"status": answer.status, "headers": answer.headers, "body": _object(answer.body)}


class Hook(WebhookClient):
    """Posts to one webhook; a call ends within twice `timeout` (seconds)."""

    def __init__(self, address: str, *, timeout: float, clock: Clock = time.monotonic) -> None:
        super().__init__(address, retry_handlers=[], logger=_silent)
        self._wait = timeout
        self._clock = clock

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        ends = self._clock() + _WHOLE * self._wait
        watch = Watch(wait=self._wait, ends=ends, most=_MOST, clock=self._clock)
        answer = ask(req, watch, self.proxy)
        return WebhookResponse(
            url=url, status_code=answer.status, body=answer.body, headers=answer.headers
        )


def _object(body: str) -> str:
    """Return the body if it is a JSON object, else words the library takes for no answer of Slack's: it would
    fall over a list, or over one nested too deep."""
    try:
        is_object = isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        is_object = False
    return body if is_object else "no JSON object"
