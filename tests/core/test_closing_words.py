"""How to change, pause and stop: what a digest tells its reader, true for where it goes."""

from __future__ import annotations

import pytest

from paperdigest.core import closing_words
from paperdigest.core.subscription import Subscriber

OPS = ("email:ops@example.org",)
MAIL = ("email:ada@example.org",)
COMMANDS = "Pause or stop: `paperdigest pause ada`, `paperdigest stop ada`"


LINK = "https://papers.example.org/unsubscribe/12.pPbnMiS5R0H2vDRUF4gCUw"


def said(
    *targets: str,
    operator: tuple[str, ...] = OPS,
    reply_to: str = "",
    link: str = "",
    name: str = "ada",
) -> tuple[str, ...]:
    reader = Subscriber(name, deliver=targets)
    return closing_words.manage(reader, targets, operator=operator, reply_to=reply_to, link=link)


def test_readers_of_a_shared_digest_are_told_whom_to_ask() -> None:
    lab = Subscriber("lab", deliver=MAIL, shared=True)
    (line,) = closing_words.manage(lab, MAIL, operator=OPS, link=LINK)
    assert line == "To change, pause or stop this digest, ask ops@example.org."


def test_a_mail_with_a_page_behind_it_is_stopped_by_the_mail_program() -> None:
    assert said(*MAIL, link=LINK) == (
        f"To stop these mails, choose “Unsubscribe” in your mail program, or open {LINK}",
        "To change or pause this digest, write to ops@example.org.",
    )


def test_a_mail_without_a_page_says_who_gets_the_letter() -> None:
    assert said(*MAIL, operator=(*OPS, "email:second@example.org"))[0] == (
        "To stop these mails, choose “Unsubscribe” in your mail program, or write"
        " “unsubscribe ada” to ops@example.org."
    )


def test_nothing_is_said_of_a_letter_that_nobody_may_read() -> None:
    """Without an operator's address it goes to the sender, which may be no mailbox at all."""
    assert said(*MAIL, operator=("slack:#ops",)) == (
        "To change what you get, edit your topics or ask whoever runs paperdigest.",
        COMMANDS,
    )


@pytest.mark.parametrize("target", ["slack:ada@example.org", "slack-webhook:team", "file:outbox"])
def test_where_there_is_no_mail_nothing_is_said_of_mail_programs(target: str) -> None:
    assert said(target, link=LINK) == (
        "To change, pause or stop this digest, ask ops@example.org.",
        COMMANDS,
    )


def test_a_reader_with_mail_and_slack_is_told_that_mail_can_be_stopped() -> None:
    assert said("slack:#papers", *MAIL, link=LINK)[0].startswith("To stop these mails, ")


def test_where_no_mail_program_shows_it_whoever_is_written_to_stops_it() -> None:
    lines = said("slack:#papers", *MAIL, link=LINK)
    assert closing_words.without_mail(lines) == (
        "To change, pause or stop this digest, write to ops@example.org.",
    )


def test_lines_that_say_nothing_of_mail_programs_hold_everywhere() -> None:
    lines = said("slack:#papers")
    assert closing_words.without_mail(lines) == lines


def test_readers_write_to_where_answers_go() -> None:
    help_desk = "help@example.org"
    stop, change = said(*MAIL, reply_to=help_desk)
    assert stop.endswith(", or write “unsubscribe ada” to help@example.org.")
    assert change == "To change or pause this digest, write to help@example.org."
    assert said("slack:#papers", reply_to=help_desk)[0].endswith(", ask help@example.org.")
    assert closing_words.whom_to_ask(MAIL, OPS, help_desk) == help_desk


def test_where_answers_go_to_one_of_several_that_one_stands_first() -> None:
    both = (*OPS, "email:second@example.org")
    lines = said(*MAIL, operator=both, reply_to="second@example.org", link=LINK)
    assert lines[-1] == (
        "To change or pause this digest, write to second@example.org and ops@example.org."
    )


def test_answers_are_read_also_where_no_operator_is_named() -> None:
    assert said(*MAIL, operator=(), reply_to="help@example.org")[1] == (
        "To change or pause this digest, write to help@example.org."
    )


def test_whoever_runs_it_runs_it_also_where_answers_go_elsewhere() -> None:
    assert said(*OPS, reply_to="help@example.org") == said(*OPS)


def test_whoever_runs_it_is_not_told_to_ask_themselves() -> None:
    assert said(*OPS) == ("To change what you get, edit your topics.", COMMANDS)


def test_a_name_that_a_shell_would_take_apart_is_quoted() -> None:
    assert said("file:outbox", name="ada b")[-1] == (
        "Pause or stop: `paperdigest pause 'ada b'`, `paperdigest stop 'ada b'`"
    )


def test_who_is_asked_to_change_words_is_the_operator_unless_that_is_the_reader() -> None:
    assert closing_words.whom_to_ask(MAIL, OPS) == "ops@example.org"
    assert closing_words.whom_to_ask(("slack:#maps",), OPS) == "ops@example.org"
    assert closing_words.whom_to_ask(OPS, OPS) == ""
    assert closing_words.whom_to_ask(MAIL, ("slack:#ops",)) == ""
