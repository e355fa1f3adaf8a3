"""What `deliveries` says will be done about a message that may have arrived, held against what is then done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.store import deliveries
from program import Program
from slack_server import FakeSlack
from smtp_server import DROP, HostileSmtp

SLACK = """
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
{policy}
[slack.webhooks]
team = {{ env = "DOUBT_WEBHOOK" }}
"""
OPERATED = 'operator = "file:ops"\n' + CONFIG
HOLD = 'on_unknown = "hold"'


@pytest.fixture
def servers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[HostileSmtp, FakeSlack]]:
    with HostileSmtp() as mail, FakeSlack() as slack:
        monkeypatch.setenv("DOUBT_WEBHOOK", slack.webhook_url)
        house.write("secrets/slack-token", "xoxb-doubt").chmod(0o600)
        yield mail, slack
        house.close()


def in_doubt(
    house: House, servers: tuple[HostileSmtp, FakeSlack], target: str, policy: str, times: int
) -> None:
    """Let a message be taken and never answered for, so often."""
    mail, slack = servers
    mail._steps["dot"] = [DROP] * times
    slack.modes = ["take and drop"] * times
    config = (
        OPERATED + MAIL.format(port=mail.port) + policy + SLACK.format(slack=slack, policy=policy)
    )
    house.write("paperdigest.toml", config)
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", target))
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()
    deliver(house)
    for _ in range(times - 1):
        house.wait(minutes=16)
        deliver(house)


def deliver(house: House) -> None:
    with house.app.open_store() as store:
        house.app.register(store, house.now)
        house.app.deliver(store, patience=timedelta(0))


def copies(servers: tuple[HostileSmtp, FakeSlack]) -> int:
    mail, slack = servers
    return len(mail.messages) + len(slack.posted)


@pytest.mark.parametrize(
    ("target", "policy", "times", "said", "state", "came"),
    [
        ("ada@example.org", "", 1, "sent once more {}, with the same Message-ID", "sent", 2),
        ("ada@example.org", "", 2, "held for you {}", "held", 2),
        ("ada@example.org", HOLD, 1, "held for you {}", "held", 1),
        ("slack-webhook:team", "", 1, "sent once more {}", "sent", 2),
        ("slack-webhook:team", "", 2, "held for you {}", "held", 2),
        ("slack-webhook:team", HOLD, 1, "held for you {}", "held", 1),
        ("slack:#papers", "", 1, "looked into {}", "sent", 1),
        ("slack:#papers", HOLD, 1, "looked into {}", "sent", 1),
    ],
)
def test_what_is_said_of_a_message_in_doubt_is_what_is_done(
    house: House,
    program: Program,
    servers: tuple[HostileSmtp, FakeSlack],
    target: str,
    policy: str,
    times: int,
    said: str,
    state: str,
    came: int,
) -> None:
    in_doubt(house, servers, target, policy, times)
    told = program("deliveries", "--state", "unknown", "--json").json["deliveries"][0]["reason"]
    then, _, how = said.partition(" {}")
    assert f" · {then} " in told
    assert told.endswith(how)

    house.wait(minutes=16)
    deliver(house)

    with house.app.open_store(write=False) as store:
        (row,) = deliveries.by_ids(store, [1])
    assert (row.state, copies(servers)) == (state, came)
