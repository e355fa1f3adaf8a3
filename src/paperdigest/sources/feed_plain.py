"""Feeds in which every element says one plain thing, read at once and without feedparser, which is slow.

What is found is what feedparser finds, oddities and all, as far as anything of ours asks for it (`KEYS` in
`feed_plain_entry`). A feed of which that is not certain is not read at all: it is left to feedparser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, cast
from xml.etree.ElementTree import Element, XMLPullParser

from paperdigest.sources.feed_names import Names, NotPlain, is_handled
from paperdigest.sources.feed_outline import Outline
from paperdigest.sources.feed_plain_entry import (
    KEPT,
    KEYS,
    QUIET,
    STEPS,
    TITLES,
    PlainEntry,
    Step,
    check_flat,
    keep,
    typed_text,
)

#: The head of a feed, here only its title, and its entries, by feedparser's names.
HeadAndEntries = tuple[Mapping[str, Any], list[dict[str, Any]]]

# A tree takes memory for each of its elements; in a feed of papers there is one to a hundred bytes. An entry
# is a tree.
_BYTES_PER_ELEMENT = 40
_FREE_ELEMENTS = 10_000
_PIECES = 64

_ENTRIES = frozenset({"item", "entry"})
#: What is handled beside the entries and yet makes no difference to the feed's title.
_QUIET_IN_HEAD = QUIET | {
    "admin_errorreportsto", "admin_generatoragent", "category", "cloud", "dc_creator", "dc_date",
    "dc_description", "dc_subject", "description", "generator", "guid", "id", "keywords",
    "lastbuilddate", "link", "modified", "pubdate", "published", "updated",
}  # fmt: skip
_PEOPLE = frozenset({"author", "contributor", "managingeditor"})
_OF_PEOPLE = frozenset({"email", "homepage", "name", "uri", "url"})
_OF_IMAGES = frozenset({"description", "height", "link", "title", "url", "width"})
#: Names under which feedparser keeps lists and the like: a text of that name would get in their way.
_INNER = frozenset(
    {"author_detail", "authors", "contributors", "links", "publisher_detail", "publishers"}
)
#: It files "date" under "updated".
_RESERVED = _INNER | KEYS | {"date"}


def read_plain(xml: bytes, beside: Outline) -> HeadAndEntries | None:
    """Return the feed in UTF-8 bytes that start with the root element and have this outline, None if it is
    not plain."""
    if beside.has_bases or beside.elements > _FREE_ELEMENTS + len(xml) // _BYTES_PER_ELEMENT:
        return None
    try:
        document = _Document(Names(beside.namespaces))
        document.read(xml)
    except NotPlain:
        return None
    return document.head, document.entries


class _Document:
    """One reading of a document, from the root element down to the entries."""

    def __init__(self, names: Names) -> None:
        self.head: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self._names = names
        self._steps: dict[str, Step] = {}
        self._read: dict[Element, PlainEntry] = {}  # entries that are not in their place yet
        self._title_depth: int | None = -1
        self._channels = 0

    def read(self, xml: bytes) -> None:
        element = Element("")
        for element in _ended(xml):
            if self._names(element.tag) in _ENTRIES:
                self._read[element] = self._entry_of(element)
                element.clear()  # the tree never holds more than a few entries
        self._root(element)

    def _root(self, root: Element) -> None:
        name = self._names(root.tag)
        if name == "feed":
            self._channel(root, 2)
        elif name == "rss" or (name == "rdf_rdf" and self._names.says_feed):
            for child in root:
                self._around(child)
        else:
            raise NotPlain

    def _around(self, element: Element) -> None:
        """Read what stands beside the channel in RSS 1.0."""
        name = self._names(element.tag)
        if name == "channel" and not self._channels:
            self._channels = 1
            self._channel(element, 3)
        elif name in _ENTRIES:
            self._entry(element, 3)
        elif name == "image":
            self._image(element)
        else:
            raise NotPlain

    def _channel(self, element: Element, depth: int) -> None:
        """Read the head and the entries in it. `depth` is that of the children; the root's is 1."""
        if not {"href", "lastmod"}.isdisjoint(map(str.lower, element.attrib)):
            raise NotPlain  # a channel of CDF
        for child in element:
            name = self._names(child.tag)
            if name in _ENTRIES:
                self._entry(child, depth + 1)
            elif name in TITLES:
                self._title(child, depth)
            elif name == "image":
                self._image(child)
            elif name in _QUIET_IN_HEAD:
                check_flat(child)
            elif name in _PEOPLE:
                _names_in(self._names, child)
            else:
                _check_harmless(self._names, child, _INNER)

    def _title(self, element: Element, depth: int) -> None:
        if self._title_depth is None:
            raise NotPlain
        title = typed_text(element)
        if not -1 < self._title_depth <= depth:
            self.head["title"] = title
        if title:
            self._title_depth = depth

    def _image(self, element: Element) -> None:
        """Pass over the feed's picture, of which only the title may get in the way of the feed's."""
        for child in element:
            if self._names(child.tag) not in _OF_IMAGES:
                raise NotPlain
            check_flat(child)
        self._title_depth = None

    def _entry(self, element: Element, depth: int) -> None:
        """Put an entry in its place. `depth` is that of what it holds."""
        entry = self._read.pop(element)
        self._title_depth = depth if entry.has_title else -1
        self.entries.append(entry.values)

    def _entry_of(self, element: Element) -> PlainEntry:
        entry = PlainEntry()
        if element.attrib:
            entry.about(element)
        steps = self._steps
        for child in element:
            step = steps.get(child.tag) or self._step(child.tag)
            step(entry, child)
        return entry

    def _step(self, tag: str) -> Step:
        """Return what is to be done with the elements of a tag in an entry."""
        name = self._names(tag)
        if name in STEPS:
            step = STEPS[name]
        elif name in KEPT:
            step = keep(name)
        elif name in _PEOPLE:
            step = partial(_pass_over_person if name == "contributor" else _person, self._names)
        elif name in _RESERVED or is_handled(name):
            raise NotPlain
        else:
            step = partial(_pass_over, self._names)
        self._steps[tag] = step
        return step


def _ended(xml: bytes) -> Iterator[Element]:
    """Yield each element at its end, the root last; what has ended may be cleared."""
    # After the root element's start nothing can be declared, and the outline was drawn by the same parser.
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    # In few pieces: expat before 2.6 looks at a long token again with every piece.
    size = len(xml) // _PIECES + 1
    for start in range(0, len(xml) + 1, size):
        parser.feed(xml[start : start + size])
        if start + size > len(xml):
            parser.close()  # later expats keep the last tokens back until then
        ended = cast("Iterator[tuple[str, Element]]", parser.read_events())
        yield from (element for _, element in ended)


# What a document keeps to do must not hold the document itself: it is large, and to go at once.


def _person(names: Names, entry: PlainEntry, element: Element) -> None:
    found = _names_in(names, element)
    if found:
        entry.author_of_parts(found[-1])
    elif len(element):
        raise NotPlain
    else:
        entry.author(element)


def _pass_over_person(names: Names, _entry: PlainEntry, element: Element) -> None:
    _names_in(names, element)


def _pass_over(names: Names, _entry: PlainEntry, element: Element) -> None:
    if len(element):
        _check_harmless(names, element, _RESERVED)


def _names_in(names: Names, element: Element) -> list[Element]:
    """Return the elements that hold a person's name, and check the others."""
    found = []
    for child in element:
        name = names(child.tag)
        if name not in _OF_PEOPLE:
            _check_harmless(names, child, _RESERVED)
        else:
            check_flat(child)
        if name == "name":
            found.append(child)
    return found


def _check_harmless(names: Names, element: Element, reserved: frozenset[str]) -> None:
    """Raise NotPlain if feedparser might do anything with this element or one in it."""
    for each in element.iter():
        name = names(each.tag)
        if name in reserved or is_handled(name):
            raise NotPlain
