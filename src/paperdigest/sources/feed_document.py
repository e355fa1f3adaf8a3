"""A feed's bytes to its entries: RSS 0.9x, 1.0, 2.0 and Atom, whole or not at all.

feedparser repairs what is broken by guessing; so what reaches it is checked first, and what it had to
repair is refused. What an entry says is read by `feed_entry` and `arxiv_feed`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Any
from xml.sax import SAXException, SAXParseException

import feedparser

from paperdigest.core.errors import RefusedInput
from paperdigest.sources.encoding import as_utf8, decoded

_ROOTS = frozenset({"rss", "RDF", "feed"})
_NAME = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_DECLARATION = re.compile(rb"\A\s*<\?xml\b[^>]*?\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.:-]+)["']""")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
#: The encoding is settled before: the text that is handed over is UTF-8 and declares nothing else.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """The head of a feed and its entries, as feedparser names their parts."""

    head: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]


def is_feed(head: bytes) -> bool:
    """Say whether a document that starts so has the root element of a feed."""
    return _root(as_utf8(head).decode("latin-1"))[0] in _ROOTS


def read_feed(data: bytes) -> FeedDocument:
    """Return the feed. Raises RefusedInput for anything that is not one whole, well-formed feed."""
    text = _text(as_utf8(data))
    root, doctype = _root(text)
    if root not in _ROOTS:
        raise RefusedInput(_what(text, root))
    if "<!ENTITY" in doctype:
        raise RefusedInput(
            "the feed declares entities of its own: refused, since they can be used to attack readers"
        )
    parsed = feedparser.parse(
        io.BytesIO(_ENTITY.sub(_numbered, text).encode()),
        sanitize_html=False,  # on, it deletes everything between two bare "<" of a formula
        resolve_relative_uris=False,
        response_headers=_HEADERS,
    )
    trouble = parsed.get("bozo_exception")
    if isinstance(trouble, SAXException):
        raise RefusedInput(_broken(trouble))
    if not parsed.get("version"):
        raise RefusedInput("no RSS or Atom feed")
    # Plain dicts: feedparser's own say "published" when asked for "updated", with a warning.
    return FeedDocument(parsed.feed, tuple(dict(entry) for entry in parsed.entries))


def _text(data: bytes) -> str:
    """Return the document as text, without the declaration that names its encoding."""
    declaration = _DECLARATION.match(data)
    if declaration is None:
        return decoded(data)
    named = _ENCODING.search(declaration[0])
    encoding = named[1].decode("ascii").lower() if named else "utf-8"
    body = data[declaration.end() :]
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        # Counted from the start of the file, so that the offset in a message is right.
        return decoded(data)[len(declaration[0].decode("utf-8", "replace")) :]
    try:
        return body.decode(encoding)
    except LookupError as error:
        raise RefusedInput(f'the feed names an encoding that is not known: "{encoding}"') from error
    except UnicodeDecodeError as error:
        raise RefusedInput(
            f"not valid {encoding}, as the feed says it is, at offset {error.start:,}"
        ) from error


def _root(text: str) -> tuple[str, str]:
    """Return the name of the root element ("" if there is none) and the DOCTYPE before it."""
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
            return (name[1] if name else ""), doctype
        if end < 0:
            return "", doctype
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


def _broken(trouble: SAXException) -> str:
    message = trouble.getMessage()
    if isinstance(trouble, SAXParseException):
        cut = message in ("no element found", "unclosed token", "unclosed CDATA section")
        line = trouble.getLineNumber()
        return f"the feed is {'cut off' if cut else 'broken'}: {message} in line {line}"
    return f"the feed is broken: {message}"
