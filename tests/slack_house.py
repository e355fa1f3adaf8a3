"""A reader in Slack for tests, and what stands in the ledger and in the channel afterwards."""

from __future__ import annotations

import json

from house import ADA, CONFIG, House
from paperdigest.store import deliveries
from paperdigest.store.deliveries import Delivery
from slack_server import FakeSlack

SEVEN = [f"Paper map number {n} of seven" for n in range(7)]
FORTY = [
    f"Paper map number {n:02} of forty, told at such length that few fit" * 3 for n in range(40)
]


def subscribed(house: House, slack: FakeSlack, *targets: str) -> None:
    house.write("secrets/slack-token", "xoxb-canary-token")
    config = f"""
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
"""
    house.write("paperdigest.toml", CONFIG + config)
    deliver = json.dumps(list(targets or ("slack:#papers",)))
    house.write("subscriptions/ada.toml", ADA.replace('"file:outbox"', deliver))
    house.drop("monday.jsonl", *SEVEN)


def hooked(house: House, slack: FakeSlack, *targets: str) -> None:
    subscribed(house, slack, *targets)
    house.write("secrets/hook", slack.webhook_url)
    config = (house.folder / "paperdigest.toml").read_text()
    house.write(
        "paperdigest.toml", f'{config}\n[slack.webhooks]\nteam = {{ file = "secrets/hook" }}\n'
    )
    (house.folder / "inbox" / "monday.jsonl").unlink()
    house.drop("forty.jsonl", *FORTY)


def rows(house: House) -> list[Delivery]:
    with house.app.open_store(write=False) as store:
        return list(reversed(deliveries.listed(store)))


def states(house: House) -> list[str]:
    return [row.state.value for row in rows(house)]


def outcomes(house: House) -> dict[str, int]:
    with house.app.open_store(write=False) as store:
        return dict(store.rows("SELECT outcome, count(*) FROM outcomes GROUP BY outcome"))


def shown(message: dict[str, object]) -> list[str]:
    text = json.dumps(message["blocks"])
    return [title for title in SEVEN if title in text]


def named(messages: list[dict[str, object]]) -> list[str]:
    text = json.dumps([message["blocks"] for message in messages])
    return [title for title in FORTY if title[:25] in text]
