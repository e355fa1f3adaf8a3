"""Digests as Slack messages: within every limit, every paper once, nothing that calls anybody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW
from contracts import message
from paperdigest.channels.slack import SlackChannel
from paperdigest.channels.slack_text import clip, harmless, width
from paperdigest.channels.slack_validator import validate
from paperdigest.channels.slack_webhook import SlackWebhookChannel
from paperdigest.core.secret import Secret
from paperdigest.core.slack_text import SlackEntry, SlackText, SlackTopic

KEY = "0123456789abcdef01234567"
BOT = SlackChannel(Secret("xoxb-canary"))
HOOK = SlackWebhookChannel({"team": Secret("https://hooks.example.org/canary")})


def entry(number: int, size: int = 400) -> SlackEntry:
    title = f"<https://example.org/{number}|Paper no{number:03}>"
    return SlackEntry(f"*{title}*\n" + "about maps " * (size // 11), f"{title} – Lovelace")


def slack_text(papers: int, listed: int = 0, topics: int = 3, size: int = 400) -> SlackText:
    entries = [entry(number, size) for number in range(papers)]
    return SlackText(
        header=f"{papers} new papers: Maps",
        context="Friday 20 Nov 2026",
        sections=tuple(
            (f"Topic {topic}", tuple(entries[topic::topics]))
            for topic in range(topics)
            if entries[topic::topics]
        ),
        listed=tuple(f"• Listed no{number:03}" for number in range(papers, papers + listed)),
        footer="3 sources, 412 new papers, all up to date",
    )


def thread(slack: SlackText) -> list[dict[str, Any]]:
    parts = BOT.prepare(message(slack=slack), "#papers", key=KEY, at=NOW)
    return [json.loads(part.payload) for part in parts]


def single(slack: SlackText) -> dict[str, Any]:
    (part,) = HOOK.prepare(message(slack=slack), "team", key=KEY, at=NOW)
    plain: dict[str, Any] = json.loads(part.payload)
    return plain


def shown(*payloads: dict[str, Any]) -> str:
    """Return all the text of the blocks."""
    texts: list[str] = []
    for payload in payloads:
        for block in payload["blocks"]:
            held = block["elements"] if block["type"] == "context" else [block["text"]]
            texts += [text["text"] for text in held]
    return "\n".join(texts)


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"no(\d{3})", text)]


@pytest.mark.parametrize("listed", [0, 1, 40, 500])
@pytest.mark.parametrize("papers", [0, 1, 5, 6, 30, 500])
def test_every_paper_stands_once_in_messages_slack_takes(papers: int, listed: int) -> None:
    payloads = thread(slack_text(papers, listed))
    assert [validate(payload) for payload in payloads] == [[] for _ in payloads]
    assert sorted(numbers(shown(*payloads))) == list(range(papers + listed))


@pytest.mark.parametrize("size", [0, 2_800, 2_899, 5_000])
def test_papers_of_any_length_stand_once(size: int) -> None:
    payloads = thread(slack_text(30, size=size))
    assert [validate(payload) for payload in payloads] == [[] for _ in payloads]
    assert sorted(numbers(shown(*payloads))) == list(range(30))


def test_of_papers_too_long_for_one_message_fewer_stand_in_the_parent() -> None:
    first, *below = thread(slack_text(6, size=2_800))
    assert numbers(shown(first)) == [0, 1]
    assert numbers(shown(*below)) == [3, 4, 2, 5]  # topic by topic: 0 and 3, 1 and 4, 2 and 5
    assert "4 more in the thread" in shown(first)


def test_the_parent_holds_the_top_five_and_counts_the_rest() -> None:
    first, *below = thread(slack_text(30, listed=12, topics=1))
    assert numbers(shown(first)) == [0, 1, 2, 3, 4]
    assert "37 more in the thread" in shown(first)
    assert numbers(shown(*below)) == list(range(5, 42))


def test_a_small_digest_is_one_message_without_a_thread() -> None:
    (only,) = thread(slack_text(5))
    assert "thread" not in shown(only)
    assert shown(only).endswith("all up to date")


def test_the_closing_lines_stand_last_and_once() -> None:
    payloads = thread(slack_text(30, listed=100))
    assert shown(*payloads).count("all up to date") == 1
    assert shown(payloads[-1]).endswith("all up to date")


def test_a_topic_is_named_again_where_a_message_begins() -> None:
    first, second, *_ = thread(slack_text(60, topics=1))
    assert shown(first).count("*Topic 0*") == 1
    assert shown(second).startswith("*Topic 0*")


def test_lines_that_are_no_papers_are_not_counted() -> None:
    listed = ("Maps: 2 more by title", "• Listed no100", "• Listed no101", "Maps: and 9 more wait")
    slack = slack_text(5, topics=1)
    (first, _) = thread(
        SlackText(slack.header, slack.context, slack.sections, listed, slack.footer)
    )
    assert "2 more in the thread" in shown(first)


def test_each_part_carries_its_key_and_number() -> None:
    payloads = thread(slack_text(100))
    assert [payload["metadata"] for payload in payloads] == [
        {"event_type": "paperdigest_delivery", "event_payload": {"key": KEY, "part": number}}
        for number in range(len(payloads))
    ]


@pytest.mark.parametrize(
    ("papers", "listed"), [(0, 0), (1, 0), (30, 0), (500, 0), (3, 500), (500, 500)]
)
def test_a_webhook_gets_one_message_that_counts_what_did_not_fit(papers: int, listed: int) -> None:
    payload = single(slack_text(papers, listed, topics=1))
    assert validate(payload) == []
    there = numbers(shown(payload))
    assert there == list(range(len(there)))
    left = papers + listed - len(there)
    assert (f"… and {left:,} more" in shown(payload)) == (left > 0)
    assert len(there) >= min(papers + listed, 40)


def test_what_calls_people_is_made_harmless_even_unescaped() -> None:
    nasty = (
        "<!channel> <!here> <@U1> <#C1> <!subteam^S1> <!date^1^x|y> <javascript:x|y> a < b & c &lt;"
    )
    slack = SlackText(nasty, nasty, ((nasty, (SlackEntry(nasty, nasty),)),), (nasty,), nasty)
    for payload in (*thread(slack), single(slack)):
        assert validate(payload) == []
        assert "<" not in shown(payload) + payload["text"]


TOKENS = st.sampled_from(
    [
        "<!channel>",
        "<",
        ">",
        "&",
        "&amp;",
        "&lt;",
        "|",
        "*",
        "<https://x.org|",
        "<https://x.org|y>",
        "👩‍👧",
        "\n",
        "\ud800",
        "a" * 90,
    ]
)


@settings(max_examples=80, deadline=None, database=None)
@given(st.lists(st.lists(TOKENS | st.text(max_size=20), max_size=60).map("".join), max_size=12))
def test_any_text_makes_messages_slack_takes(texts: list[str]) -> None:
    entries = tuple(SlackEntry(text, text[:100]) for text in texts)
    word = texts[0] if texts else ""
    slack = SlackText(word, word, ((word, entries), ("b", entries)), tuple(texts), word)
    for payload in (*thread(slack), single(slack)):
        assert validate(payload) == []


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(TOKENS | st.text(max_size=5), max_size=30).map("".join), st.integers(2, 200))
def test_a_cut_text_is_short_and_harmless(text: str, limit: int) -> None:
    cut = clip(harmless(text), limit)
    assert width(cut) <= limit
    assert harmless(cut) == cut


def test_harmless_text_is_left_alone() -> None:
    text = "*<https://x.org/?a=1&amp;b=2|A &lt; B>* · <mailto:ops@example.org|ask>\nnext"
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"blocks": []}, "no blocks"),
        ({"text": ""}, "fallback text is empty"),
        ({"text": "x" * 3_001}, "at most 3000"),
        ({"unfurl_links": True}, "unfurl_links"),
        ({"blocks": [{"type": "divider"}]}, "unknown type"),
        (
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]},
            "not verbatim",
        ),
    ],
)
def test_the_validator_names_what_is_wrong(change: dict[str, Any], told: str) -> None:
    assert told in "; ".join(validate(thread(slack_text(1))[0] | change))


@pytest.mark.parametrize(
    "text", ["<!channel>", "a & b", "x" * 2_901, "", "<https://x.org|a", "<ftp://x>"]
)
def test_the_validator_refuses_such_a_section(text: str) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    assert validate(thread(slack_text(1))[0] | {"blocks": [section]})


def test_the_validator_counts_blocks_and_characters() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 300, "verbatim": True}}
    wrong = validate(thread(slack_text(1))[0] | {"blocks": [section] * 46})
    assert len(wrong) == 2


def test_closing_lines_of_which_the_last_fills_a_block_are_two_blocks() -> None:
    slack = replace(slack_text(1), footer="A short line\n" + "x" * 3_300)
    (payload,) = thread(slack)
    assert validate(payload) == []
    assert "A short line" in shown(payload)


def test_a_webhook_says_how_many_papers_there_are_and_not_how_many_another_message_would_show() -> (
    None
):
    slack = replace(slack_text(40, topics=1), topics=(SlackTopic("Maps", 65, whole=40),))
    few = replace(slack_text(4, topics=1), topics=(SlackTopic("Maps", 65, whole=4),))
    assert "*Maps* · 65 papers" in shown(single(slack))
    assert "*Maps* · 4 of 65 papers" in shown(single(few))  # all that are to be shown whole are


def test_a_notification_names_the_first_papers() -> None:
    parent, *below = thread(slack_text(12))
    assert parent["text"].splitlines()[0] == "12 new papers: Maps"
    assert numbers(parent["text"]) == numbers(shown(parent))
    assert all(part["text"].startswith("12 new papers: Maps") for part in below)


def test_a_thread_of_one_message_has_no_number() -> None:
    _, only = thread(slack_text(7))
    assert only["text"].splitlines()[0] == "7 new papers: Maps"


def test_a_webhook_counts_what_lines_without_room_only_count() -> None:
    waiting = [f"Topic {number}: 3 more wait for the next digest" for number in range(400)]
    slack = replace(
        slack_text(0, listed=40),
        listed=(*slack_text(0, listed=40).listed, *waiting),
        listed_papers=(*range(1, 41), *[0] * 400),
        listed_counts=(*[0] * 40, *[3] * 400),
    )
    said = shown(single(slack))
    (left,) = re.findall(r"… and ([\d,]+) more that found no room here", said)
    assert int(left.replace(",", "")) + 3 * said.count("3 more wait") == 3 * 400
