"""What the operator puts on every message, in mails as they arrive: digests, alerts, notices, samples."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from house import CONFIG, MAIL, House
from paperdigest.reloading import InForce
from program import Program
from smtp_server import Mailroom, mailroom

READER = """
deliver = "ada@example.org"
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map"]

[[topic]]
name = "Boats"
keywords = ["paper boat"]
alert = true
"""
IMPRINT = """
[digest]
name = "Vision lab papers"
subject_prefix = "[papers]"
footer = ["Vision lab, 1 Example Street", "https://example.org/privacy"]
"""
Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom() as room:
        yield room


@pytest.fixture
def lab(tmp_path: Path, room: Mailroom) -> Iterator[House]:
    config = f'operator = "ops@example.org"\n{CONFIG}{MAIL.format(port=room.port)}'
    house = House.built(tmp_path, config=config + IMPRINT, ada=READER)
    yield house
    house.close()


def mails(room: Mailroom, to: str = "ada@example.org") -> list[EmailMessage]:
    found = []
    for _, recipients, data in room.mails:
        read = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        if to in recipients:
            found.append(read)
    return found


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def everything_sent(lab: House) -> None:
    """Let a digest, an alert, and notices to a reader and to the operator go out."""
    lab.run()
    lab.drop("monday.jsonl", "Folding paper maps")
    lab.wait(days=1)
    lab.run()
    lab.drop("boats.jsonl", "Folding paper boats")
    lab.wait(hours=1)
    lab.run()
    lab.write("subscriptions/ada.toml", READER + "surprise = 1\n")
    lab.run()


def test_every_subject_has_the_prefix(lab: House, room: Mailroom) -> None:
    everything_sent(lab)
    assert [mail["Subject"] for mail in mails(room)] == [
        "[papers] 1 new paper: Maps",
        "[papers] Alert: Folding paper boats (Boats)",
        "[papers] Your subscription file cannot be read",
    ]
    (told,) = mails(room, "ops@example.org")
    assert told["Subject"].startswith("[papers] ")


def test_what_a_reader_gets_ends_with_the_footer_and_what_the_operator_gets_does_not(
    lab: House, room: Mailroom
) -> None:
    everything_sent(lab)
    for mail in mails(room):
        last = text_of(mail).splitlines()[-2:]
        assert last == ["Vision lab, 1 Example Street", "https://example.org/privacy"]
    (told,) = mails(room, "ops@example.org")
    assert "Vision lab" not in text_of(told)


def test_a_sender_without_a_name_has_the_digests(lab: House, room: Mailroom) -> None:
    everything_sent(lab)
    assert {mail["From"] for mail in mails(room)} == {"Vision lab papers <papers@example.org>"}


def test_answers_go_to_the_operator_unless_the_config_says_otherwise(
    lab: House, room: Mailroom
) -> None:
    everything_sent(lab)
    told = [*mails(room), *mails(room, "ops@example.org")]
    assert [mail["Reply-To"] for mail in told] == ["ops@example.org"] * 4


def test_answers_go_where_the_config_says(lab: House, room: Mailroom) -> None:
    config = (lab.folder / "paperdigest.toml").read_text()
    sender = 'from = "papers@example.org"'
    lab.write("paperdigest.toml", config.replace(sender, f'{sender}\nreply_to = "desk@x.org"'))
    everything_sent(lab)
    assert {mail["Reply-To"] for mail in mails(room)} == {"desk@x.org"}


def test_without_an_operators_address_nothing_is_said_of_answers(
    lab: House, room: Mailroom
) -> None:
    config = (lab.folder / "paperdigest.toml").read_text()
    lab.write("paperdigest.toml", config.replace('operator = "ops@example.org"\n', ""))
    everything_sent(lab)
    assert {mail["Reply-To"] for mail in mails(room)} == {None}


def test_a_sample_shows_it_as_well(lab: House, room: Mailroom, capsys: Capsys) -> None:
    assert Program(lab.folder, capsys)("send", "--test").code == 0
    (sample,) = mails(room)
    assert sample["Subject"].startswith("[papers] ")
    assert "Vision lab papers" in text_of(sample)
    assert "write to ops@example.org" in text_of(sample)


def test_a_changed_value_holds_from_the_next_digest(lab: House, room: Mailroom) -> None:
    lab.run()
    force = InForce(lab.app)
    config = (lab.folder / "paperdigest.toml").read_text()
    for day, prefix in enumerate(("[papers]", "[lab]")):
        (lab.folder / "paperdigest.toml").write_text(config.replace("[papers]", prefix))
        force.reload()
        lab.drop(f"{day}.jsonl", f"Folding paper maps, {day}")
        lab.wait(days=1)
        app = force.app
        with app.open_store() as store:
            app.ingest(store, lab.now, every=True)
            app.compose(store, lab.now)
            app.deliver(store)
    force.close()
    assert [mail["Subject"] for mail in mails(room)] == [
        "[papers] 1 new paper: Maps",
        "[lab] 1 new paper: Maps",
    ]
