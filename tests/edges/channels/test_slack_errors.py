"""Every error string that Slack documents for what we call has its meaning, and what nobody knows is told apart.

The list: https://docs.slack.dev/reference/methods/chat.postMessage#errors, the same of conversations.open and
users.lookupByEmail, and https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
"""

from __future__ import annotations

import json
import logging

import pytest

from builders import NOW
from contracts import message
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_errors import error_outcome
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core.ports import Barred, Outcome, Reach, Refused, Retry, Unknown
from paperdigest.core.secret import Secret
from slack_server import FakeSlack

#: Nothing was posted, and trying again as it is may help.
NOT_SENT = """
    rate_limited ratelimited request_timeout team_added_to_org message_limit_exceeded
"""
#: It may have been posted. Slack says so of the first two; of the third it says nothing.
ANYBODYS_GUESS = "fatal_error internal_error service_unavailable"
#: Nothing gets through to anybody before a person acts.
STOPS_ALL = """
    invalid_auth not_authed token_revoked token_expired account_inactive not_allowed_token_type ekm_access_denied
    enterprise_is_restricted team_access_not_granted org_login_required two_factor_setup_required accesslimited
"""
#: Nothing gets through to this channel or person before a person acts.
STOPS_TARGET = """
    channel_not_found not_in_channel is_archived messages_tab_disabled no_permission access_denied restricted_action
    restricted_action_read_only_channel channel_type_not_supported
"""
#: This message will never be taken, others may be.
REFUSED = """
    restricted_action_thread_only_channel restricted_action_non_threadable_channel restricted_action_thread_locked
    cannot_reply_to_message thread_not_found invalid_thread_ts message_not_found
    as_user_not_supported invalid_blocks invalid_blocks_format block_mismatch markdown_text_conflict
    invalid_metadata_format invalid_metadata_schema metadata_too_large metadata_must_be_sent_from_app
    msg_too_long msg_blocks_too_long no_text too_many_attachments attachment_payload_limit_exceeded
    too_many_contact_cards duplicate_channel_not_found duplicate_message_not_found
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_clip_sharing_blocked
    slack_connect_blocked_file_type
    deprecated_endpoint method_deprecated invalid_arg_name invalid_arguments invalid_args invalid_array_arg
    invalid_charset invalid_form_data invalid_post_type missing_post_type
    users_list_not_supplied not_enough_users too_many_users
"""
#: This person cannot be written to.
PEOPLE = """
    users_not_found user_not_found user_disabled user_not_visible cannot_dm_bot invalid_user_combination
    method_not_supported_for_channel_type
"""
#: HTTP status and body of a webhook's answer, and what it comes to.
WEBHOOK: dict[str, tuple[type[Outcome], Reach | None]] = {
    "400 invalid_payload": (Refused, None),
    "400 user_not_found": (Refused, None),
    "400 invalid_token": (Barred, Reach.TARGET),
    "400 too_many_attachments": (Refused, None),
    "400 no_text": (Refused, None),
    "403 action_prohibited": (Barred, Reach.TARGET),
    "403 posting_to_general_channel_denied": (Barred, Reach.TARGET),
    "403 invalid_token": (Barred, Reach.TARGET),
    "404 channel_not_found": (Barred, Reach.TARGET),
    "404 no_service": (Barred, Reach.TARGET),
    "404 no_service_id": (Barred, Reach.TARGET),
    "404 no_active_hooks": (Barred, Reach.TARGET),
    "404 no_team": (Barred, Reach.TARGET),
    "404 team_disabled": (Barred, Reach.TARGET),
    "410 channel_is_archived": (Barred, Reach.TARGET),
    "500 rollup_error": (Unknown, None),
}


def each(*lists: str) -> list[str]:
    return [name for one in lists for name in one.split()]


@pytest.mark.parametrize("error", each(NOT_SENT))
def test_what_was_not_posted_and_may_be_later_is_tried_again(error: str) -> None:
    assert isinstance(error_outcome(error), Retry)


@pytest.mark.parametrize("error", each(ANYBODYS_GUESS))
def test_what_may_have_been_posted_is_for_reading_back(error: str) -> None:
    assert isinstance(error_outcome(error), Unknown)


@pytest.mark.parametrize("error", each(STOPS_ALL))
def test_what_stands_in_the_way_of_everything_stops_the_channel(error: str) -> None:
    outcome = error_outcome(error)
    assert isinstance(outcome, Barred)
    assert outcome.reach is Reach.CHANNEL


@pytest.mark.parametrize("error", each(STOPS_TARGET))
def test_what_stands_in_the_way_of_one_target_stops_that(error: str) -> None:
    outcome = error_outcome(error, target="#papers")
    assert isinstance(outcome, Barred)
    assert outcome.reach is Reach.TARGET
    assert "#papers" in outcome.reason


@pytest.mark.parametrize("error", each(REFUSED))
def test_what_can_never_be_taken_is_refused(error: str) -> None:
    outcome = error_outcome(error)
    assert isinstance(outcome, Refused)
    assert outcome.reach is Reach.MESSAGE


@pytest.mark.parametrize("error", each(PEOPLE))
def test_an_account_that_takes_no_messages_is_told_from_a_message_that_is_not_taken(
    error: str,
) -> None:
    outcome = error_outcome(error, target="ada@example.org")
    assert isinstance(outcome, Refused)
    assert outcome.reach is Reach.TARGET


@pytest.mark.parametrize("error", each(STOPS_ALL, STOPS_TARGET, REFUSED, PEOPLE))
def test_what_needs_a_person_comes_with_advice(error: str) -> None:
    outcome = error_outcome(error)
    assert isinstance(outcome, Barred | Refused)
    told, _, advice = outcome.reason.partition(" · ")
    assert error in told
    assert len(advice) > 10


@pytest.mark.parametrize(
    ("needed", "reach"),
    [
        ("chat:write", Reach.CHANNEL),
        ("", Reach.CHANNEL),
        ("im:write", Reach.TARGET),
        ("chat:write, im:write", Reach.CHANNEL),
        ("<!channel>\n", Reach.CHANNEL),
    ],
)
def test_a_missing_scope_stops_what_it_is_for(needed: str, reach: Reach) -> None:
    outcome = error_outcome("missing_scope", needed=needed)
    assert isinstance(outcome, Barred)
    assert outcome.reach is reach
    assert "<" not in outcome.reason


@pytest.mark.parametrize("mode", WEBHOOK)
def test_every_word_of_a_webhook_has_its_meaning(mode: str) -> None:
    meaning, reach = WEBHOOK[mode]
    with FakeSlack(mode) as slack:
        channel = SlackWebhookChannel({"team": Secret(slack.webhook_url)}, timeout=5.0)
        (part,) = channel.prepare(message(), "team", key="0" * 24, at=NOW)
        outcome = channel.send(part)
    assert type(outcome) is meaning, outcome
    assert reach is None or (isinstance(outcome, Barred) and outcome.reach is reach)


UNKNOWN = ("some_error_of_2031", "Some Sentence.", "<!channel>", "", "x" * 200, "é", "a\nb")


@pytest.mark.parametrize("error", UNKNOWN)
def test_what_nobody_knows_may_have_been_posted(error: str) -> None:
    outcome = error_outcome(error)
    assert isinstance(outcome, Unknown)
    assert "<" not in outcome.reason
    assert "\n" not in outcome.reason


def answered(error: str, *, by_hook: bool = False) -> Outcome:
    with FakeSlack(error) as slack:
        channel: SlackChannel | SlackWebhookChannel = (
            SlackWebhookChannel({"team": Secret(slack.webhook_url)})
            if by_hook
            else SlackChannel(Secret("xoxb-1"), api_url=slack.api_url)
        )
        (part,) = channel.prepare(message(), "team", key="0" * 24, at=NOW)
        return channel.send(part)


def test_an_error_nobody_knows_is_logged_once_with_its_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "paperdigest"):
        assert isinstance(answered("some_error_of_2031"), Unknown)
    (line,) = caplog.records
    assert line.levelname == "WARNING"
    assert line.getMessage() == "slack-error-unknown error=some_error_of_2031"


def test_a_webhooks_word_nobody_knows_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "paperdigest"):
        assert isinstance(answered("400 some_error_of_2031", by_hook=True), Retry)
    (line,) = caplog.records
    assert line.getMessage() == "slack-error-unknown error=some_error_of_2031"


def test_a_warning_of_slack_is_logged_with_the_deliverys_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "paperdigest"):
        answered("warn")
    (line,) = caplog.records
    assert line.getMessage() == f"slack-warned key={'0' * 24} warnings=message_truncated"


def test_a_warning_that_is_no_word_of_slacks_is_not_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may hold anything: the token, or the title of a paper."""
    told = {"warnings": ["missing_charset", "xoxb-canary was seen", ["canary"]]}
    answer = {"ok": True, "channel": "C0123", "ts": "1.2", "response_metadata": told}
    with caplog.at_level(logging.WARNING, "paperdigest"):
        answered(f"says {json.dumps(answer)}")
    (line,) = caplog.records
    assert line.getMessage().endswith("warnings=missing_charset,other")


@pytest.mark.parametrize("error", each(ANYBODYS_GUESS, "ratelimited invalid_auth no_text html"))
def test_an_error_that_is_known_is_no_news_for_the_log(
    error: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "paperdigest"):
        answered(error)
    assert caplog.records == []
