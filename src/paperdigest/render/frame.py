"""What a digest says besides its papers, made shorter where there is far too much of it: the first lines, and how many
more there are. It gives way before any paper does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from paperdigest.core import words
from paperdigest.core.digest import Digest
from paperdigest.core.tallies import largest
from paperdigest.render.fragments import encoded_size

_ENOUGH = 24_000  # encoded bytes: a quarter of what a page may have
_AROUND_A_LINE = 110
_A_CELL = 140  # of the table of weeks
_LONGEST_NAME = 60  # of a topic in that table, as the page cuts it
_HOW_TO_STOP = 400  # code points of each of a few lines; the longest link among them stays whole
_TITLE = 200  # code points; it stands on a page twice
#: How many lines of each kind, and how many code points of each line: the first that is enough.
_NARROWER = ((40, 600), (20, 400), (12, 300), (8, 160), (5, 100), (3, 60))


def narrowed(digest: Digest) -> Digest:
    """Return the digest with so much besides its papers as leaves them most of the room."""
    if _size(digest) <= _ENOUGH:
        return digest
    return next(
        (narrow for narrow in _ever_narrower(digest) if _size(narrow) <= _ENOUGH),
        _narrow(digest, *_NARROWER[-1]),
    )


def unnarrowed(digest: Digest, whole: Digest) -> Digest:
    """Return the digest with the lines it had before, for a form without a budget. Its weeks are counted again where
    papers found no room, and stay."""
    return replace(
        digest,
        title=whole.title,
        notes=whole.notes,
        looked_at=whole.looked_at,
        dormant=whole.dormant,
        manage=whole.manage,
        footer=whole.footer,
    )


def first_lines(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """Return at most so many lines and, where there are more, one that says how many: `and 137 more lines`."""
    if len(lines) <= most + 1:  # that one would take as much room as the last
        return tuple(lines)
    return (*lines[:most], more_lines(len(lines) - most))


def more_lines(amount: int) -> str:
    """Return what stands for so many lines: `and 137 more lines`."""
    return f"and {words.count(amount, 'more line')}"


def _ever_narrower(digest: Digest) -> Iterator[Digest]:
    return (_narrow(digest, most, width) for most, width in _NARROWER)


def _narrow(digest: Digest, most: int, width: int) -> Digest:
    def some(lines: Sequence[str], width: int = width) -> tuple[str, ...]:
        return first_lines([words.cut(line, width) for line in lines], most)

    weeks = largest(digest.weeks, most)
    return replace(
        digest,
        title=words.cut(digest.title, _TITLE),
        notes=some(digest.notes),
        looked_at=some(digest.looked_at),
        dormant=some(digest.dormant),
        manage=some(digest.manage, max(width, _HOW_TO_STOP)),
        footer=some(digest.footer),
        weeks=weeks,
        more_weeks=digest.more_weeks + len(digest.weeks) - len(weeks),
    )


def _size(digest: Digest) -> int:
    """Return about how many encoded bytes it takes."""
    lines = (
        *(digest.title, digest.title),
        *(*digest.notes, *digest.looked_at, *digest.dormant, *digest.manage, *digest.footer),
    )
    rows = sum(
        encoded_size(words.cut(one.name, _LONGEST_NAME)) + _A_CELL * len(one.papers)
        for one in digest.weeks
    )
    return sum(encoded_size(line) + _AROUND_A_LINE for line in lines) + rows
