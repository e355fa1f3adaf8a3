"""What a paper, an address, a server's answer, a file's name or the config may say, in everything that is shown: it stays
text. No terminal escape, no header, no line of its own, no tag, attribute or script, no token of Slack's, no log line.
"""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from house import CONFIG, House
from pages import Page
from paperdigest import logs
from paperdigest.channels.slack_validator import validate
from paperdigest.cli import run_command
from slack_server import FakeSlack
from smtp_server import HostileSmtp

LEAVE = "List-Unsubscribe"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", LEAVE, "Auto-Submitted",
    "Precedence", "Reply-To", "MIME-Version", "Content-Type",
]  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <a href=javascript:alert(1)>x</a>",
    "<!channel> <!here> <@U1> <#C1> <!subteam^S1> <https://evil.example|arxiv.org>",
    "a\r\nBcc: everyone@example.org\r\n\r\nFORGED body",
    "=?UTF-8?Q?=0ABcc:_x@y.z?= =?UTF-8?B?CkJjYzogeA==?= tail",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m\x9d0;x\x9c\x08\x7f",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c \ufeff\u200b",
    "a\n\nFORGED\u2028\u2028FORGED\u2029\u2029FORGED\x85\x85FORGED\x0b\x0bFORGED\x0c\x0cFORGED",
    "a\n2026-11-20T09:30:00Z ERROR FORGED=1",
    '"><svg/onload=alert(1)> \' onmouseover="alert(1)',
    "{{ 7*7 }} {% raw %} %(message)s %s {0} $(id) `id`",
    "&lt;!channel&gt; &amp;lt;script&amp;gt; &#60;b&#62;",
    "lone \ud800 nul \0 end",
)
ADDRESSES = (
    "javascript:alert(1)",
    "https://example.org/\x1b[31m|<!channel>\r\nBcc: x",
    'https://example.org/" onmouseover="alert(1)',
    "https://arxiv.org@evil.example/",
    "data:text/html,<script>alert(1)</script>",
)
#: Everything that a topic's name may be: what can be seen.
TOPIC = "<!channel> <b>x</b> *y* =?UTF-8?Q?=0ABcc:_x@y.z?= | & `id` {{ 7*7 }}"
ODD_ADDRESS = "a!#$%&'*+/=?^_`{|}~-b@example.org"
FILE = "bad\x1b[31m\u202e\udcff\n\nFORGED <!channel> <b>.json"
LATER = "2026-11-21T10:30:00+00:00"
ANSWER = "550 5.1.1 \x1b[31m\u202e\x9b31m <!channel> <script> no such user"

_SETUP = """
operator = ["file:operator", "slack:#ops", "ops@example.org"]
{config}
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "=?UTF-8?Q?=0ABcc:_x@y.z?= & `Papers` <papers@example.org>"
reply_to = "ops@example.org"
rate = 6000

[slack]
token = {{ file = "secrets/slack" }}
api_url = "{api_url}"
[slack.webhooks]
team = {{ file = "secrets/hook" }}
"""
_READER = """
deliver = {targets}
schedule = "{schedule}"
[[topic]]
name = {topic}
keywords = ["paper map"]
"""


def papers(first: int) -> Iterator[dict[str, object]]:
    """Yield papers that are hostile in every field that a dump may fill."""
    yield {
        "title": f"Paper map giant {first} " + "<&" * 500,
        "abstract": "We fold a paper map. " + "<i>&amp; " * 4_000,
        "authors": ["Ada <b>"] * 2_000,
    }
    for number, text in enumerate(HOSTILE, first):
        address = ADDRESSES[number % len(ADDRESSES)]
        yield {
            "id": f"arxiv:2611.{number:05}",
            "title": f"Paper map {number} {text}",
            "abstract": f"We fold a paper map. {text} " * 3,
            "authors": [text, f"Ada {text}"],
            "categories": [text, "cs.LG"],
            "venue": text,
            "url": address,
            "links": [{"rel": text, "url": address}, {"rel": "code", "url": address}],
        }


@dataclass
class Shown:
    """Everything that was shown, by what showed it."""

    mails: list[bytes] = field(default_factory=list)
    slack: list[dict[str, object]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    terminals: dict[str, str] = field(default_factory=dict)
    logs: str = ""
    json_logs: str = ""


COMMANDS = (
    ("run", "--once", "--now", LATER),
    ("status",),
    ("sources",),
    ("subscribers",),
    ("deliveries",),
    ("history", "ada"),
    ("search", "paper map"),
    ("check",),
    ("config", "show"),
    ("quarantine", "list"),
    ("query", "test", "paper map"),
    ("query", "explain", "paper map"),
    ("preview", "ada", "--since", "30d", "--format", "text"),
    ("preview", "ada", "--since", "30d", "--format", "html"),
    *(("show", f"arxiv:2611.{number:05}") for number in range(1, 1 + len(HOSTILE))),
    *(("why", f"arxiv:2611.{number:05}", "ada") for number in range(1, 1 + len(HOSTILE))),
    ("similar", "arxiv:2611.00001"),
)
ANSWERS = (
    ("run", "--once", "--now", LATER, "--json"),
    ("status", "--json"),
    ("sources", "--json"),
    ("subscribers", "--json"),
    ("deliveries", "--json"),
    ("history", "ada", "--json"),
    ("search", "paper map", "--json"),
    ("check", "--json"),
    ("config", "show", "--json"),
    ("quarantine", "list", "--json"),
    ("query", "test", "paper map", "--json"),
    ("preview", "ada", "--since", "30d", "--json"),
    ("show", "arxiv:2611.00005", "--json"),
    ("why", "arxiv:2611.00005", "ada", "--json"),
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """One world in which everything is hostile, and all it shows."""
    house = House.built(tmp_path_factory.mktemp("hostile"))
    with HostileSmtp({"rcpt": ["250 ok", ANSWER]}) as mail, FakeSlack() as slack:
        set_up(house, mail, slack)
        house.drop("one.jsonl", *papers(1))
        house.drop_bytes(FILE, b'{"papers": [')
        logged = io.StringIO()
        with redirect_stderr(logged):
            logs.setup("DEBUG", json=True)
            house.run()
        slack.modes = ["ok", "<!channel>\x1b[31m\u202e", "some_error"]
        house.drop("two.jsonl", *papers(100))
        house.drop_bytes(f"again {FILE}", b'{"papers": [ ')
        house.close()
        seen = Shown(json_logs=logged.getvalue())
        collect(house.folder, seen)
        seen.mails, seen.slack = list(mail.messages), list(slack.posted)
        yield seen


def set_up(house: House, mail: HostileSmtp, slack: FakeSlack) -> None:
    house.write("secrets/slack", "xoxb-1").chmod(0o600)
    house.write("secrets/hook", slack.webhook_url).chmod(0o600)
    setup = _SETUP.format(config=CONFIG, port=mail.port, api_url=slack.api_url)
    house.write("paperdigest.toml", setup)
    (house.folder / "subscriptions" / "ada.toml").unlink()
    for name, targets in {
        "ada": [f"email:{ODD_ADDRESS}", "file:out *<!channel>*"],
        "bob": ["email:bob@example.org"],
        "cid": ["slack:#x&amp;*y*`|", "slack:ada@example.org"],
        "eve": ["slack-webhook:team"],
    }.items():
        text = _READER.format(
            targets=json.dumps(targets), schedule="daily 08:00", topic=json.dumps(TOPIC)
        )
        house.write(f"subscriptions/{name}.toml", text)


def collect(folder: Path, seen: Shown) -> None:
    """Read the outbox and the quarantine, and call every command."""
    config = str(folder / "paperdigest.toml")
    for command in COMMANDS:
        seen.texts[" ".join(command)], told = said("--config", config, "-vv", *command)
        seen.logs += told
    for command in ANSWERS:
        seen.answers[" ".join(command)], told = said("--config", config, "-vv", *command)
        seen.logs += told
    for command in (*COMMANDS, *ANSWERS):
        out, err = said("--config", config, *command, out=Terminal(), err=Terminal())
        seen.terminals[" ".join(command)] = out + err
    for path in sorted(folder.rglob("*")):
        if path.name in ("digest.txt", "digest.html", "digest.json"):
            kind = {".txt": seen.texts, ".html": seen.pages, ".json": seen.answers}[path.suffix]
            kind[f"{path.parent.name}/{path.name}"] = path.read_text("utf-8")
        if path.suffix == ".reason":
            seen.texts["a .reason file"] = path.read_bytes().decode("utf-8", "surrogateescape")


class Terminal(io.StringIO):
    """What a person sits before: click leaves escapes in what it writes to one."""

    def isatty(self) -> bool:
        return True


def said(
    *args: str, out: io.StringIO | None = None, err: io.StringIO | None = None
) -> tuple[str, str]:
    """Call a command; return what it said and what it logged."""
    out, err = out or io.StringIO(), err or io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        run_command(list(args))
    return out.getvalue(), err.getvalue()


def unseen(text: str) -> set[str]:
    """Return what acts on a terminal or turns the reading direction; a line feed is all that may part lines."""
    bad = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")}
    turns = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    return (bad | (turns & set(text))) - {"\n"}


def forged(text: str) -> list[str]:
    """Return the lines that something from outside began by itself; where lines are wrapped, none is left empty."""
    end = r"(?:\r\n?|\n|\u2028|\u2029|\x85|\x0b|\x0c)[ \t]*"
    return re.findall(rf"{end}{end}FORGED.{{9}}", text)


def parsed(data: bytes) -> list[email.message.Message]:
    return [email.message_from_bytes(data), *email.message_from_bytes(data).walk()][1:]


def test_everything_was_shown(shown: Shown) -> None:
    """An output that was empty would be harmless."""
    assert len(shown.mails) >= 3
    assert len(shown.slack) >= 6
    assert all(shown.texts.values())
    assert all(shown.answers.values())
    assert "<!channel>" in shown.texts["deliveries"]
    assert "FORGED" in shown.texts["quarantine list"]
    assert "a .reason file" in shown.texts
    assert any(
        "operator" in name or "could not be read" in text for name, text in shown.texts.items()
    )
    assert shown.logs.count("\n") > 5


def test_no_mail_has_a_header_of_a_strangers(shown: Shown) -> None:
    for data in shown.mails:
        head, _, _ = data.partition(b"\r\n\r\n")
        names = [
            line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1].strip()
        ]
        to_operator = b"\r\nTo: ops@example.org\r\n" in head  # who has no list to leave
        assert names == [name for name in HEADERS if not to_operator or name != LEAVE]
        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert data.isascii()


def test_no_header_holds_what_acts(shown: Shown) -> None:
    for data in shown.mails:
        for name, value in email.message_from_bytes(data, policy=email.policy.default).items():
            assert not unseen(str(value)), name


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_no_part_of_a_mail_holds_what_acts(shown: Shown, kind: str) -> None:
    for data in shown.mails:
        for part in email.message_from_bytes(data).walk():
            if part.get_content_type() == kind:
                body = part.get_payload(decode=True)
                assert isinstance(body, bytes)
                assert not unseen(body.decode().replace("\r\n", "\n"))
                if kind == "text/html":
                    assert_tame(body.decode())


def assert_tame(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "div", "p", "span", "table", "tr", "td", "tbody",
        "h1", "h2", "h3", "a", "strong", "b", "em", "mark", "ul", "ol", "li", "br", "hr", "center", "small", "code",
    }  # fmt: skip
    assert all(
        re.match(r"paperdigest ((pause|stop|preview) [\w-]+|check)\Z", code)
        for code in re.findall("<code[^>]*>([^<]*)", html)
    )
    assert not [
        name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcdoc")
    ]
    assert all(re.match(r"https?://|mailto:", link) for link in page.links)
    assert "url(" not in html
    assert not [link for link in page.links if "@evil" in link]


def test_no_page_holds_a_tag_an_attribute_or_a_script_of_a_strangers(shown: Shown) -> None:
    assert shown.pages
    for html in (*shown.pages.values(), shown.texts["preview ada --since 30d --format html"]):
        assert_tame(html)
        assert not unseen(html)


def test_no_message_by_slack_calls_anybody(shown: Shown) -> None:
    sent = ("text", "blocks", "unfurl_links", "unfurl_media", "metadata", "channel", "thread_ts")
    for message in shown.slack:
        assert validate({key: message[key] for key in sent if key in message}) == []


def test_no_text_holds_what_acts_on_a_terminal(shown: Shown) -> None:
    assert {name: found for name, text in shown.texts.items() if (found := unseen(text))} == {}


def test_no_terminal_is_given_an_escape_but_our_bold(shown: Shown) -> None:
    plain = {name: re.sub(r"\x1b\[[01]m", "", text) for name, text in shown.terminals.items()}
    assert {name: found for name, text in plain.items() if (found := unseen(text))} == {}
    assert any("\x1b[1m" in text for text in shown.terminals.values())


def test_no_text_has_a_line_that_something_from_outside_began(shown: Shown) -> None:
    every = shown.texts | shown.terminals | shown.answers | {"the log": shown.logs}
    assert {name: found for name, text in every.items() if (found := forged(text))} == {}


def test_every_answer_is_one_object_that_holds_nothing_that_acts(shown: Shown) -> None:
    for name, text in shown.answers.items():
        json.loads(text)
        assert not unseen(text), name


def test_every_line_of_a_log_in_json_is_an_object_of_ours(shown: Shown) -> None:
    lines = [json.loads(line) for line in shown.json_logs.split("\n")[:-1]]
    assert len(lines) > 5
    assert {line["logger"].partition(".")[0] for line in lines} == {"paperdigest"}
    assert shown.json_logs.isascii()


def test_every_line_of_the_log_is_ours(shown: Shown) -> None:
    assert not unseen(shown.logs)
    ours = re.compile(
        r"\d{4}-\d\d-\d\dT\S+ (DEBUG|INFO|WARNING|ERROR) \w|    |paperdigest: |warning: |OK |WARNING "
    )
    assert [line for line in shown.logs.splitlines() if not ours.match(line)] == []
    assert not [line for line in shown.logs.splitlines() if re.match(r"\S+ ERROR FORGED", line)]


NAMES = ("<!channel>", "a\\nb", "a\\u001b[31m", "a\\u202eb", "a b", "../a", "=?UTF-8?Q?=0A?=", "")
PLACES = {
    "source": '[[source]]\nname = "{}"\nkind = "inbox"\npath = "inbox"\n',
    "webhook": '[slack.webhooks]\n"{}" = {{ env = "HOOK" }}\n',
    "subscriber": '[[subscriber]]\nname = "{}"\n[[subscriber.topic]]\nname = "a"\nkeywords = "b"\n',
    "topic": '[[subscriber]]\nname = "a"\n[[subscriber.topic]]\nname = "{}"\nkeywords = "b"\n',
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_names_are_made_of_or_is_refused_harmlessly(
    house: House, place: str, name: str
) -> None:
    """Names go into headers, files, ids and commands; a topic's name is a title, which only has to be seen."""
    house.write("paperdigest.toml", PLACES[place].format(name))
    out, err = said("--config", str(house.folder / "paperdigest.toml"), "check")
    told = out + err
    may_be = place == "topic" and name.isprintable() and "\\" not in name and bool(name)
    assert ("cannot be a name" not in told) if may_be else ("paperdigest.toml:" in told), told
    assert not unseen(told)
    assert told.count("\n") < 12
