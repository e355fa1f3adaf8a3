"""The papers of a digest for a reference manager: asked for in the config, found in the mail and in the folder."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.config import examine
from paperdigest.config.warn import warnings
from paperdigest.core.ports import Format
from paperdigest.core.subscription import Subscriber, subscriber_from_json, subscriber_to_json
from paperdigest.sources import bibtex, ris
from smtp_server import Mailroom, mailroom

ASKED = 'attach = ["bibtex", "ris"]\nlimit = 1\n' + ADA
PAPERS = (
    {"title": "Folding paper maps", "id": "arxiv:2611.00001"},
    {"title": "More paper maps", "id": "arxiv:2611.00002"},
)


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom() as room:
        yield room


@pytest.fixture
def mailed(tmp_path: Path, room: Mailroom) -> House:
    ada = ASKED.replace('"file:outbox"', '["ada@example.org", "file:outbox"]')
    return House.built(tmp_path, config=CONFIG + MAIL.format(port=room.port), ada=ada)


def files_of(room: Mailroom) -> dict[str, bytes]:
    (mail,) = room.mails
    read = email.message_from_bytes(mail[2], policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    found: dict[str, bytes] = {}
    for part in read.iter_attachments():
        held = part.get_payload(decode=True)
        assert isinstance(held, bytes)
        found[str(part.get_filename())] = held
    return found


def titles(data: bytes, name: str) -> list[str]:
    kinds: dict[str, Format] = {"papers.bib": bibtex.FORMAT, "papers.ris": ris.FORMAT}
    return [paper.title for paper in kinds[name].parse(data).papers]


def test_a_mail_brings_the_papers_that_it_names_those_by_title_last(
    mailed: House, room: Mailroom
) -> None:
    mailed.drop("monday.jsonl", *PAPERS, "A paper on boats")
    mailed.run()
    (shown,) = mailed.digests()
    named = [paper["title"] for paper in shown["topics"][0]["papers"]]
    assert sorted(named) == ["Folding paper maps", "More paper maps"]
    files = files_of(room)
    assert list(files) == ["papers.bib", "papers.ris"]
    assert [titles(data, name) for name, data in files.items()] == [named, named]
    mailed.close()


def test_a_folder_holds_the_same_files(mailed: House, room: Mailroom) -> None:
    mailed.drop("monday.jsonl", *PAPERS)
    mailed.run()
    (folder,) = (mailed.folder / "outbox").iterdir()
    for name, data in files_of(room).items():
        assert (folder / name).read_bytes() == data.replace(b"\r\n", b"\n")
    mailed.close()


def test_a_paper_under_two_topics_stands_in_the_file_once(house: House) -> None:
    more = '\n[[topic]]\nname = "Folding"\nkeywords = ["folding"]\nlimit = 20\n'
    house.write("subscriptions/ada.toml", 'attach = "bibtex"\n' + ADA + more)
    house.drop("monday.jsonl", *PAPERS)
    house.run()
    (file,) = (house.folder / "outbox").glob("*/papers.bib")
    assert sorted(titles(file.read_bytes(), "papers.bib")) == [
        "Folding paper maps",
        "More paper maps",
    ]


def test_who_did_not_ask_gets_no_file(house: House) -> None:
    house.drop("monday.jsonl", *PAPERS)
    house.run()
    (folder,) = (house.folder / "outbox").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "digest.html",
        "digest.json",
        "digest.txt",
    ]


def test_an_empty_digest_brings_no_file(house: House) -> None:
    house.write("subscriptions/ada.toml", 'attach = "ris"\nsend_empty = true\n' + ADA)
    house.run()
    house.wait(days=1)
    house.run()
    assert house.digests()[0]["kind"] == "empty"
    assert not list((house.folder / "outbox").glob("*/papers.*"))


def test_a_form_that_there_is_not_is_told_with_its_place(house: House) -> None:
    path = house.write("subscriptions/ada.toml", 'attach = ["bibtex", "endnote"]\n' + ADA)
    (broken,) = examine(house.folder / "paperdigest.toml").broken
    (problem,) = broken.problems
    assert str(problem) == (f'{path}:1:21: "endnote" is not known here · write one of: bibtex, ris')


def test_a_file_that_was_broken_since_takes_nothing_from_what_its_reader_gets(house: House) -> None:
    house.write("subscriptions/ada.toml", 'attach = "bibtex"\n' + ADA)
    house.run()
    house.write("subscriptions/ada.toml", 'attach = "bibtex"\nsurprise = 1\n' + ADA)
    house.drop("monday.jsonl", *PAPERS)
    house.wait(days=1)
    house.run()
    assert list((house.folder / "outbox").glob("*/papers.bib"))


SLACK = '[slack.webhooks]\nteam = { env = "TEAM" }\n'


@pytest.mark.parametrize(
    ("deliver", "said"),
    [
        ('"slack-webhook:team"', ["ada: attach does nothing in Slack"]),
        ('["slack-webhook:team", "file:outbox"]', []),
    ],
)
def test_a_wish_that_no_target_can_fulfil_is_told(
    house: House, deliver: str, said: list[str]
) -> None:
    house.write("paperdigest.toml", CONFIG + SLACK)
    house.write("subscriptions/ada.toml", ASKED.replace('"file:outbox"', deliver))
    told = [line.partition(" · ")[0] for line in warnings(house.app.settings)]
    assert [line for line in told if "attach" in line] == said


def test_a_reader_who_was_stored_before_there_were_files_is_read() -> None:
    plain = json.loads(subscriber_to_json(Subscriber("ada", attach=("ris",))))
    assert subscriber_from_json(json.dumps(plain)).attach == ("ris",)
    del plain["attach"]
    assert subscriber_from_json(json.dumps(plain)) == Subscriber("ada")
