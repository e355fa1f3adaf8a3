"""What Slack messages are made of: papers whole or as a line, and what stands over and under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from paperdigest.channels.slack_draft import (
    LONGEST_SECTION,
    MOST_TEXT,
    Draft,
    Item,
    header,
    section,
    spoken,
)
from paperdigest.channels.slack_text import clip, harmless, plain, width
from paperdigest.core import thread_words, words
from paperdigest.core.foremost import in_turns
from paperdigest.core.slack_text import SlackEntry, SlackText, SlackTopic

LONGEST_HEADER = 150
WEBHOOK_FULL = 5_400  # text for papers shown in full, where one message must hold everything
LAST_LINE = 60  # room kept there for what is said of papers that are not in it
_LONGEST_NAME = 300
_LONGEST_HEADING = 600  # of what is said behind the name
_AHEAD = 1_500  # of what must not be parted from a heading; lines are shorter as a rule
_LONGEST_FOOTER = MOST_TEXT - WEBHOOK_FULL - LAST_LINE
_BULLET = "•"

#: Where a paper stands: its section, and its place there.
Place = tuple[int, int]


def best_first(slack: SlackText) -> list[Place]:
    """Return the places of all papers that are to be shown whole, the best first."""
    turns = in_turns([len(entries) for _, entries in slack.sections])
    return list(dict.fromkeys((*slack.best, *turns)))


def in_full(topic: str, entry: SlackEntry, goes_on: str = "") -> Item:
    """Return the paper whole, or where that is too long for a block its summary."""
    text = harmless(entry.mrkdwn).strip()
    summary = harmless(entry.summary).strip()
    if not text or (width(text) > LONGEST_SECTION and summary):
        text = summary
    shown = clip(text, LONGEST_SECTION) or "…"
    said = spoken(summary or text.partition("\n")[0])
    return Item(topic, shown, paper=entry.paper, spoken=said, goes_on=goes_on)


def as_line(topic: str, entry: SlackEntry) -> Item:
    """Return the paper as one line."""
    line = _line(topic, f"{_BULLET} {(entry.summary or entry.mrkdwn).strip()}")
    return replace(line, paper=entry.paper)


def lines_of(slack: SlackText) -> Iterator[Item]:
    """Yield what stands by title alone. Where it is not said which lines are papers, those with a bullet are; all
    where none has one."""
    lines = [_line("", line) for line in slack.listed]
    papers, counts, topics = slack.listed_papers, slack.listed_counts, slack.listed_topics
    has_bullets = any(map(is_bullet, lines))
    for at, line in enumerate(lines):
        names = papers[at] > 0 if papers else is_bullet(line) or not has_bullets
        following = lines[at + 1] if at + 1 < len(lines) else line
        is_heading = not is_bullet(line) and is_bullet(following)
        yield replace(
            line,
            paper=papers[at] if papers else 0,
            counts=counts[at] if counts else 0,
            names=names,
            ahead=min(1 + width(following.text), _AHEAD) if is_heading else 0,
            again=_again(slack, topics[at]) if topics and is_bullet(line) else "",
        )


def _again(slack: SlackText, topic: int) -> str:
    """Return what stands over lines of a topic that stood in the message before."""
    found = slack.topics[topic]
    name = clip(plain(found.name), _LONGEST_NAME)
    return _joined(f"*{name}:* {thread_words.CONTINUED}", found.listed_search)


def _line(topic: str, text: str) -> Item:
    one = clip(harmless(text).replace("\n", " ").strip(), LONGEST_SECTION) or "…"
    return Item(topic, one, is_line=True, spoken=spoken(one))


def papers_in(items: Iterable[Item]) -> int:
    """Return how many papers these name."""
    return sum(item.names for item in items)


def is_bullet(line: Item) -> bool:
    """Say whether the line is about one paper."""
    return line.text.startswith(_BULLET)


def topics_of(slack: SlackText) -> Sequence[SlackTopic]:
    """Return what each section is called by."""
    topics = [topic for topic in slack.topics if topic.whole]
    if len(topics) == len(slack.sections):
        return topics
    return [SlackTopic(name, 0) for name, _ in slack.sections]


def heading(topic: SlackTopic, shown: int = -1) -> str:
    """Return what stands over papers of a topic where so many are shown, by default all that are to be. Over the last of
    these it says where the others are."""
    shown = topic.whole if shown < 0 else shown
    return _over(topic, _many(topic, shown), topic.rest if shown >= topic.whole else "", topic.note)


def heading_below(topic: SlackTopic, above: int) -> str:
    """Return what stands over a topic's other papers in the thread, where so many are in the first message."""
    left = topic.whole - above
    return _over(topic, thread_words.the_other(left) if left > 0 else "", topic.rest)


def heading_alone(topic: SlackTopic) -> str:
    """Return the same as `heading` for a message that has no room for all that is listed, and counts what is not there."""
    return _over(topic, _many(topic, topic.whole), topic.elsewhere, topic.note)


def heading_of_some(topic: SlackTopic) -> str:
    """Return the same without how many are shown whole, for where some are and some are not."""
    many = words.count_papers(topic.total) if topic.total else ""
    return _over(topic, many, topic.elsewhere, topic.note)


def heading_again(topic: SlackTopic) -> str:
    """Return what stands over a topic's papers where the message before has had some of it."""
    return _over(topic, thread_words.CONTINUED)


def _many(topic: SlackTopic, shown: int) -> str:
    return thread_words.here(shown, topic.total) if topic.total else ""


def _over(topic: SlackTopic, *parts: str) -> str:
    """Return a topic's name in bold, what is said of its papers, and whether their titles open a search."""
    name = clip(plain(topic.name).strip(), _LONGEST_NAME)
    said = _joined(*(plain(part).strip() for part in (*parts, topic.search)))
    return _joined(f"*{name}*" if name else "", clip(said, _LONGEST_HEADING) if said else "")


def _joined(*parts: str) -> str:
    return words.DOT.join(filter(None, parts))


def opening(slack: SlackText) -> Draft:
    """Return a message with what stands before its papers."""
    draft = Draft()
    draft.add(header(title_of(slack)), title_of(slack))
    draft.close(_small_text(slack.context))
    notes = _small_text(slack.notes)
    if notes:
        draft.add(section(notes), notes)
    return draft


def title_of(slack: SlackText) -> str:
    """Return the header, escaped; it is never empty."""
    return clip(plain(slack.header).strip(), LONGEST_HEADER) or "paperdigest"


def _small_text(text: str) -> str:
    return clip(harmless(text).strip(), LONGEST_SECTION)


def footer_of(text: str) -> tuple[str, ...]:
    """Return the closing lines as one block's text; where that is too long for a block, as two."""
    whole = harmless(text).strip()
    if width(whole) <= LONGEST_SECTION:
        return (whole,)
    at = clip(whole, LONGEST_SECTION).rfind("\n")
    if at <= 0:
        return (clip(whole, LONGEST_SECTION),)
    left = min(LONGEST_SECTION, _LONGEST_FOOTER - width(whole[:at]))
    return whole[:at], clip(whole[at:].strip(), left)


def spoken_frame(slack: SlackText) -> tuple[str, ...]:
    """Return what stands for the lines before the papers where nothing but text is shown."""
    return (*slack.notes.split("\n"), slack.context)


def spoken_footer(slack: SlackText) -> tuple[str, ...]:
    """Return what stands for the closing lines there."""
    return tuple(slack.footer.split("\n"))


def put_lines(draft: Draft, lines: Sequence[Item], kept: int) -> int:
    """Put the lines into a message, as many as there is room for; return how many."""
    for placed, line in enumerate(lines):
        if not draft.put(line, kept=kept):
            return placed
    return len(lines)
