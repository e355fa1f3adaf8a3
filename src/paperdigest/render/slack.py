"""Text for Slack's mrkdwn: the one escaper, the one maker of links, marks and commands that cannot break out.

Cutting to a width happens before escaping, or `&amp;` would be cut in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from paperdigest.core.digest import Marked
from paperdigest.core.word_changes import Fate, Piece
from paperdigest.core.words import cut
from paperdigest.render.clean import clean_text, safe_url
from paperdigest.render.lines import addressed, coded

LONGEST_LABEL = 250
LONGEST_LINK = 800

# Slack has no way to escape its formatting signs; a combining grapheme joiner before one keeps it
# from being read as such and shows nothing.
_JOINER = "\u034f"
# The second is the name of an emoji; the last would make a line a quotation.
_FORMATTING = re.compile(r"(?=[*_~`])|(?=:[\w+'-]+:)|^(?=>)")
_BOUNDARY = "\u200b"  # bold needs a word edge; a zero-width space is one


class Mrkdwn(str):
    """Text that is ready for Slack: escaped, or built by us."""

    __slots__ = ()


def slack_escape(text: str) -> Mrkdwn:
    """Return untrusted text as mrkdwn: `&`, `<` and `>` escaped exactly once, formatting signs inert.

    Nothing else may be escaped: https://docs.slack.dev/messaging/formatting-message-text#escaping
    What is ready already comes back unchanged.
    """
    if isinstance(text, Mrkdwn):
        return text
    inert = _FORMATTING.sub(_JOINER, clean_text(text))
    return Mrkdwn(inert.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def slack_link(url: str, label: str) -> Mrkdwn:
    """Return `<url|label>`, or the label alone where the address is not http or https, or too long.

    `|` would end the label early, so it becomes `¦`.
    """
    shown = slack_escape(cut(clean_text(label).strip(), LONGEST_LABEL).replace("|", "¦"))
    address = safe_url(url).replace("&", "&amp;")
    if not address or len(address) > LONGEST_LINK:
        return shown
    return Mrkdwn(f"<{address}|{shown or slack_escape(url)}>")


def slack_line(line: str) -> Mrkdwn:
    """Return a line of our own: its addresses as links, and as code what stands between backticks."""
    pieces = (_code(piece) if is_code else _with_links(piece) for piece, is_code in coded(line))
    return Mrkdwn("".join(pieces))


def slack_marked(marked: Marked) -> Mrkdwn:
    """Return the text with its marked stretches in bold."""
    text = marked.text
    pieces: list[str] = []
    at = 0
    for piece, is_hit in marked.spans():
        end = at + len(piece)
        pieces.append(
            _bold(piece, text[at - 1 : at], text[end : end + 1]) if is_hit else slack_escape(piece)
        )
        at = end
    return Mrkdwn("".join(pieces))


def slack_diff(pieces: Iterable[Piece]) -> Mrkdwn:
    """Return the pieces of a difference: struck through what went, in bold what came."""
    signs = {Fate.STAYED: "", Fate.WENT: "~", Fate.CAME: "*"}
    return Mrkdwn(
        " ".join(
            f"{signs[piece.fate]}{slack_escape(piece.text)}{signs[piece.fate]}" for piece in pieces
        )
    )


def _code(command: str) -> str:
    # No joiners: whoever copies a command would copy them as well.
    plain = clean_text(command).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"`{plain}`" if plain.strip() else ""


def _with_links(text: str) -> str:
    if "//" not in text:
        return slack_escape(text)
    return " ".join(
        slack_link(url, shown) + slack_escape(behind) if url else slack_escape(shown)
        for shown, url, behind in addressed(text)
    )


def _bold(piece: str, before: str, after: str) -> str:
    core = piece.strip()
    if not core:
        return piece
    lead, _, tail = piece.partition(core)
    opening = _BOUNDARY if before.isalnum() and not lead else ""
    closing = _BOUNDARY if after.isalnum() and not tail else ""
    return f"{lead}{opening}*{slack_escape(core)}*{closing}{tail}"
