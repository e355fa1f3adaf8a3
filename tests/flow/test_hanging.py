"""A server that takes a call and says nothing more: one message waits for it in a round, not each of them; the
others go out once it has been left alone for five minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.store import deliveries
from slack_server import FakeSlack
from smtp_server import HANG, HostileSmtp

SHORT = 1.0  # seconds that servers are waited for while they hang
LONG = 60.0  # and afterwards: only ever waited for when a test is about to fail
HOOKS = "HANGING_WEBHOOK"
SLACK = """
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
[slack.webhooks]
one = {{ env = "{hooks}" }}
two = {{ env = "{hooks}" }}
three = {{ env = "{hooks}" }}
"""
CHANNELS = ("slack:#one", "slack:#two", "slack:#three")
PEOPLE = ("slack:one@example.org", "slack:two@example.org", "slack:three@example.org")
WEBHOOKS = ("slack-webhook:one", "slack-webhook:two", "slack-webhook:three")
MAILS = ("email:one@example.org", "email:two@example.org", "email:three@example.org")


@dataclass(frozen=True)
class Server:
    """A server that hangs once. `calls`: how many calls or connections it has had."""

    calls: Callable[[], int]


def subscribed(house: House, config: str, *targets: str) -> None:
    """Let one reader for each target have a digest waiting."""
    house.write("paperdigest.toml", CONFIG + config)
    (house.folder / "subscriptions" / "ada.toml").unlink(missing_ok=True)
    for number, target in enumerate(targets):
        house.write(f"subscriptions/reader{number}.toml", ADA.replace("file:outbox", target))
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()


def impatient(house: House, name: str) -> None:
    """Let a channel wait for no more than a moment."""
    house.app.channel(name)
    wait_for(house, SHORT)


def wait_for(house: House, seconds: float) -> None:
    """Let the channels in use wait so long."""
    for name, channel in house.app._channels.items():
        final = {"final_timeout": seconds} if name == "email" else {}
        made: Any = channel
        house.app._channels[name] = replace(made, timeout=seconds, **final)


def slack_hangs(
    *targets: str, posting: bool = True
) -> Callable[[House, pytest.MonkeyPatch], Iterator[Server]]:
    def hangs(house: House, patch: pytest.MonkeyPatch) -> Iterator[Server]:
        with FakeSlack() as slack:
            if posting:
                slack.modes = ["take and hang"]
            else:
                slack.asked_modes = ["drips"]
            slack.channels |= {"#one": "C1", "#two": "C2", "#three": "C3"}
            slack.people = {target.removeprefix("slack:"): "U1" for target in PEOPLE}
            patch.setenv(HOOKS, slack.webhook_url)
            house.write("secrets/slack-token", "xoxb-hanging")
            subscribed(house, SLACK.format(slack=slack, hooks=HOOKS), *targets)
            impatient(house, targets[0].partition(":")[0])
            yield Server(lambda: slack.posts if posting else len(slack.seen))

    return hangs


def mail_hangs(step: str) -> Callable[[House, pytest.MonkeyPatch], Iterator[Server]]:
    def hangs(house: House, _: pytest.MonkeyPatch) -> Iterator[Server]:
        with HostileSmtp({step: [HANG]}) as server:
            subscribed(house, MAIL.format(port=server.port), *MAILS)
            impatient(house, "email")
            yield Server(lambda: server.connections)
            house.close()

    return hangs


HANGING = {
    "Slack, a post": slack_hangs(*CHANNELS),
    "Slack, a channel's id": slack_hangs(*CHANNELS, posting=False),
    "Slack, who has an address": slack_hangs(*PEOPLE, posting=False),
    "a webhook": slack_hangs(*WEBHOOKS),
    **{
        f"mail, {step}": mail_hangs(step)
        for step in ("greeting", "ehlo", "mail", "rcpt", "data", "dot")
    },
}


def deliver(house: House) -> None:
    """Deliver what may go now, waiting for nothing."""
    with house.app.open_store() as store:
        house.app.register(store, house.now)
        house.app.deliver(store, patience=timedelta(0))


def tries(house: House) -> list[int]:
    with house.app.open_store(write=False) as store:
        return sorted(row.attempts for row in deliveries.listed(store))


def sent(house: House) -> int:
    with house.app.open_store(write=False) as store:
        return sum(row.state == "sent" for row in deliveries.listed(store))


@pytest.mark.parametrize("hangs", HANGING.values(), ids=HANGING)
def test_a_server_that_hangs_is_waited_for_once_in_a_round(
    house: House, monkeypatch: pytest.MonkeyPatch, hangs: Callable[..., Iterator[Server]]
) -> None:
    with contextmanager(hangs)(house, monkeypatch) as server:
        deliver(house)
        assert (tries(house), server.calls()) == ([0, 0, 1], 1)

        wait_for(house, LONG)
        house.wait(minutes=4)
        deliver(house)
        assert (tries(house), server.calls()) == ([0, 0, 1], 1)

        house.wait(minutes=2)
        deliver(house)
        assert (tries(house), sent(house)) == ([1, 1, 1], 2)

        for minutes in (15, 15):  # what was in doubt or put off
            house.wait(minutes=minutes)
            deliver(house)
        assert sent(house) == 3


def test_a_slack_that_hangs_when_it_is_read_back_is_asked_once_in_a_round(house: House) -> None:
    with FakeSlack(*["take and drop"] * 4) as slack:
        house.write("secrets/slack-token", "xoxb-hanging")
        config = SLACK.format(slack=slack, hooks=HOOKS)
        subscribed(house, config, "slack:C0001", "slack:C0002", "slack:C0003", "slack:C0004")
        deliver(house)
        assert (tries(house), sent(house)) == ([1, 1, 1, 1], 0)

        house.wait(minutes=16)
        house.write("subscriptions/late.toml", ADA.replace("file:outbox", "slack:C0005"))
        house.compose()
        impatient(house, "slack")
        slack.asked_modes, before = ["drips"], len(slack.seen)
        deliver(house)
        assert (tries(house), len(slack.seen) - before) == ([0, 1, 1, 1, 1], 1)

        wait_for(house, LONG)
        house.wait(minutes=16)
        deliver(house)
        assert (sent(house), len(slack.posted)) == (5, 5)
