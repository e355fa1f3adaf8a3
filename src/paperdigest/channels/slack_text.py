"""Slack's mrkdwn as a channel sees it: measured, cut without breaking a token, and made harmless once more.

What comes in is escaped already; this is the last guard before text that could call everybody leaves.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|\s]+(?:\|[^<>|\n]*)?>")
_TOKEN_OR_SIGN = re.compile(rf"{_LINK.pattern}|[<>]|&(?!(?:amp|lt|gt);)")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_SIGNS = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
# A sign that was made inert is the text's own.
_SET_OFF = re.compile("(?<!\u034f)[*`]")
_LONE = re.compile("[\ud800-\udfff]")
# What shows nothing or turns the reading direction; a line feed is all that may part lines.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def width(text: str) -> int:
    """Return the length as Slack may count it: in UTF-16 units, never less than the code points."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def harmless(mrkdwn: str) -> str:
    """Return the text with every `<…>` that is no http(s) or mail link escaped, and every bare `&`.

    So nothing can mention a person, a channel or everybody. Harmless text comes back the same.
    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return _TOKEN_OR_SIGN.sub(_sign, _LONE.sub("\ufffd", _CONTROL.sub("", mrkdwn)))


def plain(mrkdwn: str) -> str:
    """Return escaped text for places that show no links: every `<` and `>` is a sign like any other."""
    text = _BARE_AMPERSAND.sub("&amp;", _LONE.sub("\ufffd", _CONTROL.sub("", mrkdwn)))
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def unlinked(mrkdwn: str) -> str:
    """Return mrkdwn with links as their labels, and nothing bold or as code."""
    return _SET_OFF.sub("", _LABELLED.sub(r"\1", mrkdwn))


def clip(mrkdwn: str, limit: int) -> str:
    """Return at most `limit` units ending in `…`, never cut inside a link or an entity."""
    if width(mrkdwn) <= limit:
        return mrkdwn
    at = min(len(mrkdwn), limit - 1)
    while width(mrkdwn[:at]) > limit - 1:
        at -= 1
    for opening, closing in (("<", ">"), ("&", ";")):
        start = mrkdwn.rfind(opening, 0, at)
        end = mrkdwn.find(closing, start) if start >= 0 else -1
        # An entity is at most five characters long; a `;` further on belongs to the sentence.
        if start >= 0 and end >= at and (opening == "<" or end - start <= 4):
            at = start
    return mrkdwn[:at].rstrip() + "…"


def _sign(found: re.Match[str]) -> str:
    token = found.group()
    return _SIGNS.get(token) or _BARE_AMPERSAND.sub("&amp;", token)
