"""A digest as Slack messages within Slack's limits, the undocumented ones too: which block goes where.

Owns the split into a parent and its thread, and the single message of a webhook. Texts come in escaped;
sending is for others. Every paper stands in exactly one place over all messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from paperdigest.channels.slack_text import clip, harmless, plain, width
from paperdigest.core.ports import SlackEntry, SlackText

Block = dict[str, Any]

# Slack takes 50 blocks and 3,000 characters a section, and refuses messages whose blocks add up to some
# 10,000 to 13,000 characters (github.com/slackapi/bolt-js issues 2509 and 2867).
MOST_BLOCKS = 45
MOST_TEXT = 9_000
LONGEST_SECTION = 2_900
LONGEST_HEADER = 150
LONGEST_FALLBACK = 3_000
TOP = 5  # papers in the parent
_NOTIFIED = 2  # papers in what a notification shows
_WEBHOOK_FULL = 5_400  # text for papers shown in full, where one message must hold everything
_LAST_LINE = 60  # room kept for what is said of papers that are not here
_LONGEST_FOOTER = MOST_TEXT - _WEBHOOK_FULL - _LAST_LINE
_CLOSING_BLOCKS = 3  # what has no room here, and the closing lines
_BULLET = "•"
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its blocks, the text for notifications and screen readers, the keys of its papers and of
    those that found no room."""

    blocks: tuple[Block, ...]
    text: str
    papers: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """One paper with its topic ("" under none), in full or as a line among others; or a line that only `counts` some."""

    topic: str
    text: str
    is_line: bool = False
    paper: int = 0
    counts: int = 0


@dataclass(slots=True)
class _Draft:
    """A message being filled. `kept` is room for what must still come after."""

    blocks: list[Block] = field(default_factory=list)
    used: int = 0
    topic: str = ""
    lines_open: bool = False
    papers: list[int] = field(default_factory=list)

    def put(self, item: _Item, *, kept: int = 0, kept_blocks: int = 0) -> bool:
        """Add a paper, with its topic's name where that changes. False, and nothing added: no room."""
        heading = f"*{item.topic}*" if item.topic and item.topic != self.topic else ""
        joined = self._joined(item) if not heading else ""
        added = 0 if joined else 1
        more = width(item.text) + width(heading) + 1
        if self.used + more > MOST_TEXT - kept:
            return False
        if len(self.blocks) + added + bool(heading) > MOST_BLOCKS - kept_blocks:
            return False
        if heading:
            self.blocks.append(section(heading))
        if joined:
            self.blocks[-1] = section(joined)
        else:
            self.blocks.append(section(item.text))
        self.used += more
        self.topic, self.lines_open = item.topic, item.is_line
        self.papers += [item.paper] if item.paper else []
        return True

    def close(self, *lines: str) -> None:
        """Add closing lines as small print."""
        for line in lines:
            if line:
                self.blocks.append(small(line))
                self.used += width(line)
                self.lines_open = False

    def _joined(self, item: _Item) -> str:
        """Return the last block's text with this line below it; "" where it needs a block of its own."""
        if not (item.is_line and self.lines_open):
            return ""
        text = f"{self.blocks[-1]['text']['text']}\n{item.text}"
        return text if width(text) <= LONGEST_SECTION else ""


def thread(slack: SlackText) -> tuple[Page, ...]:
    """Return the parent with the first papers, then as many thread messages as the others need."""
    items = list(_items(slack))
    header, footer = _header(slack), _footer(slack.footer)
    kept = sum(map(width, footer)) + _LAST_LINE
    parent = _opening(slack, header)
    placed = 0
    for item in items[:TOP]:
        if item.is_line or not parent.put(item, kept=kept, kept_blocks=_CLOSING_BLOCKS):
            break
        placed += 1
    rest = items[placed:]
    below = list(_fill(rest, kept))
    if rest:
        parent.close(f"{_papers(rest):,} more in the thread")
    [parent, *below][-1].close(*footer)
    return (
        Page(tuple(parent.blocks), _fallback(header, slack), tuple(parent.papers)),
        *(
            Page(tuple(draft.blocks), header + _which(number, len(below)), tuple(draft.papers))
            for number, draft in enumerate(below, 1)
        ),
    )


def single(slack: SlackText) -> Page:
    """Return one message with all that fits: papers in full, then by line, then only counted."""
    page, is_whole = _single(slack)
    if is_whole or not slack.found:
        return page
    # What the names say of papers shown whole does not hold here.
    entries = (entries for _, entries in slack.sections)
    return _single(replace(slack, sections=tuple(zip(slack.found, entries, strict=True))))[0]


def _single(slack: SlackText) -> tuple[Page, bool]:
    """Return the message, and whether every paper that is to be shown whole is."""
    items, lines = list(_items(slack)), list(_shortened(slack))
    header, footer = _header(slack), _footer(slack.footer)
    kept = sum(map(width, footer)) + _LAST_LINE
    draft = _opening(slack, header)
    placed = 0
    for item in items:
        if item.is_line or not draft.put(item, kept=MOST_TEXT - _WEBHOOK_FULL, kept_blocks=10):
            break
        placed += 1
    is_whole = placed == sum(len(entries) for _, entries in slack.sections)
    for line in lines[placed:]:
        if not draft.put(line, kept=kept, kept_blocks=_CLOSING_BLOCKS):
            break
        placed += 1
    rest = items[placed:]
    left = _papers(rest) + sum(item.counts for item in rest)
    draft.close(f"… and {left:,} more that found no room here" if left else "", *footer)
    page = Page(
        tuple(draft.blocks),
        _fallback(header, slack),
        tuple(draft.papers),
        tuple(item.paper for item in rest if item.paper),
    )
    return page, is_whole


def section(text: str) -> Block:
    """Return a section block. `verbatim` keeps Slack from finding links and names of its own."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def small(text: str) -> Block:
    """Return a context block: small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _opening(slack: SlackText, header: str) -> _Draft:
    draft = _Draft()
    title = {"type": "plain_text", "text": header, "emoji": False}
    draft.blocks.append({"type": "header", "text": title})
    draft.used += width(header)
    draft.close(_small_text(slack.context))
    return draft


def _fill(items: Iterable[_Item], kept: int) -> Iterator[_Draft]:
    """Yield messages that hold the papers, with room for closing lines in each."""
    draft = _Draft()
    for item in items:
        if not draft.put(item, kept=kept, kept_blocks=_CLOSING_BLOCKS):
            yield draft
            draft = _Draft()
            draft.put(item, kept=kept, kept_blocks=_CLOSING_BLOCKS)
    if draft.blocks:
        yield draft


def _items(slack: SlackText) -> Iterator[_Item]:
    for topic, entries in slack.sections:
        name = _topic(topic)
        for entry in entries:
            yield _Item(name, _full(entry), paper=entry.paper)
    yield from _listed(slack)


def _listed(slack: SlackText) -> Iterator[_Item]:
    none = (0,) * len(slack.listed)
    papers, counts = slack.listed_papers or none, slack.listed_counts or none
    for line, paper, counted in zip(slack.listed, papers, counts, strict=True):
        yield replace(_line("", line), paper=paper, counts=counted)


def _shortened(slack: SlackText) -> Iterator[_Item]:
    """Yield the same papers as `_items`, each as one line."""
    for topic, entries in slack.sections:
        name = _topic(topic)
        for entry in entries:
            line = _line(name, f"{_BULLET} {(entry.summary or entry.mrkdwn).strip()}")
            yield replace(line, paper=entry.paper)
    yield from _listed(slack)


def _line(topic: str, text: str) -> _Item:
    one = harmless(text).replace("\n", " ").strip()
    return _Item(topic, clip(one, LONGEST_SECTION) or "…", is_line=True)


def _papers(items: Sequence[_Item]) -> int:
    """Return how many papers these name: among lines, those with a bullet; all where none has one and nothing else is
    known of them."""
    bullets = sum(item.is_line and item.text.startswith(_BULLET) for item in items)
    lines = sum(item.is_line for item in items)
    is_known = any(item.paper or item.counts for item in items if item.is_line)
    return len(items) - lines + (bullets if is_known else bullets or lines)


def _full(entry: SlackEntry) -> str:
    text = harmless(entry.mrkdwn).strip()
    summary = harmless(entry.summary).strip()
    if not text or (width(text) > LONGEST_SECTION and summary):
        text = summary
    return clip(text, LONGEST_SECTION) or "…"


def _topic(name: str) -> str:
    return clip(plain(name).strip(), 600)


def _header(slack: SlackText) -> str:
    return clip(plain(slack.header).strip(), LONGEST_HEADER) or "paperdigest"


def _small_text(text: str) -> str:
    return clip(harmless(text).strip(), LONGEST_SECTION)


def _footer(text: str) -> tuple[str, ...]:
    """Return the closing lines as one block's text; where that is too long for a block, as two."""
    whole = harmless(text).strip()
    if width(whole) <= LONGEST_SECTION:
        return (whole,)
    at = clip(whole, LONGEST_SECTION).rfind("\n")
    if at <= 0:
        return (clip(whole, LONGEST_SECTION),)
    left = min(LONGEST_SECTION, _LONGEST_FOOTER - width(whole[:at]))
    return whole[:at], clip(whole[at:].strip(), left)


def _which(number: int, of: int) -> str:
    return f" ({number} of {of})" if of > 1 else ""


def _fallback(header: str, slack: SlackText) -> str:
    """Return what a notification shows: the title, the first papers, the small print."""
    entries = [entry for _, entries in slack.sections for entry in entries][:_NOTIFIED]
    papers = [_unlinked(entry.summary, 200) for entry in entries]
    return "\n".join(filter(None, (header, *papers, _unlinked(slack.context, 500))))


def _unlinked(mrkdwn: str, most: int) -> str:
    return clip(plain(_LABELLED.sub(r"\1", mrkdwn)).strip(), most)
