"""What feedparser calls an element (`dc_creator` for `creator` of Dublin Core, whatever its prefix), and what
it does with it. Namespaces that are declared in any unusual way are not judged but left to feedparser.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from feedparser.api import StrictFeedParser

_K = TypeVar("_K")

#: feedparser's own prefix for each namespace it knows; "" where a feed's own elements are.
_STANDARD: dict[str, str] = {
    uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()
}
_PREFIXES = frozenset(filter(None, _STANDARD.values()))
#: These tell feedparser that what it reads is a feed, whatever the root element is.
_VERSIONS = frozenset({"http://purl.org/rss/1.0/", "http://www.w3.org/2005/atom"})
_OLDEST = (None, "http://my.netscape.com/rdf/simple/0.9/")
#: The first is looked for anywhere in an address, a declaration of the second counts as an attribute.
_USERLAND, _XLINK = "backend.userland.com/rss", "http://www.w3.org/1999/xlink"


class NotPlain(Exception):
    """It is not certain what feedparser would make of this document."""


class Names:
    """The names of one document's elements, from its namespaces: (prefix, address), wherever declared.

    feedparser forgets no declaration at the end of its element. So it must not matter where one stands: each
    prefix has one meaning, and what it means one address. Raises NotPlain if that is not so.
    """

    def __init__(self, namespaces: Iterable[tuple[str | None, str | None]]) -> None:
        self.says_feed = False
        self._names: dict[str, str] = {}  # by tag
        self._prefixes: dict[
            str, str
        ] = {}  # by the address of a namespace feedparser does not know
        addresses: dict[str | None, str] = {}
        meanings: dict[str, str] = {}
        for prefix, uri in namespaces:
            address = _address(uri)
            meant = _meant(prefix, address)
            _settle(addresses, prefix, address)
            if meant:
                _settle(meanings, meant, address)
            if address.lower() not in _STANDARD:
                _settle(self._prefixes, address, meant)
            self.says_feed |= address.lower() in _VERSIONS or (prefix, address.lower()) == _OLDEST

    def __call__(self, tag: str) -> str:
        """Return the name for a tag as ElementTree writes it. Raises NotPlain."""
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = self._name(tag)
        return name

    def _name(self, tag: str) -> str:
        address, _, local = tag.rpartition("}")
        address = address.removeprefix("{")
        if ":" in local:
            raise NotPlain
        prefix = _STANDARD.get(address.lower())
        if prefix is None:
            prefix = self._prefixes.get(address, "")
        return (f"{prefix}_{local}" if prefix else local).lower()


@lru_cache(maxsize=4096)
def is_handled(name: str) -> bool:
    """Say whether feedparser does more with an element of this name than keep its text or attributes."""
    return hasattr(StrictFeedParser, f"_start_{name}") or hasattr(StrictFeedParser, f"_end_{name}")


def _address(uri: str | None) -> str:
    if not uri or uri.split() != [uri] or _USERLAND in uri.lower() or uri == _XLINK:
        raise NotPlain
    return uri


def _meant(prefix: str | None, address: str) -> str:
    """Return the prefix that feedparser takes for this one, "" for none. Raises NotPlain."""
    standard = _STANDARD.get(address.lower())
    meant = (prefix or "") if standard is None else standard
    # Of a prefix in capitals it finds one end; and one that it knows must not come to mean another.
    if meant != meant.lower() or (standard is not None and prefix in _PREFIXES - {standard}):
        raise NotPlain
    return meant


def _settle(known: dict[_K, str], key: _K, value: str) -> None:
    if known.setdefault(key, value) != value:
        raise NotPlain
