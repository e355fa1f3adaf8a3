"""`check --network` beside a Slack and a mail server on loopback: what it finds out, and that it sends nothing."""

from __future__ import annotations

import pytest

from house import ADA, CONFIG, MAIL, House
from program import Program
from slack_server import FakeSlack
from smtp_server import HostileSmtp


def configured(house: House, slack: FakeSlack, *targets: str) -> None:
    house.write("secrets/slack-token", "xoxb-canary-token").chmod(0o600)
    house.write(
        "paperdigest.toml",
        CONFIG
        + f"""
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
""",
    )
    house.write("subscriptions/ada.toml", ADA.replace('"file:outbox"', str(list(targets))))


def test_it_prints_the_workspace_and_each_channel_with_id_and_membership(
    house: House, program: Program
) -> None:
    with FakeSlack() as slack:
        configured(house, slack, "slack:#papers", "slack:ada@example.org")
        said = program("check", "--network")
    assert said.code == 0, said.err
    assert "OK  slack: Slack workspace Readers as paperdigest" in said.out
    assert "OK  slack #papers: channel C0123, the bot is a member" in said.out
    assert "OK  slack ada@example.org: U1, gets direct messages" in said.out
    assert slack.posts == 0


def test_a_bot_that_was_not_invited_ends_with_4_and_says_how(
    house: House, program: Program
) -> None:
    with FakeSlack() as slack:
        slack.members = set()
        configured(house, slack, "slack:#papers")
        said = program("check", "--network")
    assert said.code == 4
    assert "FAILED  slack #papers: channel C0123, but the bot is not a member" in said.err
    assert "/invite @paperdigest" in said.err


def test_a_scope_that_is_missing_is_named_with_what_is_lost(house: House, program: Program) -> None:
    with FakeSlack() as slack:
        slack.scopes.remove("channels:history")
        configured(house, slack, "slack:#papers")
        said = program("check", "--network")
        told = program("check", "--network", "--json").json["network"]
    assert said.code == 0
    assert "WARNING  slack scope channels:history: missing: when Slack's answer is lost" in said.out
    assert {"slack", "slack scope channels:history", "slack #papers"} <= {
        one["name"] for one in told
    }
    assert [one["name"] for one in told if one["warns"]] == ["slack scope channels:history"]


def test_without_the_scope_to_list_channels_everything_else_is_still_told(
    house: House, program: Program
) -> None:
    with FakeSlack() as slack:
        slack.scopes.remove("channels:read")
        configured(house, slack, "slack:#papers", "slack:C0123", "slack:ada@example.org")
        said = program("check", "--network")
    assert said.code == 0
    assert "WARNING  slack channels: channels given by name cannot be looked up" in said.out
    assert "OK  slack ada@example.org: U1" in said.out


def test_a_token_that_is_not_taken_ends_with_4_and_advice(house: House, program: Program) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = ["invalid_auth"]
        configured(house, slack, "slack:#papers")
        said = program("check", "--network")
    assert said.code == 4
    assert "FAILED  slack: Slack answered invalid_auth · get a new bot token" in said.err
    assert "canary" not in said.out + said.err


@pytest.mark.parametrize("before", [0, 108])
def test_names_that_hold_the_token_are_told_without_it(
    house: House, program: Program, before: int
) -> None:
    """A name is cut where it is too long, and half a token must not be left."""
    with FakeSlack() as slack:
        slack.team = "x" * before + "xoxb-canary-token"
        slack.channels[f"#{slack.team}"] = "C0456"
        configured(house, slack, "slack:C0456")
        said = program("check", "--network")
    assert said.code == 0
    assert "Slack workspace " + "x" * before + "***" in said.out
    assert "canary" not in said.out + said.err


@pytest.mark.parametrize(
    ("greeting", "advice"),
    [("554 5.7.25 no PTR record", "not from this machine"), ("421 busy", "")],
)
def test_a_mail_server_that_refuses_ends_with_4_and_advice(
    house: House, program: Program, greeting: str, advice: str
) -> None:
    with HostileSmtp({"greeting": greeting}) as server:
        house.write(
            "paperdigest.toml",
            CONFIG + MAIL.format(port=server.port),
        )
        said = program("check", "--network")
    assert said.code == 4
    assert f"FAILED  email: 127.0.0.1:{server.port} answered {greeting}" in said.err
    assert advice in said.err
