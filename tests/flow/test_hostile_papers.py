"""Nothing that a paper says becomes a tag, an attribute, a link elsewhere, a header, a token of Slack's or an escape.

Papers made at random go the whole way from a dump to every form, and once more past ingestion, which cleans much of
it. Each form is compared with that of the same digest in harmless letters. `make hostile` makes 100,000.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from email.parser import BytesHeaderParser
from typing import Any

import pytest

import hostile_papers
from hostile_digests import NOW, as_on_pages, digests, harmless, shows
from house import House
from mail_page import MailPage, Shape, attributes, built, written
from mail_rules import FOR_OUTLOOK
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.mail_bytes import unpack
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.cli import run_command
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Form, Message
from paperdigest.core.secret import Secret
from paperdigest.render import Renderer, sample_digest

#: How many papers are made, and from which number on; a longer hunt asks for more, with another seed.
PAPERS = int(os.environ.get("PAPERS", "2000"))
SEED = int(os.environ.get("PAPERS_SEED", "0"))
_A_TEST = 500
_SHOWN = max(30, PAPERS // 1_000)  # of which the commands are asked; each takes as long as a digest

MAIL = EmailChannel(host="mail.example.org", sender="Papers <papers@example.org>", auth="none")
SLACK = SlackChannel(token=Secret("xoxb-1"))
WEBHOOK = SlackWebhookChannel(webhooks={"team": Secret("https://hooks.slack.com/services/x")})
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted", "Precedence",
    "MIME-Version", "Content-Type",
]  # fmt: skip
# An address of the web, without anybody's name before the host, and without what could end an attribute or a token.
_WEB = re.compile(r"https?://[^\s/?#@\\\"'<>`|]+(?:[/?#][^\s\"'<>`|\\]*)?", re.IGNORECASE)
_OUR_TOKEN = re.compile(r"<https?://[^<>|\s]+\|[^<>|\n]*>")
_ACTS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

# --------------------------------------------------------- every form


def assert_harmless(digest: Digest, renderer: Renderer) -> Message:
    shown, message = renderer.render(digest)
    _, twin = renderer.render(harmless(as_on_pages(shown)))
    assert_same_page(message.html, twin.html)
    _, whole = renderer.render(harmless(shown), frozenset({Form.JSON}))
    assert_same_json(json.loads(message.json), json.loads(whole.json))
    for form in (message.subject, message.text, message.html, message.json):
        assert not _ACTS.search(form)
    assert "\n" not in message.subject
    assert_same_mail(message, twin)
    assert_slack_is_ours(message)
    return message


def assert_nothing_is_empty(html: str) -> None:
    """What shows nothing leaves no trace: no empty line, no link that cannot be seen. A bar shows itself."""
    told = ("div", "p", "a", "b", "span", "li", "h1", "h2", "h3")
    assert [
        each.html
        for each in MailPage(html).elements
        if each.tag in told and not shows(each.text) and attributes(each).get("class") != "bar"
    ] == []


def assert_same_page(html: str, twin: str) -> None:
    """The same tags nest in the same way, with the same attributes; only the rest of web addresses differs."""
    page = MailPage(html)
    shape, wrong = written(html)
    # A code point that will never be a character is kept by every parser, and is shown as a box.
    errors = {error.code for error in page.document.errors} - {"noncharacter-in-input-stream"}
    assert [*errors, *wrong] == []
    assert shape == built(html)
    assert without_addresses(shape) == without_addresses(written(twin)[0])
    assert page.comments == FOR_OUTLOOK
    assert written(page.as_outlook_sees_it().html)[1] == []


def without_addresses(shape: Shape) -> Shape:
    """Return the elements with only the scheme of where they link to, once that is a plain web address."""
    return tuple(
        (
            depth,
            tag,
            tuple((name, scheme(value) if name == "href" else value) for name, value in given),
        )
        for depth, tag, given in shape
    )


def scheme(address: str) -> str:
    """Return "web" for an address of the web that shows where it leads, else all of it."""
    return "web" if _WEB.fullmatch(address) else address


def assert_same_json(one: Any, other: Any) -> None:
    """The same keys, lists of the same length, and no text that acts."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert_same_json(value, other[key])
    elif isinstance(one, list) and all(isinstance(each, dict) for each in one):
        assert len(one) == len(other)
        for value, twin in zip(one, other, strict=True):
            assert_same_json(value, twin)
    elif isinstance(one, str):
        assert not re.search("[\n\r]", one)
        assert not _ACTS.search(one)


def mail(message: Message) -> bytes:
    (part,) = MAIL.prepare(message, "ada@example.org", key="k1", at=NOW)
    return unpack(part.payload)[1]


def assert_same_mail(message: Message, twin: Message) -> None:
    """The same header fields, the same parts, each with the text that was meant, in lines that every server takes."""
    data = mail(message)
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert head(parsed) == head(
        BytesHeaderParser(policy=email.policy.default).parsebytes(mail(twin))
    )
    assert " ".join(str(parsed["Subject"]).split()) == " ".join(message.subject.split())
    parts = list(parsed.walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert [part.defects for part in parts] == [[], [], []]
    for part, meant in zip(parts[1:], (message.text, message.html), strict=True):
        assert list(part) == ["Content-Type", "Content-Transfer-Encoding"]
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        assert body.decode().replace("\r\n", "\n").strip("\n") == meant.strip("\n")
    assert data.isascii()
    assert max(map(len, data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)


def head(mail: email.message.Message) -> list[tuple[str, str]]:
    """Return the header fields, of which the subject is the only one that a paper has a say in."""
    assert mail.keys() == HEADERS
    return [(name, "" if name == "Subject" else str(value)) for name, value in mail.items()]


def assert_slack_is_ours(message: Message) -> None:
    """What is posted has no brackets but those of our own links, and none of them leads anywhere but to the web."""
    parts = [
        *SLACK.prepare(message, "#papers", key="k1", at=NOW),
        *WEBHOOK.prepare(message, "team", key="k1", at=NOW),
    ]
    for part in parts:
        for text in _texts(json.loads(part.payload)):
            assert not set("<>") & set(_OUR_TOKEN.sub("", text))
            assert not re.search("&(?!(?:amp|lt|gt);)", text)
            assert not _ACTS.search(text)
            assert not [
                token
                for token in _OUR_TOKEN.findall(text)
                if scheme(token[1:].partition("|")[0]) != "web"
            ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _texts(inner)


@pytest.mark.parametrize("first", range(0, PAPERS, _A_TEST))
def test_no_text_of_a_paper_becomes_anything_but_text(first: int) -> None:
    renderer = Renderer()  # a new one each time: what it keeps of the papers is large
    for taken, kept in digests(SEED, first, min(_A_TEST, PAPERS - first)):
        assert_nothing_is_empty(assert_harmless(taken, renderer).html)
        assert_harmless(kept, renderer)


def test_a_paper_is_the_same_whenever_it_is_made() -> None:
    """What a long hunt finds is found again by its number."""
    assert hostile_papers.paper(7, 123) == hostile_papers.paper(7, 123)
    assert hostile_papers.paper(7, 123) != hostile_papers.paper(8, 123)


def test_every_kind_of_poison_is_among_the_papers() -> None:
    made = "".join(map(repr, hostile_papers.papers(0, 0, 2_000)))
    assert [each for each in hostile_papers.POISON if repr(each)[1:-1] not in made] == []


PAGE = Renderer().render(sample_digest())[1].html


@pytest.mark.parametrize(
    ("sound", "spoiled"),
    [
        ("Harbour", "Harb<b>our</b>"),
        ("Harbour", "Harb</a>our"),
        ("Harbour", "Harb&our;"),
        ("<h1 ", '<h1 title="x" '),
        ("<h1 ", '<h1 onclick="x()" '),
        ("color:#23262c", "color:#ffffff"),
        ('href="https://', 'href="javascript://'),
        ('href="https://', 'href="https://arxiv.org@'),
        ('href="https://', 'href="//'),
        ("Harbour", "<!-- Harbour -->"),
        ("</h1>", ""),
    ],
)
def test_the_comparison_of_pages_sees(sound: str, spoiled: str) -> None:
    with pytest.raises(AssertionError):
        assert_same_page(PAGE.replace(sound, spoiled, 1), PAGE)


# ---------------------------------------------------------- a terminal


class Terminal(io.StringIO):
    """What a person sits before: click leaves escapes in what it writes to one."""

    def isatty(self) -> bool:
        return True


def test_no_command_shows_a_terminal_anything_of_a_paper_but_text(house: House) -> None:
    """Only our own bold and its end are escapes, and only before a person."""
    house.drop("hostile.jsonl", *hostile_papers.papers(SEED, 0, _SHOWN))
    house.ingest()
    house.close()
    numbers = range(0, _SHOWN, 3)
    commands: list[tuple[str, ...]] = [("show", f"arxiv:2601.{number:05}") for number in numbers]
    commands += [
        ("preview", "ada", "--since", "30d", "--format", form)
        for form in ("text", "html", "slack", "json")
    ]
    commands += [
        ("search", "map"),
        ("show", "map"),
        ("similar", "arxiv:2601.00000"),
        ("query", "test", "map"),
    ]
    told = ""
    for command in commands:
        for screen in (io.StringIO(), Terminal()):
            with redirect_stdout(screen), redirect_stderr(screen):
                code = run_command(["--config", str(house.folder / "paperdigest.toml"), *command])
            said = screen.getvalue()
            assert (code, bool(said)) == (0, True), said
            plain = re.sub(r"\x1b\[[01]m", "", said) if screen.isatty() else said
            assert not _ACTS.search(plain), command
            told += said
    assert "\x1b[1m" in told
    assert "javascript" in told  # a text like any other
