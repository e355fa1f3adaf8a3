"""Slack by bot token: a parent message and its thread, one call each, never repeated by the library.

Owns the calls and their receipts; blocks are made in `slack_blocks`, answers read in `slack_errors`.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from paperdigest.channels import slack_blocks, slack_look_back, slack_survey
from paperdigest.channels.options import (
    Asked,
    OptionError,
    check_on_unknown,
    is_private_way,
    reveal,
)
from paperdigest.channels.slack_errors import (
    PACE,
    connection_outcome,
    error_outcome,
    is_error_code,
    is_news,
    pause_wanted,
    status_outcome,
)
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

EVENT = "paperdigest_delivery"
#: Answers to a listing that the token can do nothing about; what else is wrong the post itself will tell.
_CANNOT_LIST = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})
_log = logging.getLogger(__name__)
# The library logs whole messages, and in places secret addresses; nothing of it is wanted here.
_silent = logging.getLogger("slack_sdk.paperdigest")
_silent.setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class SlackChannel:
    """Posts as a bot. Targets: "#name", a channel's id ("C0123"), or a person's mail address.

    Needs the scopes chat:write, and for people users:read.email and im:write. `timeout` in seconds.
    Raises OptionError for an address that the token must not be sent to.
    """

    token: Asked = field(repr=False)
    api_url: str = "https://slack.com/api/"
    timeout: float = 30.0
    on_unknown: str = "resend_once"
    name: str = field(default="slack", init=False)
    forms: frozenset[Form] = field(default=frozenset({Form.SLACK}), init=False, repr=False)
    _people: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _ids: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_on_unknown(self.on_unknown)
        if not is_private_way(self.api_url):
            raise OptionError(f"api_url: {self.api_url!r} must start with https://")

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
            for number, page in enumerate(slack_blocks.thread(message.slack))
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
            self._people.pop(part.target, None)
        return outcome

    def place(self, target: str) -> str | Outcome:
        """Return the id of a channel or of the direct conversation with a person; "" for a channel that the
        bot cannot list: it is written to by its name. Posts nothing."""
        found: list[str] = []

        def ask(client: WebClient) -> Outcome:
            found.append(self._known_place(client, target))
            return Sent()

        outcome = self._answered(target, ask)
        return found[0] if found else _nothing_posted(outcome)

    def look_back(self, part: Part, after: str, since: datetime) -> Outcome:
        """Read the channel to learn whether a part of unknown outcome was posted after `since`.

        Sent (with its receipt) if it is there, Retry if it certainly is not, Unknown if the channel
        cannot be read, with `ask_again` if that may be over by itself or once a person has acted.
        Needs channels:history, groups:history or im:history; for "#name" channels:read.
        Look only when a request that was cut off can no longer land: later than `timeout`.
        """
        if part.number and read_receipt(after) is None:
            return Unknown("the first message of this digest has no receipt to look below")
        found = self._answered(part.target, lambda client: self._look(client, part, after, since))
        return slack_look_back.meaning(found)

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

        outcome = self._answered("", ask)
        if not isinstance(outcome, Sent):
            raise DeliveryError(outcome.reason)
        return tuple(found)

    def close(self) -> None:
        """There is no connection to let go of: every call has its own."""

    def _post(self, client: WebClient, part: Part, payload: dict[str, Any]) -> Outcome:
        if "channel" not in payload:
            payload["channel"] = part.place or self._channel(client, part.target)
        failpoint("slack.post")
        answer = client.chat_postMessage(**payload)
        failpoint("slack.answered")
        warnings = (answer.get("response_metadata") or {}).get("warnings")
        if warnings:
            _log.warning("slack took a message with warnings=%r key=%s", warnings, part.key)
        receipt = json.dumps({"channel": answer.get("channel"), "ts": answer.get("ts")})
        if part.target.startswith("#") and answer.get("channel"):
            self._ids[part.target] = str(answer.get("channel"))  # it need not be asked for later
        if read_receipt(receipt) is None:
            return Unknown("Slack answered ok, but without the message's place")
        return Sent(receipt)

    def _look(self, client: WebClient, part: Part, after: str, since: datetime) -> Outcome:
        metadata = json.loads(part.payload)["metadata"]
        parent = read_receipt(after)
        try:
            channel = parent[0] if parent else part.place or self._place(client, part.target)
            thread = parent[1] if parent and part.number else ""
            return slack_look_back.look(client, channel, thread, metadata, since)
        except _NotPosted as error:
            return error.outcome

    def _channel(self, client: WebClient, target: str) -> str:
        """Return what to post to; for a mail address the direct conversation with that person."""
        if "@" not in target:
            return target
        if target not in self._people:
            try:
                user = client.users_lookupByEmail(email=target)["user"]["id"]
                self._people[target] = client.conversations_open(users=user)["channel"]["id"]
            except SlackApiError as error:
                raise _NotPosted(_nothing_posted(_api_outcome(error, target))) from None
            except (OSError, http.client.HTTPException, SlackClientError, KeyError, TypeError):
                raise _NotPosted(Retry(f"Slack could not be asked who has {target}")) from None
        return self._people[target]

    def _known_place(self, client: WebClient, target: str) -> str:
        try:
            return self._place(client, target)
        except SlackApiError as error:
            if slack_look_back.error_of(error) in _CANNOT_LIST:
                self._ids[target] = ""  # posted to by name; the answer tells the id
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

    def _answered(self, target: str, call: Callable[[WebClient], Outcome]) -> Outcome:
        """Make one call, and turn whatever goes wrong into an outcome."""
        try:
            return call(self._client())
        except _NotPosted as error:
            return error.outcome
        except SlackApiError as error:
            return _api_outcome(error, target)
        except OSError as error:
            return connection_outcome(error)
        except (http.client.HTTPException, SlackClientError, ValueError):
            return Unknown("Slack's answer could not be read, so the message may have been posted")
        except PaperdigestError as error:  # the token cannot be had
            return Retry(str(error), reach=Reach.CHANNEL)

    def _client(self) -> WebClient:
        token = reveal(self.token)
        # By default the library would post again after a lost connection: two messages for one call.
        client = WebClient(token=token, base_url=self.api_url, retry_handlers=[], logger=_silent)
        client.timeout = self.timeout  # type: ignore[assignment]  # urllib takes fractions of a second
        return client


class _NotPosted(Exception):
    """The message was not even tried."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def read_receipt(text: str) -> tuple[str, str] | None:
    """Return (channel id, time stamp) of a receipt; None if it is none."""
    try:
        plain = json.loads(text)
    except ValueError:
        return None
    if not isinstance(plain, dict):
        return None
    channel, ts = plain.get("channel"), plain.get("ts")
    return (
        (channel, ts)
        if channel and ts and isinstance(channel, str) and isinstance(ts, str)
        else None
    )


def payload_of(page: slack_blocks.Page, **extra: Any) -> dict[str, Any]:
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


def _payload(page: slack_blocks.Page, key: str, number: int) -> bytes:
    metadata = {"event_type": EVENT, "event_payload": {"key": key, "part": number}}
    return json.dumps(payload_of(page, metadata=metadata), ensure_ascii=False).encode()


def _api_outcome(error: SlackApiError, target: str) -> Outcome:
    """Return what an answer that is not ok means. The library puts plain dicts there, too."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    headers = getattr(response, "headers", None) or {}
    status = int(getattr(response, "status_code", 0) or 0)
    plain = {str(name): str(value) for name, value in dict(headers).items()}
    decided = status_outcome(status, plain, now=datetime.now(UTC))
    if decided is not None:
        return decided
    told: dict[str, Any] = data if isinstance(data, dict) else {}
    if is_error_code(told.get("error")):
        return _told(str(told["error"]), told, plain, target)
    if 400 <= status < 500:
        return Retry(
            f"something before Slack answered HTTP {status} · check [slack] api_url and the proxy",
            reach=Reach.CHANNEL,
        )
    return Unknown("the answer is not Slack's own (a proxy?), so the message may have been posted")


def _told(error: str, data: dict[str, Any], headers: dict[str, str], target: str) -> Outcome:
    """Return what one of Slack's own error strings means."""
    if error in ("ratelimited", "rate_limited"):
        return pause_wanted(headers, datetime.now(UTC))
    if is_news(error):
        _log.warning("slack answered with an error that is not known here: error=%s", error)
    return error_outcome(error, needed=str(data.get("needed") or ""), target=target)


def _nothing_posted(outcome: Outcome) -> Outcome:
    """A call that only asks cannot leave a message behind."""
    return Retry(outcome.reason) if isinstance(outcome, Unknown) else outcome
