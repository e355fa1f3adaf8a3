"""A feed's bytes to its entries: RSS 0.9x, 1.0, 2.0 and Atom, whole or not at all.

feedparser repairs what is broken by guessing; so what reaches it is checked first (`feed_outline`), and what
it had to repair is refused. Plain feeds never reach it (`feed_plain`). What an entry says is read by
`feed_entry` and the readers of single services.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Any
from xml.sax import SAXException

import feedparser

from paperdigest.core.errors import RefusedInput
from paperdigest.sources.encoding import as_utf8, decoded
from paperdigest.sources.feed_outline import outline
from paperdigest.sources.feed_plain import HeadAndEntries, read_plain

_ROOTS = frozenset({"rss", "RDF", "feed"})
_NAME = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_DECLARATION = re.compile(rb"\A\s*<\?xml\b[^>]*?\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.:-]+)["']""")
#: What Python calls encodings and no feed can be written in; some take time without end.
_NO_ENCODINGS = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf7", "utf_7"}
)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
#: The encoding is settled before: the text that is handed over is UTF-8 and declares nothing else.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
#: What is a list in an entry, or is nothing of feedparser's.
_LISTS = ("authors", "content", "identifiers", "links", "tags")
#: What feedparser raises over elements in places where it does not expect them.
_STUMBLES = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """The head of a feed and its entries, as feedparser names their parts.

    Each entry has all its identifiers as a tuple under "identifiers". `quiet_days` are the days, 0 for
    Monday, on which the feed says nothing comes; `total` is how many entries it says there are in all.
    """

    head: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    quiet_days: frozenset[int]
    total: int | None


def is_feed(head: bytes) -> bool:
    """Say whether a document that starts so has the root element of a feed."""
    return _root(as_utf8(head).decode("latin-1"))[0] in _ROOTS


def read_feed(data: bytes) -> FeedDocument:
    """Return the feed. Raises RefusedInput for anything that is not one whole, well-formed feed."""
    text = _text(as_utf8(data))
    root, at, doctype = _root(text)
    if root not in _ROOTS:
        raise RefusedInput(_what(text, root))
    if "<!ENTITY" in doctype:
        raise RefusedInput(
            "the feed declares entities of its own: refused, since they can be used to attack readers"
        )
    # What stands before the root element says nothing more: then no declaration there can do harm.
    xml = _ENTITY.sub(_numbered, text[at:]).encode()
    beside = outline(xml, text.count("\n", 0, at) + 1)
    head, entries = read_plain(xml, beside) or _parsed(xml)
    if len(entries) == len(beside.identifiers):
        for entry, names in zip(entries, beside.identifiers, strict=True):
            entry["identifiers"] = names
    return FeedDocument(head, tuple(entries), beside.quiet_days, beside.total)


def _parsed(xml: bytes) -> HeadAndEntries:
    """Return what feedparser makes of it; what it stumbles over is refused."""
    try:
        parsed = feedparser.parse(
            io.BytesIO(xml),
            sanitize_html=False,  # on, it deletes everything between two bare "<" of a formula
            resolve_relative_uris=False,
            response_headers=_HEADERS,
        )
    except _STUMBLES as error:
        raise RefusedInput(f"the feed cannot be read: {type(error).__name__}") from error
    trouble = parsed.get("bozo_exception")
    if isinstance(trouble, SAXException):
        raise RefusedInput(f"the feed is broken: {trouble.getMessage()}")
    if not parsed.get("version"):
        raise RefusedInput("no RSS or Atom feed")
    return parsed.feed, [_entry(entry) for entry in parsed.entries]


def _entry(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of feedparser's as a plain dict: its own says "published" when asked for "updated"."""
    entry = dict(found)
    if isinstance(entry.get("authors"), str):  # IEEE's own element
        entry["authors"] = [{"name": entry["authors"]}]
    for name in _LISTS:
        # An element of that name, which no format has, is kept as its text or its attributes.
        if not isinstance(entry.get(name, []), list):
            del entry[name]
    return entry


def _text(data: bytes) -> str:
    """Return the document as text, without the declaration that names its encoding."""
    declaration = _DECLARATION.match(data)
    if declaration is None:
        return decoded(data)
    named = _ENCODING.search(declaration[0])
    encoding = named[1].decode("ascii").lower() if named else "utf-8"
    if encoding.replace("-", "_") in _NO_ENCODINGS:
        raise RefusedInput(f'the feed names an encoding that is not known: "{encoding}"')
    body = data[declaration.end() :]
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        # Counted from the start of the file, so that the offset in a message is right.
        return decoded(data)[len(declaration[0].decode("utf-8", "replace")) :]
    try:
        return body.decode(encoding)
    except LookupError as error:
        raise RefusedInput(f'the feed names an encoding that is not known: "{encoding}"') from error
    except UnicodeError as error:
        at = f", at offset {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise RefusedInput(f"not valid {encoding}, as the feed says it is{at}") from error


def _root(text: str) -> tuple[str, int, str]:
    """Return the name of the root element ("" if there is none), where it starts, and the DOCTYPE before."""
    at, doctype = 0, ""
    while True:
        at = _after_blank(text, at)
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at)
            doctype = text[at:end] if end >= 0 else text[at:]
        else:
            name = _NAME.match(text, at)
            return (name[1] if name else ""), at, doctype
        if end < 0:
            return "", at, doctype
        at = text.index(">", end) + 1


def _after_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff":
        at += 1
    return at


def _doctype_end(text: str, at: int) -> int:
    """Return where the closing `>` of the DOCTYPE stands, -1 if nowhere."""
    close, bracket = text.find(">", at), text.find("[", at)
    if bracket < 0 or close < bracket:
        return close
    inner = text.find("]", bracket)
    return text.find(">", inner) if inner >= 0 else -1


def _numbered(match: re.Match[str]) -> str:
    """Return HTML's named entities, which XML does not know, as numbers: same meaning, well-formed."""
    name = match[1]
    signs = None if name in _XML_ENTITIES else html5.get(name + ";")
    return match[0] if signs is None else "".join(f"&#{ord(sign)};" for sign in signs)


def _what(text: str, root: str) -> str:
    start = text.lstrip()[:1]
    if not start:
        return "the answer is empty, not a feed"
    if root.lower() in ("html", "head", "body"):
        return "an HTML page, not a feed: look for the address of its RSS or Atom feed"
    if start in "{[":
        return "JSON, not a feed"
    return (
        f"XML with the root element <{root}>, not an RSS or Atom feed"
        if root
        else "not an RSS or Atom feed"
    )
