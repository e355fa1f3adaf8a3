"""A digest as Slack text: header, context, a part for each topic, what is only named, the closing lines.

Cutting into blocks and messages is the channel's work.
"""

from __future__ import annotations

from collections.abc import Iterator

from paperdigest.core import words
from paperdigest.core.digest import Digest, Section
from paperdigest.core.ports import SlackEntry, SlackText
from paperdigest.render.book import Book
from paperdigest.render.environments import dateline
from paperdigest.render.slack import slack_escape

HEADER_WIDTH = 150  # a header block's limit
_LINE_WIDTH = 600


def slack_text(digest: Digest, book: Book) -> SlackText:
    """Return the digest for Slack. The header is plain text, everything else escaped mrkdwn."""
    closing = (*digest.looked_at, *digest.manage, words.NO_TRACKING)
    return SlackText(
        header=words.cut(digest.title, HEADER_WIDTH),
        context=words.DOT.join(map(_line, (dateline(digest), *digest.notes))),
        sections=tuple(
            (_name(section), _entries(section, book)) for section in digest.sections if section.full
        ),
        listed=tuple(
            line for section in digest.sections for line in _listed(section, digest, book)
        ),
        footer="\n".join(map(_line, closing)),
    )


def _name(section: Section) -> str:
    elsewhere = words.shown_elsewhere(section.elsewhere) if section.elsewhere else ""
    parts = (section.name, words.how_many(section), elsewhere, section.note)
    return _line(words.DOT.join(filter(None, parts)))


def _entries(section: Section, book: Book) -> tuple[SlackEntry, ...]:
    return tuple(book.forms(entry).slack for entry in section.full)


def _listed(section: Section, digest: Digest, book: Book) -> Iterator[str]:
    """Yield what a topic only names: its titles, what waits, what was sent before."""
    if not section.full and (section.elsewhere or section.note):
        yield _name(section)
    if section.listed:
        yield _line(f"{section.name}: {words.by_title(section)}")
        yield from (book.forms(entry).slack_line for entry in section.listed)
    if section.counted:
        more = f"{words.DOT}{digest.more}" if digest.more else ""
        yield _line(f"{section.name}: {words.waiting(len(section.counted))}{more}")
    if section.earlier:
        yield _line(f"{section.name}: {words.already_sent(len(section.earlier))}")
        yield from (book.forms(entry).slack_line for entry in section.earlier)


def _line(text: str) -> str:
    return slack_escape(words.cut(text, _LINE_WIDTH))
