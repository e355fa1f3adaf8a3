"""A digest as Slack text: header, context, a part for each topic, what is only named, the closing lines.

Cutting into blocks and messages is the channel's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from paperdigest.core import words
from paperdigest.core.closing_words import without_mail
from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.core.slack_text import SlackEntry, SlackText, SlackTopic
from paperdigest.core.tally_words import per_day_line, week_line, weeks_title
from paperdigest.core.thread_words import titles_open
from paperdigest.core.topic_words import searched_on, shown_elsewhere, the_rest, to_see_now
from paperdigest.render.book import Book
from paperdigest.render.environments import dateline
from paperdigest.render.fragments import slack_width
from paperdigest.render.frame import more_lines
from paperdigest.render.slack import slack_escape, slack_line

HEADER_WIDTH = 150  # a header block's limit
_LINE_WIDTH = 600
_WEEKS_WIDTH = 1_000  # of all lines about weeks together
# Small print is a block or two of the channel's (channels.slack_items); what is too long for them is cut at its end.
_CONTEXT_WIDTH, _FOOTER_WIDTH = 2_800, 3_400
_DAYS_WIDTH = 200  # two columns of a mail and a half: Slack breaks lines as it likes
_NAME_WIDTH = 200  # of a topic's name beside how many papers it has
_MORE_WIDTH = 30  # of `and 137 more lines`


def slack_text(digest: Digest, book: Book, *, best: Sequence[Entry] = ()) -> SlackText:
    """Return the digest for Slack. The header is plain text, everything else escaped mrkdwn. `best` are papers that are
    shown whole, the best first."""
    listed = [
        (at, line)
        for at, section in enumerate(digest.sections)
        for line in _listed(section, digest, book)
    ]
    return SlackText(
        header=words.cut(digest.title, HEADER_WIDTH),
        context=words.DOT.join(_opening(digest)),
        sections=tuple(
            (_name(section), _entries(section, book)) for section in digest.sections if section.full
        ),
        listed=tuple(line.text for _, line in listed),
        footer="\n".join(_closing(digest)),
        listed_papers=tuple(line.paper for _, line in listed),
        listed_counts=tuple(line.counts for _, line in listed),
        listed_topics=tuple(at for at, _ in listed),
        topics=tuple(map(_topic, digest.sections)),
        best=_places(digest.sections, best),
        notes="\n".join(_fitting([_own_line(line) for line in digest.notes], _CONTEXT_WIDTH))
        if _is_a_word(digest)
        else "",
    )


def _is_a_word(digest: Digest) -> bool:
    """Say whether it is a word about the service itself: its notes are all it has to say, and no small print."""
    return digest.kind == "notice" and not digest.sections


def _opening(digest: Digest) -> tuple[str, ...]:
    frame = (digest.name, dateline(digest), per_day_line(digest.per_day, _DAYS_WIDTH))
    name, day, days = map(_line, frame)
    left = _CONTEXT_WIDTH - sum(map(len, (name, day, days)))
    notes = () if _is_a_word(digest) else _fitting([_line(note) for note in digest.notes], left)
    return tuple(filter(None, (name, day, *notes, days)))


def _closing(digest: Digest) -> tuple[str, ...]:
    """Return the closing lines, as many as there is room for: how to stop is always among them, and of weeks all or
    none."""
    manage = (*map(_own_line, without_mail(digest.manage)), _line(words.NO_TRACKING))
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
    return words.DOT.join((_line(section.name), *_behind_name(section)))


def _behind_name(section: Section) -> Iterator[str]:
    for said in (words.how_many(section), the_rest(section), section.note):
        if said:
            yield _line(said)


def _topic(section: Section) -> SlackTopic:
    elsewhere = shown_elsewhere(section.elsewhere, section.elsewhere_in)
    return SlackTopic(
        _short_name(section),
        0 if section.full and not words.how_many(section) else section.total,
        whole=len(section.full),
        listed=len(section.listed),
        elsewhere=_line(elsewhere) if section.elsewhere else "",
        note=_line(section.note),
        rest=_line(the_rest(section)),
        search=_searched(searched_on(section)),
        listed_search=_searched(words.one_site((*section.listed, *section.earlier))),
    )


def _searched(site: str) -> str:
    return _line(titles_open(site)) if site else ""


def _short_name(section: Section) -> str:
    return _line(words.cut(section.name, _NAME_WIDTH))


def _places(sections: Sequence[Section], best: Sequence[Entry]) -> tuple[tuple[int, int], ...]:
    """Return where these papers stand, among those of the sections that show some whole."""
    shown = (section.full for section in sections if section.full)
    places = {
        (entry.paper_key, entry.reason): (at, place)
        for at, entries in enumerate(shown)
        for place, entry in enumerate(entries)
    }
    found = (places.get((entry.paper_key, entry.reason)) for entry in best)
    return tuple(dict.fromkeys(filter(None, found)))


def _entries(section: Section, book: Book) -> tuple[SlackEntry, ...]:
    """Return the papers that are shown whole. Where the words over them say that titles open a search, they do not."""
    return tuple(forms.slack for forms in book.under(section.full, searched_on(section)))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line of what a topic only names: which paper it is about, 0 for none, and how many it only counts."""

    text: str
    paper: int = 0
    counts: int = 0


def _listed(section: Section, digest: Digest, book: Book) -> Iterator[_Listed]:
    """Yield what a topic only names: its titles, what waits, what was sent before."""
    if not section.full and (section.elsewhere or section.note):
        yield _Listed(words.DOT.join((f"*{_short_name(section)}*", *_behind_name(section))))
    if section.listed:
        yield _Listed(_told(section, words.by_title(section)))
        forms = book.under(section.listed, words.one_site(section.listed))
        yield from (_Listed(one.slack_line, one.entry.paper_key) for one in forms)
    if section.counted:
        line = _told(section, words.waiting(len(section.counted)))
        if told := to_see_now(digest, section):
            line += f". {told}: {_own_line(f'`{digest.more}`')}"
        yield _Listed(line, counts=len(section.counted))
    if section.earlier or section.more_earlier:
        site = words.one_site(section.earlier)
        said = words.already_sent(len(section.earlier), section.more_earlier, site)
        yield _Listed(_told(section, said))
        yield from (_Listed(one.slack_line) for one in book.under(section.earlier, site))


def _told(section: Section, line: str) -> str:
    """Return a line about a topic. Bold letters, and no bullet by which the channel counts papers, begin it."""
    return f"*{_short_name(section)}:* {_line(line)}"


def _own_line(text: str) -> str:
    return _cut(text, slack_line)


def _line(text: str) -> str:
    return _cut(text, slack_escape)


def _cut(text: str, made: Callable[[str], str]) -> str:
    """Return the line made of the text. What grows many times over by that is cut to a quarter."""
    line = made(words.cut(text, _LINE_WIDTH))
    return line if slack_width(line) <= 2 * _LINE_WIDTH else made(words.cut(text, _LINE_WIDTH // 4))
