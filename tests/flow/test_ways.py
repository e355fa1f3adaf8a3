"""How fast messages leave, through the real program: rates kept over restarts, ways that rest, and words about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from house import ADA, CONFIG, MAIL, House
from loopback import closed_port
from paperdigest.core.ledger import State
from paperdigest.flow import pacing, resolve
from paperdigest.store import deliveries, ways
from paperdigest.store.deliveries import Delivery
from program import Program
from slack_server import FakeSlack
from smtp_server import DROP, Authority, HostileSmtp, mailroom

MINUTE = timedelta(minutes=1)


@contextmanager
def hostile(
    house: House, steps: Mapping[str, str | list[str]] | None = None
) -> Iterator[HostileSmtp]:
    """Run a mail server; the program lets go of it at the end."""
    with HostileSmtp(steps) as server:
        yield server
        house.close()


def mail(house: House, port: int, readers: int, more: str = "") -> None:
    """Let so many readers get their digests by mail."""
    house.write(
        "paperdigest.toml",
        f"{CONFIG}{MAIL.format(port=port)}{more}\n",
    )
    (house.folder / "subscriptions" / "ada.toml").unlink(missing_ok=True)
    for number in range(readers):
        text = ADA.replace("file:outbox", f"reader{number}@example.org")
        house.write(f"subscriptions/reader{number}.toml", text)


def slack_config(slack: FakeSlack) -> str:
    return (
        CONFIG
        + f"""
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{slack.api_url}"
"""
    )


def chat(house: House, slack: FakeSlack, *targets: str, operator: str = "") -> None:
    """Let one reader for each target get digests by Slack."""
    house.write("secrets/slack-token", "xoxb-canary-token")
    told = f"operator = ['{operator}']\n" if operator else ""
    house.write("paperdigest.toml", told + slack_config(slack))
    (house.folder / "subscriptions" / "ada.toml").unlink(missing_ok=True)
    for number, target in enumerate(targets):
        house.write(f"subscriptions/reader{number}.toml", ADA.replace("file:outbox", target))


def composed(house: House, *titles: str) -> None:
    house.drop("monday.jsonl", *(titles or ("Folding paper maps again",)))
    house.ingest()
    house.compose()


def rows(house: House) -> list[Delivery]:
    with house.app.open_store(write=False) as store:
        return deliveries.listed(store, limit=1000)


def count(house: House, state: str) -> int:
    return sum(row.state == state for row in rows(house))


def impatiently(house: House) -> None:
    """Deliver what may go at once, without waiting for more."""
    with house.app.open_store() as store:
        house.app.register(store, house.now)
        house.app.deliver(store, patience=timedelta(0))


def test_no_more_mails_a_minute_than_the_config_says_and_the_rest_stays_pending(
    house: House,
) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "rate = 2")
        composed(house)
        impatiently(house)
        assert (count(house, "sent"), count(house, "pending")) == (2, 3)
        assert {row.attempts for row in rows(house) if row.state == "pending"} == {0}

        house.wait(seconds=30)
        impatiently(house)
        assert count(house, "sent") == 2

        house.wait(seconds=33)
        impatiently(house)
        assert count(house, "sent") == 4
    assert len(server.messages) == 4


def test_a_restart_does_not_forget_how_much_went(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "rate = 2")
        composed(house)
        for _ in range(3):
            house.reload()
            impatiently(house)
    assert len(server.messages) == 2


def test_a_command_waits_for_the_next_minute_with_nothing_in_hand(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "rate = 2")
        composed(house)
        house.deliver()
    assert count(house, "sent") == 5
    assert timedelta(minutes=2) <= sum(house.pauses, timedelta()) <= timedelta(minutes=2.2)
    assert max(house.pauses) <= timedelta(seconds=1)


def test_a_days_limit_holds_over_days_and_nobody_waits_for_it(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "max_per_day = 2")
        composed(house)
        sent = []
        for _ in range(30):
            house.deliver()
            sent.append(count(house, "sent"))
            house.wait(hours=2)
    assert house.pauses == []
    assert sent[:12] == [2] * 12
    assert 4 in sent[12:14]
    assert sent[-1] == 5


def test_a_restart_does_not_forget_how_much_went_in_a_day(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "max_per_day = 2")
        composed(house)
        for hours in (0, 1, 12, 10):
            house.wait(hours=hours)
            house.reload()
            impatiently(house)
            assert len(server.messages) == 2
        house.wait(hours=2)
        house.reload()
        impatiently(house)
    assert len(server.messages) == 4


def test_a_kill_between_claim_and_sending_lets_no_more_out(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 5, "rate = 2")
        composed(house)
        post = house.app.post  # what the claim of a process that is killed right after it does
        with house.app.open_store() as store:
            made = post(lambda: False, timedelta(0))
            with store.transaction():
                taken = pacing.claim(store, made.channel, house.now, process="gone", most=10)
        assert len(taken) == 2
        impatiently(house)
    assert server.messages == []
    assert (count(house, "unknown"), count(house, "pending")) == (2, 3)


def test_a_thread_goes_out_at_one_message_a_second(house: House) -> None:
    with FakeSlack() as slack:
        chat(house, slack, "slack:#papers")
        composed(house, *(f"Paper map number {n:03}" for n in range(200)))
        house.deliver()
    sent = sorted(row.sent_at for row in rows(house) if row.sent_at)
    assert len(sent) == len(rows(house)) > 2
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(sent))


def test_two_channels_do_not_wait_for_each_other(house: House) -> None:
    with FakeSlack() as slack:
        chat(house, slack, "slack:#papers", "slack:#maps")
        composed(house)
        impatiently(house)
    assert count(house, "sent") == 2


def test_two_readers_of_one_channel_share_its_pace(house: House) -> None:
    with FakeSlack() as slack:
        chat(house, slack, "slack:#papers", "slack:#papers")
        composed(house)
        impatiently(house)
        assert (count(house, "sent"), count(house, "pending")) == (1, 1)
        house.wait(seconds=1.1)
        impatiently(house)
    assert count(house, "sent") == 2


def test_a_pause_slack_asks_for_holds_its_channel_and_no_other_also_after_a_restart(
    house: House,
) -> None:
    with FakeSlack("429 300") as slack:
        chat(house, slack, "slack:#papers", "slack:#papers", "slack:#maps")
        composed(house)
        impatiently(house)
        # Whichever row of the first channel was tried, the other one was not.
        assert slack.posts == 2
        assert sorted(row.state for row in rows(house)) == ["pending", "retry", "sent"]
        house.reload()
        house.wait(seconds=290)
        impatiently(house)
        assert slack.posts == 2
        house.wait(seconds=15)
        house.deliver()
    assert count(house, "sent") == 3


def test_a_short_pause_slack_asks_for_is_waited_for_by_a_command(house: House) -> None:
    with FakeSlack("429 7") as slack:
        chat(house, slack, "slack:#papers")
        composed(house)
        house.deliver()
    assert [row.state for row in rows(house)] == ["sent"]
    assert rows(house)[0].attempts == 2
    assert timedelta(seconds=7) <= sum(house.pauses, timedelta()) <= timedelta(seconds=9)


def test_a_stop_ends_the_waiting(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 3, "rate = 1")
        composed(house)
        with house.app.open_store() as store:
            house.app.register(store, house.now)
            house.app.deliver(store, lambda: len(house.pauses) > 3)
    assert len(house.pauses) == 4
    assert count(house, "sent") == 1


def test_a_clock_that_stands_still_is_not_waited_for(house: House) -> None:
    with hostile(house) as server:
        mail(house, server.port, 2, "rate = 1")
        composed(house)
        house.app._pause = lambda span: None
        house.deliver()
    assert count(house, "sent") == 1


def test_a_server_that_cannot_be_reached_is_not_asked_for_each_mail(house: House) -> None:
    with hostile(house, {"greeting": "421 too busy"}) as server:
        mail(house, server.port, 4)
        composed(house)
        house.deliver()
        assert server.connections == 1
        assert [row.state for row in rows(house)].count(State.RETRY) == 4
        assert sorted(row.attempts for row in rows(house)) == [0, 0, 0, 1]

        house.wait(minutes=6)
        house.deliver()
        assert server.connections == 2


def test_a_server_that_is_silent_after_the_dot_is_given_one_mail_at_a_time(house: House) -> None:
    """Each would be waited for ten minutes, and all other channels with it."""
    with hostile(house, {"dot": DROP}) as server:
        mail(house, server.port, 4)
        composed(house)
        impatiently(house)
        assert len(server.messages) == 1
        assert sorted(row.attempts for row in rows(house)) == [0, 0, 0, 1]

        house.wait(minutes=4)
        impatiently(house)
        assert len(server.messages) == 1

        house.wait(minutes=2)
        impatiently(house)
        assert len(server.messages) == 2


def test_a_silent_mail_server_holds_up_no_other_channel(house: House) -> None:
    with hostile(house, {"dot": DROP}) as server:
        mail(house, server.port, 2)
        house.write("subscriptions/zoe.toml", ADA)
        composed(house)
        house.deliver()
    assert [row.state for row in rows(house) if row.target == "file:outbox"] == ["sent"]


def test_a_relay_that_takes_nothing_for_outside_serves_those_inside(house: House) -> None:
    refused = "554 5.7.1 <x@example.org>: Relay access denied"
    with hostile(house, {"rcpt": [refused, refused, refused, "250 ok"]}) as server:
        mail(house, server.port, 4)
        composed(house)
        house.deliver()
    assert (count(house, "sent"), count(house, "retry")) == (1, 3)
    assert len(server.messages) == 1


def test_a_greylisted_recipient_holds_up_nobody_else(house: House) -> None:
    with hostile(house, {"rcpt": ["450 greylisted"]}) as server:
        mail(house, server.port, 4)
        composed(house)
        house.deliver()
    assert (count(house, "sent"), count(house, "retry")) == (3, 1)


# ------------------------------------------------------ ways that need a person


def told(house: House) -> list[str]:
    """Return the titles of the notices that went to the operator's folder."""
    return [digest["title"] for digest in house.digests("ops")]


def lines(house: House) -> str:
    pages = sorted((house.folder / "ops").glob("*/digest.txt"))
    return " ".join(" ".join(page.read_text("utf-8").split()) for page in pages)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_auth", "paperdigest secret set slack-token"),
        ("token_revoked", "paperdigest secret set slack-token"),
        ("account_inactive", "paperdigest secret set slack-token"),
        ("missing_scope", "add the scope chat:write"),
    ],
)
def test_a_token_that_is_not_taken_stops_the_channel_with_one_word_to_the_operator(
    house: House, error: str, advice: str
) -> None:
    with FakeSlack(*[error] * 2) as slack:
        chat(house, slack, "slack:#papers", "slack:#maps", "slack:#moon", operator="file:ops")
        composed(house)
        house.deliver()

        assert slack.posts == 1
        assert told(house) == ["Slack takes no messages since 20 Nov 10:30"]
        assert advice in lines(house)
        assert "3 messages waiting" in lines(house)
        assert count(house, "failed") == 0

        house.wait(minutes=5)
        house.deliver()
        assert slack.posts == 1
        house.wait(minutes=11)
        house.deliver()
        assert (slack.posts, len(told(house))) == (2, 1)

        house.wait(minutes=16)
        house.deliver()
    assert count(house, "sent") == 3 + 2
    assert told(house)[1:] == ["Slack takes messages again"]


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("not_in_channel", "/invite @paperdigest"),
        ("channel_not_found", "check the name"),
        ("is_archived", "deliver to another one"),
    ],
)
def test_a_channel_that_is_closed_to_the_bot_stops_that_target_only(
    house: House, error: str, advice: str
) -> None:
    with FakeSlack(error) as slack:
        chat(house, slack, "slack:#papers", "slack:#maps", operator="file:ops")
        composed(house)
        house.deliver()
        stopped = next(row for row in rows(house) if row.state == "retry")
        assert told(house) == [f"{stopped.target} takes no messages since 20 Nov 10:30"]
        assert advice in lines(house)
        assert stopped.not_before_at == house.now + timedelta(minutes=15)

        house.wait(minutes=16)
        house.deliver()
    assert {row.state for row in rows(house)} == {"sent"}
    assert told(house)[1:] == [f"{stopped.target} takes messages again"]


def test_the_operator_hears_again_the_next_day_and_after_five_the_papers_return(
    house: House,
) -> None:
    with FakeSlack(*["invalid_auth"] * 1000) as slack:
        chat(house, slack, "slack:#papers", operator="file:ops")
        composed(house)
        for _ in range(12 * 6):
            house.deliver()
            house.wait(hours=2)
        assert [row.state for row in rows(house) if row.target == "slack:#papers"] == ["failed"]
        assert len(told(house)) >= 5

        slack.modes.clear()
        house.wait(hours=1)
        house.run()
    assert len(slack.posted) == 1


OPERATED = "operator = ['file:ops']\n"
TOKEN_FAILS = """
[email]
host = "localhost"
port = {port}
ca_file = "ca.pem"
tls = "implicit"
username = "papers"
auth = "xoauth2"
token = {{ command = ["sh", "-c", "exit 1"] }}
from = "papers@example.org"
"""


@contextmanager
def nobody_listens(house: House) -> Iterator[str]:
    with closed_port() as port:
        mail(house, port, 2)
        operated(house)
        yield f"127.0.0.1:{port} refused the connection while connecting"


@contextmanager
def token_command_fails(house: House) -> Iterator[str]:
    authority = Authority()
    authority.write(house.folder / "ca.pem")
    with mailroom(authority.context("localhost"), implicit=True, auth=True) as room:
        mail(house, room.port, 2)
        house.write("paperdigest.toml", CONFIG + TOKEN_FAILS.format(port=room.port))
        operated(house)
        yield 'the command "sh" ended with 1'


def operated(house: House) -> None:
    config = (house.folder / "paperdigest.toml").read_text("utf-8")
    house.write("paperdigest.toml", OPERATED + config)


Dead = Callable[[House], AbstractContextManager[str]]
each_dead = pytest.mark.parametrize("dead", [nobody_listens, token_command_fails])


def tried(house: House, *minutes: int) -> None:
    """Deliver at once, and again after each of these times."""
    house.deliver()
    for span in minutes:
        house.wait(minutes=span)
        house.deliver()


@each_dead
def test_a_way_that_could_not_be_used_for_an_hour_is_told_once(house: House, dead: Dead) -> None:
    with dead(house) as why:
        composed(house)
        tried(house, *[10] * 5)
        assert told(house) == []
        tried(house, *[10] * 9)
    assert told(house) == ["E-mail takes no messages since 20 Nov 10:30"]
    assert why in lines(house)


@each_dead
def test_such_a_way_is_told_again_each_day_and_named_by_status(
    house: House, program: Program, dead: Dead
) -> None:
    with dead(house) as why:
        composed(house)
        tried(house, *[120] * 30)
    assert len(told(house)) == 3
    said = program("status", "--healthy")
    assert said.code == 1
    assert f"email: {why}" in said.out


def test_a_message_that_went_out_in_between_begins_the_hour_anew(house: House) -> None:
    busy = "421 too busy"
    with hostile(house, {"greeting": [busy, "220 me", busy, busy, busy]}) as server:
        mail(house, server.port, 3, "rate = 1")
        operated(house)
        composed(house)
        house.deliver()
        for minutes in (40, 40, 39):
            house.wait(minutes=minutes)
            house.app.channel("email").close()
            impatiently(house)
        assert count(house, "sent") >= 1
        assert told(house) == []


def test_an_hour_of_failures_is_over_with_the_first_message(house: House) -> None:
    with hostile(house, {"greeting": ["421 too busy"] * 2}) as server:
        mail(house, server.port, 1)
        operated(house)
        composed(house)
        tried(house, 61, 61)
    assert told(house) == [
        "E-mail takes no messages since 20 Nov 10:30",
        "E-mail takes messages again",
    ]


def test_a_clock_that_was_set_back_does_not_keep_a_dead_way_from_being_told(house: House) -> None:
    with nobody_listens(house):
        composed(house)
        with house.app.open_store() as store, store.transaction():
            ways.fail(store, "email", "no", house.now + timedelta(days=30), lasting=pacing.LASTING)
        tried(house, *[20] * 7)
    assert len(told(house)) == 1


def test_status_says_that_a_way_needs_a_person(house: House, program: Program) -> None:
    with FakeSlack("invalid_auth") as slack:
        chat(house, slack, "slack:#papers")
        composed(house)
        house.deliver()
    said = program("status", "--healthy")
    assert said.code == 1
    assert "slack: Slack answered invalid_auth for #papers" in said.out


def test_retry_by_command_does_not_wait_for_the_next_try(house: House) -> None:
    with FakeSlack("invalid_auth") as slack:
        chat(house, slack, "slack:#papers")
        composed(house)
        house.deliver()
        with house.app.open_store() as store, store.transaction():
            resolve.again(store, 1, house.now)
        house.deliver()
    assert {row.state for row in rows(house)} == {"sent"}
    assert len(slack.posted) == 3  # the digest, and two words to the one reader


def test_a_login_that_is_not_taken_is_tried_once_for_all_mails(house: House) -> None:
    with hostile(house, {"mail": ["550 5.7.60 not as this sender"]}) as server:
        mail(house, server.port, 3)
        house.write(
            "paperdigest.toml",
            "operator = ['file:ops']\n" + (house.folder / "paperdigest.toml").read_text("utf-8"),
        )
        composed(house)
        house.deliver()
        assert server.heard.count(b"DATA\r\n") == 0
        assert told(house) == ["E-mail takes no messages since 20 Nov 10:30"]
        assert "ask for Send As" in lines(house)

        house.wait(minutes=16)
        house.deliver()
    assert len(server.messages) == 3
    assert told(house)[1:] == ["E-mail takes messages again"]


def test_ways_that_are_closed_for_longer_than_ever_were_closed_by_another_clock(
    house: House,
) -> None:
    with FakeSlack() as slack:
        chat(house, slack, "slack:#papers")
        composed(house)
        with house.app.open_store() as store, store.transaction():
            ways.close(store, "slack", house.now + timedelta(days=400))
        house.deliver()
    assert len(slack.posted) == 1


def test_a_look_that_was_not_answered_is_made_again_before_anything_is_repeated(
    house: House,
) -> None:
    with FakeSlack("take and drop") as slack:
        chat(house, slack, "slack:#papers")
        composed(house)
        house.deliver()
        for mode in ("429 60", "http 500", "drop", "html"):
            house.wait(minutes=16)
            slack.asked_modes = [mode]
            house.deliver()
            assert [row.state for row in rows(house)] == ["unknown"]
        house.wait(minutes=16)
        house.deliver()
    assert [row.state for row in rows(house)] == ["sent"]
    assert len(slack.posted) == 1
