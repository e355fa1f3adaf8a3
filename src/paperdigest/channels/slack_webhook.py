"""Slack by incoming webhook: one message, no thread, no receipt. The address is the secret.

Second to the bot token: what was posted cannot be read back, so a lost answer stays a lost answer.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookResponse

from paperdigest.channels import slack_single
from paperdigest.channels.options import Asked, check_on_unknown, is_private_way, reveal
from paperdigest.channels.slack import payload_of
from paperdigest.channels.slack_client import Hook
from paperdigest.channels.slack_errors import (
    NOT_SLACKS,
    PACE,
    UNREADABLE,
    connection_outcome,
    error_outcome,
    is_news,
    status_outcome,
)
from paperdigest.core.errors import DeliveryError, PaperdigestError
from paperdigest.core.pacing import Pace
from paperdigest.core.ports import (
    Barred,
    Form,
    Message,
    Outcome,
    Part,
    Reach,
    Refused,
    Retry,
    Sent,
    Unknown,
)
from paperdigest.failpoints import failpoint
from paperdigest.logs import event

_SHORTEST_SECRET = 8  # signs
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlackWebhookChannel:
    """Posts to webhooks by name (`[slack.webhooks]`); the target is the name. `timeout` in seconds
    is for each step of a call; a call as a whole takes at most twice that."""

    webhooks: Mapping[str, Asked] = field(repr=False)
    timeout: float = 30.0
    on_unknown: str = "resend_once"
    name: str = field(default="slack-webhook", init=False)
    forms: frozenset[Form] = field(default=frozenset({Form.SLACK}), init=False, repr=False)

    def __post_init__(self) -> None:
        check_on_unknown(self.on_unknown)

    @property
    def pace(self) -> Pace:
        """Return how fast one webhook may be used."""
        return PACE

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        """Return the one part: what fits a message, and how much did not."""
        page = slack_single.single(message.slack)
        payload = json.dumps(payload_of(page), ensure_ascii=False).encode()
        return (Part(target, 0, key, payload, left_out=page.left_out),)

    def send(self, part: Part, after: str = "") -> Outcome:
        """Post the part once. No reason ever holds the webhook's address."""
        if part.target not in self.webhooks:
            return Refused(
                f"there is no webhook named {part.target!r} · add it under [slack.webhooks]"
            )
        try:
            address = reveal(self.webhooks[part.target])
        except PaperdigestError as error:
            return Retry(str(error))
        if not is_private_way(address):
            return Refused(f"the address of the webhook {part.target!r} must start with https://")
        return self._post(address, part)

    def probe(self) -> str:
        """Fetch every address and look at its form: a webhook cannot be asked without posting.

        Raises DeliveryError, which says what to do.
        """
        for name, asked in self.webhooks.items():
            if not is_private_way(reveal(asked)):
                raise DeliveryError(f"the address of the webhook {name!r} must start with https://")
        return f"webhooks with an address: {', '.join(self.webhooks) or 'none'}"

    def close(self) -> None:
        """There is no connection to let go of: every call has its own."""

    def _post(self, address: str, part: Part) -> Outcome:
        client = Hook(address, timeout=self.timeout)
        failpoint("webhook.post")
        try:
            answer = client.send_dict(json.loads(part.payload))
        except OSError as error:
            return connection_outcome(error)
        except (http.client.HTTPException, SlackClientError, ValueError):
            return Unknown(UNREADABLE)
        failpoint("webhook.answered")
        return _outcome(answer, _said(answer, address), part.target)


def _said(answer: WebhookResponse, address: str) -> str:
    """Return the words of an answer; none where they are a piece of the address, which is secret."""
    body = str(answer.body or "").strip()
    return "" if len(body) >= _SHORTEST_SECRET and body in address else body


def _outcome(answer: WebhookResponse, body: str, name: str) -> Outcome:
    if answer.status_code == 200:
        if body == "ok":
            return Sent()
        return Unknown(NOT_SLACKS)
    headers = {str(key): str(value) for key, value in dict(answer.headers).items()}
    decided = status_outcome(answer.status_code, headers, now=datetime.now(UTC))
    if decided is not None:
        return decided
    if 300 <= answer.status_code < 400:
        return _redirected(answer.status_code, name)
    if is_news(body):
        event(_log, "slack-error-unknown", level=logging.WARNING, error=body)
    told = error_outcome(body, target=f"the webhook {name!r}")
    if isinstance(told, Barred):  # each webhook is a way of its own, into a workspace of its own
        return Barred(told.reason, Reach.TARGET)
    if isinstance(told, Unknown) and 400 <= answer.status_code < 500:
        return _client_error(answer.status_code, name)
    return told


def _redirected(status: int, name: str) -> Outcome:
    """The address is a secret: it goes nowhere but where the config says."""
    told = (
        f"the webhook {name!r} answered with a redirect (HTTP {status}), which is not followed"
        " · check its address and the proxy"
    )
    return Retry(told, reach=Reach.TARGET)


def _client_error(status: int, name: str) -> Outcome:
    """A 4xx answer without one of Slack's words: nothing was posted."""
    if status in (404, 410):
        told = f"there is no webhook {name!r} any more (HTTP {status}) · make a new one"
        return Barred(told, Reach.TARGET)
    told = f"the webhook {name!r} answered HTTP {status} · check its address and the proxy"
    return Retry(told, reach=Reach.TARGET)
