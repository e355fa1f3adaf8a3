"""A digest by e-mail, from the config to a real server on loopback and parsed back."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from house import ADA, CONFIG, House
from loopback import closed_port
from mail_corpus import FIELDS
from program import Program
from smtp_server import mailroom

HOSTILE = (
    "Paper map\r\nBcc: everyone@example.org",
    "Paper map =?UTF-8?Q?=0ABcc:_x@y.z?= tail",
    "Paper map <script>alert(1)</script> & <b>bold</b>",
    "Paper map <!channel> <@U123> <https://evil.example|arxiv.org>",
    "Paper map \u202egnp.exe \u0007 ünï©ödé 图神经网络 🗺️",
)


def mail_config(port: int) -> str:
    return (
        CONFIG
        + f"""
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
reply_to = "ops@example.org"
"""
    )


def subscribed(house: House, port: int) -> None:
    house.write("paperdigest.toml", mail_config(port))
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))


def parsed(data: bytes) -> EmailMessage:
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_server_that_is_down_today_and_up_tomorrow_gets_the_digest_once_with_the_same_bytes(
    house: House,
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    with closed_port() as port:
        subscribed(house, port)
        house.ingest()
        house.compose()
        report = house.deliver()
    assert dict(report.states) == {"retry": 1}
    with house.app.open_store(write=False) as store:
        (frozen,) = store.rows("SELECT payload FROM deliveries")

    with mailroom() as room:
        house.write("paperdigest.toml", mail_config(room.port))
        house.wait(days=1)
        house.run()
        house.wait(days=1)
        house.run()

    assert len(room.mails) == 1
    sender, recipients, data = room.mails[0]
    assert (sender, recipients) == ("papers@example.org", ["ada@example.org"])
    with house.app.open_store(write=False) as store:
        assert store.rows("SELECT payload FROM deliveries") == [frozen]
    assert parsed(data)["Message-ID"].startswith("<pd.")


@pytest.fixture
def hostile_mail(house: House) -> bytes:
    with mailroom() as room:
        subscribed(house, room.port)
        house.drop("hostile.jsonl", *({"title": title, "abstract": title} for title in HOSTILE))
        house.run()
        house.close()
    return room.mails[0][2]


def test_a_mail_has_exactly_the_expected_headers_once_each(hostile_mail: bytes) -> None:
    assert list(parsed(hostile_mail).keys()) == list(FIELDS)


def test_a_mail_is_7_bit_with_lines_of_at_most_78(hostile_mail: bytes) -> None:
    assert all(byte < 128 for byte in hostile_mail)
    assert max(len(line) for line in hostile_mail.split(b"\r\n")) <= 78


def test_text_and_html_say_the_same(hostile_mail: bytes) -> None:
    mail = parsed(hostile_mail)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    page = _Text()
    page.feed(html.get_content())
    plain = re.sub(r"[\s*]+", "", text.get_content())
    shown = re.sub(r"[\s*]+", "", page.text)
    for title in (
        "Bcc:everyone@example.org",
        "<script>alert(1)</script>",
        "<!channel>",
        "图神经网络",
    ):
        assert title in plain
        assert title in shown


def test_no_hostile_title_becomes_a_tag_or_another_link(hostile_mail: bytes) -> None:
    html = parsed(hostile_mail).get_body(("html",))
    assert html is not None
    page = _Text()
    page.feed(html.get_content())
    assert "script" not in page.tags
    assert all(
        link.startswith(("https://search.example.org/", "https://evil.example", "mailto:"))
        for link in page.links
    )


def test_a_mailing_list_gets_no_way_to_unsubscribe_everybody(house: House) -> None:
    with mailroom() as room:
        subscribed(house, room.port)
        shared = ADA.replace("file:outbox", "ada@example.org")
        house.write("subscriptions/ada.toml", f"shared = true\n{shared}")
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.close()
    names = parsed(room.mails[0][2]).keys()
    assert "List-Id" in names
    assert not [name for name in names if name.startswith("List-Unsubscribe")]


@pytest.mark.parametrize(
    ("address", "told"),
    [("ädä@example.org", "SMTPUTF8"), ("ada@bücher.example", 'write the domain as "xn--…"')],
)
def test_an_address_that_is_not_ascii_is_refused_by_check(
    house: House, program: Program, address: str, told: str
) -> None:
    subscribed(house, port=25)  # check calls nobody
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", address))

    said = program("check")

    assert said.code == 3
    assert "subscriptions/ada.toml" in said.err
    assert told in said.err


def test_two_recipients_get_a_message_each_over_one_connection(house: House) -> None:
    with mailroom() as room:
        subscribed(house, room.port)
        house.write("subscriptions/ben.toml", ADA.replace("file:outbox", "ben@example.org"))
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.close()

    assert [recipients for _, recipients, _ in room.mails] == [
        ["ada@example.org"],
        ["ben@example.org"],
    ]
    assert room.connections == 1


def test_a_failing_server_ends_run_once_with_4_and_its_reason(
    house: House, program: Program
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")

    with closed_port() as port:
        subscribed(house, port)
        said = program("run", "--once")

    assert said.code == 4
    assert "ada@example.org: retry" in said.out
    assert "refused" in said.out
