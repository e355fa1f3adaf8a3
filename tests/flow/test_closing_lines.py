"""How to change, pause and stop, as it stands in what arrives: true for the way each digest takes."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from house import ADA, CONFIG, MAIL, House
from program import Program
from smtp_server import Mailroom, mailroom

BUTTON = "To stop these mails, choose “Unsubscribe” in your mail program"
ASK = "To change, pause or stop this digest, ask ops@example.org."
COMMANDS = "Pause or stop: `paperdigest pause ada`, `paperdigest stop ada`"
OPERATOR = 'operator = ["ops@example.org", "second@example.org"]\n'


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom() as room:
        yield room


def mailed(folder: Path, room: Mailroom, top: str, reader: str = ADA) -> EmailMessage:
    """Return ada's digest by mail; `top` stands first in the config."""
    config = top + CONFIG + MAIL.format(port=room.port)
    house = House.built(folder, config=config, ada=reader.replace("file:outbox", "ada@x.org"))
    house.drop("monday.jsonl", "Folding paper maps")
    house.run()
    house.close()
    (mail,) = room.mails
    read = email.message_from_bytes(mail[2], policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_with_a_page_the_button_is_said_to_stop_the_mails(tmp_path: Path, room: Mailroom) -> None:
    mail = mailed(tmp_path, room, f'public_url = "https://papers.example.org"\n{OPERATOR}')
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"{BUTTON}. To change or pause this digest, write to ops@example.org" in said(mail)
    assert COMMANDS not in said(mail)  # whoever has a mailbox elsewhere has no terminal here


def test_without_a_page_the_letter_goes_where_it_is_said_to_go(
    tmp_path: Path, room: Mailroom
) -> None:
    mail = mailed(tmp_path, room, OPERATOR)
    (named,) = re.findall(f"{BUTTON}: that writes to (\\S+)\\.", said(mail))
    (written,) = re.findall(r"<mailto:([^?>]+)", mail["List-Unsubscribe"])
    assert named == written == "ops@example.org"


def test_without_an_operator_no_letter_is_spoken_of(tmp_path: Path, room: Mailroom) -> None:
    assert "Unsubscribe" not in said(mailed(tmp_path, room, ""))


def test_a_shared_list_is_only_told_whom_to_ask(tmp_path: Path, room: Mailroom) -> None:
    mail = mailed(tmp_path, room, OPERATOR, "shared = true\n" + ADA)
    assert "List-Unsubscribe" not in mail
    assert "ask ops@example.org and second@example.org." in said(mail)
    assert "paperdigest stop" not in said(mail)


def test_a_folder_says_nothing_of_mail_programs(house: House) -> None:
    house.write("paperdigest.toml", 'operator = "file:ops"\n' + CONFIG)
    house.drop("monday.jsonl", "Folding paper maps")
    house.run()
    (shown,) = house.digests()
    assert shown["manage"] == [
        "To change what you get, edit your topics or ask whoever runs paperdigest.",
        COMMANDS,
    ]


def test_the_commands_that_are_told_are_ones_that_work(
    tmp_path: Path, room: Mailroom, capsys: pytest.CaptureFixture[str]
) -> None:
    told = re.findall("`paperdigest ([^`]+)`", said(mailed(tmp_path, room, "")))
    assert [Program(tmp_path, capsys)(*command.split()).code for command in told] == [0, 0]
