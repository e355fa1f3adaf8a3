"""A digest as Slack text: header, context, a part for each topic, what is only named, the closing lines.

Cutting into blocks and messages is the channel's work.
"""

from __future__ import annotations

from collections.abc import Iterator

from paperdigest.core import words
from paperdigest.core.digest import Digest, Section
from paperdigest.core.ports import SlackEntry, SlackText
from paperdigest.core.tally_words import per_day_line, week_line, weeks_title
from paperdigest.render.book import Book
from paperdigest.render.environments import dateline
from paperdigest.render.slack import slack_escape, slack_line

HEADER_WIDTH = 150  # a header block's limit
_LINE_WIDTH = 600
_WEEKS_WIDTH = 1_000  # of all lines about weeks together


def slack_text(digest: Digest, book: Book) -> SlackText:
    """Return the digest for Slack. The header is plain text, everything else escaped mrkdwn."""
    closing = (
        *map(_line, digest.looked_at),
        *map(_own_line, digest.dormant),
        *map(_own_line, digest.manage),
        _line(words.NO_TRACKING),
        *map(_own_line, digest.footer),
        *map(_line, _weeks(digest)),  # the last, for what is too long is cut at its end
    )
    opening = (digest.name, dateline(digest), *digest.notes, per_day_line(digest.per_day))
    listed = [line for section in digest.sections for line in _listed(section, digest, book)]
    return SlackText(
        header=words.cut(digest.title, HEADER_WIDTH),
        context=words.DOT.join(map(_line, filter(None, opening))),
        sections=tuple(
            (_name(section), _entries(section, book)) for section in digest.sections if section.full
        ),
        listed=tuple(text for text, _ in listed),
        footer="\n".join(closing),
        listed_papers=tuple(paper for _, paper in listed),
    )


def _weeks(digest: Digest) -> tuple[str, ...]:
    """Return a line a topic, as many as leave the papers their room."""
    lines = (weeks_title(digest), *map(week_line, digest.weeks))
    return lines if digest.weeks and sum(map(len, lines)) <= _WEEKS_WIDTH else ()


def _name(section: Section) -> str:
    under = section.elsewhere_in
    elsewhere = words.shown_elsewhere(section.elsewhere, under) if section.elsewhere else ""
    parts = (section.name, words.how_many(section), elsewhere, section.note)
    return _line(words.DOT.join(filter(None, parts)))


def _entries(section: Section, book: Book) -> tuple[SlackEntry, ...]:
    return tuple(book.forms(entry).slack for entry in section.full)


def _listed(section: Section, digest: Digest, book: Book) -> Iterator[tuple[str, int]]:
    """Yield what a topic only names: its titles, what waits, what was sent before; and the paper that a line
    is about, 0 for none."""
    if not section.full and (section.elsewhere or section.note):
        yield _heading(_name(section)), 0
    if section.listed:
        yield _heading(_line(f"{section.name}: {words.by_title(section)}")), 0
        yield from ((book.forms(entry).slack_line, entry.paper_key) for entry in section.listed)
    if section.counted:
        more = f"{words.DOT}{digest.more}" if digest.more else ""
        waiting = words.waiting(len(section.counted))
        yield _heading(_line(f"{section.name}: {waiting}{more}")), 0
    if section.earlier or section.more_earlier:
        told = words.already_sent(len(section.earlier), section.more_earlier)
        yield _heading(_line(f"{section.name}: {told}")), 0
        yield from ((book.forms(entry).slack_line, 0) for entry in section.earlier)


def _heading(line: str) -> str:
    """Return a line that names no paper without the bullet by which the channel counts papers."""
    return line.lstrip("• ")


def _own_line(text: str) -> str:
    return slack_line(words.cut(text, _LINE_WIDTH))


def _line(text: str) -> str:
    return slack_escape(words.cut(text, _LINE_WIDTH))
