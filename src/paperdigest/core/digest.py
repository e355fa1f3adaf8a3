"""The digest as values: what templates see, and all they see. Every field is public API (CHANGELOG it).

All texts are plain display text; escaping is the renderer's work. Which papers go where is decided
in `core.arrange`; how it looks, in `render`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from paperdigest.core.paper import Link
from paperdigest.core.styles import Stretch, StyledPiece, pieces
from paperdigest.core.word_changes import Piece

_Day = date  # fields are called date, too


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with the matched stretches marked: sorted, disjoint (start, end) in code points. `styles` are the
    stretches set in italic, bold and so on, the same for every reader, each with its name (`core.styling.Style`)."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    styles: tuple[Stretch, ...] = ()

    @property
    def unmarked(self) -> Marked:
        """The same text without its marks."""
        return Marked(self.text, (), self.styles) if self.marks else self

    def pieces(self) -> Iterator[StyledPiece]:
        """Yield (piece, is marked, its styles), in order; the pieces joined are the text."""
        if self.styles:
            return pieces(self.text, self.marks, self.styles)
        return (StyledPiece(piece, is_hit, ()) for piece, is_hit in self.spans())  # as nearly all

    def spans(self) -> Iterator[tuple[str, bool]]:
        """Yield (piece, is marked), in order; the pieces joined are the text."""
        at = 0
        for start, end in self.marks:
            if start > at:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        """Return what `{{ title }}` is meant to print."""
        return self.text


@dataclass(frozen=True, slots=True)
class Why:
    """One reason a paper is here: the text that matched, where, and the keyword as typed."""

    text: str
    where: str  # title, abstract, author, category, keyword
    term: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version of a paper says differently in one `field`, title or abstract: pieces in reading order, each
    with its `fate` (stayed, went, came) and words that stayed far from any change left out."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in a digest. What is missing is empty and leaves no trace in the output.

    `url` is what the title opens; when it is a search and not the paper, `searches` names the site.
    `year` is set only when it is older than last year. `place` reads "2nd of 96". `date` reads
    "18 Nov 2026" or "first seen 20 Nov". `kind` is "new" or another change kind; `note` says more
    ("sent at once on Tuesday"). `excerpt` is the abstract round the first hit; `also` names other
    topics that found it, `found_in` all of them where papers stand by day. `seen_on` is the reader's date of the day it
    was first seen. `said` and `differences` are what a notice tells of a new version.
    """

    paper_key: int
    reason: str
    id: str
    title: Marked
    kind: str = "new"
    url: str = ""
    searches: str = ""
    year: str = ""
    authors: tuple[str, ...] = ()
    more_authors: int = 0
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    venue: str = ""
    date: str = ""
    votes: int | None = None
    place: str = ""
    version: int | None = None
    excerpt: Marked = Marked("")
    why: tuple[Why, ...] = ()
    links: tuple[Link, ...] = ()
    also: tuple[str, ...] = ()
    note: str = ""
    found_in: tuple[str, ...] = ()
    seen_on: _Day | None = None
    said: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One topic's part. `total` is how many papers the topic found, wherever they are shown.

    `full` are shown whole, `listed` by title on one line, `counted` only as a number (they wait for
    the next digest). `elsewhere` counts papers of this topic shown under the topics `elsewhere_in`; `earlier` are
    lines for papers another lane has sent already, the newest ones, and `more_earlier` counts the
    others. `note` stands under the name. `topic` is the topic's own name where `name` is another: papers that only new
    words of it found stand apart from it. `weight` is the topic's: where only a few papers are named, those of the
    heaviest come first.
    """

    name: str
    total: int
    full: tuple[Entry, ...] = ()
    listed: tuple[Entry, ...] = ()
    counted: tuple[Entry, ...] = ()
    elsewhere: int = 0
    earlier: tuple[Entry, ...] = ()
    note: str = ""
    more_earlier: int = 0
    elsewhere_in: tuple[str, ...] = ()
    topic: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What was looked at in one source since the last digest. `said` is empty when all is well."""

    name: str
    status: str
    papers: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many papers belong to a date of the reader's."""

    date: _Day
    papers: int


@dataclass(frozen=True, slots=True)
class TopicWeeks:
    """How many papers that a reader was sent stood under a topic in each of some weeks, the oldest first, the last one
    this digest's."""

    name: str
    papers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one message says. `at`, `covers_from`, `covers_until` are in the reader's zone.

    `kind` is "digest", "alert", "empty" or "notice". `title` is the subject without any prefix. `preheader`
    is the hidden first text of an e-mail. `notes` are lines before the papers (what a first digest
    looked back over, which days it covers). `looked_at` are the closing lines about the sources;
    `manage` how to change, pause or stop; `more` the command that shows what was only counted. `name` is what
    digests are called here, `footer` the operator's own last lines.

    `per_day` are the papers of each day, the oldest first: of the last seven days what was sent, or of a first one,
    and of those that come more seldom than every third day, its own papers by `seen_on`. `weeks` say the same of a
    weekly's topics, those with the most papers, `more_weeks` counts the others. `condensed`: for want of room topics of which only a number is left stand on
    the pages as one. `dormant` are lines about words that find nothing. `waited` is how many of the papers an earlier
    digest has only counted, and its title called new. `group` is "topic", or "day" where the pages are to stand by `seen_on`.
    """

    subscriber: str
    slot: str
    kind: str
    title: str
    at: datetime
    covers_from: datetime
    covers_until: datetime
    preheader: str = ""
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    looked_at: tuple[str, ...] = ()
    manage: tuple[str, ...] = ()
    more: str = ""
    shared: bool = False
    name: str = ""
    footer: tuple[str, ...] = ()
    group: str = "topic"
    per_day: tuple[DayCount, ...] = ()
    weeks: tuple[TopicWeeks, ...] = ()
    dormant: tuple[str, ...] = ()
    more_weeks: int = 0
    condensed: bool = False
    waited: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every paper that is named in full or by title."""
        return tuple(entry for part in self.sections for entry in (*part.full, *part.listed))

    @property
    def papers(self) -> int:
        """Return how many papers this digest stands for, the only counted ones included."""
        return sum(len(part.full) + len(part.listed) + len(part.counted) for part in self.sections)

    def with_sections(self, sections: tuple[Section, ...]) -> Digest:
        """Return the same digest with other sections."""
        return replace(self, sections=sections)
