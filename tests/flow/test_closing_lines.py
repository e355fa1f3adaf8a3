"""How to change, pause and stop, as it stands in what arrives: true for the way each digest takes."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.core.ports import Form
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


def mailed(
    folder: Path, room: Mailroom, top: str, reader: str = ADA, more: str = ""
) -> EmailMessage:
    """Return ada's digest by mail; `top` stands first in the config, `more` in its table of mail."""
    config = top + CONFIG + MAIL.format(port=room.port) + more
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
    stops = re.escape(f"{BUTTON}, or open https://papers.example.org/unsubscribe/")
    assert re.search(stops + r"\S+ To change or pause this digest, write to ops@", said(mail))
    assert COMMANDS not in said(mail)  # whoever has a mailbox elsewhere has no terminal here


def test_without_a_page_the_letter_goes_where_it_is_said_to_go(
    tmp_path: Path, room: Mailroom
) -> None:
    mail = mailed(tmp_path, room, OPERATOR)
    (subject, named) = re.findall(f"{BUTTON}, or write “(.+)” to (\\S+)\\.", said(mail))[0]
    (written,) = re.findall(r"<mailto:([^>]+)>", mail["List-Unsubscribe"])
    assert written == "ops@example.org?subject=unsubscribe%20ada"
    assert f"{named}?subject={quote(subject)}" == written
    page = mail.get_body(("html",))
    assert page is not None
    assert f'href="mailto:{written}"' in page.get_content()  # for programs without a button


def test_letters_go_to_where_answers_go(tmp_path: Path, room: Mailroom) -> None:
    mail = mailed(tmp_path, room, OPERATOR, more='reply_to = "Help <help@example.org>"\n')
    assert mail["Reply-To"] == "Help <help@example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:help@example.org?subject=unsubscribe%20ada>"
    assert "write “unsubscribe ada” to help@example.org." in said(mail)
    assert "To change or pause this digest, write to help@example.org." in said(mail)
    assert "ops@example.org" not in said(mail)


def test_answers_to_somebody_are_enough_to_be_told_whom_to_write_to(
    tmp_path: Path, room: Mailroom
) -> None:
    mail = mailed(tmp_path, room, "", more='reply_to = "help@example.org"\n')
    assert "write “unsubscribe ada” to help@example.org." in said(mail)
    assert "paperdigest stop" not in said(mail)


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


@pytest.mark.parametrize(
    "top", [OPERATOR, f'public_url = "https://papers.example.org"\n{OPERATOR}']
)
def test_a_folder_beside_a_mail_says_nothing_of_mail_programs(
    tmp_path: Path, room: Mailroom, top: str
) -> None:
    both = ADA.replace('"file:outbox"', '["ada@example.org", "file:outbox"]')
    house = House.built(tmp_path, config=top + CONFIG + MAIL.format(port=room.port), ada=both)
    house.drop("monday.jsonl", "Folding paper maps")
    house.run()
    (shown,) = house.digests()
    (folder,) = (tmp_path / "outbox").iterdir()
    house.close()
    ask = "To change, pause or stop this digest, write to ops@example.org and second@example.org."
    assert shown["manage"] == [ask]
    for name in ("digest.txt", "digest.html"):
        text = (folder / name).read_text()
        assert "Unsubscribe" not in text
        assert "unsubscribe" not in text
        assert "To change, pause or stop this digest, write to" in text
    mail = email.message_from_bytes(room.mails[0][2], policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert BUTTON in said(mail)


def test_only_mails_beside_pages_of_another_channel_are_made_twice(
    tmp_path: Path, room: Mailroom
) -> None:
    house = House.built(tmp_path, config=CONFIG + MAIL.format(port=room.port))
    forms = house.app.press.forms
    assert Form.ELSEWHERE in forms(["email:ada@example.org", "file:outbox"])
    for alone in (["email:ada@example.org", "email:ben@example.org"], ["file:outbox", "file:two"]):
        assert Form.ELSEWHERE not in forms(alone)
    house.close()


def test_the_commands_that_are_told_are_ones_that_work(
    tmp_path: Path, room: Mailroom, capsys: pytest.CaptureFixture[str]
) -> None:
    told = re.findall("`paperdigest ([^`]+)`", said(mailed(tmp_path, room, "")))
    assert [Program(tmp_path, capsys)(*command.split()).code for command in told] == [0, 0]
