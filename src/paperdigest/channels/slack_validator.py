"""Is this a message Slack will take? Written apart from the code that builds messages, from Slack's rules.

https://docs.slack.dev/reference/block-kit/blocks and the limits observed in the field. Lengths are in UTF-16
units, the longest that Slack may count. What we never build is refused, known limit or not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

# Slack takes 50 blocks, and refuses messages whose blocks add up to some 10,000 to 13,000 characters.
_MOST_BLOCKS = 45
_MOST_TEXT = 9_000
# Slack takes 3,000 in a section; of a context's text it says nothing, so the same is kept there.
_LONGEST = {"section": 2_900, "context": 2_900, "header": 150}
_MOST_ELEMENTS = 10
_LONGEST_FALLBACK = 3_000  # a text of more than 4,000 may be split into several messages
_LONGEST_ID = 255
_LONGEST_ADDRESS = 3_000
# Slack has a limit ("metadata_too_large") and does not tell it; ours is some 100 bytes.
_MOST_METADATA = 1_000
_KEYS = frozenset(
    {"text", "blocks", "unfurl_links", "unfurl_media", "metadata", "channel", "thread_ts"}
)
_BLOCK_KEYS = {
    "section": frozenset({"type", "text", "block_id"}),
    "header": frozenset({"type", "text", "block_id"}),
    "context": frozenset({"type", "elements", "block_id"}),
}
_ALLOWED = re.compile(r"<((?:https?://|mailto:)[^<>|\s]+)(?:\|[^<>|\n]*)?>")
_FORBIDDEN = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")
_BARE = re.compile(r"&(?!(?:amp|lt|gt);)")
# C0 but the line feed, DEL, C1, line and paragraph separators, turns of direction, lone surrogates.
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def validate(payload: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a message, in words; empty when Slack will take it."""
    blocks = payload.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        return ["it has no blocks"]
    wrong = [f"it has {key!r}" for key in sorted(payload.keys() - _KEYS)]
    wrong += _text_faults("the fallback text", payload.get("text"), _LONGEST_FALLBACK)
    if len(blocks) > _MOST_BLOCKS:
        wrong.append(f"it has {len(blocks)} blocks of at most {_MOST_BLOCKS}")
    unfurling = ("unfurl_links", "unfurl_media")
    wrong += [f"{key} is not off" for key in unfurling if payload.get(key) is not False]
    total = 0
    for number, block in enumerate(blocks, 1):
        wrong += _block_faults(f"block {number}", block)
        total += sum(_units(str(text.get("text", ""))) for text in _texts(block))
    if total > _MOST_TEXT:
        wrong.append(f"its blocks hold {total} characters of at most {_MOST_TEXT}")
    wrong += _id_faults(blocks)
    if "metadata" in payload:
        wrong += _metadata_faults(payload["metadata"])
    return wrong


def _block_faults(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _LONGEST:
        yield f"{where} is of the unknown type {kind!r}"
        return
    for key in sorted(block.keys() - _BLOCK_KEYS[kind]):
        yield f"{where} has {key!r}"
    texts = _texts(block)
    if not 1 <= len(texts) <= _MOST_ELEMENTS:
        yield f"{where} has {len(texts)} texts"
    for text in texts:
        wanted = "plain_text" if kind == "header" else "mrkdwn"
        if text.get("type") != wanted:
            yield f"{where} has text of type {text.get('type')!r}, not {wanted}"
        if wanted == "mrkdwn" and text.get("verbatim") is not True:
            yield f"{where} is not verbatim"
        if kind == "header" and "\n" in str(text.get("text", "")):
            yield f"{where} has more than one line"
        yield from _text_faults(where, text.get("text"), _LONGEST[kind])


def _text_faults(where: str, text: object, longest: int) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{where} is empty"
        return
    if _units(text) > longest:
        yield f"{where} has {_units(text)} characters of at most {longest}"
    if found := _CONTROL.search(text):
        yield f"{where} holds the control sign {found.group()!a}"
    if found := _FORBIDDEN.search(_ALLOWED.sub("", text)):
        yield f"{where} holds {found.group()!r} outside a link"
    for link in _ALLOWED.finditer(text):
        if _BARE.search(link.group()):
            yield f"{where} holds a bare & in a link"
        if _units(link[1]) > _LONGEST_ADDRESS:
            yield f"{where} holds an address of {_units(link[1])} characters"


def _id_faults(blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    given = Counter(str(block["block_id"]) for block in blocks if "block_id" in block)
    for name, times in given.items():
        if not 1 <= len(name) <= _LONGEST_ID:
            yield f"a block_id has {len(name)} characters"
        if times > 1:
            yield "it has a block_id twice"


def _metadata_faults(metadata: object) -> Iterator[str]:
    """https://docs.slack.dev/messaging/message-metadata: a type, and a flat object of plain values."""
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        yield "its metadata has not exactly a type and a payload"
        return
    kind, held = metadata["event_type"], metadata["event_payload"]
    if not isinstance(kind, str) or not re.fullmatch(r"\w{1,255}", kind, re.ASCII):
        yield "its metadata is of an odd type"
    if not isinstance(held, dict) or not all(isinstance(v, str | int) for v in held.values()):
        yield "its metadata holds more than plain values"
    elif len(repr(held).encode("utf-8", "surrogatepass")) > _MOST_METADATA:
        yield f"its metadata has more than {_MOST_METADATA} bytes"


def _texts(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if block.get("type") == "context":
        return list(block.get("elements", ()))
    text = block.get("text")
    return [text] if isinstance(text, dict) else []


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
