"""A digest as a Slack message with the best papers and a thread below it: which paper goes where.

Texts come in escaped; sending is for others. Every paper stands in exactly one place over all messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from paperdigest.channels.slack_draft import MOST_TEXT, Draft, Item, Page, cost, filled
from paperdigest.channels.slack_items import (
    Place,
    best_first,
    footer_of,
    heading,
    heading_again,
    heading_below,
    in_full,
    is_bullet,
    lines_of,
    opening,
    papers_in,
    put_lines,
    spoken_footer,
    spoken_frame,
    title_of,
    topics_of,
)
from paperdigest.channels.slack_text import clip, plain, width
from paperdigest.core import thread_words
from paperdigest.core.foremost import TOP
from paperdigest.core.slack_text import SlackText

_LONGEST_NAME = 80  # in a list of topics
_IN_THREAD = 600  # room kept for what is said of the thread


def thread(slack: SlackText) -> tuple[Page, ...]:
    """Return the parent with the best papers of all topics, then as many thread messages as the others need."""
    alone = _alone(slack)
    if alone is not None:
        return (alone,)
    footer = footer_of(slack.footer)
    parent, chosen, rest = _parent(slack)
    below = list(filled(rest, sum(map(width, footer)))) or [Draft()]
    more = _in_thread(slack, chosen, rest)
    parent.close(more)
    below[-1].close(*footer)
    title, last = title_of(slack), len(below)
    return (
        parent.page(title, *spoken_frame(slack), more),
        *(
            draft.page(title + _which(at, last), *(spoken_footer(slack) if at == last else ()))
            for at, draft in enumerate(below, 1)
        ),
    )


def _alone(slack: SlackText) -> Page | None:
    """Return the one message of a digest that needs no thread; None for one that does."""
    papers = sum(len(entries) for _, entries in slack.sections)
    if papers > TOP or (papers and slack.listed):
        return None
    lines = list(lines_of(slack))
    if sum(map(is_bullet, lines)) > TOP:
        return None
    footer = footer_of(slack.footer)
    draft = opening(slack)
    kept = sum(map(width, footer))
    if not all(draft.put(item, kept=kept) for item in (*_below(slack, frozenset()), *lines)):
        return None
    draft.close(*footer)
    return draft.page(title_of(slack), *spoken_frame(slack), *spoken_footer(slack))


def _parent(slack: SlackText) -> tuple[Draft, Set[Place], list[Item]]:
    """Return the parent, but for its last line, the places of the papers that are whole in it, and what is left for
    the thread. These are the best ones, of every topic in turn; where none is whole it has the first that are listed."""
    draft = opening(slack)
    lines = list(lines_of(slack))
    if not slack.sections:
        placed = put_lines(draft, _first_lines(lines), _IN_THREAD)
        return draft, frozenset(), lines[placed:]
    topics, chosen = topics_of(slack), _chosen(slack, draft)
    placed_at: set[Place] = set()
    for at, (_, entries) in enumerate(slack.sections):
        here = [place for place in range(len(entries)) if (at, place) in chosen]
        for place in here:
            item = in_full(heading(topics[at], len(here)), entries[place])
            if draft.put(item, kept=_IN_THREAD):
                placed_at.add((at, place))
    return draft, placed_at, [*_below(slack, placed_at), *lines]


def _chosen(slack: SlackText, draft: Draft) -> Set[Place]:
    topics, used = topics_of(slack), draft.used
    chosen: list[Place] = []
    papers = sum(len(entries) for _, entries in slack.sections)
    most = min(TOP, papers if slack.listed else papers - 1)  # something is left for the thread
    for at, place in best_first(slack)[:most]:
        is_named = any(other == at for other, _ in chosen)
        # The longest that stands over them, whatever is chosen besides.
        name = "" if is_named else f"{heading(topics[at], topics[at].total)}{TOP} of "
        used += cost(in_full("", slack.sections[at][1][place]), name)
        if used > MOST_TEXT - _IN_THREAD:
            break
        chosen.append((at, place))
    return frozenset(chosen)


def _below(slack: SlackText, chosen: Set[Place]) -> Iterator[Item]:
    """Yield the papers that stand whole in the thread, each topic with how many of its papers stand above."""
    topics = topics_of(slack)
    for at, (_, entries) in enumerate(slack.sections):
        above = sum((at, place) in chosen for place in range(len(entries)))
        name = heading_below(topics[at], above) if above else heading(topics[at])
        again = heading_again(topics[at])
        for place, entry in enumerate(entries):
            if (at, place) not in chosen:
                yield in_full(name, entry, again)


def _in_thread(slack: SlackText, chosen: Set[Place], rest: Sequence[Item]) -> str:
    """Return what the parent says of its thread: how many papers, of which topics, and what only waits."""
    above = [0] * len(slack.topics)
    shown = [at for at, topic in enumerate(slack.topics) if topic.whole]
    for at, _ in chosen if len(shown) == len(slack.sections) else ():
        above[shown[at]] += 1
    named = [
        (clip(plain(topic.name), _LONGEST_NAME), topic.whole - above[at] + topic.listed)
        for at, topic in enumerate(slack.topics)
        if topic.whole + topic.listed
    ]
    told = [(name, papers) for name, papers in named if papers]
    has_names = len(named) > 1 and bool(chosen)
    waiting = sum(item.counts for item in rest)
    return thread_words.in_thread(papers_in(rest), told if has_names else (), waiting)


def _first_lines(lines: list[Item]) -> list[Item]:
    """Return the lines up to the last of the papers that the parent has room for."""
    bullets = [at for at, item in enumerate(lines) if is_bullet(item)]
    return lines[: bullets[:TOP][-1] + 1] if bullets else lines[:TOP]


def _which(number: int, of: int) -> str:
    return f" ({number} of {of})" if of > 1 else ""
