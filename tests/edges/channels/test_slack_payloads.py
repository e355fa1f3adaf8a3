"""Papers of any text, 0 to 500 of them, from the digest to the bytes of a row: Slack takes every message, each paper
stands once over all of them, and nothing of a stranger's is more than text.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import NOW
from digests import digest, entry, listed, section
from pages import RENDERER
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_validator import validate
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core import words
from paperdigest.core.digest import Digest, Entry, Marked, SourceLine, Why
from paperdigest.core.paper import Link
from paperdigest.core.ports import Message
from paperdigest.core.secret import Secret
from paperdigest.render.book import Book
from paperdigest.render.clean import clean_text
from paperdigest.render.fragments import Fragments
from paperdigest.render.skeleton import Skeletons
from paperdigest.render.slack import LONGEST_LABEL, slack_escape, slack_link, slack_marked
from paperdigest.render.slack_form import slack_text
from paperdigest.render.templates import Templates

KEY = "0123456789abcdef01234567"
BOT = SlackChannel(Secret("xoxb-canary"))
HOOK = SlackWebhookChannel({"team": Secret("https://hooks.example.org/canary")})
TEMPLATES = Templates()
_TOKEN = re.compile(r"<(https?://[^<>|\s]+)\|([^<>\n]*)>")
_JOINER = "\u034f"  # what makes formatting signs inert, and shows nothing
_EDGE = "\u200b"  # what gives bold a word's edge, and shows nothing

HOSTILE = (
    "<!channel> <!here> <!everyone> <@U1> <#C1> <!subteam^S1> <!date^1^{date}|x>",
    "<http://evil.example|arxiv.org> <http://evil.example>",
    "&lt;!channel&gt; &amp;lt; &#60;!here&#62; & && &;",
    "👩‍👧‍👦 🗺️ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 图神经网络",
    "\u202eevil\u202c \u2066x\u2069 שלום مرحبا\u200f \u200b\u2060\ufeff می‌خواهم",
    "a\0b\x07\x1b[31m\x9b31m\x7f \r\n\x0b\x0c\x85\u2028\u2029 b",
    "\ud800 \udfff lone",
    "`code` ```pre``` *b* _i_ ~s~ > quoted",
    "| || a|b ¦",
    "• a bullet – (+12) · 3 of 4",
    "x" * 900,
    "&" * 900,
    "🗺" * 900,
    "",
)
ADDRESSES = (
    "https://example.org/a",
    "https://example.org/a|b\nc>d<e f?x=1&y=2",
    "javascript:alert(1)",
    "https://user:word@evil.example/",
    "https://example.org/" + "&" * 900,
    "https://example.org/\u202e\0\ud800",
    "<!channel>",
    "",
)


@dataclass(frozen=True)
class Payloads:
    """The messages of one digest. Links are (address, label), texts without what shows nothing."""

    messages: tuple[dict[str, Any], ...]

    @property
    def texts(self) -> list[str]:
        """Return every text of every block, in order."""
        return self.texts_of("mrkdwn", "plain_text")

    def texts_of(self, *kinds: str) -> list[str]:
        """Return every text of these types, in order."""
        return [
            text["text"]
            for message in self.messages
            for block in message["blocks"]
            for text in (block["elements"] if block["type"] == "context" else [block["text"]])
            if text["type"] in kinds
        ]

    @property
    def all(self) -> str:
        """Return all that is shown."""
        return "\n".join(self.texts)

    def numbers(self) -> list[int]:
        """Return the papers, by the word in their titles, as often as they are there."""
        return [int(found) for found in re.findall(r"zq(\d{6})", self.all)]


def threaded(message: Message) -> Payloads:
    parts = BOT.prepare(message, "#papers", key=KEY, at=NOW)
    return Payloads(tuple(json.loads(part.payload) for part in parts))


def single(message: Message) -> Payloads:
    (part,) = HOOK.prepare(message, "team", key=KEY, at=NOW)
    return Payloads((json.loads(part.payload),))


def word(number: int) -> str:
    return f"zq{number:06}"


def hostile_entry(number: int, text: str, address: str) -> Entry:
    """Return a paper that has the text everywhere, and its own word in the title alone."""
    title = f"{word(number)} {text}"
    return entry(
        number,
        id=text,
        title=Marked(title, ((0, 2), (4, len(title)))),
        url=address,
        note=text,
        searches=text,
        year=text[:4],
        authors=(text,) * 5,
        more_authors=1_995,
        sources=(text,) * 3,
        categories=(text,) * 40,
        venue=text,
        date=text,
        place=text,
        excerpt=Marked(text * 40, ((0, min(len(text) * 40, 32_000)),) if text else ()),
        why=(Why(text, text, text),) * 4,
        links=(Link(text, address), Link("code", address)) * 4,
        also=(text,) * 6,
    )


def hostile_digest(count: int, by_title: int, texts: list[str], topics: int = 3) -> Digest:
    """Return a digest of that many papers in full and as many by title; config names are hostile, too."""
    papers = [
        hostile_entry(n, texts[n % len(texts)], ADDRESSES[n % len(ADDRESSES)]) for n in range(count)
    ]
    lines = [
        listed(n, f"{word(n)} {texts[n % len(texts)]}", url=ADDRESSES[n % len(ADDRESSES)])
        for n in range(count, count + by_title)
    ]
    name = texts[0]
    parts = tuple(
        section(
            f"{name} {n}", full=tuple(papers[n::topics]), listed=tuple(lines[n::topics]), note=name
        )
        for n in range(topics)
    )
    source = SourceLine(name, "failed", 0, name)
    return digest(
        *parts,
        title=words.title_of(count + by_title, [f"{name} {n}" for n in range(topics)]),
        notes=(name, name * 3),
        sources=(source,) * 40,
        looked_at=words.looked_at((source,) * 40, 412),
        manage=(name.replace("`", ""), "Ask whoever runs this."),  # between two of them is code
        more=f"paperdigest preview {name.replace('`', '')}",
    )


def unbudgeted(shown: Digest) -> Message:
    """Return the digest for Slack as if there were no mail, whose size decides what is shown as a rule."""
    book = Book(lambda one: Fragments(one, Skeletons(TEMPLATES)))
    return replace(RENDERER.render(digest())[1], slack=slack_text(book.cleaned(shown), book))


def assert_slack_takes_it(payloads: Payloads) -> None:
    for message in payloads.messages:
        assert validate(message) == []
        json.dumps(message, ensure_ascii=False).encode()
    rest = _TOKEN.sub("", payloads.all + "".join(message["text"] for message in payloads.messages))
    assert not set("<>") & set(rest)
    formatted = _TOKEN.sub(lambda found: found[2], "\n".join(payloads.texts_of("mrkdwn")))
    formatted = re.sub("`paperdigest preview [^`\n]*`", "", formatted)  # a command is code
    assert not re.search(rf"(?<!{_JOINER})[_~`]", formatted)


def named(shown: Digest) -> list[int]:
    """Return the papers that a digest names in full or by title, by their words."""
    return sorted(int(one.title.text[2:8]) for one in shown.entries)


TEXTS = st.lists(
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), max_size=4).map("".join),
    min_size=1,
    max_size=5,
)
COUNTS = st.sampled_from((0, 1, 4, 5, 6, 44, 45, 46, 120))


@settings(max_examples=12, deadline=None, database=None)
@given(COUNTS, COUNTS, TEXTS)
@example(500, 0, list(HOSTILE))
@example(0, 500, list(HOSTILE))
@example(250, 250, ["&" * 1_000])
@example(250, 250, ["🗺" * 1_000])
@example(0, 0, ["<!channel>" * 100])
def test_every_message_is_taken_and_every_paper_stands_once(
    count: int, by_title: int, texts: list[str]
) -> None:
    shown, message = RENDERER.render(hostile_digest(count, by_title, texts))
    payloads = threaded(message)
    assert_slack_takes_it(payloads)
    assert sorted(payloads.numbers()) == named(shown)
    assert shown.papers == count + by_title


@settings(max_examples=10, deadline=None, database=None)
@given(COUNTS, COUNTS, TEXTS)
@example(500, 0, list(HOSTILE))
@example(250, 250, ["&" * 1_000])
def test_five_hundred_papers_stand_once_whatever_a_mail_has_room_for(
    count: int, by_title: int, texts: list[str]
) -> None:
    payloads = threaded(unbudgeted(hostile_digest(count, by_title, texts)))
    assert_slack_takes_it(payloads)
    assert sorted(payloads.numbers()) == list(range(count + by_title))


@settings(max_examples=10, deadline=None, database=None)
@given(COUNTS, COUNTS, TEXTS)
@example(500, 0, list(HOSTILE))
@example(0, 500, ["• a"])
@example(250, 250, ["&" * 1_000])
def test_a_webhook_gets_one_message_that_counts_what_is_not_in_it(
    count: int, by_title: int, texts: list[str]
) -> None:
    payloads = single(unbudgeted(hostile_digest(count, by_title, texts)))
    assert_slack_takes_it(payloads)
    there = payloads.numbers()
    assert len(there) == len(set(there))
    left = count + by_title - len(there)
    assert (f"… and {left:,} more" in payloads.all) == (left > 0)


@settings(max_examples=10, deadline=None, database=None)
@given(COUNTS, COUNTS, TEXTS)
@example(30, 30, ["• a"])
def test_the_parent_counts_the_papers_of_the_thread(
    count: int, by_title: int, texts: list[str]
) -> None:
    payloads = threaded(unbudgeted(hostile_digest(count, by_title, texts)))
    below = len(Payloads(payloads.messages[1:]).numbers())
    (parent, *_) = payloads.messages
    said = f"{below:,} more in the thread"
    told = [text for text in Payloads((parent,)).texts if text.startswith(said)]
    assert len(told) == (below > 0)


# ------------------------------------------------------------- text stays the text it was


def read(mrkdwn: str) -> str:
    """Return the text as Slack shows it: labels for links, entities undone, what shows nothing left out."""
    shown = _TOKEN.sub(lambda found: found[2], mrkdwn)
    return html.unescape(shown).replace(_JOINER, "").replace(_EDGE, "")


ANY = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), max_size=4).map("".join)


@settings(max_examples=300, deadline=None, database=None)
@given(ANY)
def test_escaped_text_is_read_as_the_cleaned_text(text: str) -> None:
    clean = clean_text(text).replace(_JOINER, "")
    # `html.unescape` knows more entities than Slack; an escaped `&` keeps every one of them as it is.
    assert read(slack_escape(text)) == clean
    assert "<" not in slack_escape(text)


@settings(max_examples=300, deadline=None, database=None)
@given(ANY, st.sampled_from(ADDRESSES))
def test_a_link_is_read_as_the_cleaned_title(text: str, address: str) -> None:
    made = slack_link(address, text)
    clean = words.cut(clean_text(text).strip(), LONGEST_LABEL).replace("|", "¦")
    link = _TOKEN.fullmatch(made)
    if link is None:
        assert not set("<>") & set(made)
    else:
        assert link[1].startswith("https://example.org/")
    if clean:
        assert read(made) == clean.replace(_JOINER, "")


@settings(max_examples=200, deadline=None, database=None)
@given(ANY, st.integers(0, 40), st.integers(0, 40))
def test_marked_text_is_read_as_the_cleaned_text(text: str, start: int, length: int) -> None:
    clean = clean_text(text)
    end = min(start + length, len(clean))
    marks = ((start, end),) if start < end else ()
    made = slack_marked(Marked(clean, marks))
    assert "<" not in made
    bold = re.sub(rf"(?<!{_JOINER})\*", "", made)  # the two that are ours
    assert read(bold) == clean.replace(_JOINER, "").replace(_EDGE, "")


@pytest.mark.parametrize("text", HOSTILE)
def test_the_title_in_the_message_is_the_cleaned_title(text: str) -> None:
    shown = digest(section("Maps", full=(hostile_entry(7, text, "https://example.org/a"),)))
    (message,) = threaded(unbudgeted(shown)).messages
    labels = [label for _, label in _TOKEN.findall(Payloads((message,)).all)]
    title = words.cut(clean_text(f"{word(7)} {text}").strip(), LONGEST_LABEL).replace("|", "¦")
    assert title in [read(label) for label in labels]
