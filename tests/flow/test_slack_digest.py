"""A digest by Slack, from the config to a Slack on loopback."""

from __future__ import annotations

import json

import pytest

from house import ADA, CONFIG, House
from paperdigest.channels.slack_validator import validate
from slack_server import FakeSlack


def subscribed(house: House, slack: FakeSlack, target: str = "slack:#papers") -> None:
    house.write("secrets/slack-token", "xoxb-canary-token")
    house.write("secrets/slack-webhook", slack.webhook_url)
    config = f"""
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
[slack.webhooks]
team = {{ file = "secrets/slack-webhook" }}
"""
    house.write("paperdigest.toml", CONFIG + config)
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", target))


@pytest.mark.parametrize("count", [1, 30, 500])
def test_each_paper_stands_once_in_messages_within_the_limits(house: House, count: int) -> None:
    with FakeSlack() as slack:
        subscribed(house, slack)
        house.drop(
            "monday.jsonl", *(f"Paper map number {n:03} of <many> & more" for n in range(count))
        )
        house.run()

    for message in slack.posted:  # with the time stamp that Slack gave it
        assert validate({name: held for name, held in message.items() if name != "ts"}) == []
    said = "".join(json.dumps(message["blocks"]) for message in slack.posted)
    times = [said.count(f"number {n:03} of") for n in range(count)]
    with house.app.open_store(write=False) as store:
        outcomes = dict(store.rows("SELECT outcome, count(*) FROM outcomes GROUP BY outcome"))
    assert set(times) <= {0, 1}
    assert sum(times) == outcomes.get("sent", 0) + outcomes.get("listed", 0)
    assert count - sum(times) == outcomes.get("over limit", 0)
    assert sum(times) >= min(count, 100)
    assert {message.get("thread_ts") for message in slack.posted[1:]} <= {slack.posted[0]["ts"]}


def test_an_answer_lost_is_found_by_reading_the_channel_back(house: House) -> None:
    with FakeSlack("take and drop") as slack:
        subscribed(house, slack)
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.wait(minutes=20)
        house.deliver()
        house.wait(days=1)
        house.run()

    assert len(slack.posted) == 1
    with house.app.open_store(write=False) as store:
        assert store.rows("SELECT DISTINCT state FROM deliveries") == [("sent",)]


def test_a_webhook_gets_one_message(house: House) -> None:
    with FakeSlack() as slack:
        subscribed(house, slack, "slack-webhook:team")
        house.drop("monday.jsonl", *(f"Paper map number {n} of thirty" for n in range(30)))
        house.run()

    assert len(slack.posted) == 1


def test_papers_of_a_thread_that_is_gone_come_with_the_next_digest_and_no_other_twice(
    house: House,
) -> None:
    with FakeSlack("ok", "thread_not_found") as slack:
        subscribed(house, slack)
        house.drop("monday.jsonl", *(f"Paper map number {n:03} of twelve" for n in range(12)))
        house.run()
        house.wait(days=1)
        house.run()

    said = "".join(json.dumps(message["blocks"]) for message in slack.posted)
    assert [said.count(f"number {n:03} of") for n in range(12)] == [1] * 12


def of_three_topics(house: House, slack: FakeSlack) -> None:
    """Have a reader of three topics, and four papers for each."""
    subscribed(house, slack)
    topics = "".join(
        f'\n[[topic]]\nname = "{noun.title()}"\nkeywords = ["paper {noun}"]\n'
        for noun in ("boat", "kite")
    )
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "slack:#papers") + topics)
    house.drop(
        "monday.jsonl",
        *(
            f"Paper {noun} number {n:03} of four"
            for noun in ("map", "boat", "kite")
            for n in range(4)
        ),
    )


def test_the_channel_sees_papers_of_every_topic_and_the_thread_the_others(house: House) -> None:
    with FakeSlack() as slack:
        of_three_topics(house, slack)
        house.run()

    parent, below = (json.dumps(message["blocks"]) for message in slack.posted)
    titles = [f"Paper {noun} number" for noun in ("map", "boat", "kite")]
    assert [parent.count(f"|{title}") for title in titles] == [2, 2, 1]
    assert [below.count(f"|{title}") for title in titles] == [2, 2, 3]
    assert "7 more in the thread: Maps (2), Boat (2) and Kite (3)" in parent


def test_the_mail_and_the_message_announce_the_same_papers(house: House) -> None:
    with FakeSlack() as slack:
        of_three_topics(house, slack)
        house.write(
            "subscriptions/bob.toml",
            (house.folder / "subscriptions" / "ada.toml")
            .read_text("utf-8")
            .replace("slack:#papers", "file:outbox"),
        )
        house.run()

    first, second = slack.posted[0]["text"].splitlines()[1:3]
    (preheader,) = (one["preheader"] for one in house.digests())
    assert preheader == f"{first} · {second}"


def test_when_the_thread_is_refused_only_its_papers_come_again(house: House) -> None:
    with FakeSlack("ok", "invalid_blocks") as slack:
        of_three_topics(house, slack)
        house.run()
        house.wait(days=1)
        house.run()

    said = "".join(json.dumps(message["blocks"]) for message in slack.posted)
    titles = [f"{noun} number {n:03}" for noun in ("map", "boat", "kite") for n in range(4)]
    assert [said.count(f"|Paper {title}") for title in titles] == [1] * 12


def test_what_stands_in_the_way_for_a_while_costs_nothing_but_time(house: House) -> None:
    with FakeSlack("restricted_action", "is_archived", "missing_scope") as slack:
        subscribed(house, slack)
        house.drop("monday.jsonl", *(f"Paper map number {n:03} of twelve" for n in range(12)))
        house.run()
        for _ in range(6):
            house.wait(minutes=20)
            house.deliver()

    said = "".join(json.dumps(message["blocks"]) for message in slack.posted)
    assert [said.count(f"number {n:03} of") for n in range(12)] == [1] * 12
