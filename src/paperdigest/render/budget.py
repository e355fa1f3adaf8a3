"""What gives way when a digest is too large: titles of what was sent before, then excerpts, then whole papers, then
titles; the best of each topic last. No paper is lost.

Works on estimates of each paper's size; the renderer measures the result and asks for more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.core.tallies import recounted
from paperdigest.render.excerpts import shortened

BUDGET = 90_000  # bytes of the encoded HTML part; Gmail clips at about 102 kB
_EXCERPTS = (300, 220, 160, 110)  # never none: the marked words say why a paper is here
_BEST = 5  # of each topic stay whole as long as any title can be counted instead: a list of titles is no digest
_LINE_OF_A_SECTION = 450  # what the words over titles, and over what is only counted, may add


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many encoded bytes a paper takes, shown whole and shown by title."""

    full: Callable[[Entry], int]
    line: Callable[[Entry], int]


def trimmed(digest: Digest, excess: int, sizes: Sizes) -> Digest:
    """Return the digest made smaller by at least `excess` bytes, or with nothing left to give."""
    saving = excess + _LINE_OF_A_SECTION * len(digest.sections)
    columns = [_Column(section, sizes) for section in digest.sections]
    while saving > 0 and (longest := max(columns, key=_earlier, default=None)) and longest.earlier:
        saving -= longest.forget_oldest()
    for room in _EXCERPTS:
        for column, place in _from_the_ends(columns):
            if saving <= 0:
                break
            saving -= column.shorten(place, room)
    for kept in (_BEST, 0):
        while (
            saving > 0
            and (longest := max(columns, key=_full, default=None))
            and len(longest.full) > kept
        ):
            saving -= longest.list_last()
        while (
            saving > 0 and (longest := max(columns, key=_listed, default=None)) and longest.listed
        ):
            saving -= longest.count_last()
    smaller = digest.with_sections(tuple(column.section() for column in columns))
    return recounted(digest, smaller)


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

    __slots__ = ("_counted", "_section", "_sizes", "earlier", "full", "listed")

    def __init__(self, section: Section, sizes: Sizes) -> None:
        self.full = list(section.full)
        self.listed = list(section.listed)
        self.earlier = list(section.earlier)
        self._counted = list(section.counted)
        self._section = section
        self._sizes = sizes

    def forget_oldest(self) -> int:
        """Only count the oldest of what was sent before; return how many bytes that saves."""
        return self._sizes.line(self.earlier.pop(0))

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
        self.listed.insert(0, line)
        return self._sizes.full(whole) - self._sizes.line(line)

    def count_last(self) -> int:
        entry = self.listed.pop()
        self._counted.insert(0, entry)
        return self._sizes.line(entry)

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


def _earlier(column: _Column) -> int:
    return len(column.earlier)


def _full(column: _Column) -> int:
    return len(column.full)


def _listed(column: _Column) -> int:
    return len(column.listed)
