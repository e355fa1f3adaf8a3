"""Where every key and value of a TOML text stands. tomllib decides what is valid TOML and what it
means; this only finds places, so that a message can name line and column, also inside a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

#: The way to a value: `("subscriber", 0, "deliver", 1)`.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}#\r\n]+")
_QUOTED = {
    '"""': re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''.*?'{3,5}", re.DOTALL),
    '"': re.compile(r'"(?:[^"\\\n]|\\[^\n])*"'),
    "'": re.compile(r"'[^'\n]*'"),
}
#: Backslash, line end, blank lines and blanks: all of it stands for nothing.
_FOLDED_LINE = re.compile(r"\\[ \t]*\r?\n[ \t\r\n]*")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Twin:
    """A key or table that was already there. Offsets into the text."""

    path: Path
    offset: int
    first: int


@dataclass(slots=True)
class Positions:
    """Offsets of keys, values and table headers in `text`. Lines and columns count from 1, columns
    in code points."""

    text: str
    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    tables: dict[Path, int] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    #: Lists and inline tables that were open where the text stopped being TOML, innermost last.
    unclosed: list[int] = field(default_factory=list)
    stopped: int = -1

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        return self.text.count("\n", 0, offset) + 1, offset - line_start + 1

    def key(self, path: Path) -> tuple[int, int]:
        """Return where the key is written, or the nearest thing around it."""
        return self.place(self._nearest(path, (self.keys, self.values, self.tables)))

    def value(self, path: Path, index: int | None = None) -> tuple[int, int]:
        """Return where the value begins; with `index`, that character inside a string value."""
        offset = self._nearest(path, (self.values, self.tables, self.keys))
        if index is not None and self.text[offset : offset + 1] in ('"', "'"):
            offset = _inside(self.text, offset, index)
        return self.place(offset)

    def table(self, path: Path) -> tuple[int, int]:
        """Return where the table begins: its header, or its opening brace."""
        return self.place(self._nearest(path, (self.tables, self.values, self.keys)))

    def _nearest(self, path: Path, maps: tuple[dict[Path, int], ...]) -> int:
        for length in range(len(path), 0, -1):
            for known in maps:
                if path[:length] in known:
                    return known[path[:length]]
        return 0


def positions(text: str) -> Positions:
    """Return where everything is. For text that is not valid TOML, what came before the fault."""
    return _Scanner(text).scan()


class _LostError(Exception):
    """The text is not what the scanner takes for TOML from here on."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Positions(text)
        self.rows: dict[Path, int] = {}  # arrays of tables: the number of the last one

    def scan(self) -> Positions:
        with suppress(_LostError, RecursionError):  # tomllib has the word on what is wrong
            self._document()
        self.found.stopped = self.at
        return self.found

    def _document(self) -> None:
        table: Path = ()
        self._take(_BLANK_LINES)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._take(_BLANK_LINES)

    def _header(self) -> Path:
        start = self.at
        is_row = self.text.startswith("[[", self.at)
        self.at += 2 if is_row else 1
        path: Path = ()
        parts = list(self._key_parts())
        for number, (name, offset) in enumerate(parts):
            path = (*path, name)
            last = number == len(parts) - 1
            if last and not is_row and path in self.found.tables:
                self.found.twins.append(Twin(path, offset, self.found.tables[path]))
            self.found.keys.setdefault(path, offset)
            if last and is_row:
                self.rows[path] = self.rows.get(path, -1) + 1
            if path in self.rows:
                path = (*path, self.rows[path])
        self.found.tables[path] = start
        self._expect("]]" if is_row else "]")
        return path

    def _pair(self, table: Path) -> None:
        path = table
        first = offset = self.at
        for name, offset in self._key_parts():
            path = (*path, name)
            first = self.found.keys.setdefault(path, offset)
        if path == table:
            raise _LostError
        if path in self.found.values or path in self.found.tables:
            self.found.twins.append(Twin(path, offset, first))
        self._expect("=")
        self._take(_BLANK)
        self._value(path)

    def _key_parts(self) -> Iterator[tuple[str, int]]:
        while True:
            self._take(_BLANK)
            offset = self.at
            if self.text[offset : offset + 1] in ('"', "'"):
                raw = self._string()
                yield _plain(raw), offset
            else:
                name = self._take(_BARE_KEY)
                if not name:
                    raise _LostError
                yield name, offset
            self._take(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return
            self.at += 1

    def _value(self, path: Path) -> None:
        self.found.values[path] = self.at
        first = self.text[self.at : self.at + 1]
        if first in ('"', "'"):
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        elif not self._take(_PLAIN_VALUE):
            raise _LostError

    def _array(self, path: Path) -> None:
        self.found.unclosed.append(self.at)
        self.at += 1
        number = 0
        while not self._closes("]"):
            self._value((*path, number))
            number += 1
            self._comma("]")
        self.found.unclosed.pop()

    def _inline_table(self, path: Path) -> None:
        self.found.tables.setdefault(path, self.at)
        self.found.unclosed.append(self.at)
        self.at += 1
        while not self._closes("}"):
            self._pair(path)
            self._comma("}")
        self.found.unclosed.pop()

    def _closes(self, sign: str) -> bool:
        self._take(_BLANK_LINES)
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def _comma(self, closing: str) -> None:
        self._take(_BLANK_LINES)
        if self.text.startswith(",", self.at):
            self.at += 1
        elif not self.text.startswith(closing, self.at):
            raise _LostError

    def _string(self) -> str:
        for quote, pattern in _QUOTED.items():
            if self.text.startswith(quote, self.at):
                raw = self._take(pattern)
                if raw:
                    return raw
                raise _LostError
        raise _LostError

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def _expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self.at):
            raise _LostError
        self.at += len(sign)


def _plain(raw: str) -> str:
    """Return what a quoted key says."""
    if raw.startswith("'"):
        return raw[1:-1]
    return "".join(_character(raw, start, end) for start, end in _pieces(raw, 1, len(raw) - 1))


def _character(raw: str, start: int, end: int) -> str:
    piece = raw[start:end]
    if piece[:2] in ("\\u", "\\U", "\\x") and len(piece) > 2:
        return chr(int(piece[2:], 16))
    if piece.startswith("\\"):
        escapes = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
        return escapes.get(piece[1:], piece[1:])
    return piece


def _inside(text: str, start: int, index: int) -> int:
    """Return the offset of character `index` (from 0) of the string that starts at `start`."""
    quote = next(mark for mark in _QUOTED if text.startswith(mark, start))
    match = _QUOTED[quote].match(text, start)
    if match is None:
        return start
    begin, end = start + len(quote), match.end() - len(quote)
    if len(quote) == 3:
        begin += len("\r\n") if text.startswith("\r\n", begin) else text.startswith("\n", begin)
    escaped = quote[0] == '"'
    number = -1
    for number, (piece, _) in enumerate(_pieces(text, begin, end, escaped=escaped)):
        if number == index:
            return piece
    return end if index > number else begin


def _pieces(text: str, start: int, end: int, *, escaped: bool = True) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of what stands for one character each."""
    at = start
    while at < end:
        folded = _FOLDED_LINE.match(text, at, end) if escaped else None
        if folded is not None:
            at = folded.end()
            continue
        escape = _ESCAPE.match(text, at, end) if escaped and text[at] == "\\" else None
        after = escape.end() if escape is not None else at + 1
        if text.startswith("\r\n", at):
            after = at + 2  # tomllib reads CR LF as one line end
        yield at, after
        at = after
