"""Files that go along: in a mail as attachments of the same strict bytes, in a folder as files, in Slack not at all."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage, MIMEPart
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW
from contracts import message
from mail_corpus import FIELDS, KEY
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.file import FileChannel
from paperdigest.channels.mail_bytes import unpack
from paperdigest.channels.slack import SlackChannel
from paperdigest.core.attachment import Attachment
from paperdigest.core.ports import Form, Sent

BIB = Attachment(
    "papers.bib", "application/x-bibtex", "@misc{maps,\n  title = {Paper maps, 图},\n}\n"
)
RIS = Attachment(
    "papers.ris", "application/x-research-info-systems", "TY  - UNPB\nTI  - Paper maps\nER  - \n"
)
CHANNEL = EmailChannel(
    host="localhost",
    tls="none",
    auth="none",
    sender="Papers <papers@example.org>",
    reply_to="Ops <ops@example.org>",
)


def mail(*attachments: Attachment) -> bytes:
    told = message(attachments=attachments)
    (part,) = CHANNEL.prepare(told, "ada@example.org", key=KEY, at=NOW)
    return unpack(part.payload)[1]


def parsed(data: bytes) -> EmailMessage:
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def content(part: MIMEPart) -> str:
    held = part.get_payload(decode=True)
    assert isinstance(held, bytes)
    return held.decode().replace("\r\n", "\n")


def test_a_mail_with_files_holds_text_html_and_then_the_files() -> None:
    read = parsed(mail(BIB, RIS))
    assert read.get_content_type() == "multipart/mixed"
    body, *files = read.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html"]
    assert [
        (part.get_content_type(), part.get_content_charset(), part.get_content_disposition())
        for part in files
    ] == [
        ("application/x-bibtex", "utf-8", "attachment"),
        ("application/x-research-info-systems", "utf-8", "attachment"),
    ]
    assert [part.get_filename() for part in files] == ["papers.bib", "papers.ris"]
    assert read.defects == []


def test_mail_programs_find_text_and_html_as_ever() -> None:
    read = parsed(mail(BIB))
    for kind, wanted in (("plain", message().text), ("html", message().html)):
        body = read.get_body((kind,))
        assert body is not None
        assert content(body) == wanted


def test_the_file_comes_back_as_it_was() -> None:
    files = list(parsed(mail(BIB, RIS)).iter_attachments())
    assert [content(part) for part in files] == [BIB.text, RIS.text]


@settings(max_examples=50, deadline=None, database=None)
@given(
    st.lists(
        st.sampled_from(["é", " ", "\t", "=", ".", "\n", "From ", "--=_pd_", "x" * 75]), max_size=60
    )
)
def test_any_file_makes_seven_bits_and_short_lines(pieces: list[str]) -> None:
    text = "".join(pieces)
    data = mail(Attachment("papers.bib", "application/x-bibtex", text))
    assert data.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert [name for name, _ in email.message_from_bytes(data).raw_items()] == list(FIELDS)
    (file,) = parsed(data).iter_attachments()
    assert content(file) == text


def test_no_text_of_a_file_ends_the_file_early() -> None:
    bad = f"--=_pm_{KEY}--\r\n\r\n--=_pd_{KEY}\r\nContent-Type: text/html\r\n\r\n<script>"
    (file,) = parsed(mail(Attachment("papers.bib", "application/x-bibtex", bad))).iter_attachments()
    assert content(file) == bad.replace("\r\n", "\n")


def test_the_same_files_make_the_same_bytes() -> None:
    assert mail(BIB, RIS) == mail(BIB, RIS)


def test_a_mail_without_files_has_no_part_around_its_body() -> None:
    assert parsed(mail()).get_content_type() == "multipart/alternative"
    assert mail().replace(b"\r\n", b"\n").count(b"--=_pd_") == 3


def test_the_files_lie_beside_the_page_in_a_folder(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    (part,) = channel.prepare(message(attachments=(BIB, RIS)), "outbox", key=KEY, at=NOW)
    sent = channel.send(part)
    assert isinstance(sent, Sent)
    files = {path.name: path.read_text("utf-8") for path in Path(sent.receipt).iterdir()}
    assert files.keys() == {
        "digest.html",
        "digest.txt",
        "digest.json",
        "papers.bib",
        "papers.ris",
    }
    assert (files["papers.bib"], files["papers.ris"]) == (BIB.text, RIS.text)


def test_slack_takes_no_files() -> None:
    assert Form.FILES not in SlackChannel(token=lambda: None).forms  # type: ignore[arg-type, return-value]  # never asked
    assert {Form.FILES} <= CHANNEL.forms & FileChannel(Path()).forms
