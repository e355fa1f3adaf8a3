"""A digest as Slack text: header, context, a part for each topic, what is only named, the closing lines.

Cutting into blocks and messages is the channel's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from paperdigest.core import words
from paperdigest.core.digest import Digest, Section
from paperdigest.core.ports import SlackEntry, SlackText
from paperdigest.core.tally_words import per_day_line, week_line, weeks_title
from paperdigest.core.topic_words import shown_elsewhere
from paperdigest.render.book import Book
from paperdigest.render.environments import dateline
from paperdigest.render.fragments import slack_width
from paperdigest.render.frame import more_lines
from paperdigest.render.slack import slack_escape, slack_line

HEADER_WIDTH = 150  # a header block's limit
_LINE_WIDTH = 600
_WEEKS_WIDTH = 1_000  # of all lines about weeks together
# Small print is a block or two of the channel's (channels.slack_blocks); what is too long for them is cut at its end.
_CONTEXT_WIDTH, _FOOTER_WIDTH = 2_800, 3_400
_MORE_WIDTH = 30  # of `and 137 more lines`


def slack_text(digest: Digest, book: Book) -> SlackText:
    """Return the digest for Slack. The header is plain text, everything else escaped mrkdwn."""
    listed = [line for section in digest.sections for line in _listed(section, digest, book)]
    return SlackText(
        header=words.cut(digest.title, HEADER_WIDTH),
        context=words.DOT.join(_opening(digest)),
        sections=tuple(
            (_name(section), _entries(section, book)) for section in digest.sections if section.full
        ),
        listed=tuple(line.text for line in listed),
        footer="\n".join(_closing(digest)),
        listed_papers=tuple(line.paper for line in listed),
        listed_counts=tuple(line.counts for line in listed),
        found=tuple(_found(section) for section in digest.sections if section.full),
    )


def _opening(digest: Digest) -> tuple[str, ...]:
    frame = (digest.name, dateline(digest), per_day_line(digest.per_day))
    name, day, days = map(_line, frame)
    left = _CONTEXT_WIDTH - sum(map(len, (name, day, days)))
    notes = _fitting([_line(note) for note in digest.notes], left)
    return tuple(filter(None, (name, day, *notes, days)))


def _closing(digest: Digest) -> tuple[str, ...]:
    """Return the closing lines, as many as there is room for: how to stop is always among them, and of weeks all or
    none."""
    manage = (*map(_own_line, digest.manage), _line(words.NO_TRACKING))
    left = _FOOTER_WIDTH - _width(manage)
    footer = _fitting([_own_line(line) for line in digest.footer], left)
    left -= _width(footer)
    looked_at = _fitting([_line(line) for line in digest.looked_at], left)
    left -= _width(looked_at)
    dormant = _fitting([_own_line(line) for line in digest.dormant], left)
    left -= _width(dormant)
    weeks = tuple(map(_line, _weeks(digest)))
    return (*looked_at, *dormant, *manage, *footer, *(weeks if _width(weeks) <= left else ()))


def _fitting(lines: Sequence[str], room: int) -> tuple[str, ...]:
    """Return the lines that fit, the first ones, and how many more there are."""
    if _width(lines) <= room:
        return tuple(lines)
    room -= _MORE_WIDTH
    for most, line in enumerate(lines):
        room -= _width([line])
        if room < 0:
            return (*lines[:most], more_lines(len(lines) - most))
    return tuple(lines)


def _width(lines: Sequence[str]) -> int:
    """Return the length in UTF-16 units, as Slack may count it, with what parts the lines."""
    return sum(slack_width(line) + len(words.DOT) for line in lines)


def _weeks(digest: Digest) -> tuple[str, ...]:
    """Return a line a topic, as many as leave the papers their room."""
    lines = (weeks_title(digest), *map(week_line, digest.weeks))
    return lines if digest.weeks and sum(map(len, lines)) <= _WEEKS_WIDTH else ()


def _name(section: Section) -> str:
    under = section.elsewhere_in
    elsewhere = shown_elsewhere(section.elsewhere, under) if section.elsewhere else ""
    parts = (section.name, words.how_many(section), elsewhere, section.note)
    return _line(words.DOT.join(filter(None, parts)))


def _found(section: Section) -> str:
    """Return the same without how many are shown, for where that is not known yet."""
    parts = (section.name, words.count_papers(section.total), section.note)
    return _line(words.DOT.join(filter(None, parts)))


def _entries(section: Section, book: Book) -> tuple[SlackEntry, ...]:
    return tuple(book.forms(entry).slack for entry in section.full)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line of what a topic only names: which paper it is about, 0 for none, and how many it only counts."""

    text: str
    paper: int = 0
    counts: int = 0


def _listed(section: Section, digest: Digest, book: Book) -> Iterator[_Listed]:
    """Yield what a topic only names: its titles, what waits, what was sent before."""
    if not section.full and (section.elsewhere or section.note):
        yield _Listed(_heading(_name(section)))
    if section.listed:
        yield _Listed(_heading(_line(f"{section.name}: {words.by_title(section)}")))
        forms = book.lines(section.listed, words.one_site(section.listed))
        yield from (_Listed(one.slack_line, one.entry.paper_key) for one in forms)
    if section.counted:
        is_told = digest.more and (section is digest.sections[-1] or not digest.condensed)
        more = f"{words.DOT}{digest.more}" if is_told else ""
        waiting = words.waiting(len(section.counted))
        line = _heading(_line(f"{section.name}: {waiting}{more}"))
        yield _Listed(line, counts=len(section.counted))
    if section.earlier or section.more_earlier:
        told = words.already_sent(len(section.earlier), section.more_earlier)
        yield _Listed(_heading(_line(f"{section.name}: {told}")))
        yield from (_Listed(book.forms(entry).slack_line) for entry in section.earlier)


def _heading(line: str) -> str:
    """Return a line that names no paper without the bullet by which the channel counts papers."""
    return line.lstrip("• ")


def _own_line(text: str) -> str:
    return _cut(text, slack_line)


def _line(text: str) -> str:
    return _cut(text, slack_escape)


def _cut(text: str, made: Callable[[str], str]) -> str:
    """Return the line made of the text. What grows many times over by that is cut to a quarter."""
    line = made(words.cut(text, _LINE_WIDTH))
    return line if slack_width(line) <= 2 * _LINE_WIDTH else made(words.cut(text, _LINE_WIDTH // 4))
