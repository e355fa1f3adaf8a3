"""What `send --test` brings: a message that says what it is, and all else as it will come."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.sources import bibtex
from program import Program
from smtp_server import Mailroom, mailroom

Capsys = pytest.CaptureFixture[str]
BOTH = 'attach = ["bibtex", "ris"]\n' + ADA.replace(
    '"file:outbox"', '["ada@example.org", "file:outbox"]'
)


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with mailroom() as room:
        yield room


@pytest.fixture
def sample(tmp_path: Path, room: Mailroom, capsys: Capsys) -> EmailMessage:
    """Return the mail of ada's sample; a folder got one, too."""
    config = 'operator = "ops@example.org"\n' + CONFIG + MAIL.format(port=room.port)
    House.built(tmp_path, config=config, ada=BOTH).close()
    assert Program(tmp_path, capsys)("send", "--test").code == 0
    ((_, _, data),) = room.mails
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_a_sample_says_that_it_is_a_test(sample: EmailMessage) -> None:
    assert sample["Subject"] == "A test: this is how digests arrive"
    assert "A test: this is how digests arrive" in text_of(sample)


def test_a_sample_says_nothing_untrue_of_the_sources(sample: EmailMessage) -> None:
    assert "A test: nothing was looked at" in text_of(sample)
    assert "no source is set up" not in text_of(sample)


def test_a_sample_brings_the_files_that_were_asked_for(
    sample: EmailMessage, tmp_path: Path
) -> None:
    held = {
        part.get_filename(): part.get_payload(decode=True) for part in sample.iter_attachments()
    }
    assert list(held) == ["papers.bib", "papers.ris"]
    cited = held["papers.bib"]
    assert isinstance(cited, bytes)
    assert [paper.title[:14] for paper in bibtex.FORMAT.parse(cited).papers] == ["A sample paper"]
    (folder,) = (tmp_path / "outbox").iterdir()
    assert (folder / "papers.bib").read_bytes() == cited.replace(b"\r\n", b"\n")


def test_a_sample_says_how_to_stop_what_comes_its_way(sample: EmailMessage, tmp_path: Path) -> None:
    assert "choose “Unsubscribe” in your mail program" in text_of(sample)
    (folder,) = (tmp_path / "outbox").iterdir()
    assert "Unsubscribe" not in (folder / "digest.txt").read_text()
