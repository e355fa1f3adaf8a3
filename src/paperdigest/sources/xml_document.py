"""XML of known shape, record by record: whole or not at all, and nothing in it is obeyed.

expat checks and reads it; each child of the root element becomes an element tree of its own, so that a large
document is never in memory twice. What a record says is its format's work. Feeds are read by `feed_document`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from paperdigest.core.errors import RefusedInput
from paperdigest.sources.encoding import as_utf8, decoded

_T = TypeVar("_T")

_DEEPEST = 100
_CUT = frozenset(
    {
        "no element found",
        "unclosed token",
        "partial character",
        "unclosed CDATA section",
    }
)
_UTF8 = re.compile(r"utf-?8|us-ascii|ascii", re.IGNORECASE)
_SPACE = b" \t\r\n"


class _Found(Exception):
    """Enough was read. Holds the name of the root element."""


def root_of(head: bytes) -> str:
    """Return the name of the root element of a document that starts with `head`, "" if it has none."""
    parser = expat.ParserCreate()

    def start(name: str, _attributes: dict[str, str]) -> None:
        raise _Found(name)

    parser.StartElementHandler = start
    try:
        with suppress(expat.ExpatError, LookupError, ValueError):
            parser.Parse(as_utf8(head).lstrip(_SPACE), False)
    except _Found as found:
        return str(found)
    return ""


def read_records(data: bytes, root: str, read: Callable[[Element], _T]) -> list[_T]:
    """Return what `read` makes of each child of the root element `root`, in order. Names keep their prefix.

    Raises RefusedInput for what is broken, cut off, not UTF-8, of another root, or made to harm.
    """
    whole = as_utf8(data)
    decoded(whole)  # refuses, naming the byte, what expat would only call a bad token
    body = whole.lstrip(_SPACE)
    reader = _Reader(root, read)
    try:
        # In one piece: expat before 2.6 looks at a long token again with every piece.
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        how = "cut off" if message in _CUT else "broken"
        line = error.lineno + whole.count(b"\n", 0, len(whole) - len(body))
        raise RefusedInput(f"the XML is {how}: {message} in line {line:,}") from error
    return reader.done


class _Reader(Generic[_T]):
    """One parser's handlers, and what was made of the records they have finished."""

    def __init__(self, root: str, read: Callable[[Element], _T]) -> None:
        self.done: list[_T] = []
        self._root = root
        self._read = read
        self._depth = 0
        self._tree = TreeBuilder()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = _refuse_other_encodings
        self.parser.EntityDeclHandler = _refuse_declared
        self.parser.SkippedEntityHandler = _refuse_unknown
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0 and name != self._root:
            raise RefusedInput(f"XML with the root element <{name}>, not <{self._root}>")
        if self._depth == 1:
            self._tree = TreeBuilder()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RefusedInput(f"the XML is nested deeper than {_DEEPEST} elements")
        if self._depth > 1:
            self._tree.start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth:
            self._tree.end(name)
        if self._depth == 1:
            self.done.append(self._read(self._tree.close()))

    def _text(self, text: str) -> None:
        if self._depth > 1:
            self._tree.data(text)


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and not _UTF8.fullmatch(encoding):
        raise RefusedInput(f'the XML says it is "{encoding[:40]}": save it as UTF-8')


def _refuse_declared(*_declaration: object) -> None:
    raise RefusedInput(
        "the XML declares entities of its own: refused, since they can be used to attack readers"
    )


def _refuse_unknown(name: str, _is_parameter: bool) -> None:
    # Its text would be lost without a word: the declarations of the document type are not fetched.
    raise RefusedInput(f'the XML uses the entity "&{name[:40]};", which it does not define')
