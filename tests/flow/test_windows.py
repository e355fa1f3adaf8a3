"""The windows: every instant at which a message may come twice, or waits for a person, each by a test of its own.

The program is killed in this very process: what is on disk at that instant is all that is left. What the other
places come to stands in test_failpoints.py; what a server does to a message, in test_delivery_states.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from machine import audit
from machine.audit import Person
from machine.breaking import at
from machine.obstacles import Fault, Impatient, a_stranger_writes, another_writes, disk_is_full
from machine.readers import TOKEN, WEBHOOK, Reader
from machine.servers import ModalSlack, ModalSmtp
from machine.world import World

MAIL = "email:ada@example.org"
SLACK = "slack:#papers"
HOOK = "slack-webhook:team"
FOLDER = "file:shelves"


@pytest.fixture
def person() -> Person:
    """What a person knows, and the ledger need not say."""
    return Person()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Person) -> Iterator[World]:
    with ModalSmtp() as smtp, ModalSlack() as slack:
        monkeypatch.setenv(WEBHOOK, slack.webhook_url)
        monkeypatch.setenv(TOKEN, "xoxb-windows")
        made = World.template(tmp_path / "template", smtp, slack).born(tmp_path / "world")
        for name in list(made.readers):
            made.remove_reader(name)
        yield made
        assert list(audit.faults(made, person)) == []
        made.end()


def reads_by(world: World, *targets: str) -> None:
    """Let one reader be there, and one paper in the inbox."""
    world.write_reader(Reader("ada", targets, frozenset({"paper map"}), schedule="hourly"))
    world.drop(world.new_papers("paper map"))


def killed_at(world: World, place: str) -> None:
    assert world.tick(kill=(place, 1)), f"it never came by {place}"


def later(world: World, *minutes: int) -> None:
    for each in minutes or (1, 17, 17, 61):
        world.true += timedelta(minutes=each)
        world.tick()


def rows(world: World) -> list[tuple[str, str, int]]:
    """Return (target, state, resent) of each row that is not the operator's."""
    return [(row.target, row.state, row.resent) for row in audit.rows(world) if row.reader == "ada"]


def copies(world: World) -> int:
    """Return how many mails came to the reader, all the same to the byte."""
    mails = [mail.data for mail in world.smtp.taken if mail.recipient == "ada@example.org"]
    assert len(set(mails)) <= 1
    return len(mails)


def error(world: World) -> str:
    return audit.rows(world)[0].error


def came(world: World, target: str) -> int:
    """Return how often the message came to that target."""
    if target == MAIL:
        return copies(world)
    if target == FOLDER:
        return len(list((world.folder / "shelves").glob("*/digest.json")))
    return len(world.slack.posted)


def breaks_after_it_was_taken(world: World, target: str) -> None:
    """Let the other side take a message and say nothing of it."""
    world.smtp.mode = world.slack.mode = "take and drop"
    later(world, 1)
    world.smtp.mode = world.slack.mode = "ok"
    assert rows(world) == [(target, "unknown", 0)]


# ---------------------------------------------------------------- the same instant, on each channel


@pytest.mark.parametrize(
    ("fault", "moment"),
    [
        (disk_is_full, "deliver.settle"),
        (disk_is_full, "deliver.settling"),
        (another_writes, "deliver.settle"),
        (a_stranger_writes, "deliver.settle"),
    ],
)
@pytest.mark.parametrize(
    ("target", "resent", "times"), [(MAIL, 1, 2), (HOOK, 1, 2), (SLACK, 0, 1), (FOLDER, 0, 1)]
)
def test_where_nothing_can_be_written_down_after_the_answer(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    moment: str,
    target: str,
    resent: int,
    times: int,
) -> None:
    monkeypatch.setattr("machine.world.App", Impatient)
    reads_by(world, target)
    with ExitStack() as over:
        with at(moment, lambda: fault(world, over)):
            world.tick()
        assert (rows(world), came(world, target)) == ([(target, "sending", 0)], 1)
    later(world)
    assert (rows(world), came(world, target)) == ([(target, "sent", resent)], times)


@pytest.mark.parametrize(("target", "resent"), [(MAIL, 1), (HOOK, 1), (SLACK, 0), (FOLDER, 0)])
def test_killed_before_the_first_byte_a_message_comes_once_and_after_the_time_of_grace(
    world: World, target: str, resent: int
) -> None:
    """Nobody can tell afterwards that no byte had left."""
    reads_by(world, target)
    killed_at(world, "deliver.claimed")
    later(world, 1, 13)
    assert (rows(world), came(world, target)) == ([(target, "unknown", 0)], 0)
    later(world, 2)
    assert (rows(world), came(world, target)) == ([(target, "sent", resent)], 1)


@pytest.mark.parametrize(("target", "resent", "times"), [(MAIL, 1, 2), (HOOK, 1, 2), (SLACK, 0, 1)])
def test_where_the_connection_breaks_after_the_message_was_taken(
    world: World, target: str, resent: int, times: int
) -> None:
    reads_by(world, target)
    breaks_after_it_was_taken(world, target)
    later(world)
    assert (rows(world), came(world, target)) == ([(target, "sent", resent)], times)


@pytest.mark.parametrize(("target", "state"), [(MAIL, "held"), (HOOK, "held"), (SLACK, "sent")])
def test_with_hold_a_message_of_unknown_outcome_waits_for_a_person_where_it_cannot_be_looked_for(
    world: World, target: str, state: str
) -> None:
    """Also when no byte had left."""
    world.on_unknown = "hold"
    world.write_config()
    reads_by(world, target)
    killed_at(world, "deliver.claimed")
    later(world)
    assert (rows(world), came(world, target)) == ([(target, state, 0)], int(state == "sent"))
    assert ("paperdigest resolve 1 sent|resend|drop" in error(world)) == (state == "held")


@pytest.mark.parametrize("target", [MAIL, HOOK])
def test_a_message_that_is_doubted_twice_waits_for_a_person(world: World, target: str) -> None:
    reads_by(world, target)
    world.smtp.mode = world.slack.mode = "take and drop"
    later(world)
    assert (rows(world), came(world, target)) == ([(target, "held", 1)], 2)
    assert "paperdigest resolve 1 sent|resend|drop" in error(world)


@pytest.mark.parametrize("target", [MAIL, HOOK, SLACK])
def test_a_message_that_a_person_sends_again_comes_twice(
    world: World, person: Person, target: str
) -> None:
    """What is looked for is found, and a person has nothing to decide before it cannot be read for five days."""
    world.on_unknown = "hold"
    world.write_config()
    reads_by(world, target)
    breaks_after_it_was_taken(world, target)
    world.slack.reading = "internal_error"
    later(world, *([720] * 11 if target == SLACK else [17]))
    assert rows(world) == [(target, "held", 0)]
    world.command("resolve", "1", "resend")
    world.slack.reading = "ok"
    later(world)
    assert (rows(world)[0][:2], came(world, target)) == ((target, "sent"), 2)
    person.again[1] = 1


# ---------------------------------------------------------------- a mail may come twice


def test_killed_between_the_dot_and_the_answer_a_mail_comes_twice(world: World) -> None:
    reads_by(world, MAIL)
    killed_at(world, "email.sent_dot")
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "sent", 1)], 2)


def test_killed_between_the_answer_and_the_ledger_a_mail_comes_twice(world: World) -> None:
    reads_by(world, MAIL)
    killed_at(world, "email.answered")
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "sent", 1)], 2)


def test_killed_before_what_was_written_down_is_committed_a_mail_comes_twice(world: World) -> None:
    reads_by(world, MAIL)
    killed_at(world, "deliver.settling")
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "sent", 1)], 2)


# ---------------------------------------------------------------- a mail comes once, but late


def test_killed_before_the_dot_a_mail_comes_once(world: World) -> None:
    reads_by(world, MAIL)
    killed_at(world, "email.dot")
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "sent", 1)], 1)


def test_killed_once_it_is_written_down_a_mail_comes_once(world: World) -> None:
    reads_by(world, MAIL)
    killed_at(world, "deliver.settled")
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "sent", 0)], 1)


def test_killed_at_the_first_of_several_mails_the_others_in_hand_wait_for_the_time_of_grace_too(
    world: World,
) -> None:
    reads_by(world, MAIL, "email:eve@example.org")
    killed_at(world, "email.answered")
    later(world, 1)
    assert [state for _, state, _ in rows(world)] == ["unknown", "unknown"]
    later(world)
    assert [mail.recipient for mail in world.smtp.taken].count("eve@example.org") == 1


# ---------------------------------------------------------------- a webhook, a local mail program


def test_killed_between_the_answer_and_the_ledger_a_webhook_message_comes_twice(
    world: World,
) -> None:
    reads_by(world, HOOK)
    killed_at(world, "webhook.answered")
    later(world)
    assert (rows(world), len(world.slack.posted)) == ([(HOOK, "sent", 1)], 2)


def test_killed_before_it_posts_a_webhook_message_comes_once(world: World) -> None:
    reads_by(world, HOOK)
    killed_at(world, "webhook.post")
    later(world)
    assert (rows(world), len(world.slack.posted)) == ([(HOOK, "sent", 1)], 1)


_LOCAL_PROGRAM = '#!/bin/sh\ncat > "$(mktemp {mailbox}/XXXXXXXX)"\n'


def by_local_program(world: World, mailbox: Path) -> None:
    """Let mail go to a program of this machine, which keeps it in a folder."""
    mailbox.mkdir()
    program = mailbox.with_name("sendmail")
    program.write_text(_LOCAL_PROGRAM.format(mailbox=mailbox))
    program.chmod(0o755)
    config = world.folder / "paperdigest.toml"
    smtp = re.compile(r'host = "127\.0\.0\.1"\nport = \d+\ntls = "none"\nauth = "none"')
    config.write_text(smtp.sub(f'sendmail = "{program}"', config.read_text()))
    reads_by(world, MAIL)


def test_killed_between_the_local_programs_end_and_the_ledger_a_mail_comes_twice(
    world: World, person: Person, tmp_path: Path
) -> None:
    by_local_program(world, tmp_path / "mailbox")
    killed_at(world, "sendmail.ended")
    later(world)
    mails = [path.read_bytes() for path in (tmp_path / "mailbox").iterdir()]
    assert (rows(world), len(mails), len(set(mails))) == ([(MAIL, "sent", 1)], 2, 1)
    person.arrived.add(1)


def test_killed_before_the_local_program_starts_a_mail_comes_once(
    world: World, person: Person, tmp_path: Path
) -> None:
    by_local_program(world, tmp_path / "mailbox")
    killed_at(world, "sendmail.run")
    later(world)
    assert (rows(world), len(list((tmp_path / "mailbox").iterdir()))) == ([(MAIL, "sent", 1)], 1)
    person.arrived.add(1)


# ---------------------------------------------------------------- a folder


@pytest.mark.parametrize("place", ["file.write", "file.rename", "file.renamed", "deliver.settling"])
def test_killed_anywhere_a_digest_is_in_its_folder_once(world: World, place: str) -> None:
    reads_by(world, "file:shelves")
    killed_at(world, place)
    later(world)
    assert len(list((world.folder / "shelves").glob("*/digest.json"))) == 1


# ---------------------------------------------------------------- Slack by bot token


@pytest.mark.parametrize("place", ["slack.answered", "deliver.settle", "deliver.settling"])
def test_killed_after_slack_took_it_a_message_is_found_there_and_comes_once(
    world: World, place: str
) -> None:
    reads_by(world, SLACK)
    killed_at(world, place)
    later(world)
    assert (rows(world), len(world.slack.posted)) == ([(SLACK, "sent", 0)], 1)


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=40), timedelta(hours=2), timedelta(days=3)], ids=str
)
@pytest.mark.parametrize("is_set_right", [False, True])
def test_killed_after_slack_took_it_while_our_clock_is_ahead_a_message_comes_once(
    world: World, ahead: timedelta, is_set_right: bool
) -> None:
    """It was looked for from a time on that had not come yet."""
    reads_by(world, SLACK)
    world.skew = ahead
    killed_at(world, "slack.answered")
    later(world, 1)
    world.skew = timedelta() if is_set_right else ahead
    later(world, 17, 17, 61, 24 * 60, 24 * 60, 24 * 60, 24 * 60)
    assert (rows(world)[0], len(world.slack.posted)) == ((SLACK, "sent", 0), 1)


def test_without_the_scope_for_history_a_slack_message_comes_twice(world: World) -> None:
    world.slack.scopes.remove("channels:history")
    reads_by(world, SLACK)
    killed_at(world, "slack.answered")
    later(world)
    assert (rows(world), len(world.slack.posted)) == ([(SLACK, "sent", 1)], 2)
    world.slack.posted.pop()  # what a channel that is not read back may hold


def test_a_slack_message_that_someone_deletes_before_it_is_looked_for_is_posted_again(
    world: World,
) -> None:
    reads_by(world, SLACK)
    killed_at(world, "slack.answered")
    (posted,) = world.slack.posted
    world.slack.posted.clear()
    later(world)
    assert rows(world) == [(SLACK, "sent", 0)]
    assert [one["metadata"] for one in world.slack.posted] == [posted["metadata"]]


def test_a_slack_channel_that_cannot_be_read_for_five_days_leaves_the_message_to_a_person(
    world: World,
) -> None:
    reads_by(world, SLACK)
    killed_at(world, "slack.answered")
    world.slack.reading = "internal_error"
    later(world, 1, *[720] * 11)
    first = rows(world)[0]
    assert (first, len(world.slack.posted)) == ((SLACK, "held", 0), 1)


# ---------------------------------------------------------------- a message waits for a person


def test_a_mail_that_is_doubted_and_then_refused_waits_for_a_person(world: World) -> None:
    reads_by(world, MAIL)
    world.smtp.mode = "take and drop"
    later(world, 1)
    world.smtp.mode = "554 data"
    later(world)
    assert (rows(world), copies(world)) == ([(MAIL, "held", 1)], 1)
    assert "an earlier try may have arrived" in error(world)


def test_a_mail_that_is_doubted_and_then_stopped_does_not_come_back_with_the_next_digest(
    world: World,
) -> None:
    """Its papers would reach the reader twice, by two different mails."""
    reads_by(world, MAIL)
    world.smtp.mode = "take and drop"
    later(world, 1)
    world.smtp.mode = "ok"
    world.command("stop", "ada", "ada@example.org")
    later(world)
    world.command("resume", "ada", "ada@example.org")
    later(world, 61, 61)
    assert copies(world) == 1


def test_a_mail_that_the_server_takes_and_then_says_no_to_comes_twice(
    world: World, person: Person
) -> None:
    """RFC 5321 section 6.1: who says no has not taken it. One that does so all the same is believed."""
    reads_by(world, MAIL)
    world.smtp.mode = "take and say later"
    later(world, 1)
    world.smtp.mode = "ok"
    later(world)
    assert (rows(world)[0][:2], copies(world)) == ((MAIL, "sent"), 2)
    person.again[1] = 1
