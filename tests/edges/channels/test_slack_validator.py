"""The validator knows Slack's limits by itself: every limit is met by a message just beyond it and one just within."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from paperdigest.channels import slack_validator
from paperdigest.channels.slack_validator import validate

LINK = "<https://example.org/{}|a>"


def section(text: str = "x", **over: Any) -> dict[str, Any]:
    shown = {"type": "mrkdwn", "text": text, "verbatim": True}
    return {"type": "section", "text": shown} | over


def context(*texts: str) -> dict[str, Any]:
    shown = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts]
    return {"type": "context", "elements": shown}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def message(*blocks: dict[str, Any], **over: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "text": "3 new papers",
        "blocks": list(blocks) or [section()],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return plain | over


def metadata(**over: Any) -> dict[str, Any]:
    told = {"event_type": "paperdigest_delivery", "event_payload": {"key": "k", "part": 0}}
    return told | over


def test_the_validator_owes_nothing_to_the_builder() -> None:
    """A limit that both had from one place would be wrong in both."""
    tree = ast.parse(Path(slack_validator.__file__).read_text("utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [one.name for one in node.names]
        )
    }
    assert not [name for name in imported if name.startswith(("paperdigest", "slack_sdk"))]


WITHIN: dict[str, dict[str, Any]] = {
    "45 blocks": message(*[section("x" * 200)] * 45),
    "9,000 characters": message(*[section("x" * 1_000)] * 9),
    "a section of 2,900": message(section("x" * 2_900)),
    "a section of 1,450 signs of two units": message(section("🗺" * 1_450)),
    "a header of 150": message(header("x" * 150)),
    "a context of 10": message(context(*"abcdefghij")),
    "a fallback text of 3,000": message(text="x" * 3_000),
    "a block_id of 255": message(section(block_id="i" * 255)),
    "an address of 2,000": message(section(LINK.format("x" * 1_980))),
    "metadata": message(metadata=metadata()),
    "a thread": message(channel="C0123", thread_ts="1795000000.000100"),
    "entities": message(section("a &lt; b &amp; c &gt; d")),
    "a mail link": message(section("<mailto:ops@example.org|ask>")),
    "a line feed": message(section("a\nb")),
}


@pytest.mark.parametrize("payload", WITHIN.values(), ids=WITHIN)
def test_what_is_within_every_limit_is_taken(payload: dict[str, Any]) -> None:
    assert validate(payload) == []


BEYOND: dict[str, tuple[dict[str, Any], str]] = {
    "46 blocks": (message(*[section()] * 46), "46 blocks of at most 45"),
    "9,001 characters": (
        message(*[section("x" * 1_000)] * 9, section("x")),
        "9001 characters of at most 9000",
    ),
    "9,002 units": (message(*[section("🗺" * 1_125)] * 4, section("🗺")), "9002 characters"),
    "a section of 2,901": (message(section("x" * 2_901)), "2901 characters of at most 2900"),
    "a section of 2,902 units": (message(section("🗺" * 1_451)), "2902 characters"),
    "a context of 2,901": (message(context("x" * 2_901)), "2901 characters of at most 2900"),
    "a header of 151": (message(header("x" * 151)), "151 characters of at most 150"),
    "a header of two lines": (message(header("a\nb")), "more than one line"),
    "a context of 11": (message(context(*"abcdefghijk")), "11 texts"),
    "a context of none": (message(context()), "0 texts"),
    "a fallback text of 3,001": (message(text="x" * 3_001), "3001 characters of at most 3000"),
    "no fallback text": (message(text=""), "the fallback text is empty"),
    "a block_id of 256": (message(section(block_id="i" * 256)), "block_id"),
    "an empty block_id": (message(section(block_id="")), "block_id"),
    "a block_id twice": (message(section(block_id="i"), section(block_id="i")), "block_id twice"),
    "an address of 3,001": (message(section(LINK.format("x" * 2_981))), "an address of 3001"),
    "fields": (message(section(fields=[])), "'fields'"),
    "an accessory": (message(section(accessory={})), "'accessory'"),
    "an image": (message({"type": "image", "image_url": "https://example.org/"}), "unknown type"),
    "parse": (message(parse="full"), "'parse'"),
    "link_names": (message(link_names=True), "'link_names'"),
    "client_msg_id": (message(client_msg_id="1"), "'client_msg_id'"),
    "unfurling": (message(unfurl_media=True), "unfurl_media is not off"),
    "text without verbatim": (
        message(section() | {"text": {"type": "mrkdwn", "text": "x"}}),
        "not verbatim",
    ),
    "a call": (message(section("<!channel>")), "'<' outside a link"),
    "a call in the fallback text": (message(text="<!here>"), "'<' outside a link"),
    "a call in the header": (message(header("<!here>")), "'<' outside a link"),
    "a person": (message(section("<@U1>")), "'<' outside a link"),
    "a link elsewhere": (message(section("<javascript:alert|a>")), "'<' outside a link"),
    "a bare ampersand": (message(section("a & b")), "'&' outside a link"),
    "a bare ampersand in a label": (message(section("<https://x.org|a & b>")), "bare &"),
    "a bare ampersand in an address": (message(section("<https://x.org?a&b|a>")), "bare &"),
    "a NUL": (message(section("a\0b")), "control"),
    "an escape": (message(context("a\x1b[31mb")), "control"),
    "a lone surrogate": (message(section("a\ud800b")), "control"),
    "a turn of direction": (message(section("a\u202eb")), "control"),
    "metadata of no type": (message(metadata=metadata(event_type="")), "metadata"),
    "metadata of odd type": (message(metadata=metadata(event_type="a b")), "metadata"),
    "metadata too large": (
        message(metadata=metadata(event_payload={"key": "k" * 1_000})),
        "metadata",
    ),
    "metadata that nests": (message(metadata=metadata(event_payload={"key": {}})), "metadata"),
    "metadata with more": (message(metadata=metadata(entities=[])), "metadata"),
}


@pytest.mark.parametrize(("payload", "told"), BEYOND.values(), ids=BEYOND)
def test_what_is_beyond_a_limit_is_named(payload: dict[str, Any], told: str) -> None:
    assert told in "; ".join(validate(payload))
