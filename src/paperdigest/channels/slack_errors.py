"""What an answer of Slack means: sent, not sent, never to be sent, or no one knows, and what to do about it.

Pure. Slack's own lists: https://docs.slack.dev/reference/methods/chat.postMessage#errors and
https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
"""

from __future__ import annotations

import math
import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import URLError

from paperdigest.core.pacing import Limit, Pace
from paperdigest.core.ports import Barred, Outcome, Reach, Refused, Retry, Unknown

#: https://docs.slack.dev/apis/web-api/rate-limits: about one message a second for each channel or webhook.
PACE = Pace((Limit(1, timedelta(seconds=1)),), each_target=True)
_DEFAULT_WAIT = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(hours=1)

_INVITE = "invite the bot to the channel: /invite @paperdigest"
_TOKEN = "get a new bot token and store it: paperdigest secret set slack-token"  # noqa: S105  advice, no secret
_POSTING = "an admin of the workspace or channel must allow the bot to post there"
_BUG = "this is a fault of paperdigest, please report it"
_PERSON = "the bot cannot write to this account: deliver to another one"
_SHARED = "an admin has forbidden this kind of content in channels shared with other organisations"

#: Errors that trying again cannot help, and what to do.
_PERMANENT = {
    "channel_not_found": "check the name; a private channel needs the bot as a member: /invite @paperdigest",
    "not_in_channel": _INVITE,
    "is_archived": "the channel is archived: deliver to another one",
    "messages_tab_disabled": "switch on the Messages tab in the app's settings (App Home)",
    "users_not_found": "nobody in the workspace has this address",
    "user_not_found": "nobody in the workspace has this address",
    "user_disabled": "this account is switched off",
    "user_not_visible": _PERSON,
    "cannot_dm_bot": "this account is a bot",
    "users_list_not_supplied": _BUG,
    "not_enough_users": _BUG,
    "too_many_users": _BUG,
    "invalid_user_combination": _PERSON,
    "method_not_supported_for_channel_type": _PERSON,
    "missing_scope": "",  # says which, below
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "account_inactive": _TOKEN,
    "not_allowed_token_type": "use the bot token, which starts with xoxb-",
    "no_permission": _POSTING,
    "access_denied": _POSTING,
    "accesslimited": "the workspace lets in some networks only: have this machine's address allowed there",
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
    "restricted_action_thread_locked": _POSTING,
    "cannot_reply_to_message": "the parent message cannot be answered any more",
    "thread_not_found": "the parent message is gone",
    "message_not_found": "the parent message is gone",
    "invalid_thread_ts": "the parent message is gone",
    "channel_type_not_supported": "deliver to a channel, or to a person by address",
    "ekm_access_denied": _POSTING,
    "enterprise_is_restricted": _POSTING,
    "team_access_not_granted": "install the app in this workspace",
    "org_login_required": "the workspace is being moved to an organisation",
    "two_factor_setup_required": "the account must set up two-factor login",
    "method_deprecated": _BUG,
    "deprecated_endpoint": _BUG,
    "invalid_blocks": _BUG,
    "invalid_blocks_format": _BUG,
    "block_mismatch": _BUG,
    "markdown_text_conflict": _BUG,
    "as_user_not_supported": _BUG,
    "duplicate_channel_not_found": _BUG,
    "duplicate_message_not_found": _BUG,
    "invalid_arguments": _BUG,
    "invalid_arg_name": _BUG,
    "invalid_args": _BUG,
    "invalid_array_arg": _BUG,
    "invalid_charset": _BUG,
    "invalid_form_data": _BUG,
    "invalid_post_type": _BUG,
    "missing_post_type": _BUG,
    "invalid_metadata_format": _BUG,
    "invalid_metadata_schema": _BUG,
    "metadata_too_large": _BUG,
    "metadata_must_be_sent_from_app": _TOKEN,
    "msg_too_long": _BUG,
    "msg_blocks_too_long": _BUG,
    "no_text": _BUG,
    "too_many_attachments": _BUG,
    "attachment_payload_limit_exceeded": _BUG,
    "too_many_contact_cards": _BUG,
    "slack_connect_canvas_sharing_blocked": _SHARED,
    "slack_connect_file_link_sharing_blocked": _SHARED,
    "slack_connect_clip_sharing_blocked": _SHARED,
    "slack_connect_blocked_file_type": _SHARED,
    # webhooks
    "invalid_payload": _BUG,
    "invalid_token": "make a new webhook and store its address",
    "no_service": "the webhook was removed: make a new one and store its address",
    "no_service_id": "the webhook was removed: make a new one and store its address",
    "no_team": "the workspace is gone",
    "team_disabled": "the workspace is switched off",
    "no_active_hooks": "the webhook is switched off",
    "action_prohibited": _POSTING,
    "posting_to_general_channel_denied": _POSTING,
    "channel_is_archived": "the channel is archived: deliver to another one",
}
#: Of these, what stands in the way of everything until a person acts, or of everything to one target.
_BARS_ALL = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "not_allowed_token_type",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "team_access_not_granted",
        "org_login_required",
        "two_factor_setup_required",
        "accesslimited",
        "team_disabled",
        "no_team",
    }
)
_BARS_TARGET = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "channel_is_archived",
        "messages_tab_disabled",
        "no_permission",
        "access_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "channel_type_not_supported",
        "posting_to_general_channel_denied",
        "action_prohibited",
        "invalid_token",
        "no_service",
        "no_service_id",
        "no_active_hooks",
    }
)
#: Of these, what is about the person who is written to: no other message would fare better.
_ABOUT_A_PERSON = frozenset(
    {
        "users_not_found",
        "user_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        "invalid_user_combination",
        "method_not_supported_for_channel_type",
    }
)
#: Errors after which nothing was posted, and a later try may do.
_NOT_SENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "team_added_to_org",
        "message_limit_exceeded",
    }
)
#: Errors after which it may have been posted all the same: Slack's own words of the first two.
_ANYBODYS_GUESS = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "rollup_error"}
)
_WRITE = "chat:write"
#: How a reason ends when nobody can tell what became of a message.
_MAYBE = ", so the message may have been posted"
NOT_SLACKS = f"the answer is not Slack's own (a proxy?){_MAYBE}"
UNREADABLE = f"Slack's answer could not be read{_MAYBE}"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")


class TooLong(OSError):
    """An answer of a size that Slack never gives."""


def error_outcome(error: str, *, needed: str = "", target: str = "") -> Outcome:
    """Return what an error string of Slack leads to. `needed`: the scopes it asks for.

    Barred where a token or a permission is the obstacle: the message is not at fault, and waits.
    `_ANYBODYS_GUESS` and whatever is not known here may come after the message was posted, so nobody
    can tell.
    """
    code = error if is_error_code(error) else "something that is not known here"
    told = f"Slack answered {code}" + (f" for {target}" if target else "")
    if code in _NOT_SENT:
        return Retry(told)
    if code not in _PERMANENT:
        return Unknown(told)
    if code == "missing_scope":
        return _missing(told, needed)
    reason = f"{told} · {_PERMANENT[code]}"
    if code in _BARS_ALL:
        return Barred(reason, Reach.CHANNEL)
    if code in _BARS_TARGET:
        return Barred(reason, Reach.TARGET)
    return Refused(reason, Reach.TARGET if code in _ABOUT_A_PERSON else Reach.MESSAGE)


def _missing(told: str, needed: str) -> Barred:
    """Without the scope to write nothing gets through; others are for some targets only."""
    wanted = needed if re.fullmatch(r"[a-z_:., ]{1,200}", needed) else _WRITE
    reach = Reach.CHANNEL if _WRITE in wanted else Reach.TARGET
    return Barred(f"{told} · add the scope {wanted} to the app and install it again", reach)


def is_news(error: str) -> bool:
    """Say whether this is an error string that nobody here has heard of: worth a line in the log."""
    known = error in _PERMANENT or error in _NOT_SENT or error in _ANYBODYS_GUESS
    return is_error_code(error) and not known


def is_error_code(error: object) -> bool:
    """Say whether this looks like one of Slack's error strings; the library puts sentences there, too."""
    return isinstance(error, str) and _CODE.fullmatch(error) is not None


def status_outcome(status: int, headers: Mapping[str, str], *, now: datetime) -> Outcome | None:
    """Return what an HTTP status alone decides; None where the body has the word."""
    if status == 429:
        return pause_wanted(headers, now)
    if status >= 500:
        return Unknown(f"Slack answered HTTP {status}{_MAYBE}")
    return None


def asking(outcome: Outcome) -> Outcome:
    """Return what the outcome of a call is that only asks: it cannot leave a message behind."""
    if isinstance(outcome, Unknown):
        return replace(outcome, reason=outcome.reason.removesuffix(_MAYBE))
    return outcome


def pause_wanted(headers: Mapping[str, str], now: datetime) -> Retry:
    """Return what a rate limit means: everything to the same target waits as long as Slack says."""
    return Retry("Slack wants a pause (rate limit)", retry_after(headers, now), Reach.TARGET)


def connection_outcome(error: OSError) -> Outcome:
    """Return what a failed connection leads to.

    urllib wraps in URLError whatever happens before the whole request is written; a request that is
    not complete is not carried out. Everything later is anybody's guess.
    """
    if isinstance(error, URLError):
        told = f"Slack could not be reached ({_cause(error.reason)})"
        return Retry(told, reach=Reach.CHANNEL)
    if isinstance(error, TimeoutError):
        # The next message would wait as long, and all others behind it.
        return Unknown(f"Slack did not answer in time{_MAYBE}", reach=Reach.CHANNEL)
    if isinstance(error, TooLong):
        return Unknown(f"the answer is too long to be Slack's own (a proxy?){_MAYBE}")
    return Unknown(f"the connection ended before Slack answered{_MAYBE}")


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long Slack asks to wait: seconds, fractions, or a date (RFC 9110 section 10.2.3).

    A minute where it says nothing that can be read; never more than an hour.
    """
    given = {name.lower(): value for name, value in headers.items()}
    text = given.get("retry-after", "").strip()
    seconds = _seconds(text)
    if seconds is None:
        date, server_time = _date(text), _date(given.get("date", ""))
        if date is None:
            return _DEFAULT_WAIT
        seconds = (date - (server_time or now)).total_seconds()
    return timedelta(seconds=min(max(seconds, 1.0), _LONGEST_WAIT.total_seconds()))


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _cause(reason: object) -> str:
    match reason:
        case ssl.SSLCertVerificationError():
            return f"its certificate does not hold: {reason.verify_message}"
        case TimeoutError():
            return "no answer in time"
        case TooLong():
            return "the proxy's answer is too long"
        case OSError():
            return reason.strerror or type(reason).__name__
        case _:
            return "the connection failed"
