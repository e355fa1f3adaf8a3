"""Slack by bot token: a parent message and its thread, one call each, never repeated by the library.

Owns the calls and their receipts; blocks are made in `slack_thread`, answers read in `slack_errors`.
"""

from __future__ import annotations

import http.client
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from paperdigest.channels import slack_look_back, slack_survey, slack_thread
from paperdigest.channels.options import (
    Asked,
    OptionError,
    check_on_unknown,
    is_private_way,
    reveal,
)
from paperdigest.channels.slack_client import Bot, Clock
from paperdigest.channels.slack_draft import Page
from paperdigest.channels.slack_errors import PACE, UNREADABLE, asking, connection_outcome
from paperdigest.channels.slack_outcomes import api_outcome, read_receipt, receipt, warnings_in
from paperdigest.channels.slack_people import NotPosted, People, nothing_posted
from paperdigest.channels.slack_validator import validate
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
from paperdigest.core.survey import Finding
from paperdigest.failpoints import failpoint
from paperdigest.logs import event

EVENT = "paperdigest_delivery"
#: Answers to a listing that the token can do nothing about; what else is wrong the post itself will tell.
_CANNOT_LIST = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})
#: Seconds until a channel that could not be listed is asked for again: somebody may have added the scope.
_LIST_AGAIN = 3600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlackChannel:
    """Posts as a bot. Targets: "#name", a channel's id ("C0123"), or a person's mail address.

    Needs the scopes chat:write, and for people users:read.email and im:write. `timeout` in seconds
    is for each step of a call; a call as a whole takes at most twice that. `clock` counts seconds.
    Raises OptionError for an address that the token must not be sent to.
    """

    token: Asked = field(repr=False)
    api_url: str = "https://slack.com/api/"
    timeout: float = 30.0
    on_unknown: str = "resend_once"
    clock: Clock = field(
        default=time.monotonic, repr=False, compare=False, metadata={"internal": True}
    )
    name: str = field(default="slack", init=False)
    forms: frozenset[Form] = field(default=frozenset({Form.SLACK}), init=False, repr=False)
    _people: People = field(init=False, repr=False, compare=False)
    _ids: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _unlisted: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_on_unknown(self.on_unknown)
        if not is_private_way(self.api_url):
            raise OptionError(f"api_url: {self.api_url!r} must start with https://")
        # The class is frozen for its users; what is known of people is kept with it.
        object.__setattr__(self, "_people", People(self.clock))

    @property
    def pace(self) -> Pace:
        """Return how fast one channel or person may be written to."""
        return PACE

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        """Return the parent and its thread. Part keys are `key` and `key.1`, `key.2` …

        Raises RuntimeError for a message Slack would not take: a bug, found before it is stored.
        """
        return tuple(
            Part(
                target,
                number,
                f"{key}.{number}" if number else key,
                _payload(page, key, number),
                papers=page.papers if number else (),
            )
            for number, page in enumerate(slack_thread.thread(message.slack))
        )

    def send(self, part: Part, after: str = "") -> Outcome:
        """Post one part; the receipt is JSON with `channel` and `ts`. `after` is the parent's."""
        payload = json.loads(part.payload)
        if part.number:
            parent = read_receipt(after)
            if parent is None:
                return Retry("the first message of this digest has no receipt yet")
            payload["channel"], payload["thread_ts"] = parent
        outcome = self._answered(part.target, lambda client: self._post(client, part, payload))
        if isinstance(outcome, Barred | Refused):  # perhaps the target is another one by now
            self._ids.pop(part.target, None)
            self._people.forget(part.target)
        return outcome

    def place(self, target: str) -> str | Outcome:
        """Return the id of a channel or of the direct conversation with a person; "" for a channel that the
        bot cannot list: it is written to by its name. Posts nothing."""
        found: list[str] = []

        def ask(client: WebClient) -> Outcome:
            found.append(self._known_place(client, target))
            return Sent()

        outcome = self._answered(target, ask)
        return found[0] if found else nothing_posted(outcome)

    def look_back(self, part: Part, after: str, since: datetime) -> Outcome:
        """Read the channel to learn whether a part of unknown outcome was posted after `since`.

        Sent (with its receipt) if it is there, Retry if it certainly is not, Unknown if the channel
        cannot be read, with `ask_again` if that may be over by itself or once a person has acted.
        Needs channels:history, groups:history or im:history; for "#name" channels:read.
        Look only when a request that was cut off can no longer land: later than twice `timeout`.
        """
        if part.number and read_receipt(after) is None:
            return Unknown("the first message of this digest has no receipt to look below")
        found = self._answered(part.target, lambda client: self._look(client, part, after, since))
        return slack_look_back.meaning(asking(found))

    def probe(self) -> str:
        """Ask Slack who we are; return it. Posts nothing. Raises DeliveryError, which says what to do."""
        return self.survey(())[0].says

    def survey(self, targets: Sequence[str]) -> tuple[Finding, ...]:
        """Ask Slack who we are, what the token may do, and about each target. Posts nothing.

        Raises DeliveryError, which says what to do.
        """
        found: list[Finding] = []

        def ask(client: WebClient) -> Outcome:
            found.extend(slack_survey.survey(client, targets))
            return Sent()

        outcome = asking(self._answered("", ask, endless=True))
        if not isinstance(outcome, Sent):
            raise DeliveryError(outcome.reason)
        return tuple(found)

    def close(self) -> None:
        """There is no connection to let go of: every call has its own."""

    def _post(self, client: WebClient, part: Part, payload: dict[str, Any]) -> Outcome:
        if "channel" not in payload:
            payload["channel"] = self._where(client, part)
        failpoint("slack.post")
        answer = client.chat_postMessage(**payload)
        failpoint("slack.answered")
        warnings = warnings_in(answer.get("response_metadata"))
        if warnings:
            event(_log, "slack-warned", level=logging.WARNING, key=part.key, warnings=warnings)
        told = receipt(answer.get("channel"), answer.get("ts"))
        if not told:
            return Unknown("Slack answered ok, but without the message's place")
        if part.target.startswith("#"):
            self._ids[part.target] = str(answer.get("channel"))  # it need not be asked for later
        return Sent(told)

    def _look(self, client: WebClient, part: Part, after: str, since: datetime) -> Outcome:
        metadata = json.loads(part.payload)["metadata"]
        parent = read_receipt(after)
        try:
            channel = parent[0] if parent else part.place or self._place(client, part.target)
            thread = parent[1] if parent and part.number else ""
            return slack_look_back.look(client, channel, thread, metadata, since)
        except NotPosted as error:
            return error.outcome

    def _where(self, client: WebClient, part: Part) -> str:
        """Return what to post a parent to: its place, where that is known and still somebody's."""
        if not part.place:
            return self._channel(client, part.target)
        if "@" in part.target:
            self._people.meet(client, part.target)
        return part.place

    def _channel(self, client: WebClient, target: str) -> str:
        """Return what to post to; for a mail address the direct conversation with that person."""
        return self._people.conversation(client, target) if "@" in target else target

    def _known_place(self, client: WebClient, target: str) -> str:
        if target not in self._ids and self._unlisted.get(target, -math.inf) > self.clock():
            return ""
        try:
            return self._place(client, target)
        except SlackApiError as error:
            if slack_look_back.error_of(error) in _CANNOT_LIST:
                # Posted to by name; the answer tells the id.
                self._unlisted[target] = self.clock() + _LIST_AGAIN
                return ""
            raise

    def _place(self, client: WebClient, target: str) -> str:
        """Return the id of what was posted to; "" for a channel that the bot cannot list."""
        if not target.startswith("#"):
            return self._channel(client, target)
        if target not in self._ids:
            found = slack_look_back.channel_id(client, target)
            if not found:
                return ""
            self._ids[target] = found
        return self._ids[target]

    def _answered(
        self, target: str, call: Callable[[WebClient], Outcome], *, endless: bool = False
    ) -> Outcome:
        """Make one call, and turn whatever goes wrong into an outcome."""
        try:
            return call(self._client(endless=endless))
        except NotPosted as error:
            return error.outcome
        except SlackApiError as error:
            return api_outcome(error, target, datetime.now(UTC))
        except OSError as error:
            return connection_outcome(error)
        except (http.client.HTTPException, SlackClientError, ValueError):
            return Unknown(UNREADABLE)
        except PaperdigestError as error:  # the token cannot be had
            return Retry(str(error), reach=Reach.CHANNEL)

    def _client(self, *, endless: bool) -> WebClient:
        return Bot(
            reveal(self.token),
            self.api_url,
            timeout=self.timeout,
            clock=self.clock,
            endless=endless,
        )


def payload_of(page: Page, **extra: Any) -> dict[str, Any]:
    """Return a message ready for Slack, checked. Raises RuntimeError for one it would not take."""
    payload = {
        "text": page.text,
        "blocks": list(page.blocks),
        # Unfurling would make Slack visit addresses from papers, and show what stands there later.
        "unfurl_links": False,
        "unfurl_media": False,
        **extra,
    }
    wrong = validate(payload)
    if wrong:
        raise RuntimeError("Slack would not take this message: " + "; ".join(wrong[:5]))
    return payload


def _payload(page: Page, key: str, number: int) -> bytes:
    metadata = {"event_type": EVENT, "event_payload": {"key": key, "part": number}}
    return json.dumps(payload_of(page, metadata=metadata), ensure_ascii=False).encode()
