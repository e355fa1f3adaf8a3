"""BibTeX's own grammar: entries, their fields, and macros (`@string`) put in their places.

https://www.bibtex.org/Format/ and "Tame the BeaST" (https://ctan.org/pkg/tamethebeast). Values stay TeX. Braces
count whether or not a backslash stands before them, as in BibTeX itself. Forgiven are a missing key, missing
commas and words without quotes. An entry that never closes ends where a line begins the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Rejected

# What stands outside of entries says nothing; a line that begins with % may hold one that is switched off.
_START = re.compile(
    r"^[ \t]*+%[^\n]*+|@\s*+(?P<kind>[A-Za-z][\w+./:-]*+)\s*+(?P<open>[{(])", re.MULTILINE
)
_NEXT = r"\n[ \t]*+(?=@\s*+[A-Za-z]++\s*+[{(])"
_BRACES = re.compile(rf"[{{}}]|{_NEXT}")
_QUOTES = re.compile(rf"[{{}}\"]|{_NEXT}")
_PARENTHESES = re.compile(rf"[{{}})]|{_NEXT}")
_KEY = {"}": re.compile(r"\s*+[^,{}=\"\n]*+\s*+"), ")": re.compile(r"\s*+[^,{}()=\"\n]*+\s*+")}
_GAP = re.compile(r"(?:[\s,]++|%[^\n]*+)*+")
_FIELD = re.compile(r"([^\s,{}()\"#%=@]++)\s*+=")
_WORD = re.compile(r"[^\s,{}()\"#%=@]++")
_SPACE = re.compile(r"\s*+")
#: Blocks that hold no entry: BibTeX's own, biblatex's data for other entries, REVTeX's and IEEEtran's settings.
_NO_ENTRIES = frozenset({"comment", "preamble", "xdata", "set", "control", "ieeetranbstctl"})
#: So much text macros may add beyond the length of the file itself.
_FREE_MACROS = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the line of its `@`, and its fields, names in small letters, the first of equal ones."""

    place: int
    fields: dict[str, str]


class _BrokenError(Exception):
    """A block cannot be read; `at` is where to look for the next one."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield the entries and what cannot be read, in order, in time linear in the text.

    Lines end in LF. Raises RefusedInput for macros that are made to grow without end.
    """
    blocks = _Blocks(text)
    at, line, counted = 0, 1, 0
    while (found := _START.search(text, at)) is not None:
        at = found.end()
        if found["kind"] is None:
            continue
        line, counted = line + text.count("\n", counted, found.start()), found.start()
        try:
            fields, at = blocks.read(found["kind"].lower(), found.end(), found["open"])
        except _BrokenError as error:
            at = error.at
            yield Rejected(line, str(error))
            continue
        if fields is not None:
            yield Entry(line, fields)


class _Blocks:
    """Reads one block after the other, and keeps the macros."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._macros: dict[str, str] = {}
        self._left = len(text) + _FREE_MACROS

    def read(self, kind: str, at: int, opened: str) -> tuple[dict[str, str] | None, int]:
        """Return an entry's fields (None: the block is none) and where the block ends."""
        close = "}" if opened == "{" else ")"
        if kind in _NO_ENTRIES:
            return None, self._closing(at, close)
        if kind == "string":
            fields, end = self._fields(at, close)
            self._macros.update(fields)
            return None, end
        return self._fields(self._after_key(at, close), close)

    def _after_key(self, at: int, close: str) -> int:
        """Return where the fields begin: an entry without a key begins with the first of them."""
        key = _KEY[close].match(self._text, at)
        end = key.end() if key else at
        return at if self._text.startswith("=", end) else end

    def _fields(self, at: int, close: str) -> tuple[dict[str, str], int]:
        fields: dict[str, str] = {}
        while True:
            at = self._after(_GAP, at)
            if self._text.startswith(close, at):
                return fields, at + 1
            field = _FIELD.match(self._text, at)
            if field is None:
                raise self._broken("no field where one should be", self._after(_WORD, at))
            value, at = self._value(field.end())
            fields.setdefault(field[1].lower(), value)

    def _value(self, at: int) -> tuple[str, int]:
        """Return a value, its pieces joined, and where it ends."""
        pieces: list[str] = []
        while True:
            piece, at = self._piece(self._after(_SPACE, at))
            pieces.append(piece)
            at = self._after(_SPACE, at)
            if not self._text.startswith("#", at):
                return "".join(pieces), at
            at += 1

    def _piece(self, at: int) -> tuple[str, int]:
        sign = self._text[at : at + 1]
        if sign == "{":
            end = self._closing(at + 1, "}")
            return self._text[at + 1 : end - 1], end
        if sign == '"':
            end = self._quote(at + 1)
            return self._text[at + 1 : end - 1], end
        word = _WORD.match(self._text, at)
        if word is None:
            raise self._broken("a field without a value", at)
        return self._expanded(word[0]), word.end()

    def _expanded(self, word: str) -> str:
        """Return what a macro stands for; a word that is none, like a month or a number, for itself."""
        text = self._macros.get(word.lower(), word)
        self._left -= len(text)
        if self._left < 0:
            raise RefusedInput("its macros (@string) make more text than the file itself holds")
        return text

    def _closing(self, at: int, close: str) -> int:
        """Return where the block or value ends that is open at `at`: behind the sign that closes it."""
        depth = 0
        for mark in (_BRACES if close == "}" else _PARENTHESES).finditer(self._text, at):
            if depth == 0 and mark[0] == close:
                return mark.end()
            depth = self._deeper(depth, mark)
        raise self._broken("", len(self._text))

    def _quote(self, at: int) -> int:
        depth = 0
        for mark in _QUOTES.finditer(self._text, at):
            if depth == 0 and mark[0] == '"':
                return mark.end()
            depth = self._deeper(depth, mark)
        raise self._broken("", len(self._text))

    def _deeper(self, depth: int, mark: re.Match[str]) -> int:
        """Return how deep in braces the text is behind a mark."""
        if mark[0] == "{":
            return depth + 1
        if mark[0] == "}":
            if depth == 0:
                raise self._broken("a closing brace too many", mark.start())
            return depth - 1
        if mark[0][0] == "\n":
            raise self._broken("not closed before the next entry begins", mark.end())
        return depth

    def _after(self, what: re.Pattern[str], at: int) -> int:
        found = what.match(self._text, at)
        return found.end() if found else at

    def _broken(self, reason: str, at: int) -> _BrokenError:
        if at >= len(self._text):
            reason = "cut off: the file ends in the middle of an entry"
        return _BrokenError(reason, at)
