"""One Slack message while it is being filled: its blocks, within Slack's limits, the undocumented ones too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from paperdigest.channels.slack_text import clip, plain, unlinked, width
from paperdigest.core.thread_words import and_more

Block = dict[str, Any]

# Slack takes 50 blocks and 3,000 characters a section, and refuses messages whose blocks add up to some
# 10,000 to 13,000 characters (github.com/slackapi/bolt-js issues 2509 and 2867).
MOST_BLOCKS = 45
MOST_TEXT = 9_000
LONGEST_SECTION = 2_900
LONGEST_FALLBACK = 3_000
CLOSING_BLOCKS = 3  # what has no room here, and the closing lines
_SPOKEN = 180  # of one paper in the fallback text
_SAID = 500  # of another line there
_LAST_SPOKEN = 20  # of `and 137 more`


@dataclass(frozen=True, slots=True)
class Page:
    """One message: its blocks, the text for notifications and screen readers, the keys of its papers and of
    those that found no room."""

    blocks: tuple[Block, ...]
    text: str
    papers: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()

    @property
    def texts(self) -> list[str]:
        """The text of each block."""
        held = [block.get("elements") or [block["text"]] for block in self.blocks]
        return [str(text["text"]) for texts in held for text in texts]


@dataclass(frozen=True, slots=True)
class Item:
    """One paper with what stands over its topic ("" under none), whole or as a line among others; or a line that
    only `counts` some, or `names` none. `spoken` is what stands for it where nothing but text is shown. `ahead` is how
    much text follows that must not be parted from it, `again` a line that stands over it where a message begins, and
    `goes_on` what stands over its topic where the message before has had some of it."""

    topic: str
    text: str
    is_line: bool = False
    paper: int = 0
    counts: int = 0
    names: bool = True
    spoken: str = ""
    ahead: int = 0
    again: str = ""
    goes_on: str = ""


@dataclass(slots=True)
class Draft:
    """A message being filled. `kept` is room for what must still come after, `after` the topic that the message before
    ended with."""

    blocks: list[Block] = field(default_factory=list)
    used: int = 0
    topic: str = ""
    lines_open: bool = False
    items: list[Item] = field(default_factory=list)
    after: str = ""

    def put(self, item: Item, *, kept: int = 0, kept_blocks: int = CLOSING_BLOCKS) -> bool:
        """Add a paper, with its topic's name where that changes. False, and nothing added: no room."""
        heading = self._heading(item)
        joined = self._joined(item) if not heading else ""
        added = 0 if joined else 1
        more = cost(item, heading)
        if self.used + more + item.ahead > MOST_TEXT - kept:
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
        self.items.append(item)
        return True

    def close(self, *lines: str) -> None:
        """Add closing lines as small print."""
        for line in lines:
            if line:
                self.add(small(line), line)

    def add(self, block: Block, text: str) -> None:
        """Add a block that holds this text and is no paper."""
        self.blocks.append(block)
        self.used += width(text)
        self.lines_open = False

    def page(self, first: str, *last: str, left_out: Iterable[Item] = ()) -> Page:
        """Return the message. What stands for it as text are these lines round its papers; `first` is no mrkdwn."""
        told = [*(item.spoken for item in self.items), *last]
        keys = tuple(item.paper for item in self.items if item.paper)
        left = tuple(item.paper for item in left_out if item.paper)
        return Page(tuple(self.blocks), _spoken(first, told), keys, left)

    def _heading(self, item: Item) -> str:
        """Return what stands over an item, nothing where that stands there already."""
        if item.topic == self.topic:
            return ""
        return item.goes_on or item.topic if item.topic == self.after else item.topic

    def _joined(self, item: Item) -> str:
        """Return the last block's text with this line below it; "" where it needs a block of its own."""
        if not (item.is_line and self.lines_open):
            return ""
        text = f"{self.blocks[-1]['text']['text']}\n{item.text}"
        return text if width(text) + item.ahead <= LONGEST_SECTION else ""


def cost(item: Item, heading: str) -> int:
    """Return how much of a message's text a paper takes, with this over it."""
    return width(item.text) + width(heading) + 1


def section(text: str) -> Block:
    """Return a section block. `verbatim` keeps Slack from finding links and names of its own."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def small(text: str) -> Block:
    """Return a context block: small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def header(text: str) -> Block:
    """Return a header block."""
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def filled(items: Iterable[Item], kept: int) -> Iterator[Draft]:
    """Yield messages that hold the papers, with room for closing lines in each."""
    draft = Draft()
    for item in items:
        if draft.blocks:
            if draft.put(item, kept=kept):
                continue
            yield draft
            draft = Draft(after=draft.topic)
        if item.again:
            draft.put(Item("", item.again, is_line=True, names=False, spoken=spoken(item.again)))
        draft.put(item, kept=kept)
    if draft.blocks:
        yield draft


def _spoken(text: str, lines: Iterable[str]) -> str:
    """Return the text with the lines below it, without links, as many as a fallback text has room for, and how many
    more there are."""
    told = [line for line in (spoken(line, _SAID) for line in lines) if line]
    for at, line in enumerate(told):
        is_last = at == len(told) - 1
        if width(text) + 1 + width(line) > LONGEST_FALLBACK - (0 if is_last else _LAST_SPOKEN):
            return f"{text}\n{and_more(len(told) - at)}"
        text += f"\n{line}"
    return text


def spoken(line: str, most: int = _SPOKEN) -> str:
    """Return what stands for a line where nothing but text is shown."""
    return clip(plain(unlinked(line)).strip(), most)
