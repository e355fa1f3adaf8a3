"""Where a typed line is wrong: the line as a terminal can show it, and a run of carets under the fault.

Columns count code points; what a terminal needs for them is worked out here, wide and unseen signs too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from unicodedata import category, east_asian_width

_MORE: Final = "…"
_PICTURES: Final = 0x2400  # U+2400 and on: one visible sign for each control character
_DELETE: Final = 0x7F
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NO_WIDTH: Final = frozenset({"Mn", "Me"})


@dataclass(frozen=True, slots=True)
class _Cell:
    """One code point of the line: what is printed for it, and how many columns that takes."""

    shown: str
    width: int


def caret(text: str, column: int, length: int, *, width: int = 76) -> tuple[str, str]:
    """Return the line and the line of carets under it, both at most about `width` columns wide.

    `column` counts from 1 and may be one past the end. A longer line is cut round the fault.
    """
    cells = [_cell(sign) for sign in text]
    first = min(max(column - 1, 0), len(cells))
    last = min(first + max(length, 1), len(cells))
    start, end = _window(cells, first, last, width)
    before = _MORE if start else ""
    after = _MORE if end < len(cells) else ""
    line = before + "".join(cell.shown for cell in cells[start:end]) + after
    indent = len(before) + _wide(cells[start:first])
    run = max(1, _wide(cells[first : min(last, end)]))
    return line, " " * indent + "^" * run


def _cell(sign: str) -> _Cell:
    code, kind = ord(sign), category(sign)
    if code < ord(" "):
        return _Cell(chr(_PICTURES + code), 1)
    if code == _DELETE:
        return _Cell(chr(_PICTURES + 0x21), 1)
    if kind in _UNSEEN:
        return _Cell("·", 1)  # printed as they are, they would move what follows
    if kind in _NO_WIDTH:
        return _Cell(sign, 0)
    return _Cell(sign, 2 if east_asian_width(sign) in "WF" else 1)


def _wide(cells: list[_Cell]) -> int:
    return sum(cell.width for cell in cells)


def _window(cells: list[_Cell], first: int, last: int, width: int) -> tuple[int, int]:
    """Return what part to show: all of it, else the fault with a third of the room before it."""
    if _wide(cells) <= width:
        return 0, len(cells)
    room = width - 2 * len(_MORE)
    start, used = first, 0
    while start and used + cells[start - 1].width <= max(room // 3, room - _wide(cells[first:])):
        start -= 1
        used += cells[start].width
    end = first
    while end < len(cells) and used + cells[end].width <= room:
        used += cells[end].width
        end += 1
    return start, end
