"""A marked text made shorter, cut at words: an excerpt is kept round its first mark, a title from its beginning."""

from __future__ import annotations

from paperdigest.core import words
from paperdigest.core.digest import Marked
from paperdigest.core.entry import PAUSES
from paperdigest.core.styles import cut
from paperdigest.core.text import begun

_MORE = "…"


def shortened(excerpt: Marked, room: int) -> Marked:
    """Return at most about `room` code points of the text; nothing for 0, the same if it fits."""
    text = excerpt.text
    if len(text) <= room:
        return excerpt
    if room <= 0:
        return Marked("")
    start, end = _window(excerpt, room)
    before = f"{_MORE} " if start and not text.startswith(_MORE, start) else ""
    after = _MORE if end < len(text) and not text[:end].endswith(_MORE) else ""
    if after:
        end = start + len(text[start:end].rstrip(PAUSES))
    moved = len(before) - start
    marks = tuple(
        (max(first, start) + moved, min(last, end) + moved)
        for first, last in excerpt.marks
        if first < end and last > start
    )
    styles = cut(excerpt.styles, start, end, at=len(before))
    return Marked(before + text[start:end] + after, marks, styles)


def headed(title: Marked, room: int) -> Marked:
    """Return at most `room` code points of the text from its beginning; the same if it fits."""
    if len(title.text) <= room:
        return title
    text = words.cut(title.text, room)
    end = len(text) - len(_MORE)
    marks = tuple((first, min(last, end)) for first, last in title.marks if first < end)
    return Marked(text, marks, cut(title.styles, 0, end, at=0))


def _window(excerpt: Marked, room: int) -> tuple[int, int]:
    """Return the stretch to keep: the first mark a third of the way in, edges at blanks."""
    text = excerpt.text
    first, last = excerpt.marks[0] if excerpt.marks else (0, 0)
    start = max(0, min(first - room // 3, len(text) - room))
    if first < room and last <= room:
        start = 0
    end = min(len(text), start + room)
    if start:
        blank = text.find(" ", start, max(first, start))
        if blank >= 0:
            sentence = begun(text, blank + 1, max(first, blank + 1))
            end = min(len(text), end + sentence - (blank + 1))
            start = sentence
    if end < len(text):
        blank = text.rfind(" ", max(last, start + 1), end + 1)
        end = blank if blank > start else end
    return start, end
