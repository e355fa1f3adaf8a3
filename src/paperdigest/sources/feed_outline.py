"""One quick pass over a feed's raw XML before feedparser gets it: that it is whole, what it says that
feedparser drops (all but the last of several identifiers, all but the last quiet day), and that it was not
made to keep feedparser busy. What the entries say otherwise is read by feedparser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from paperdigest.core.errors import RefusedInput

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENTRIES = frozenset({"item", "entry"})
_SAID = frozenset({"identifier", "day", "totalresults"})
_AUTHORS = frozenset({"author", "creator", "managingeditor", "webmaster", "publisher", "owner"})
#: Each of these makes feedparser look at the text of the last author again.
_AUTHOR_PARTS = _AUTHORS | {"name", "email", "url", "uri", "homepage"}
_TAGS = frozenset({"category", "subject", "keywords", "tags"})
_ASIDE = frozenset({"image", "textinput"})
#: An entry takes feedparser some kilobytes, however little it says.
_MOST_ENTRIES = 100_000
_MOST_IDENTIFIERS = 20
_LONGEST_IDENTIFIER = 500

# Steps of about 10 ns. An ordinary feed takes fewer than ten for each of its bytes.
_STEPS_PER_BYTE = 100
_FREE_STEPS = 10_000_000
_STEPS_PER_TAG = 10
_RUN = re.compile(r"[\w.+-]{20,}", re.ASCII)
_SEPARATOR = re.compile(r"[}:_]")


@dataclass(frozen=True, slots=True)
class Outline:
    """What feedparser would lose. `identifiers` has one tuple for each entry, in the feed's order.

    `quiet_days` are the days of `skipDays` (0 for Monday), `total` is what OpenSearch's `totalResults` says.
    https://www.rssboard.org/rss-specification#optionalChannelElements
    Of the XML itself: all declared `namespaces` as (prefix, address), the number of `elements`, and whether
    any has an attribute for the base of addresses.
    """

    identifiers: tuple[tuple[str, ...], ...] = ()
    quiet_days: frozenset[int] = frozenset()
    total: int | None = None
    namespaces: frozenset[tuple[str | None, str | None]] = frozenset()
    elements: int = 0
    has_bases: bool = False


def outline(xml: bytes, first_line: int = 1) -> Outline:
    """Return the outline of UTF-8 bytes that start with the root element, which is in line `first_line`.

    Raises RefusedInput for XML that is cut off, broken, or would take feedparser out of all proportion.
    """
    found = _Pass(_FREE_STEPS + _STEPS_PER_BYTE * len(xml))
    try:
        found.parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise RefusedInput(_broken(error, first_line)) from error
    return found.outline()


def _broken(error: expat.ExpatError, first_line: int) -> str:
    message = expat.ErrorString(error.code)
    cut = message in ("no element found", "unclosed token", "unclosed CDATA section")
    line = error.lineno + first_line - 1
    return f"the feed is {'cut off' if cut else 'broken'}: {message} in line {line}"


class _Pass:
    """The handlers of one pass, and what they have seen so far."""

    def __init__(self, steps: int) -> None:
        self.identifiers: list[list[str]] = []
        self.quiet_days: set[int] = set()
        self.total: int | None = None
        self._path: list[str] = []
        self._entry_depth = 0  # of the entry that is open, 0 outside
        self._asides = 0  # how many elements are open whose contents feedparser keeps apart
        self._text: list[str] = []
        self._text_depth = 0  # of the element whose text is kept, 0 if none is
        self._work = _Work(steps)
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartNamespaceDeclHandler = self._work.namespace
        self.parser.ProcessingInstructionHandler = self._work.instruction

    def outline(self) -> Outline:
        work = self._work
        return Outline(
            tuple(map(tuple, self.identifiers)),
            frozenset(self.quiet_days),
            self.total,
            frozenset(work.namespaces),
            work.elements,
            work.has_bases,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        self._path.append(local)
        depth = len(self._path)
        self._work.opened(attributes)
        self._asides += local in _ASIDE
        if local in _ENTRIES and not self._entry_depth:
            self._entry_depth = depth
            self._open_entry()
        if not self._text_depth and (local in _SAID or local in _AUTHORS or local in _TAGS):
            self._text_depth = depth
            self.parser.CharacterDataHandler = self._text.append

    def _open_entry(self) -> None:
        if len(self.identifiers) == _MOST_ENTRIES:
            raise RefusedInput(f"the feed has more than {_MOST_ENTRIES:,} entries")
        self.identifiers.append([])
        self._work.entry()

    def _end(self, _name: str) -> None:
        depth = len(self._path)
        local = self._path[-1]
        if depth == self._text_depth:
            text = "".join(self._text)
            self._text.clear()
            self._text_depth = 0
            self.parser.CharacterDataHandler = None
            self._said(local, text)
        if local in _AUTHOR_PARTS:
            self._work.author_part(self._is_aside())
        self._path.pop()
        self._asides -= local in _ASIDE
        self._work.closed()
        if depth == self._entry_depth:
            self._entry_depth = 0

    def _said(self, local: str, text: str) -> None:
        if local in _AUTHORS:
            self._work.author(text, self._is_aside())
        elif local in _TAGS:
            self._work.tags(1 + text.count(","), self._is_aside())
        elif local == "identifier":
            self._identifier(" ".join(text.split()))
        elif not self._entry_depth:
            self._about_the_feed(local, text.strip())

    def _identifier(self, text: str) -> None:
        if not self._entry_depth or not text or len(text) > _LONGEST_IDENTIFIER:
            return
        if len(self.identifiers[-1]) < _MOST_IDENTIFIERS:
            self.identifiers[-1].append(text)

    def _about_the_feed(self, local: str, text: str) -> None:
        if local == "totalresults" and re.fullmatch(r"[0-9]{1,12}", text):
            self.total = int(text)
        elif local == "day" and self._path[-2:-1] == ["skipdays"] and text.lower() in _DAYS:
            self.quiet_days.add(_DAYS.index(text.lower()))

    def _is_aside(self) -> bool:
        return not self._entry_depth or self._asides > 0


class _Work:
    """What feedparser will have to do where that grows faster than the text: it compares each tag of an entry
    with all before it, looks for an e-mail address from each letter of an author's name, and so on.

    The entry at hand and what stands beside the entries are counted apart.
    """

    def __init__(self, steps: int) -> None:
        self.namespaces: set[tuple[str | None, str | None]] = set()
        self.elements = 0
        self.has_bases = False
        self._left = steps
        self._prefixes: set[str | None] = set()
        self._instructions = 0
        self._bases = [0]
        self._tags = [0, 0]
        self._author = [0, 0]

    def entry(self) -> None:
        self._tags[0] = self._author[0] = 0

    def namespace(self, prefix: str | None, address: str | None) -> None:
        self._prefixes.add(prefix)
        self.namespaces.add((prefix, address))

    def instruction(self, _target: str, _data: str) -> None:
        self._instructions += 1
        self._spend(self._instructions)

    def opened(self, attributes: dict[str, str]) -> None:
        self.elements += 1
        base = self._bases[-1]
        for name, value in attributes.items():
            if name[-4:].lower() == "base":
                self.has_bases = True
                base += len(value)
        self._bases.append(base)
        # The address of an element is joined from all those around it, again for each element within.
        # Each attribute is looked for among all of its element.
        self._spend(5 * len(self._prefixes) + base + 3 * len(attributes) ** 2)

    def closed(self) -> None:
        self._bases.pop()

    def tags(self, number: int, aside: bool) -> None:
        before = self._tags[aside]
        self._tags[aside] = before + number
        self._spend(_STEPS_PER_TAG * (before * number + number * number // 2))

    def author(self, text: str, aside: bool) -> None:
        runs = sum(len(run) ** 2 for run in _RUN.findall(text))
        self._author[aside] = max(self._author[aside], len(text) + runs)

    def author_part(self, aside: bool) -> None:
        self._spend(self._author[aside])

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise RefusedInput(
                "the feed is made to keep its reader busy: far too much in one place"
            )


@lru_cache(maxsize=1000)
def _local(name: str) -> str:
    """Return the last part of a name: feedparser takes `dc_creator` for `dc:creator`."""
    return _SEPARATOR.split(name)[-1].lower()
