"""A digest as the one Slack message of a webhook: the best papers whole, others by line, the rest only counted.

Texts come in escaped; sending is for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from paperdigest.channels.slack_draft import (
    CLOSING_BLOCKS,
    LONGEST_SECTION,
    MOST_BLOCKS,
    MOST_TEXT,
    Draft,
    Item,
    Page,
    cost,
)
from paperdigest.channels.slack_items import (
    LAST_LINE,
    WEBHOOK_FULL,
    Place,
    as_line,
    best_first,
    footer_of,
    heading_alone,
    heading_of_some,
    in_full,
    lines_of,
    opening,
    papers_in,
    put_lines,
    spoken_footer,
    spoken_frame,
    title_of,
    topics_of,
)
from paperdigest.channels.slack_text import width
from paperdigest.core import thread_words
from paperdigest.core.slack_text import SlackText

_BLOCKS_KEPT = 10  # for what is no paper in full


def single(slack: SlackText) -> Page:
    """Return one message with all that fits: the best papers in full, others by line, then only counted."""
    footer = footer_of(slack.footer)
    kept = sum(map(width, footer)) + LAST_LINE
    draft = opening(slack)
    rest: list[Item] = []
    for item, has_room in _planned(slack, draft, kept):
        if not (has_room and draft.put(item, kept=kept)):
            rest.append(item)
    lines = list(lines_of(slack))
    rest += lines if rest else lines[put_lines(draft, lines, kept) :]
    left = papers_in(rest) + sum(item.counts for item in rest)
    more = thread_words.found_no_room(left) if left else ""
    draft.close(more, *footer)
    last = (*spoken_frame(slack), more, *spoken_footer(slack))
    return draft.page(title_of(slack), *last, left_out=rest)


def _planned(slack: SlackText, draft: Draft, kept: int) -> Iterator[tuple[Item, bool]]:
    """Yield the papers as they are to stand in the message, topic by topic, and whether there is room for them."""
    topics = topics_of(slack)
    whole, lines = _plan(slack, draft, kept)
    for at, (_, entries) in enumerate(slack.sections):
        here = [place for place in range(len(entries)) if (at, place) in whole]
        rest = [place for place in range(len(entries)) if (at, place) not in whole]
        name = heading_of_some(topics[at]) if rest else heading_alone(topics[at])
        yield from ((in_full(name, entries[place]), True) for place in here)
        yield from ((as_line(name, entries[place]), (at, place) in lines) for place in rest)


def _plan(slack: SlackText, draft: Draft, kept: int) -> tuple[Set[Place], Set[Place]]:
    """Return the places of papers that stand whole, and of those that stand as a line: the best first, until the
    message is full."""
    room = _Room(draft.used, len(draft.blocks), MOST_TEXT - kept)
    topics = topics_of(slack)
    whole: set[Place] = set()
    lines: set[Place] = set()
    for at, place in best_first(slack):
        entry = slack.sections[at][1][place]
        name = max(heading_alone(topics[at]), heading_of_some(topics[at]), key=width)
        if not lines and room.takes_whole(at, in_full("", entry), name):
            whole.add((at, place))
        elif room.takes_line(at, as_line("", entry), name):
            lines.add((at, place))
        else:
            break
    return whole, lines


@dataclass(slots=True)
class _Room:
    """What is taken of a message while it is planned: text of at most `most`, and blocks. `open_lines` is how full the
    block is that a topic's next line may join."""

    used: int
    blocks: int
    most: int
    open_lines: dict[int, int] = field(default_factory=dict)

    def takes_whole(self, topic: int, item: Item, name: str) -> bool:
        """Take room for a paper in full, with its topic's name where it is the first; False: there is none."""
        fits = self._take(item, self._over(topic, name), 1, WEBHOOK_FULL, _BLOCKS_KEPT)
        if fits:
            self.open_lines.setdefault(topic, LONGEST_SECTION)
        return fits

    def takes_line(self, topic: int, item: Item, name: str) -> bool:
        """The same for a line."""
        joined = self.open_lines.get(topic, LONGEST_SECTION) + 1 + width(item.text)
        joins = joined <= LONGEST_SECTION
        fits = self._take(item, self._over(topic, name), not joins, self.most, CLOSING_BLOCKS)
        if fits:
            self.open_lines[topic] = joined if joins else width(item.text)
        return fits

    def _over(self, topic: int, name: str) -> str:
        return "" if topic in self.open_lines else name

    def _take(self, item: Item, name: str, added: int, most: int, kept_blocks: int) -> bool:
        used = self.used + cost(item, name)
        blocks = self.blocks + added + bool(name)
        if used > most or blocks > MOST_BLOCKS - kept_blocks:
            return False
        self.used, self.blocks = used, blocks
        return True
