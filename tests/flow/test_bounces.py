"""A recipient who is refused for good on two days is paused and the operator told; and suppressions as such:
kept in the store, shown by `subscribers`, undone by command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from house import ADA, CONFIG, House
from paperdigest.core.ledger import State
from paperdigest.core.ports import Reach, Refused
from paperdigest.flow.bounces import refused_on
from paperdigest.store import subscribers, suppressions
from paperdigest.store.deliveries import Attempt
from paperdigest.store.suppressions import Suppression
from program import Program
from slack_server import FakeSlack
from smtp_server import HostileSmtp

GONE = "550 5.1.1 <ada@example.org>: no such user"
TO_ADA = ADA.replace("file:outbox", "ada@example.org")


def mail_config(port: int) -> str:
    return (
        'operator = "file:ops"\n'
        + CONFIG
        + f"""
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""
    )


@pytest.fixture
def answers() -> list[str]:
    """What the server says to each recipient, in order; afterwards it takes everybody."""
    return []


@pytest.fixture
def mailed(house: House, answers: list[str]) -> Iterator[House]:
    """A house whose mail goes to a server that answers as told."""
    with HostileSmtp({"rcpt": answers}) as server:
        house.write("paperdigest.toml", mail_config(server.port))
        house.write("subscriptions/ada.toml", TO_ADA)
        yield house
        house.close()


def days(house: House, count: int, **step: float) -> None:
    """Let days pass on which something new comes."""
    for _ in range(count):
        house.drop(f"{house.now:%m%d%H%M}.jsonl", f"Folding paper maps on {house.now:%d %b %H:%M}")
        house.run()
        house.wait(**(step or {"days": 1}))


def held(house: House) -> list[Suppression]:
    with house.app.open_store(write=False) as store:
        return list(suppressions.suppressions(store).values())


def test_refused_for_good_on_two_days_the_recipient_is_paused(
    mailed: House, answers: list[str]
) -> None:
    answers += [GONE] * 2
    days(mailed, 1)
    assert held(mailed) == []
    days(mailed, 1)

    (pause,) = held(mailed)
    assert (pause.target, pause.kind, pause.until) == ("email:ada@example.org", "paused", None)
    assert pause.reason.startswith("refused for good on 20 Nov and 21 Nov: ")
    assert "550 5.1.1" in pause.reason


def test_the_operator_is_told_at_once_and_once_a_day(mailed: House, answers: list[str]) -> None:
    answers += [GONE] * 2
    days(mailed, 2)
    assert len(mailed.digests("ops")) == 1  # with the very round in which it happened
    days(mailed, 1, hours=1)
    assert len(mailed.digests("ops")) == 2

    notice = mailed.digests("ops")[0]
    assert notice["title"] == "ada@example.org is refused for good: nothing more goes there for now"
    told = " ".join(notice["notes"])
    assert "ada at ada@example.org, refused on 20 Nov and 21 Nov" in told
    assert "paperdigest resume ada ada@example.org" in told


def test_subscribers_shows_the_reason_and_resume_undoes_it(
    mailed: House, answers: list[str], program: Program
) -> None:
    answers += [GONE] * 2
    days(mailed, 2)

    said = program("subscribers")
    assert "  ada@example.org paused (refused for good on 20 Nov and 21 Nov: " in said.out
    assert "undo: paperdigest resume ada ada@example.org" in said.out
    (told,) = program("subscribers", "--json").json["subscribers"]
    assert told["state"] == "every target is paused or stopped"

    assert program("resume", "ada", "ada@example.org").code == 0

    assert held(mailed) == []
    (told,) = program("subscribers", "--json").json["subscribers"]
    assert (told["state"], told["suppressed"]) == ("", [])


def test_nothing_is_lost_while_it_is_paused(
    mailed: House, answers: list[str], program: Program
) -> None:
    answers += [GONE] * 2
    days(mailed, 4)
    program("resume", "ada", "ada@example.org")
    mailed.run()

    with mailed.app.open_store(write=False) as store:
        outcomes = store.rows("SELECT outcome, count(*) FROM outcomes GROUP BY outcome")
        last = store.row(
            "SELECT state FROM deliveries WHERE target LIKE 'email:%' ORDER BY id DESC"
        )
    assert (outcomes, last) == ([("sent", 4)], ("sent",))


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.7.1 Relay access denied",
        "550 relay not permitted",
        "552 5.3.4 message too big",
        "554 5.7.1 looks like spam",
        "550 5.2.2 mailbox full",
        "450 4.2.1 greylisted",
    ],
)
def test_what_is_not_the_recipients_fault_pauses_nobody(
    mailed: House, answers: list[str], answer: str
) -> None:
    answers += [answer] * 10
    days(mailed, 4)

    assert held(mailed) == []


def test_several_refusals_on_one_day_pause_nobody(mailed: House, answers: list[str]) -> None:
    mailed.write("subscriptions/ada.toml", TO_ADA.replace("daily 08:00", "hourly"))
    answers += [GONE] * 3
    days(mailed, 3, hours=1)

    assert held(mailed) == []


def test_a_message_taken_in_between_clears_the_recipient(mailed: House, answers: list[str]) -> None:
    answers += [GONE, "250 ok", GONE]
    days(mailed, 3)

    assert held(mailed) == []


def test_two_refusals_a_month_apart_pause_nobody(mailed: House, answers: list[str]) -> None:
    answers += [GONE] * 2
    days(mailed, 2, days=30)

    assert held(mailed) == []


def test_the_other_targets_of_a_reader_go_on(mailed: House, answers: list[str]) -> None:
    mailed.write(
        "subscriptions/ada.toml",
        ADA.replace('"file:outbox"', '["ada@example.org", "file:outbox"]'),
    )
    answers += [GONE] * 2
    days(mailed, 4)

    assert len(mailed.digests()) == 4
    assert [pause.target for pause in held(mailed)] == ["email:ada@example.org"]


def test_what_a_person_said_of_a_recipient_stays(
    mailed: House, answers: list[str], program: Program
) -> None:
    mailed.ingest()
    answers += [GONE] * 2
    days(mailed, 1)
    mailed.drop("more.jsonl", "Folding paper maps once more")
    mailed.ingest()
    mailed.compose()
    program("pause", "ada", "ada@example.org", "--until", "2036-01-01")  # what is frozen still goes
    mailed.deliver()

    assert answers == []
    (pause,) = held(mailed)
    assert (pause.until, pause.reason) == (date(2036, 1, 1), "by command")


# ------------------------------------------------------------------ an account at Slack

TO_ADA_AT_SLACK = ADA.replace("file:outbox", "slack:ada@example.org")
SLACK = """
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
"""


@pytest.fixture
def chatted(house: House) -> Iterator[tuple[House, FakeSlack]]:
    """A house whose digests go to a person at Slack."""
    with FakeSlack() as slack:
        house.write("secrets/slack-token", "xoxb-bounces").chmod(0o600)
        house.write(
            "paperdigest.toml", 'operator = "file:ops"\n' + CONFIG + SLACK.format(slack=slack)
        )
        house.write("subscriptions/ada.toml", TO_ADA_AT_SLACK)
        yield house, slack
        house.close()


#: What Slack says of a person: when it is asked who has the address, when the conversation is to be opened, or when
#: the message comes.
@pytest.mark.parametrize(
    ("asked", "posted"),
    [
        (["users_not_found"], []),
        *(
            (["ok", error], [])
            for error in (
                "user_not_found",
                "user_disabled",
                "user_not_visible",
                "cannot_dm_bot",
                "invalid_user_combination",
                "method_not_supported_for_channel_type",
            )
        ),
        ([], ["user_disabled"]),
        ([], ["cannot_dm_bot"]),
    ],
    ids=str,
)
def test_an_account_at_slack_that_is_refused_for_good_on_two_days_is_paused_and_the_operator_told(
    chatted: tuple[House, FakeSlack], asked: list[str], posted: list[str]
) -> None:
    house, slack = chatted
    slack.asked_modes, slack.modes = asked * 2, posted * 2
    days(house, 2)

    (pause,) = held(house)
    assert (pause.target, pause.kind, pause.until) == ("slack:ada@example.org", "paused", None)
    assert (asked + posted)[-1] in pause.reason
    (notice,) = house.digests("ops")
    assert notice["title"].startswith("slack:ada@example.org is refused for good: ")
    assert "paperdigest resume ada slack:ada@example.org" in " ".join(notice["notes"])


def test_an_account_at_slack_that_is_switched_off_later_is_noticed(
    chatted: tuple[House, FakeSlack],
) -> None:
    """Slack goes on taking messages for its conversation, which nobody reads any more."""
    house, slack = chatted
    days(house, 1)
    assert len(slack.posted) == 1
    slack.people.clear()
    house.reload()
    days(house, 2)

    assert len(slack.posted) == 1
    (pause,) = held(house)
    assert "users_not_found" in pause.reason


def test_nothing_is_lost_while_an_account_at_slack_is_paused(
    chatted: tuple[House, FakeSlack], program: Program
) -> None:
    house, slack = chatted
    slack.asked_modes = ["users_not_found"] * 2
    days(house, 3)
    assert program("resume", "ada", "slack:ada@example.org").code == 0
    house.run()

    (posted,) = slack.posted
    assert all(f"on {day} Nov" in str(posted) for day in (20, 21, 22))


@pytest.mark.parametrize(
    "error",
    ["invalid_auth", "account_inactive", "missing_scope", "is_archived", "channel_not_found"],
)
def test_a_token_or_a_channel_that_is_refused_pauses_no_recipient(
    chatted: tuple[House, FakeSlack], error: str
) -> None:
    """What is waiting there waits for a person, who was told."""
    house, slack = chatted
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "slack:#papers"))
    slack.modes = [error] * 100
    days(house, 3)

    assert held(house) == []
    assert "takes no messages since 20 Nov" in house.digests("ops")[0]["title"]


def test_a_person_has_one_address_by_mail_and_at_slack_and_only_one_of_them_is_resumed(
    chatted: tuple[House, FakeSlack], program: Program
) -> None:
    house, slack = chatted
    with HostileSmtp() as server:
        house.write("paperdigest.toml", mail_config(server.port) + SLACK.format(slack=slack))
        both = '["slack:ada@example.org", "ada@example.org"]'
        house.write("subscriptions/ada.toml", ADA.replace('"file:outbox"', both))
        for target in ("slack:ada@example.org", "ada@example.org"):
            assert program("pause", "ada", target).code == 0
        undo = program("subscribers").out
        program("resume", "ada", "ada@example.org")

        assert "undo: paperdigest resume ada slack:ada@example.org" in undo
        assert [one.target for one in held(house)] == ["slack:ada@example.org"]


def test_days_are_the_readers_own(mailed: House) -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    error = Refused(GONE, Reach.TARGET).told()
    tried = [
        Attempt(State.FAILED, error, late + timedelta(hours=1)),
        Attempt(State.FAILED, error, late),
    ]

    assert refused_on(tried, ZoneInfo("Europe/Berlin")) == [date(2026, 11, 20), date(2026, 11, 21)]
    assert refused_on(tried, UTC) == [date(2026, 11, 20)]


# ------------------------------------------------------------------ by command


TWO_TARGETS = ADA.replace('"file:outbox"', '["file:outbox", "file:second"]')


def test_a_target_paused_by_command_gets_nothing_and_the_other_goes_on(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", TWO_TARGETS)
    program("pause", "ada", "second", "--until", "2036-01-01")
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()

    assert (len(house.digests()), len(house.digests("second"))) == (1, 0)
    assert "  second paused until 2036-01-01 (by command) · undo:" in program("subscribers").out


def test_a_suppression_is_in_the_store_and_outlives_a_restart_and_another_name(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", TWO_TARGETS)
    program("stop", "ada", "second")
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/eva.toml", 'formerly = "ada"\n' + TWO_TARGETS)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()

    assert (len(house.digests()), len(house.digests("second"))) == (1, 0)
    (told,) = program("subscribers", "--json").json["subscribers"]
    assert told["suppressed"] == [
        {"target": "file:second", "kind": "stopped", "until": None, "reason": "by command"}
    ]
    program("resume", "eva", "second")
    house.wait(days=1)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")
    house.run()
    assert len(house.digests("second")) == 1


def test_resume_of_a_reader_undoes_what_holds_for_their_targets(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", TWO_TARGETS)
    program("stop", "ada", "second")
    program("pause", "ada")

    program("resume", "ada")

    assert held(house) == []


def test_a_pause_that_is_over_is_not_shown(house: House, program: Program) -> None:
    house.run()
    with house.app.open_store() as store, store.transaction():
        id_ = subscribers.registered(store)["ada"].id
        over = Suppression(id_, "file:outbox", "paused", date(2020, 1, 1), "by command")
        suppressions.suppress(store, over, house.now)

    (told,) = program("subscribers", "--json").json["subscribers"]
    assert told["suppressed"] == []
