"""The first message of a digest in Slack, and its thread: the best papers of all topics above, the others below, and
what each says of the other is so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW
from digests import AT, OK, digest, entries, entry, listed, section
from pages import RENDERER
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_validator import validate
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core import foremost, letter
from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.core.secret import Secret

BOT = SlackChannel(Secret("xoxb-canary"))
HOOK = SlackWebhookChannel({"team": Secret("https://hooks.example.org/canary")})
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>")
_FACT = re.compile(
    r"(?:the other (?P<other>one|\d+)|(?P<many>\d+) (?:(?:of \d+ )?papers?|by title.*|under .*|waits?))"
)


def posts(shown: Digest) -> list[dict[str, Any]]:
    message = RENDERER.render(shown)[1]
    payloads = [
        json.loads(part.payload) for part in BOT.prepare(message, "#papers", key="k", at=NOW)
    ]
    assert [validate(payload) for payload in payloads] == [[] for _ in payloads]
    return payloads


def hooked(shown: Digest) -> dict[str, Any]:
    (part,) = HOOK.prepare(RENDERER.render(shown)[1], "team", key="k", at=NOW)
    payload: dict[str, Any] = json.loads(part.payload)
    assert validate(payload) == []
    return payload


def texts(payload: dict[str, Any]) -> list[str]:
    """Return the text of each block, without links."""
    held = [block.get("elements") or [block["text"]] for block in payload["blocks"]]
    return [_LINK.sub(r"\1", text["text"]) for some in held for text in some]


def numbers(payload: dict[str, Any]) -> list[int]:
    """Return the papers in a message, whole or by title, in order."""
    return [int(found) for found in re.findall(r"Paper boats (\d+):", "\n".join(texts(payload)))]


def named(key: int) -> Entry:
    return listed(key, f"Paper boats {key}: by title")


def of_topics(*sizes: int, **over: Any) -> Digest:
    """Return a digest of topics with so many papers: 100, 101 … under the first, 200 … under the second."""
    parts = [
        section(f"Topic {at}", full=entries(100 * at, size)) for at, size in enumerate(sizes, 1)
    ]
    return digest(*parts, **over)


# ------------------------------------------------------------------ which papers stand above


def test_the_best_of_five_topics_stand_in_the_first_message() -> None:
    parent, below = posts(of_topics(4, 2, 1, 3, 2))
    assert numbers(parent) == [100, 200, 300, 400, 500]
    assert numbers(below) == [101, 102, 103, 201, 401, 402, 501]


def test_two_topics_share_the_first_message() -> None:
    parent, *_ = posts(of_topics(9, 9))
    assert numbers(parent) == [100, 101, 102, 200, 201]


def test_of_one_topic_the_first_five_stand_there() -> None:
    parent, below = posts(of_topics(7))
    assert numbers(parent) == [100, 101, 102, 103, 104]
    assert numbers(below) == [105, 106]


def test_the_heaviest_topic_is_there_wherever_it_stands() -> None:
    shown = of_topics(*[2] * 8)
    last = replace(shown.sections[-1], weight=2.0)
    parent, *_ = posts(shown.with_sections((*shown.sections[:-1], last)))
    assert numbers(parent) == [100, 200, 300, 400, 800]


def test_by_day_the_best_of_the_topics_stand_there_under_their_days() -> None:
    def found(key: int, days: int) -> Entry:
        return entry(key, seen_on=AT.date() - timedelta(days=days))

    shown = digest(
        section("Maps", full=(found(1, 5), *(found(key, 1) for key in range(2, 9)))),
        section("Boats", full=(found(11, 6), found(12, 1))),
        group="day",
    )
    parent, *_ = posts(shown)
    assert numbers(parent) == [2, 3, 12, 1, 11]
    assert "*Saturday 14 Nov* · 1 paper" in texts(parent)


def test_where_every_paper_is_by_title_alone_the_first_five_stand_there() -> None:
    found = tuple(named(key) for key in range(12))
    parent, below = posts(digest(section("Maps", full=(), listed=found)))
    assert numbers(parent) == [0, 1, 2, 3, 4]
    assert numbers(below) == [5, 6, 7, 8, 9, 10, 11]
    assert texts(parent)[-1] == "7 more in the thread"


def test_a_few_papers_by_title_need_no_thread() -> None:
    (only,) = posts(digest(section("Maps", full=(), listed=tuple(map(named, range(5))))))
    assert numbers(only) == [0, 1, 2, 3, 4]


# ------------------------------------------------------------------ what is said of them


def test_each_topic_says_how_many_of_its_papers_are_here() -> None:
    parent, below = posts(of_topics(4, 2, 1, 3, 2))
    assert "*Topic 1* · 1 of 4 papers" in texts(parent)
    assert "*Topic 3* · 1 paper" in texts(parent)
    assert "*Topic 1* · the other 3" in texts(below)


def test_the_first_message_ends_with_what_is_in_the_thread_by_topic() -> None:
    shown = digest(
        section("Maps", full=entries(1, 4), listed=(named(9),)),
        section("Boats", full=entries(5, 1)),
        section("Ducks", full=(), listed=(named(10), named(11))),
        section("Ponds", full=entries(6, 3), counted=(named(12), named(13))),
    )
    parent, *_ = posts(shown)
    assert texts(parent)[-1] == (
        "6 more in the thread: Maps (3), Ducks (2) and Ponds (1) · 2 more wait for the next digest"
    )


def test_of_a_thread_that_names_no_further_paper_it_is_not_said_how_many() -> None:
    earlier = (listed(7, note="sent at once on Tuesday"),)
    parent, below = posts(digest(section("Maps", full=entries(1, 2), earlier=earlier)))
    assert texts(parent)[-1] == "More in the thread"
    assert "*Maps:* 1 paper you already have" in texts(below)[0]


def test_a_note_stands_once_over_a_topic() -> None:
    parent, below = posts(digest(section("Maps", full=entries(1, 7), note="New keyword: map")))
    assert "*Maps* · 5 of 7 papers · New keyword: map" in texts(parent)
    assert "New keyword" not in "\n".join(texts(below))


def test_over_the_last_papers_of_a_topic_stands_where_the_others_are() -> None:
    shown = digest(
        section(
            "Maps",
            full=entries(1, 7),
            listed=(named(20), named(21)),
            counted=(named(30),),
            elsewhere=3,
            elsewhere_in=("Boats",),
        ),
        section("Boats", full=entries(40, 1), elsewhere=1, elsewhere_in=("Maps",)),
    )
    parent, below = posts(shown)
    rest = "2 by title at the end · 3 under Boats · 1 waits"
    assert "*Maps* · 4 of 13 papers" in texts(parent)
    assert "*Boats* · 1 of 2 papers · 1 under Maps" in texts(parent)
    assert f"*Maps* · the other 3 · {rest}" in texts(below)


def test_over_a_topic_that_goes_on_in_the_next_message_it_says_so() -> None:
    _, *below = posts(of_topics(45))
    assert len(below) > 1
    assert texts(below[0])[0] == "*Topic 1* · the other 40"
    assert {texts(payload)[0] for payload in below[1:]} == {"*Topic 1* · continued"}


def test_a_topic_that_begins_where_a_message_does_is_not_said_to_go_on() -> None:
    _, *below = posts(of_topics(*[20] * 4))
    said = [line for payload in below for line in lines(payload)]
    for at in range(1, 5):
        first = next(line for line in said if line.startswith(f"*Topic {at}*"))
        assert not first.endswith("continued")


SIZES = st.lists(st.integers(0, 9), min_size=1, max_size=14).filter(any)


def stated(payloads: list[dict[str, Any]], name: str) -> Iterator[tuple[str, str]]:
    """Yield what the headings of a topic say of its papers: how many, and where."""
    facts = (
        fact
        for payload in payloads
        for line in lines(payload)
        if line.startswith(f"*{name}* · ")
        for fact in line.split(" · ")[1:]
    )
    for fact in facts:
        found = _FACT.fullmatch(fact)
        if found:
            yield ("1" if found["other"] == "one" else found["other"] or found["many"]), fact


@settings(max_examples=60, deadline=None, database=None)
@given(SIZES, st.integers(0, 3), st.integers(0, 4), st.integers(0, 3))
def test_every_number_is_so(sizes: list[int], by_title: int, waiting: int, elsewhere: int) -> None:
    parts = [
        section(
            f"Topic {at}",
            full=entries(100 * at, size),
            listed=tuple(named(100 * at + 50 + n) for n in range(by_title)),
            counted=tuple(named(100 * at + 80 + n) for n in range(waiting)),
            elsewhere=elsewhere,
            elsewhere_in=("Maps",) if elsewhere else (),
        )
        for at, size in enumerate(sizes, 1)
    ]
    shown, _ = RENDERER.render(digest(*parts))
    parent, *below = posts(shown)
    for part in shown.sections:
        if part.full:
            keys = {one.paper_key for one in part.full}
            above = stated([parent], part.name)
            assert sum(int(many) for many, fact in above if "paper" in fact) == len(
                keys.intersection(numbers(parent))
            )
            everywhere = stated([parent, *below], part.name)
            assert sum(int(many) for many, _ in everywhere) == part.total
    said = texts(parent)[-1]
    told = re.match(r"(\d+) more in the thread", said)
    assert int(told[1] if told else 0) == sum(len(numbers(message)) for message in below)
    by_topic = re.findall(r"Topic \d+ \((\d+)\)", said)
    if by_topic and "more topic" not in said:
        assert told is not None
        assert sum(map(int, by_topic)) == int(told[1])


@settings(max_examples=60, deadline=None, database=None)
@given(SIZES)
def test_what_is_announced_is_what_stands_first(sizes: list[int]) -> None:
    """The first words of the mail, the notification and the message name the same two papers."""
    shown, _ = RENDERER.render(of_topics(*sizes))
    parent, *_ = posts(shown)
    titles = [f"Paper boats {key}: a study of folding and floating" for key in numbers(parent)[:2]]
    told = parent["text"].splitlines()[1 : 1 + len(titles)]
    assert [line.partition(" – ")[0] for line in told] == titles
    first = foremost.announced(shown.sections)[:2]
    assert [paper.title.text for paper in first] == titles
    for title in titles:
        assert title[:30] in letter.preheader(first)


# ------------------------------------------------------------------ where one message ends and the next begins


def lines(payload: dict[str, Any]) -> list[str]:
    return [line for text in texts(payload) for line in text.split("\n")]


@settings(max_examples=40, deadline=None, database=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(40, 200))
def test_a_heading_is_never_parted_from_its_titles_nor_titles_from_theirs(
    sizes: list[int], length: int
) -> None:
    parts = [
        section(
            f"Topic {at}",
            full=(),
            listed=tuple(
                listed(100 * at + n, f"Paper boats {100 * at + n}: " + "b" * length)
                for n in range(size)
            ),
        )
        for at, size in enumerate(sizes, 1)
    ]
    for payload in (*posts(digest(*parts)), hooked(digest(*parts))):
        for text in texts(payload):
            assert not re.search(r"by title$", text)
        bodies = [line for line in lines(payload) if line.startswith(("•", "*"))]
        assert not bodies or bodies[0].startswith("*Topic ")


def test_titles_that_go_on_in_the_next_message_have_their_topic_over_them() -> None:
    found = tuple(listed(n, f"Paper boats {n}: " + "b" * 200) for n in range(90))
    parent, *below = posts(digest(section("Maps", full=(), listed=found)))
    assert lines(parent)[2].startswith("*Maps:* ")
    assert len(below) > 1
    assert {lines(payload)[0] for payload in below[1:]} == {"*Maps:* continued"}


# ------------------------------------------------------------------ a webhook has no thread


def test_a_webhook_has_the_best_of_each_topic_whole_and_the_others_by_line() -> None:
    payload = hooked(of_topics(4, 2, 1, 3, 2, 2))
    whole = [text for text in texts(payload) if "Matched" in text]
    keys = [int(re.findall(r"boats (\d+):", text)[0]) for text in whole]
    assert {100, 200, 300, 400, 500, 600} <= set(keys)
    assert sorted(numbers(payload)) == sorted(
        100 * at + n for at, size in enumerate((4, 2, 1, 3, 2, 2), 1) for n in range(size)
    )


def test_a_webhook_of_one_topic_has_its_first_papers_whole() -> None:
    payload = hooked(of_topics(7))
    assert numbers(payload) == [*range(100, 107)]
    assert "*Topic 1* · 7 papers" in texts(payload)


@settings(max_examples=30, deadline=None, database=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40).filter(any))
def test_a_webhook_leaves_no_topic_without_a_paper_while_there_is_room(sizes: list[int]) -> None:
    shown, _ = RENDERER.render(of_topics(*sizes))
    there = numbers(hooked(shown))
    assert len(there) == len(set(there))
    some = [part.full[0].paper_key for part in shown.sections if part.full]
    assert set(some[:10]) <= set(there)


# ------------------------------------------------------------------ read aloud


def test_what_stands_for_a_message_as_text_names_all_its_papers_and_how_to_stop() -> None:
    """A screen reader reads this and not the blocks:
    https://docs.slack.dev/reference/methods/chat.postMessage#accessibility"""
    parent, below = posts(of_topics(8))
    for payload in (parent, below):
        told = [int(found) for found in re.findall(r"boats (\d+):", payload["text"])]
        assert told == numbers(payload)
    assert "3 more in the thread" in parent["text"]
    assert below["text"].splitlines()[-2].startswith("To change, pause or stop")


def test_what_has_no_room_in_that_text_is_counted() -> None:
    found = tuple(named(key) for key in range(200))
    _, below, *_ = posts(digest(section("Maps", full=(), listed=found)))
    told = len(re.findall(r"boats \d+:", below["text"]))
    more = re.findall(r"^and (\d+) more$", below["text"], re.MULTILINE)
    assert [told + int(one) for one in more] == [len(numbers(below))]


def test_it_has_no_links_and_no_signs_of_bold_letters() -> None:
    shown = digest(section("Maps", full=entries(1, 1), listed=(named(2),)))
    for payload in posts(shown):
        assert not re.search(r"https?://|\*", payload["text"])


def test_a_sign_of_the_title_itself_is_still_there() -> None:
    (payload,) = posts(of_topics(1, title="1 new paper: 2*3 boats"))
    assert payload["text"].splitlines()[0] == "1 new paper: 2*3 boats"
    (payload,) = posts(digest(section(full=(entry(1, title=Marked("Boats that float *twice*")),))))
    assert "Boats that float \u034f*twice\u034f*" in payload["text"]


# ------------------------------------------------------------------ besides papers


def test_nothing_is_said_of_mail_programs() -> None:
    for payload in (*posts(of_topics(7)), hooked(of_topics(7))):
        assert "mail program" not in json.dumps(payload)


def test_a_word_about_the_service_stands_in_full_letters_a_line_each() -> None:
    lines = ("smtp.example.org refuses the login · check [email] password", "12 messages <wait>")
    (only,) = posts(digest(kind="notice", sections=(), notes=lines, sources=OK))
    bodies = [block for block in only["blocks"] if block["type"] == "section"]
    assert [block["text"]["text"] for block in bodies] == [f"{lines[0]}\n12 messages &lt;wait&gt;"]
    assert only["text"].splitlines()[1:3] == [lines[0], "12 messages &lt;wait&gt;"]


@pytest.mark.parametrize("kind", ["digest", "alert"])
def test_what_a_digest_says_of_itself_is_small_print(kind: str) -> None:
    (only,) = posts(of_topics(1, kind=kind, notes=("Your first digest.",)))
    assert "Your first digest." in texts(only)[1]
    assert only["blocks"][1]["type"] == "context"
