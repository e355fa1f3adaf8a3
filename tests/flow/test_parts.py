"""A digest in several messages: what becomes of each becomes of the papers in it, and each goes where it belongs."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from house import ADA, House
from paperdigest.core.errors import UsageError
from paperdigest.core.ledger import State
from paperdigest.flow import resolve
from paperdigest.flow.why import Answer, why
from paperdigest.logs import Event
from paperdigest.store import history, ways
from program import Program
from slack_house import FORTY, SEVEN, hooked, named, outcomes, rows, shown, states, subscribed
from slack_server import FakeSlack


def answer(house: House, title: str) -> Answer:
    with house.app.open_store(write=False) as store:
        key, paper = history.find_papers(store, title)[0]
        return why(store, house.app.readers(store)[0], key, paper, house.now)


# ------------------------------------------------------------------ parts and papers


def test_papers_of_a_thread_part_that_is_refused_come_with_the_next_digest(house: House) -> None:
    with FakeSlack("ok", "invalid_blocks") as slack:
        subscribed(house, slack)
        house.run()
        assert states(house) == ["sent", "failed"]
        house.wait(days=1)
        house.run()

    first, second = slack.posted
    assert len(shown(first)) == 5
    assert sorted(shown(first) + shown(second)) == SEVEN


def test_why_says_that_such_a_paper_is_undeliverable(house: House) -> None:
    with FakeSlack("ok", "invalid_blocks") as slack:
        subscribed(house, slack)
        house.run()

    told = [answer(house, title).answer for title in SEVEN]
    assert sorted(told) == ["sent"] * 5 + ["undeliverable"] * 2


def test_a_paper_in_a_part_that_waits_is_not_called_sent(house: House) -> None:
    with FakeSlack("ok", "429 3000") as slack:
        subscribed(house, slack)
        house.run()

    assert states(house) == ["sent", "retry"]
    told = [answer(house, title).answer for title in SEVEN]
    assert sorted(told) == ["pending"] * 2 + ["sent"] * 5


def test_a_paper_that_another_target_got_does_not_come_back(house: House) -> None:
    with FakeSlack("ok", "invalid_blocks") as slack:
        subscribed(house, slack, "slack:#papers", "file:outbox")
        house.run()

    assert states(house) == ["sent", "failed", "sent"]
    assert outcomes(house) == {"sent": 7}


def test_a_first_message_sent_again_takes_its_thread_along(house: House) -> None:
    with FakeSlack("invalid_blocks") as slack:
        subscribed(house, slack)
        house.run()
        assert states(house) == ["failed", "failed"]
        with house.app.open_store() as store, store.transaction():
            resolve.again(store, 1, house.now)
        house.deliver()

    assert states(house) == ["sent", "sent"]
    assert sorted(title for message in slack.posted for title in shown(message)) == SEVEN
    assert outcomes(house) == {"sent": 7}


def test_a_part_whose_papers_a_later_digest_has_is_not_sent_again(house: House) -> None:
    with FakeSlack("ok", "invalid_blocks") as slack:
        subscribed(house, slack)
        house.run()
        house.wait(days=1)
        house.run()
        with (
            house.app.open_store() as store,
            store.transaction(),
            pytest.raises(UsageError, match="later digest"),
        ):
            resolve.again(store, 2, house.now)


def test_dropping_a_part_gives_up_its_papers_alone(house: House) -> None:
    with FakeSlack("ok", "429 3000") as slack:
        subscribed(house, slack)
        house.run()
        with house.app.open_store() as store, store.transaction():
            resolve.drop(store, 2, house.now)

    assert states(house) == ["sent", "dropped"]
    assert outcomes(house) == {"sent": 5, "dropped": 2}


def test_a_row_that_waited_and_then_went_in_one_round_counts_as_sent(house: House) -> None:
    with FakeSlack("ok", "429 2") as slack:
        subscribed(house, slack)
        house.ingest()
        house.compose()
        with house.app.open_store() as store:
            report = house.app.deliver(store, patience=timedelta(minutes=1))

    assert (dict(report.states), report.troubles) == ({"sent": 2}, [])


# ------------------------------------------------------------------ places


def test_a_channel_given_by_name_is_posted_to_by_its_id(house: House) -> None:
    with FakeSlack() as slack:
        subscribed(house, slack)
        house.run()

    assert next(path.rpartition("/")[2] for path, _ in slack.seen) == "conversations.list"
    assert {message["channel"] for message in slack.posted} == {"C0123"}
    with house.app.open_store(write=False) as store:
        assert ways.place(store, "slack:#papers") == "C0123"


def test_the_id_is_asked_for_once_and_kept_over_restarts(house: House) -> None:
    with FakeSlack() as slack:
        subscribed(house, slack)
        house.run()
        house.reload()
        house.wait(days=1)
        house.drop("tuesday.jsonl", "Another paper map")
        house.run()

    asked = [path for path, _ in slack.seen if path.endswith("conversations.list")]
    assert (len(asked), len(slack.posted)) == (1, 3)


def test_a_message_of_unknown_outcome_is_found_though_its_channel_was_renamed(house: House) -> None:
    with FakeSlack("take and drop") as slack:
        subscribed(house, slack)
        house.run()
        slack.channels = {"#better-papers": "C0123"}
        house.wait(minutes=20)
        house.deliver()

    assert states(house) == ["sent", "sent"]
    assert len(slack.posted) == 2


def test_a_channel_made_anew_under_its_name_is_found(house: House) -> None:
    with FakeSlack() as slack:
        subscribed(house, slack)
        house.run()
        slack.channels = {"#papers": "C0999"}
        slack.modes = ["channel_not_found"]
        house.wait(days=1)
        house.drop("tuesday.jsonl", "Another paper map")
        house.run()
        house.wait(minutes=20)
        house.deliver()

    assert slack.posted[-1]["channel"] == "C0999"


def test_without_the_scope_to_list_channels_the_name_itself_is_used(house: House) -> None:
    with FakeSlack() as slack:
        slack.scopes.remove("channels:read")
        subscribed(house, slack)
        house.run()

    assert states(house) == ["sent", "sent"]


def test_a_listing_that_fails_for_now_sends_nothing(house: House) -> None:
    with FakeSlack() as slack:
        slack.asked_modes = ["http 500"]
        subscribed(house, slack)
        house.run()
        assert (states(house), slack.posts) == (["retry", "pending"], 0)
        house.wait(minutes=20)
        house.deliver()

    assert states(house) == ["sent", "sent"]


# ------------------------------------------------------------------ rows that block nobody


def damaged(house: House, id_: int) -> None:
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET payload = x'00ff' WHERE id = ?", [id_])


def spoil(house: House, id_: int, payload: bytes) -> None:
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET payload = ? WHERE id = ?", [zlib.compress(payload), id_])


def test_a_row_whose_bytes_are_damaged_fails_alone_and_its_papers_come_back(house: House) -> None:
    house.write("subscriptions/ben.toml", ADA.replace("outbox", "for-ben"))
    house.drop("monday.jsonl", *SEVEN)
    house.ingest()
    house.compose()
    damaged(house, 1)
    house.deliver()

    assert [(row.subscriber, row.state) for row in rows(house)] == [
        ("ada", "failed"),
        ("ben", "sent"),
    ]
    assert "damaged" in rows(house)[0].error
    house.wait(days=1)
    house.run()
    assert house.titles() == house.titles("for-ben") == [SEVEN]


def test_a_channel_that_breaks_over_one_row_sends_the_others(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.write("subscriptions/ben.toml", ADA.replace("outbox", "for-ben"))
    house.drop("monday.jsonl", *SEVEN)
    house.ingest()
    house.compose()
    spoil(house, 1, b"[1, 2")
    house.deliver()

    assert states(house) == ["unknown", "sent"]
    assert "fault of ours" in rows(house)[0].error
    (line,) = [one for one in caplog.records if one.getMessage().startswith("channel-broke")]
    assert isinstance(line.msg, Event)
    assert line.exc_info is not None


def test_such_a_row_ends_with_a_person(house: House) -> None:
    house.drop("monday.jsonl", *SEVEN)
    house.ingest()
    house.compose()
    spoil(house, 1, b"[1, 2")
    for _ in range(7):
        house.deliver()
        house.wait(minutes=20)
        house.deliver()
        house.wait(days=1)

    row = rows(house)[0]
    assert row.state is State.HELD
    assert "paperdigest resolve 1" in row.error


# ------------------------------------------------------------------ several rows at once


def test_several_rows_are_resolved_together_or_not_at_all(house: House, program: Program) -> None:
    house.write("subscriptions/ben.toml", ADA.replace("outbox", "for-ben"))
    house.drop("monday.jsonl", *SEVEN)
    house.ingest()
    house.compose()
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'held'")

    wrong = program("resolve", "1", "2", "9", "drop")
    assert (wrong.code, states(house)) == (2, ["held", "held"])
    said = program("resolve", "1", "2", "drop")
    assert (said.code, states(house)) == (0, ["dropped", "dropped"])
    assert said.out.count("is not sent any more") == 2


def test_deliveries_says_of_each_row_why_it_is_there(house: House, program: Program) -> None:
    with FakeSlack("ok", "429 3000") as slack:
        subscribed(house, slack)
        house.run()
        said = program("deliveries", "--json")

    told = [row["reason"] for row in said.json["deliveries"]]
    assert told[1].startswith("sent ")
    assert "Slack wants a pause" in told[0]
    assert "try 2, given up" in told[0]


# ------------------------------------------------------------------ one message that cannot hold all


def test_what_one_message_cannot_name_comes_with_the_next(house: House) -> None:
    with FakeSlack() as slack:
        hooked(house, slack, "slack-webhook:team")
        house.run()
        first = named(slack.posted)
        assert len(first) < len(FORTY)
        assert outcomes(house)["over limit"] == len(FORTY) - len(first)
        for _ in range(3):
            house.wait(days=1)
            house.run()

    later = named(slack.posted[1:])
    assert sorted(first + later) == FORTY
    assert "over limit" not in outcomes(house)


def test_what_another_target_names_counts_as_sent(house: House) -> None:
    with FakeSlack() as slack:
        hooked(house, slack, "slack-webhook:team", "file:outbox")
        house.run()

    assert outcomes(house) == {"sent": 20, "listed": 20}
