"""Plain text within 72 columns: wrapped between words, addresses whole, wide letters counted as two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from paperdigest.core.columns import columns, columns_of
from paperdigest.core.digest import Marked

WIDTH = 72
_STUCK = "\u00a0"
_NO_BLANK = "\ue000"  # means nothing, takes one column, and is no white space as Python splits it
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_MARKED = re.compile(r"\*[^*]+\*")
_SHORT = 14  # letters with their stars: as many stay together


@lru_cache(maxsize=4_096)  # the same authors, facts and closing lines stand in digest after digest
def wrap(text: str, indent: int = 0, hanging: int | None = None, first: str = "") -> str:
    """Return the text in lines of at most 72 columns, without a line end after the last.

    `indent` blanks stand before every line, `hanging` instead before all but the first (both in
    columns); `first` stands in the first line after its indent ("- "). An address is never broken,
    any other run too long for a line is. A no-break space holds its words together and is a blank in the end.
    """
    if _STUCK in text:
        return wrap(text.replace(_STUCK, _NO_BLANK), indent, hanging, first).replace(_NO_BLANK, " ")
    later = " " * (indent if hanging is None else hanging)
    line = " " * indent + first
    start = columns(line)
    if _is_even(text):  # as nearly all are, and then it goes from blank to blank
        lines = _filled(text, line, start, later)
        if lines:
            return lines
    room = WIDTH - max(start, len(later))
    words = [piece for word in text.split() for piece in _parted(word, room)]
    return _filled_by_columns(words, line, start, later)


def _filled(text: str, line: str, start: int, later: str) -> str:
    """Return the text in lines of which the first begins with `line`, `start` columns, the others with `later`;
    "" where a word is longer than a line."""
    if "  " in text or not text.isprintable() or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    lines: list[str] = []
    at, room = 0, WIDTH - start
    while len(text) - at > room:
        end = text.rfind(" ", at, at + room + 1)
        if end < 0:
            return ""
        lines.append(line + text[at:end])
        at, line, room = end + 1, later, WIDTH - len(later)
    lines.append(line + text[at:])
    return "\n".join(lines)


def _filled_by_columns(words: list[tuple[str, bool]], line: str, start: int, later: str) -> str:
    """Return the words in such lines, where some are longer than one, or letters wide or without width. Each word has
    with it whether it goes on with the one before, from which only a line's end parts it."""
    used, begun = start, False  # a word may have no width, so that `used` does not tell
    lines: list[str] = []
    for word, goes_on in words:
        width = columns(word)
        if not begun:
            line += word
            used += width
        elif not goes_on and used + 1 + width <= WIDTH:
            line += " " + word
            used += 1 + width
        else:
            lines.append(line)
            line, used = later + word, len(later) + width
        begun = True
    lines.append(line)
    return "\n".join(lines)


def _is_even(text: str) -> bool:
    """Say whether every letter takes one column."""
    if text.replace("…", "").isascii():  # as in nearly all excerpts
        return True
    return all(columns_of(letter) == 1 for letter in _BEYOND_ASCII.findall(text))


def starred(marked: Marked) -> str:
    """Return the text with its marked stretches between asterisks, the signs hugging the words."""
    if not marked.marks:
        return marked.text
    pieces = []
    for piece, is_hit in marked.spans():
        core = piece.strip()
        pieces.append(piece.replace(core, f"*{core}*") if is_hit and core else piece)
    return "".join(pieces)


def _parted(word: str, room: int) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a run, and of each whether it goes on with the one before."""
    for place, piece in enumerate(_pieces(word, room)):
        yield piece, place > 0


def _pieces(word: str, room: int) -> Iterator[str]:
    """Yield a run without blanks (Chinese, Thai, a long formula) in pieces that fit a line."""
    if "://" in word or columns(word) <= room:
        yield word
        return
    piece, used = "", 0
    for unit in _units(word):
        taken = columns(unit)
        if piece and used + taken > room:
            yield piece
            piece, used = "", 0
        piece += unit
        used += taken
    yield piece


def _units(word: str) -> Iterator[str]:
    """Yield what no line end parts: letters, what is marked by stars where it is short, else each star with its letter."""
    at = 0
    for marked in _MARKED.finditer(word):
        yield from word[at : marked.start()]
        if len(marked[0]) <= _SHORT:
            yield marked[0]
        else:
            yield marked[0][:2]
            yield from marked[0][2:-2]
            yield marked[0][-2:]
        at = marked.end()
    yield from word[at:]
