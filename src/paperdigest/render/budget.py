"""What gives way when a digest is too large: excerpts, then whole papers, then titles. No paper is lost.

Works on estimates of each paper's size; the renderer measures the result and asks for more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from paperdigest.core.digest import Digest, Entry, Marked, Section
from paperdigest.render.excerpts import shortened

BUDGET = 90_000  # bytes of the encoded HTML part; Gmail clips at about 102 kB
_EXCERPTS = (300, 160, 0)
_LINE_OF_A_SECTION = 450  # what the words over titles, and over what is only counted, may add


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many encoded bytes a paper takes, shown whole and shown by title."""

    full: Callable[[Entry], int]
    line: Callable[[Entry], int]


def trimmed(digest: Digest, excess: int, sizes: Sizes) -> Digest:
    """Return the digest made smaller by at least `excess` bytes, or with nothing left to give."""
    saving = excess + _LINE_OF_A_SECTION * len(digest.sections)
    for room in _EXCERPTS:
        shorter, saved = _with_excerpts(digest, room, sizes)
        if saved >= saving:
            return shorter
        digest, saving = shorter, saving - saved
    columns = [_Column(section, sizes) for section in digest.sections]
    while saving > 0 and (longest := max(columns, key=_full, default=None)) and longest.full:
        saving -= longest.list_last()
    while saving > 0 and (longest := max(columns, key=_listed, default=None)) and longest.listed:
        saving -= longest.count_last()
    return digest.with_sections(tuple(column.section() for column in columns))


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
    )


def _with_excerpts(digest: Digest, room: int, sizes: Sizes) -> tuple[Digest, int]:
    saved = 0
    sections = []
    for section in digest.sections:
        full = tuple(_with_excerpt(entry, room) for entry in section.full)
        saved += sum(
            sizes.full(old) - sizes.full(new)
            for old, new in zip(section.full, full, strict=True)
            if old is not new
        )
        sections.append(replace(section, full=full))
    return digest.with_sections(tuple(sections)), saved


def _with_excerpt(entry: Entry, room: int) -> Entry:
    # An excerpt cut for 300 carries its dots as well; it is not cut a second time for those.
    if len(entry.excerpt.text) <= (room + 4 if room else 0):
        return entry
    excerpt = shortened(entry.excerpt, room) if room else Marked("")
    return replace(entry, excerpt=excerpt)


class _Column:
    """One section while it gives way, always from its end."""

    __slots__ = ("_counted", "_section", "_sizes", "full", "listed")

    def __init__(self, section: Section, sizes: Sizes) -> None:
        self.full = list(section.full)
        self.listed = list(section.listed)
        self._counted = list(section.counted)
        self._section = section
        self._sizes = sizes

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
        )


def _full(column: _Column) -> int:
    return len(column.full)


def _listed(column: _Column) -> int:
    return len(column.listed)
