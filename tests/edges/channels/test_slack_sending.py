"""Slack over real connections: receipts, threads, and what each answer means."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOW
from contracts import channel_contract, message
from loopback import closed_port
from paperdigest.channels.options import OptionError
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_errors import retry_after
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core.errors import DeliveryError
from paperdigest.core.ports import Barred, Outcome, Part, Reach, Refused, Retry, Sent, Unknown
from paperdigest.core.secret import Secret
from paperdigest.core.survey import Finding, Grade
from slack_server import FakeSlack

KEY = "0123456789abcdef01234567"
TOKEN = "xoxb-canary-token"
HANGS = "take and hang"


def bot(slack: FakeSlack, **over: Any) -> SlackChannel:
    plain: dict[str, Any] = {"token": Secret(TOKEN), "api_url": slack.api_url, "timeout": 60.0}
    return SlackChannel(**(plain | over))


def hook(slack: FakeSlack, **over: Any) -> SlackWebhookChannel:
    return SlackWebhookChannel({"team": Secret(slack.webhook_url)}, **({"timeout": 60.0} | over))


def nobody(port: int) -> SlackChannel:
    """Return a channel to a port on which nobody listens."""
    return SlackChannel(Secret(TOKEN), api_url=f"http://127.0.0.1:{port}/api/")


def nobodys_hook(port: int) -> SlackWebhookChannel:
    """Return a channel to a webhook at a port on which nobody listens."""
    return SlackWebhookChannel({"team": Secret(f"http://127.0.0.1:{port}/services/T0/B0/canary")})


def parts_for(channel: SlackChannel, target: str = "#papers", papers: int = 3) -> tuple[Part, ...]:
    return channel.prepare(message(papers), target, key=KEY, at=NOW)


def test_a_post_leaves_a_receipt_with_the_channels_id() -> None:
    with FakeSlack() as slack:
        outcome = bot(slack).send(parts_for(bot(slack))[0])
    assert isinstance(outcome, Sent)
    assert json.loads(outcome.receipt) == {"channel": "C0123", "ts": slack.posted[0]["ts"]}
    assert slack.seen == [("/api/chat.postMessage", f"Bearer {TOKEN}")]
    assert slack.posted[0]["unfurl_links"] is False
    assert slack.posted[0]["metadata"]["event_payload"] == {"key": KEY, "part": 0}
    assert "client_msg_id" not in slack.posted[0]


@pytest.mark.parametrize(
    ("channel", "ts"),
    [
        ("xoxb-canary-token\x1b[31m", "1.2"),
        (TOKEN, "1.2"),
        ("C0123\n", "1.2"),
        ("#papers", "1.2"),
        ("C" * 33, "1.2"),
        ("C0123", TOKEN),
        ("C0123", "1.2\x1b[31m"),
        ("C0123", "12"),
        ("C0123", "1." + "2" * 21),
        ("C0123", 1.2),
        (["C0123"], "1.2"),
        (None, None),
    ],
)
def test_only_a_place_in_slack_is_kept_as_a_receipt(channel: object, ts: object) -> None:
    with FakeSlack("says " + json.dumps({"ok": True, "channel": channel, "ts": ts})) as slack:
        sender = bot(slack)
        outcome = sender.send(parts_for(sender)[0])
        assert outcome == Unknown("Slack answered ok, but without the message's place")
        assert sender.place("#papers") == "C0123"  # asked for, as nothing of the answer was kept


@pytest.mark.parametrize("metadata", [[1], "warnings", 5, {"warnings": 5}, None])
def test_what_is_odd_beside_a_receipt_does_not_matter(metadata: object) -> None:
    answer = {"ok": True, "channel": "C0123", "ts": "1.2", "response_metadata": metadata}
    with FakeSlack("says " + json.dumps(answer)) as slack:
        outcome = bot(slack).send(parts_for(bot(slack))[0])
    assert outcome == Sent('{"channel": "C0123", "ts": "1.2"}')


@pytest.mark.parametrize("told", ["drop", "html", "http 500", "fatal_error", "says [1]"])
def test_a_question_that_broke_is_not_said_to_have_posted(told: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = [told] * 3
        channel = bot(slack)
        (part,) = parts_for(channel)
        place, looked = channel.place("#papers"), channel.look_back(part, "", SINCE)
        with pytest.raises(DeliveryError) as probed:
            channel.probe()
    assert isinstance(place, Retry)
    assert isinstance(looked, Unknown)
    assert not [
        text for text in (place.reason, looked.reason, str(probed.value)) if "posted" in text
    ]


def test_a_person_without_an_id_of_slacks_is_a_reason_to_wait() -> None:
    with FakeSlack() as slack:
        slack.people["ada@example.org"] = f"{TOKEN}\x1b[31m"
        (part,) = parts_for(bot(slack), "ada@example.org")
        outcome = bot(slack).send(part)
    assert outcome == Retry("Slack could not be asked who has ada@example.org")
    assert slack.posts == 0


def test_a_channel_that_could_not_be_listed_is_asked_for_again_after_an_hour() -> None:
    now = [0.0]
    with FakeSlack() as slack:
        slack.scopes = ["chat:write"]
        channel = bot(slack, clock=lambda: now[0])
        assert channel.place("#papers") == ""
        slack.scopes.append("channels:read")
        calls = len(slack.seen)
        assert channel.place("#papers") == ""
        assert len(slack.seen) == calls
        now[0] = 3601.0
        assert channel.place("#papers") == "C0123"


def test_a_workspace_is_named_on_one_line() -> None:
    named = {"ok": True, "team": "\x1b]0;x\x07Readers\u202e", "user": "one\nOK  two" + "x" * 500}
    with FakeSlack() as slack:
        slack.asked_modes = ["says " + json.dumps(named)]
        said = bot(slack).probe()
    assert said.startswith("Slack workspace ]0;xReaders as one OK twox")
    assert said.isprintable()
    assert len(said) < 200


@pytest.mark.parametrize("answer", ['{"ok": true}', '{"ok": true, "channel": [1], "user": [1]}'])
def test_a_survey_tells_of_odd_answers(answer: str) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = ["ok", *[f"says {answer}"] * 3]
        found = {one.what: one for one in bot(slack).survey(["#papers", "C0123", "a@example.org"])}
    assert {found[what].grade for what in ("C0123", "a@example.org")} == {Grade.BAD}
    assert "cannot be looked up (the answer is not Slack's own" in found["channels"].says


def test_later_parts_hang_below_the_parent() -> None:
    with FakeSlack() as slack:
        channel = bot(slack)
        first, *below = parts_for(channel, papers=30)
        parent = channel.send(first)
        assert isinstance(parent, Sent)
        assert all(isinstance(channel.send(part, parent.receipt), Sent) for part in below)
    assert below
    assert {post.get("thread_ts") for post in slack.posted[1:]} == {slack.posted[0]["ts"]}
    assert {post["channel"] for post in slack.posted} == {"C0123"}


def test_a_part_without_its_parents_receipt_waits() -> None:
    with FakeSlack() as slack:
        part = parts_for(bot(slack), papers=30)[1]
        for receipt in ("", "{}", "null", '{"channel": "C1"}', "nonsense"):
            assert isinstance(bot(slack).send(part, receipt), Retry)
    assert slack.posts == 0


def test_a_mail_address_gets_a_direct_message() -> None:
    with FakeSlack() as slack:
        channel = bot(slack)
        (part,) = parts_for(channel, "ada@example.org")
        assert isinstance(channel.send(part), Sent)
    assert slack.posted[0]["channel"] == "DU1"


def test_a_mail_address_nobody_has_is_refused() -> None:
    with FakeSlack() as slack:
        (part,) = parts_for(bot(slack), "nobody@example.org")
        outcome = bot(slack).send(part)
    assert isinstance(outcome, Refused)
    assert "nobody@example.org" in outcome.reason
    assert slack.posts == 0


def test_the_token_is_asked_for_at_every_call() -> None:
    tokens = iter([Secret("one"), Secret("two")])
    with FakeSlack() as slack:
        channel = bot(slack, token=lambda: next(tokens))
        (part,) = parts_for(channel)
        channel.send(part)
        channel.send(part)
    assert [token for _, token in slack.seen] == ["Bearer one", "Bearer two"]


def missing() -> Secret:
    raise DeliveryError("secrets/slack-token does not exist")


def test_a_token_that_cannot_be_had_is_a_reason_to_wait() -> None:
    with FakeSlack() as slack:
        outcome = bot(slack, token=missing).send(parts_for(bot(slack))[0])
    assert outcome == Retry("secrets/slack-token does not exist", reach=Reach.CHANNEL)


@pytest.mark.parametrize(
    ("mode", "meaning", "wait", "shown"),
    [
        ("ok", Sent, None, 1),
        ("warn", Sent, None, 1),
        ("429 7", Retry, 7, 0),
        ("429 1.5", Retry, 1.5, 0),
        ("429 date", Retry, 90, 0),
        ("429", Retry, 60, 0),
        ("429 99999999", Retry, 3600, 0),
        ("429 nan", Retry, 60, 0),
        ("429 -5", Retry, 1, 0),
        ("ratelimited", Retry, 60, 0),
        ("http 500", Unknown, None, 0),
        ("http 503", Unknown, None, 0),
        ("http 404", Retry, None, 0),
        ("html", Unknown, None, 0),
        ("drop", Unknown, None, 0),
        ("take and drop", Unknown, None, 1),
        ("take and hang", Unknown, None, 1),
        ("fatal_error", Unknown, None, 0),
        ("internal_error", Unknown, None, 0),
        ("something_new", Unknown, None, 0),
        ("channel_not_found", Barred, None, 0),
        ("not_in_channel", Barred, None, 0),
        ("is_archived", Barred, None, 0),
        ("invalid_auth", Barred, None, 0),
        ("token_revoked", Barred, None, 0),
        ("account_inactive", Barred, None, 0),
        ("missing_scope", Barred, None, 0),
        ("restricted_action", Barred, None, 0),
        ("invalid_blocks", Refused, None, 0),
        ("msg_too_long", Refused, None, 0),
        ("msg_blocks_too_long", Refused, None, 0),
        ("no_text", Refused, None, 0),
    ],
)
def test_every_answer_has_its_meaning(
    mode: str, meaning: type[Outcome], wait: float | None, shown: int
) -> None:
    with FakeSlack(mode) as slack:
        channel = bot(slack, timeout=1.0 if mode == HANGS else 60.0)
        outcome = channel.send(parts_for(channel)[0])
    assert type(outcome) is meaning, outcome
    assert slack.posts == 1, "the library must never post by itself again"
    assert len(slack.posted) == shown
    if wait is not None:
        assert isinstance(outcome, Retry)
        assert outcome.after is not None
        assert abs(outcome.after.total_seconds() - wait) <= 2
    assert "canary" not in repr(outcome)


@pytest.mark.parametrize(
    ("mode", "advice"),
    [
        ("not_in_channel", "/invite @paperdigest"),
        ("channel_not_found", "check the name"),
        ("missing_scope", "add the scope chat:write"),
        ("invalid_auth", "paperdigest secret set slack-token"),
        ("restricted_action", "must allow the bot"),
    ],
)
def test_a_refusal_says_what_to_do(mode: str, advice: str) -> None:
    with FakeSlack(mode) as slack:
        outcome = bot(slack).send(parts_for(bot(slack))[0])
    assert isinstance(outcome, Barred)
    assert mode in outcome.reason
    assert "#papers" in outcome.reason
    assert advice in outcome.reason


def test_nobody_listening_is_a_reason_to_wait() -> None:
    with closed_port() as port:
        gone, gone_hook = nobody(port), nobodys_hook(port)
        (hook_part,) = gone_hook.prepare(message(), "team", key=KEY, at=NOW)
        for outcome in (gone.send(parts_for(gone)[0]), gone_hook.send(hook_part)):
            told = "Slack could not be reached (Connection refused)"
            assert outcome == Retry(told, reach=Reach.CHANNEL)


@pytest.mark.parametrize(
    ("mode", "reach"),
    [
        ("429 7", Reach.TARGET),
        ("ratelimited", Reach.TARGET),
        ("http 404", Reach.CHANNEL),
        ("invalid_auth", Reach.CHANNEL),
        ("token_revoked", Reach.CHANNEL),
        ("account_inactive", Reach.CHANNEL),
        ("missing_scope", Reach.CHANNEL),
        ("not_in_channel", Reach.TARGET),
        ("channel_not_found", Reach.TARGET),
        ("is_archived", Reach.TARGET),
        ("restricted_action", Reach.TARGET),
        ("request_timeout", Reach.MESSAGE),
    ],
)
def test_what_would_meet_everything_is_told_from_what_meets_one_channel(
    mode: str, reach: Reach
) -> None:
    with FakeSlack(mode) as slack:
        outcome = bot(slack).send(parts_for(bot(slack))[0])
    assert isinstance(outcome, Retry | Barred)
    assert outcome.reach is reach


def test_a_scope_for_direct_messages_bars_only_those() -> None:
    with FakeSlack() as slack:
        slack.scopes.remove("users:read.email")
        outcome = bot(slack).send(parts_for(bot(slack), "ada@example.org")[0])
    assert isinstance(outcome, Barred)
    assert outcome.reach is Reach.TARGET
    assert "add the scope users:read.email" in outcome.reason


def test_slack_takes_one_message_a_second_for_each_channel() -> None:
    with FakeSlack() as slack:
        for channel in (bot(slack), hook(slack)):
            (limit,) = channel.pace.limits
            assert (limit.most, limit.span) == (1, timedelta(seconds=1))
            assert channel.pace.way("slack:#papers") == "slack:#papers"


def test_probe_says_who_we_are() -> None:
    with FakeSlack() as slack:
        assert bot(slack).probe() == "Slack workspace Readers as paperdigest"
    assert slack.posts == 0


def test_probe_says_what_is_wrong() -> None:
    with closed_port() as port, pytest.raises(DeliveryError, match="could not be reached"):
        nobody(port).probe()


@pytest.mark.parametrize(
    "url", ["http://slack.com/api/", "ftp://x/", "", "https://", "https://a b/"]
)
def test_the_token_goes_nowhere_unsafe(url: str) -> None:
    with pytest.raises(OptionError, match="api_url"):
        SlackChannel(Secret(TOKEN), api_url=url)


# ------------------------------------------------------------------- looking back

SINCE = NOW - timedelta(hours=1)


def test_a_post_whose_answer_was_lost_is_found_again() -> None:
    with FakeSlack("take and drop") as slack:
        channel = bot(slack)
        (part,) = parts_for(channel)
        assert isinstance(channel.send(part), Unknown)
        found = channel.look_back(part, "", SINCE)
    assert isinstance(found, Sent)
    assert json.loads(found.receipt) == {"channel": "C0123", "ts": slack.posted[0]["ts"]}


def test_a_thread_part_is_found_below_its_parent() -> None:
    with FakeSlack("ok", "take and drop") as slack:
        channel = bot(slack)
        first, second, *_ = parts_for(channel, papers=30)
        parent = channel.send(first)
        assert isinstance(parent, Sent)
        assert isinstance(channel.send(second, parent.receipt), Unknown)
        assert isinstance(channel.look_back(second, parent.receipt, SINCE), Sent)
        assert isinstance(channel.look_back(second, "", SINCE), Unknown)


def test_a_post_that_never_came_is_known_to_be_missing() -> None:
    with FakeSlack("drop") as slack:
        channel = bot(slack)
        (part,) = parts_for(channel)
        assert isinstance(channel.send(part), Unknown)
        assert isinstance(channel.look_back(part, "", SINCE), Retry)


def test_a_channel_that_cannot_be_read_leaves_it_unknown() -> None:
    with FakeSlack() as slack:
        channel = bot(slack)
        (part,) = parts_for(channel, "#elsewhere")
        assert isinstance(channel.look_back(part, "", SINCE), Unknown)
    with closed_port() as port:
        (part,) = parts_for(nobody(port))
        assert isinstance(nobody(port).look_back(part, "", SINCE), Unknown)


@pytest.mark.parametrize(
    ("mode", "again"),
    [
        ("429 7", timedelta(seconds=7)),
        ("http 500", timedelta(minutes=15)),
        ("html", timedelta(minutes=15)),
        ("drop", timedelta(minutes=15)),
        ("invalid_auth", timedelta(minutes=15)),
        ("not_in_channel", None),
        ("channel_not_found", None),
    ],
)
def test_a_look_that_failed_for_now_is_told_from_one_that_can_never_tell(
    mode: str, again: timedelta | None
) -> None:
    with FakeSlack("take and drop") as slack:
        channel = bot(slack)
        (part,) = parts_for(channel, "C0123")
        channel.send(part)
        slack.asked_modes = [mode]
        found = channel.look_back(part, "", SINCE)
    assert isinstance(found, Unknown)
    assert found.ask_again == again


def test_without_the_scope_for_history_nobody_can_ever_tell() -> None:
    with FakeSlack("take and drop") as slack:
        slack.scopes.remove("channels:history")
        channel = bot(slack)
        (part,) = parts_for(channel)
        channel.send(part)
        found = channel.look_back(part, "", SINCE)
    assert isinstance(found, Unknown)
    assert found.ask_again is None
    assert "add the scope channels:history" in found.reason


def test_a_channel_by_name_is_looked_up_once() -> None:
    with FakeSlack("take and drop", "take and drop") as slack:
        channel = bot(slack)
        for key in ("0" * 24, "1" * 24):
            (part,) = channel.prepare(message(), "#papers", key=key, at=NOW)
            channel.send(part)
            assert isinstance(channel.look_back(part, "", SINCE), Sent)
    assert [path for path, _ in slack.seen].count("/api/conversations.list") == 1


def test_public_channels_are_found_without_the_scope_for_private_ones() -> None:
    with FakeSlack("take and drop") as slack:
        slack.scopes.remove("groups:read")
        channel = bot(slack)
        (part,) = parts_for(channel)
        channel.send(part)
        assert isinstance(channel.look_back(part, "", SINCE), Sent)


# ------------------------------------------------------------------------- survey


def surveyed(slack: FakeSlack, *targets: str) -> dict[str, Finding]:
    return {found.what: found for found in bot(slack).survey(targets)}


def test_a_survey_names_each_channel_with_its_id_and_membership() -> None:
    with FakeSlack() as slack:
        slack.channels |= {"#secret": "C9", "#old": "C8", "#strange": "C7"}
        slack.private, slack.archived, slack.members = {"C9"}, {"C8"}, {"C0123", "C9", "C8"}
        found = surveyed(slack, "#papers", "C9", "#old", "C7", "#none", "ada@example.org")
    assert {what: (one.says, one.grade) for what, one in found.items()} == {
        "": ("Slack workspace Readers as paperdigest", Grade.OK),
        "#papers": ("channel C0123, the bot is a member", Grade.OK),
        "C9": ("private channel #secret C9, the bot is a member", Grade.OK),
        "#old": ("channel C8, but it is archived · deliver elsewhere", Grade.BAD),
        "C7": (
            "channel #strange C7, but the bot is not a member · invite it there: /invite @paperdigest",
            Grade.BAD,
        ),
        "#none": (
            "no such channel that the bot can list · check the name; a private channel needs the bot as a member",
            Grade.BAD,
        ),
        "ada@example.org": ("U1, gets direct messages", Grade.OK),
    }
    assert slack.posts == 0


@pytest.mark.parametrize(
    ("scope", "grade", "lost"),
    [
        ("chat:write", Grade.BAD, "nothing can be posted"),
        ("channels:read", Grade.WARNING, "cannot be looked up"),
        ("channels:history", Grade.WARNING, "follows on_unknown"),
        ("groups:history", Grade.WARNING, "in a private channel"),
        ("users:read.email", Grade.BAD, "cannot be found by their mail address"),
        ("im:write", Grade.BAD, "direct messages cannot be opened"),
        ("im:history", Grade.WARNING, "direct message is lost"),
    ],
)
def test_a_survey_names_each_missing_scope_and_what_is_lost(
    scope: str, grade: Grade, lost: str
) -> None:
    with FakeSlack() as slack:
        slack.scopes.remove(scope)
        found = surveyed(slack, "#papers", "ada@example.org")[f"scope {scope}"]
    assert found.grade is grade
    assert lost in found.says


def test_scopes_that_no_target_needs_are_not_missed() -> None:
    with FakeSlack() as slack:
        slack.scopes = ["chat:write", "users:read", "users:read.email", "im:write", "im:history"]
        found = surveyed(slack, "ada@example.org")
    assert {one.grade for one in found.values()} == {Grade.OK}


# ----------------------------------------------------------------------- webhooks


@pytest.mark.parametrize(
    ("mode", "meaning", "shown"),
    [
        ("ok", Sent, 1),
        ("429 7", Retry, 0),
        ("http 500", Unknown, 0),
        ("html", Unknown, 0),
        ("drop", Unknown, 0),
        ("take and drop", Unknown, 1),
        ("take and hang", Unknown, 1),
        ("400 invalid_payload", Refused, 0),
        ("400 invalid_token", Barred, 0),
        ("403 action_prohibited", Barred, 0),
        ("404 channel_not_found", Barred, 0),
        ("404 no_service", Barred, 0),
        ("410 channel_is_archived", Barred, 0),
        ("500 rollup_error", Unknown, 0),
        ("http 404", Barred, 0),
        ("http 407", Retry, 0),
    ],
)
def test_every_answer_to_a_webhook_has_its_meaning(
    mode: str, meaning: type[Outcome], shown: int
) -> None:
    with FakeSlack(mode) as slack:
        channel = hook(slack, timeout=1.0 if mode == HANGS else 60.0)
        (part,) = channel.prepare(message(), "team", key=KEY, at=NOW)
        outcome = channel.send(part)
    assert type(outcome) is meaning, outcome
    assert slack.posts == 1
    assert len(slack.posted) == shown
    assert "canary" not in repr(outcome)
    assert "/services/" not in repr(outcome)


def test_a_webhook_nobody_named_is_refused() -> None:
    channel = SlackWebhookChannel({})
    (part,) = channel.prepare(message(), "team", key=KEY, at=NOW)
    outcome = channel.send(part)
    assert isinstance(outcome, Refused)
    assert "'team'" in outcome.reason


def test_a_webhook_without_tls_is_refused_unseen() -> None:
    channel = SlackWebhookChannel({"team": Secret("http://hooks.example.org/canary")})
    (part,) = channel.prepare(message(), "team", key=KEY, at=NOW)
    outcome = channel.send(part)
    assert isinstance(outcome, Refused)
    assert "canary" not in outcome.reason


def test_no_secret_reaches_a_log_or_a_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeSlack("ok", "invalid_auth", "drop", "ok", "http 500", "drop") as slack:
        channel, by_hook = bot(slack), hook(slack)
        (hook_part,) = by_hook.prepare(message(), "team", key=KEY, at=NOW)
        for _ in range(3):
            channel.send(parts_for(channel)[0])
        for _ in range(3):
            by_hook.send(hook_part)
    seen = caplog.text + repr(channel) + repr(by_hook)
    assert "canary" not in seen
    assert "folding maps" not in seen


def test_the_contracts_hold() -> None:
    with closed_port() as port:
        channel, by_hook = nobody(port), nobodys_hook(port)
        channel_contract(channel, "#papers", channel)
        channel_contract(by_hook, "team", by_hook)


def test_the_servers_own_clock_decides_how_long_a_date_is_away() -> None:
    headers = {
        "Retry-After": "Fri, 20 Nov 2026 12:00:30 GMT",
        "Date": "Fri, 20 Nov 2026 12:00:00 GMT",
    }
    assert retry_after(headers, NOW) == timedelta(seconds=30)


def test_a_person_is_looked_up_once_an_hour() -> None:
    """Slack takes messages for an account that was switched off."""
    now = [0.0]
    with FakeSlack() as slack:
        channel = bot(slack, clock=lambda: now[0])
        (part,) = parts_for(channel, "ada@example.org")
        part = replace(part, place="DU1")

        def asked() -> int:
            assert isinstance(channel.send(part), Sent)
            return sum(path.endswith("users.lookupByEmail") for path, _ in slack.seen)

        assert [asked(), asked()] == [1, 1]
        now[0] = 3601.0
        assert [asked(), asked()] == [2, 2]


@pytest.mark.parametrize("met", ["429 30", "internal_error", "html", "missing_scope", "http 500"])
def test_a_question_that_says_nothing_of_a_person_holds_no_message_back(met: str) -> None:
    with FakeSlack() as slack:
        (part,) = parts_for(bot(slack), "ada@example.org")
        slack.asked_modes = [met]
        outcome = bot(slack).send(replace(part, place="DU1"))
    assert isinstance(outcome, Sent)


def test_a_connection_that_breaks_while_a_person_is_looked_up_has_posted_nothing() -> None:
    with FakeSlack() as slack:
        (part,) = parts_for(bot(slack), "ada@example.org")
        slack.asked_modes = ["drop"]
        outcome = bot(slack).send(replace(part, place="DU1"))
    assert outcome == Retry("the connection ended before Slack answered")
    assert slack.posts == 0


@pytest.mark.parametrize("status", [201, 400, 404])
def test_a_webhook_that_repeats_its_secret_in_the_form_of_an_error_is_not_quoted(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with FakeSlack(f"{status} canarysecret26") as slack:
        channel = SlackWebhookChannel({"team": Secret(f"{slack.webhook_url}/canarysecret26")})
        (part,) = channel.prepare(message(), "team", key=KEY, at=NOW)
        outcome = channel.send(part)
    assert "canary" not in repr(outcome) + caplog.text
