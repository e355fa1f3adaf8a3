"""Is this a message Slack will take? Written apart from the code that builds messages, from Slack's rules.

https://docs.slack.dev/reference/block-kit/blocks and the limits observed in the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_MOST_BLOCKS = 45
_MOST_TEXT = 9_000
_LONGEST = {"section": 2_900, "context": 2_900, "header": 150}
_LONGEST_FALLBACK = 3_000
_ALLOWED = re.compile(r"<(?:https?://|mailto:)[^<>|\s]+(?:\|[^<>|\n]*)?>")
_FORBIDDEN = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")


def validate(payload: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a message, in words; empty when Slack will take it."""
    blocks = payload.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        return ["it has no blocks"]
    wrong = list(_text_faults("the fallback text", payload.get("text"), _LONGEST_FALLBACK))
    if len(blocks) > _MOST_BLOCKS:
        wrong.append(f"it has {len(blocks)} blocks of at most {_MOST_BLOCKS}")
    unfurling = ("unfurl_links", "unfurl_media")
    wrong += [f"{key} is not off" for key in unfurling if payload.get(key) is not False]
    total = 0
    for number, block in enumerate(blocks, 1):
        wrong += _block_faults(f"block {number}", block)
        total += sum(len(str(text.get("text", ""))) for text in _texts(block))
    if total > _MOST_TEXT:
        wrong.append(f"its blocks hold {total} characters of at most {_MOST_TEXT}")
    return wrong


def _block_faults(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _LONGEST:
        yield f"{where} is of the unknown type {kind!r}"
        return
    texts = _texts(block)
    if not 1 <= len(texts) <= 10:
        yield f"{where} has {len(texts)} texts"
    for text in texts:
        wanted = "plain_text" if kind == "header" else "mrkdwn"
        if text.get("type") != wanted:
            yield f"{where} has text of type {text.get('type')!r}, not {wanted}"
        if wanted == "mrkdwn" and text.get("verbatim") is not True:
            yield f"{where} is not verbatim"
        yield from _text_faults(where, text.get("text"), _LONGEST[kind])


def _text_faults(where: str, text: object, longest: int) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{where} is empty"
        return
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > longest:
        yield f"{where} has {units} characters of at most {longest}"
    found = _FORBIDDEN.search(_ALLOWED.sub("", text))
    if found:
        yield f"{where} holds {found.group()!r} outside a link"


def _texts(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if block.get("type") == "context":
        return list(block.get("elements", ()))
    text = block.get("text")
    return [text] if isinstance(text, dict) else []
