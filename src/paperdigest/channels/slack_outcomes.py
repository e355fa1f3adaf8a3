"""What an answer that is not ok means, status, headers and words together; and which receipts can be kept.

The words themselves are `slack_errors`' matter.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError

from paperdigest.channels.slack_errors import (
    NOT_SLACKS,
    error_outcome,
    is_error_code,
    is_news,
    pause_wanted,
    status_outcome,
)
from paperdigest.core.ports import Outcome, Reach, Retry, Unknown
from paperdigest.logs import event

# Slack's ids are a capital and some ten more letters and digits, its time stamps seconds with six places.
# Whatever else an answer holds in their place is not kept: it might be the token, or signs for a terminal.
_ID = re.compile(r"[A-Z0-9]{1,32}")
_STAMP = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_log = logging.getLogger(__name__)


class OddAnswer(ValueError):
    """An answer of a shape that Slack does not give: it proves nothing."""


def is_id(value: object) -> bool:
    """Say whether this looks like the id of a channel, conversation or person."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def id_in(told: object) -> str:
    """Return the id of what Slack tells of a person or a channel. Raises OddAnswer if it has none."""
    id_ = told.get("id") if isinstance(told, dict) else None
    if not is_id(id_):
        raise OddAnswer
    return str(id_)


def warnings_in(metadata: object) -> tuple[str, ...]:
    """Return the warnings of an answer that is ok. What is none of Slack's words, which may hold anything, is only
    counted in."""
    told = metadata.get("warnings") if isinstance(metadata, dict) else None
    given = told if isinstance(told, list) else [told] if told else []
    return tuple(dict.fromkeys(one if is_error_code(one) else "other" for one in given))


def receipt(channel: object, ts: object) -> str:
    """Return the receipt for a message in its place; "" if that is no place in Slack."""
    text = json.dumps({"channel": channel, "ts": ts})
    return text if read_receipt(text) else ""


def read_receipt(text: str) -> tuple[str, str] | None:
    """Return (channel id, time stamp) of a receipt; None if it is none."""
    try:
        plain = json.loads(text)
    except ValueError:
        return None
    if not isinstance(plain, dict):
        return None
    channel, ts = plain.get("channel"), plain.get("ts")
    if not is_id(channel) or not isinstance(ts, str) or not _STAMP.fullmatch(ts):
        return None
    return str(channel), ts


def api_outcome(error: SlackApiError, target: str, now: datetime) -> Outcome:
    """Return what an answer that is not ok means. The library puts plain dicts there, too."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    headers = getattr(response, "headers", None) or {}
    status = int(getattr(response, "status_code", 0) or 0)
    plain = {str(name): str(value) for name, value in dict(headers).items()}
    decided = status_outcome(status, plain, now=now)
    if decided is not None:
        return decided
    if 300 <= status < 400:
        return Retry(
            f"something before Slack answered with a redirect (HTTP {status}), which is not followed"
            " · check [slack] api_url and the proxy",
            reach=Reach.CHANNEL,
        )
    told: dict[str, Any] = data if isinstance(data, dict) else {}
    if is_error_code(told.get("error")):
        return _told(str(told["error"]), told, plain, target, now)
    if 400 <= status < 500:
        return Retry(
            f"something before Slack answered HTTP {status} · check [slack] api_url and the proxy",
            reach=Reach.CHANNEL,
        )
    return Unknown(NOT_SLACKS)


def _told(
    error: str, data: dict[str, Any], headers: dict[str, str], target: str, now: datetime
) -> Outcome:
    """Return what one of Slack's own error strings means."""
    if error in ("ratelimited", "rate_limited"):
        return pause_wanted(headers, now)
    if is_news(error):
        event(_log, "slack-error-unknown", level=logging.WARNING, error=error)
    return error_outcome(error, needed=str(data.get("needed") or ""), target=target)
