"""Whole digests, byte for byte, in every form they leave in. After a wanted change:
`pytest tests/flow/test_golden_digests.py --update-golden`.
"""

from __future__ import annotations

import json
import quopri
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail
from functools import cache
from pathlib import Path

import pytest

from digests import AT, OK, digest, entries, entry, listed, notice, section, update
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.mail_bytes import unpack
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core import closing_words, dormancy, notices, opening_words, title_words, words
from paperdigest.core.attached import attachments
from paperdigest.core.digest import Digest, Entry, Marked, SourceLine, Why
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Message, Sent
from paperdigest.core.secret import Secret
from paperdigest.core.subscription import OPERATOR, Subscriber
from paperdigest.core.tallies import Sent as SentBefore
from paperdigest.core.tallies import counted
from paperdigest.core.tree import Term
from paperdigest.core.unsubscribe import Unsubscribe
from paperdigest.flow.notice import _digest as notice_digest
from paperdigest.render import Renderer, sample_digest, sample_notice
from slack_server import FakeSlack

FOLDER = Path(__file__).parents[1] / "golden" / "digests"
KEY = "89abcdef0123456789abcdef"
ADA, OPS = "ada@example.org", "ops@example.org"
MAIL = EmailChannel(
    host="localhost",
    tls="none",
    auth="none",
    sender="Vision lab papers <papers@example.org>",
    reply_to="Vision lab <ops@example.org>",
)


def daily_with_two_topics() -> Digest:
    return digest(
        section("Paper folding", full=entries(1, 2)),
        section(
            "Floating",
            full=(entry(3, also=("Paper folding",)),),
            elsewhere=1,
            elsewhere_in=("Paper folding",),
        ),
    )


def of_seven_topics() -> Digest:
    """Return a digest of more topics than Slack's first message has papers, one of them heavier than the others."""
    return digest(
        section("Paper folding", full=entries(1, 4), listed=(listed(41), listed(42))),
        section("Floating", full=entries(5, 2)),
        section("Ducks", full=entries(7, 1), counted=(listed(43), listed(44))),
        section("Ponds", full=(), listed=(listed(45),)),
        section("Proofs", full=entries(8, 3)),
        section("Scissors", full=entries(11, 2), elsewhere=1, elsewhere_in=("Floating",)),
        section("Harbours", full=entries(13, 2), weight=2.0),
    )


def first_digest() -> Digest:
    return digest(notes=(words.first_digest(timedelta(days=7)),))


def bare_papers() -> Digest:
    no_link = entry(1, url="", links=())
    no_authors = entry(2, authors=(), more_authors=0)
    no_date = entry(3, date="first seen 20 Nov", votes=None, place="", version=None)
    a_search = entry(
        4, url="https://huggingface.co/papers?q=boats", searches="huggingface.co", links=()
    )
    nothing = Entry(5, "new", "title1:0011223344556677", Marked("A title and nothing else"))
    return digest(section(full=(no_link, no_authors, no_date, a_search, nothing)))


def listed_and_counted() -> Digest:
    return digest(
        section(
            full=entries(1, 1),
            listed=(listed(2, year="1987"), listed(3, url="")),
            counted=tuple(listed(key) for key in range(10, 22)),
            earlier=(listed(4, note="sent at once on Tuesday"),),
            note="New keyword: paper boat",
        )
    )


def some_waited() -> Digest:
    """Return a digest with papers that the one before had no room for."""
    title = words.title_of(1, ["Paper folding"], waited=2)
    return digest(
        section(full=entries(1, 2), listed=(listed(3),)),
        title=title,
        notes=(opening_words.waited(2),),
        waited=2,
    )


def empty_digest() -> Digest:
    sources = (replace(OK[0], said="nothing since Tuesday"), SourceLine("hf", "ok", 3))
    return digest(
        kind="empty",
        title=title_words.with_trouble(
            title_words.nothing_matched(1912, timedelta(days=7)), sources
        ),
        sections=(),
        preheader=words.DOT.join(words.looked_at(sources, 1912)),
        sources=sources,
        looked_at=words.looked_at(sources, 1912),
    )


def alert() -> Digest:
    parts = (section(full=(entry(1),)),)
    title = title_words.alert_of_one(parts[0].full[0].title.text, "Paper folding")
    return digest(*parts, kind="alert", title=title, at=AT.replace(hour=14, minute=5), shared=True)


def withdrawn() -> Digest:
    return notice(update(1, "withdrawn"))


def revised() -> Digest:
    return notice(update(1, "revised:1", version=3))


def updates_of_every_kind() -> Digest:
    return notice(
        update(1, "revised:1", version=2),
        update(2, "withdrawn"),
        update(3, "published"),
        update(4, "cross-listed"),
        update(5, "revised:2", version=3),
        update(6, "revised:1", version=2),
        limit=5,
    )


def weekly() -> Digest:
    """Return a weekly by topic: its days, its weeks, a word that finds nothing."""
    found = [entry(key, seen_on=AT.date() - timedelta(days=key)) for key in (1, 2, 7)]
    line = listed(6, seen_on=AT.date() - timedelta(days=2))
    parts = (
        section("Paper folding", full=tuple(found[:2]), listed=(line,)),
        section("Floating", full=(replace(found[2], also=("Paper folding",)),)),
    )
    sent = (SentBefore(AT.date() - timedelta(days=7), "Floating", 12),)
    dormant = dormancy.lines([("Floating", [Term("papier boat")])], ask="ops@example.org")
    whole = digest(*parts, covers_from=AT - timedelta(days=7), dormant=dormant)
    return counted(whole, sent, ["Paper folding", "Floating"])


def weekly_by_day() -> Digest:
    return replace(weekly(), group="day")


def of_a_lab() -> Digest:
    footer = ("Vision lab, 1 Example Street", "Privacy: https://example.org/privacy.")
    return digest(section(full=entries(1, 1)), name="Vision lab papers", footer=footer)


def full_of_papers() -> Digest:
    """Return a digest of 200 papers: more than a mail holds whole, or by title."""
    found = [
        entry(
            key,
            title=Marked(f"Χάρτινα καράβια {key}: πόσο επιπλέουν όσα διπλώνουμε από αποδείξεις"),
        )
        for key in range(1, 201)
    ]
    return digest(
        section("Paper folding", full=tuple(found[:120])),
        section("Floating", full=tuple(found[120:])),
    )


def full_of_topics() -> Digest:
    """Return a digest whose headings alone are more than a mail holds."""
    return digest(
        *(section(f"Boats of harbour {at}", full=entries(2 * at, 2)) for at in range(1, 181))
    )


def monthly() -> Digest:
    """Return a digest of a month: its days are too many to be named one by one."""
    days = (1, 2, 9, 10, 23)
    found = [entry(key, seen_on=AT.date() - timedelta(days=day)) for key, day in enumerate(days)]
    return counted(digest(section(full=tuple(found)), covers_from=AT - timedelta(days=31)), ())


def alert_in_a_thread() -> Digest:
    """Return an alert of more papers than Slack's first message names."""
    title = words.title_of(7, ["Paper folding"], "alert")
    return digest(section(full=entries(1, 7)), kind="alert", title=title, at=AT.replace(hour=14))


def hostile() -> Digest:
    """Return texts that would be more than texts, and some that are read from the right."""
    topic = "<!channel> & `id` {{ 7*7 }} *bold*"
    from_the_right = entry(
        1,
        title=Marked("סירות נייר: איך מקפלים אותן", ((0, 10),)),
        authors=("עדה לאבלייס",),
        more_authors=0,
        excerpt=Marked("אנו מקפלים סירות נייר ומודדים כמה זמן הן צפות.", ((11, 21),)),
        why=(Why("סירות נייר", "title", "סירות נייר"),),
    )
    code = entry(
        2,
        title=Marked(
            '<script>alert("1")</script> \u202egnp.exe\u202c <!everyone> <@U1>\r\nBcc: x@evil.example',
            ((8, 13),),
        ),
        url="javascript:alert(1)",
        authors=("Robert'); DROP TABLE papers;--", "</td></table>"),
        links=(Link("code", "data:text/html,<b>x</b>"), Link("page", 'https://x.example/"><b>')),
        venue="\x1b[31mred\x1b[0m",
    )
    odd = entry(
        3, title=Marked("👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " + "x" * 400), excerpt=Marked("> quoted\u200b ~struck~ _it_")
    )
    title = words.title_of(3, [topic, "סירות נייר"])
    return digest(section(topic, full=(from_the_right, code, odd)), title=title)


def to_the_operator() -> Digest:
    """Return a word about the service itself, as the flow makes it."""
    since = AT - timedelta(hours=3)
    barred = [
        ("E-mail", "smtp.example.org refuses the login · check [email] password", since),
        ("slack:#papers", "not_in_channel · /invite @paperdigest there", since),
    ]
    title, lines = notices.barred_ways(barred, AT, 12)
    whom = Subscriber(OPERATOR, deliver=(f"email:{OPS}",), shared=True)
    return notice_digest(whom, "notice 0123456789ab", title, lines, AT)


def with_files() -> Digest:
    """Return a digest as it goes along with files, where there is a page to stop it by one click."""
    targets, operator = ("email:ada@example.org",), ("email:ops@example.org",)
    link = DOOR.link(targets[0])
    stop = closing_words.manage(Subscriber("ada"), targets, operator=operator, link=link)
    return digest(section(full=entries(1, 2)), manage=stop)


CASES: dict[str, Callable[[], Digest]] = {
    "daily": daily_with_two_topics,
    "topics": of_seven_topics,
    "first": first_digest,
    "bare": bare_papers,
    "listed": listed_and_counted,
    "waited": some_waited,
    "empty": empty_digest,
    "alert": alert,
    "withdrawn": withdrawn,
    "revised": revised,
    "updates": updates_of_every_kind,
    "weekly": weekly,
    "weekly-by-day": weekly_by_day,
    "imprint": of_a_lab,
    "sample": sample_digest,
    "sample-notice": sample_notice,
    "full-of-papers": full_of_papers,
    "full-of-topics": full_of_topics,
    "monthly": monthly,
    "alert-in-a-thread": alert_in_a_thread,
    "hostile": hostile,
    "operator": to_the_operator,
    "files": with_files,
}
DOOR = Unsubscribe("https://papers.example.org", 1, bytes(32))
ANSWERS = {"withdrawn", "revised", "updates", "sample-notice"}  # mails in the thread of a digest


@cache
def message_of(case: str) -> Message:
    """Return a case's message as composing hands it to the channels."""
    message = Renderer().render(CASES[case]())[1]
    if case in ANSWERS:
        return replace(message, answers={f"email:{ADA}": "0123456789abcdef01234567"})
    if case == "files":
        papers = (
            Paper("Paper boats 1: a study", id="arxiv:2611.00001", authors=("Ada Lovelace",)),
            Paper("Boats & “quoted” proofs, 50 % sunk", id="doi:10.1000/boats", venue="Ponds"),
        )
        return replace(
            message, attachments=attachments(papers, ("bibtex", "ris")), unsubscribe=DOOR
        )
    return message


def mail(case: str, message: Message) -> str:
    """Return the mail with a word in place of each body that stands in a golden file of its own."""
    (part,) = MAIL.prepare(message, OPS if case == "operator" else ADA, key=KEY, at=AT)
    raw = unpack(part.payload)[1].decode("ascii")
    assert raw.count("\r") == raw.count("\n") == raw.count("\r\n")
    bodies = {message.text: f"[{case}.txt]", message.html: f"[{case}.html]"}
    return _outlined(raw, bodies).replace("\r\n", "\n")


def _outlined(part: str, bodies: Mapping[str, str]) -> str:
    head, _, body = part.partition("\r\n\r\n")
    bounds = re.search(r'boundary="([^"]+)"', head)
    if bounds:
        line = f"--{bounds[1]}"
        first, *parts = body.split(line)
        assert (first, parts[-1]) == ("", "--\r\n")
        inner = "".join(f"{line}\r\n{_outlined(each[2:-2], bodies)}\r\n" for each in parts[:-1])
        return f"{head}\r\n\r\n{inner}{line}--\r\n"
    if "filename=" in head:
        return part
    text = quopri.decodestring(body.encode("ascii")).decode().replace("\r\n", "\n")
    assert text in bodies, "a body of the mail is not the text or the page of this digest"
    return f"{head}\r\n\r\n{bodies[text]}"


def posts(message: Message) -> str:
    """Return what Slack is asked to post, by a bot and, where that is not the same, by a webhook."""
    with FakeSlack() as slack:
        bot = SlackChannel(Secret("xoxb-canary"), api_url=slack.api_url)
        hook = SlackWebhookChannel({"team": Secret(slack.webhook_url)})
        receipt = ""
        for part in bot.prepare(message, "#papers", key=KEY, at=AT):
            sent = bot.send(part, receipt)
            assert isinstance(sent, Sent)
            receipt = receipt or sent.receipt
        (part,) = hook.prepare(message, "team", key=KEY, at=AT)
        assert isinstance(hook.send(part), Sent)
    posted = [{key: value for key, value in one.items() if key != "ts"} for one in slack.posted]
    *by_bot, by_hook = posted
    del by_hook["channel"]  # the address is the place
    same = [{name: one[name] for name in by_hook} for one in by_bot] == [by_hook]
    told = {"bot": by_bot} if same else {"bot": by_bot, "webhook": by_hook}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


FORMS: dict[str, Callable[[str, Message], str]] = {
    "html": lambda _, message: message.html,
    "txt": lambda _, message: f"Subject: {message.subject}\n\n{message.text}",
    "json": lambda _, message: message.json,
    "slack.json": lambda _, message: (
        json.dumps(asdict(message.slack), indent=1, ensure_ascii=False) + "\n"
    ),
    "eml": mail,
    "posts.json": lambda _, message: posts(message),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES)
def test_a_digest_looks_as_it_did(case: str, form: str, request: pytest.FixtureRequest) -> None:
    made = FORMS[form](case, message_of(case))
    path = FOLDER / f"{case}.{form}"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_the_bodies_of_a_mail_are_the_golden_ones(case: str) -> None:
    (part,) = MAIL.prepare(message_of(case), ADA, key=KEY, at=AT)
    mail = message_from_bytes(unpack(part.payload)[1])
    text, page = (
        one for one in mail.walk() if one.get_content_type() in ("text/plain", "text/html")
    )
    golden = (FOLDER / f"{case}.txt").read_text(encoding="utf-8").partition("\n\n")[2]
    assert _decoded(text) == golden
    assert _decoded(page) == (FOLDER / f"{case}.html").read_text(encoding="utf-8")


def _decoded(part: Mail) -> str:
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode().replace("\r\n", "\n")


def test_no_golden_file_is_too_large_to_be_read() -> None:
    assert max(path.stat().st_size for path in FOLDER.iterdir()) <= 120_000


def test_every_golden_file_is_used() -> None:
    used = {f"{case}.{form}" for case in CASES for form in FORMS}
    assert {path.name for path in FOLDER.iterdir()} == used
