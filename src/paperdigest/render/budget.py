"""What gives way when a digest is too large: titles of what was sent before, then excerpts, then whole papers, then
titles; the best of each topic last. No paper is lost.

Works on estimates of each paper's size; the renderer measures the result and asks for more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace

from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.core.tallies import recounted
from paperdigest.render.excerpts import shortened
from paperdigest.render.fragments import encoded_size

BUDGET = 90_000  # bytes of the encoded HTML part; Gmail clips at about 102 kB
_EXCERPTS = (300, 220, 160, 110)  # never none: the marked words say why a paper is here
_BEST = 5  # of each topic stay whole as long as any title can be counted instead: a list of titles is no digest
_MARKED = 60  # encoded bytes that a marked word takes besides itself
# What stands over a topic, over its titles, and over what is only counted, besides the topic's own words.
_HEADING, _OVER_TITLES, _OVER_COUNTED = 480, 330, 270
_OVER_COUNTED_IN_SHORT = 150  # where the command that shows it stands once for all


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many encoded bytes a paper takes, shown whole and shown by title."""

    full: Callable[[Entry], int]
    line: Callable[[Entry], int]


def trimmed(digest: Digest, excess: int, sizes: Sizes) -> Digest:
    """Return the digest made smaller by at least `excess` bytes, or with nothing left to give. In a condensed one a topic
    of which only numbers are left gives up its heading, too."""
    saving = excess
    columns = [_Column(section, sizes, condensed=digest.condensed) for section in digest.sections]
    saving = _give(saving, _from_the_longest(columns, _earlier), _Column.forget_oldest)
    for room in _EXCERPTS if saving <= _in_excerpts(digest) else _EXCERPTS[-1:]:
        for column, place in _from_the_ends(columns):
            if saving <= 0:
                break
            saving -= column.shorten(place, room)
    for kept in (_BEST, 0):
        saving = _give(saving, _from_the_longest(columns, _full, kept), _Column.list_last)
        saving = _give(saving, _from_the_longest(columns, _listed), _Column.count_last)
    smaller = digest.with_sections(tuple(column.section() for column in columns))
    return recounted(digest, smaller)


def _in_excerpts(digest: Digest) -> int:
    """Return more than can be saved by cutting excerpts."""
    return sum(
        encoded_size(entry.excerpt.text) + _MARKED * len(entry.excerpt.marks)
        for section in digest.sections
        for entry in section.full
    )


def _give(saving: int, columns: Iterator[_Column], way: Callable[[_Column], int]) -> int:
    """Let columns give way until enough is saved; return what is still to be saved."""
    while saving > 0 and (column := next(columns, None)) is not None:
        saving -= way(column)
    return saving


def _from_the_longest(
    columns: Sequence[_Column], length: Callable[[_Column], int], kept: int = 0
) -> Iterator[_Column]:
    """Yield the column that is the longest, of equal ones the last, again and again until none is longer than `kept`.
    Whoever is given one makes it shorter."""
    heap = [(-length(column), -at) for at, column in enumerate(columns) if length(column) > kept]
    heapify(heap)
    while heap:
        at = -heap[0][1]
        yield columns[at]
        left = length(columns[at])
        if left > kept:
            heapreplace(heap, (-left, -at))
        else:
            heappop(heap)


def as_listed(entry: Entry) -> Entry:
    """Return only what the one line of a listed paper shows, and why it is here."""
    return Entry(
        paper_key=entry.paper_key,
        reason=entry.reason,
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        url=entry.url,
        searches=entry.searches,
        year=entry.year,
        why=entry.why,
        also=entry.also,
        note=entry.note,
        found_in=entry.found_in,
        seen_on=entry.seen_on,
    )


def _from_the_ends(columns: Sequence[_Column]) -> list[tuple[_Column, int]]:
    """Return every paper shown whole, the last of each section first: the best give way last."""
    places = [
        (len(column.full) - place, column, place)
        for column in columns
        for place in range(len(column.full))
    ]
    places.sort(key=lambda one: one[0])
    return [(column, place) for _, column, place in places]


def _with_excerpt(entry: Entry, room: int) -> Entry:
    # An excerpt cut for 300 carries its dots as well; it is not cut a second time for those.
    if len(entry.excerpt.text) <= room + 4:
        return entry
    return replace(entry, excerpt=shortened(entry.excerpt, room))


class _Column:
    """One section while it gives way, always from its end."""

    __slots__ = (
        "_counted",
        "_heading",
        "_over_counted",
        "_section",
        "_sizes",
        "earlier",
        "full",
        "listed",
    )

    def __init__(self, section: Section, sizes: Sizes, *, condensed: bool) -> None:
        self.full = list(section.full)
        self.listed = list(section.listed)
        self.earlier = list(section.earlier)
        self._counted = list(section.counted)
        self._section = section
        self._sizes = sizes
        self._heading = _heading_of(section) if condensed else 0
        self._over_counted = _OVER_COUNTED_IN_SHORT if condensed else _OVER_COUNTED

    def forget_oldest(self) -> int:
        """Only count the oldest of what was sent before; return how many bytes that saves."""
        return self._sizes.line(self.earlier.pop(0)) + self._without_heading()

    def shorten(self, place: int, room: int) -> int:
        """Cut one paper's excerpt; return how many bytes that saves."""
        whole = self.full[place]
        shorter = _with_excerpt(whole, room)
        if shorter is whole:
            return 0
        self.full[place] = shorter
        return self._sizes.full(whole) - self._sizes.full(shorter)

    def list_last(self) -> int:
        whole = self.full.pop()
        line = as_listed(whole)
        over = 0 if self.listed else _OVER_TITLES
        self.listed.insert(0, line)
        return self._sizes.full(whole) - self._sizes.line(line) - over

    def count_last(self) -> int:
        entry = self.listed.pop()
        under = 0 if self._counted else self._over_counted
        over = 0 if self.listed else _OVER_TITLES
        self._counted.insert(0, entry)
        return self._sizes.line(entry) + over - under + self._without_heading()

    def _without_heading(self) -> int:
        """Return what the heading took, where nothing is left below it but numbers."""
        return 0 if self.full or self.listed or self.earlier else self._heading

    def section(self) -> Section:
        return replace(
            self._section,
            full=tuple(self.full),
            listed=tuple(self.listed),
            counted=tuple(self._counted),
            earlier=tuple(self.earlier),
            more_earlier=self._section.more_earlier
            + len(self._section.earlier)
            - len(self.earlier),
        )


def _heading_of(section: Section) -> int:
    return (
        _HEADING + _OVER_COUNTED_IN_SHORT + encoded_size(section.name) + encoded_size(section.note)
    )


def _earlier(column: _Column) -> int:
    return len(column.earlier)


def _full(column: _Column) -> int:
    return len(column.full)


def _listed(column: _Column) -> int:
    return len(column.listed)
