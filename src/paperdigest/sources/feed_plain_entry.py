"""One entry of a plain feed, element by element, in the order and with the oddities of feedparser: the first
title counts but the last date, a second summary is content, a guid may be a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import Element

from paperdigest.sources.feed_names import NotPlain

TITLES = frozenset({"title", "dc_title"})
#: Elements that feedparser does nothing to but keep their text under their own name.
KEPT = frozenset(
    {
        "arxiv_announce_type", "arxiv_comment", "arxiv_doi", "arxiv_journal_ref",
        "arxiv_journal_reference", "dc_identifier", "dc_source", "prism_doi",
        "prism_publicationdate", "prism_publicationname", "prism_section",
    }
)  # fmt: skip
#: All that can be asked of an entry.
KEYS = KEPT | {
    "authors", "content", "id", "identifiers", "link", "links", "published", "summary", "tags",
    "title", "updated",
}  # fmt: skip
#: What is handled and yet makes no difference to anything in `KEYS`.
QUIET = frozenset(
    {
        "copyright", "created", "dc_contributor", "dc_language", "dc_publisher", "dc_rights",
        "dcterms_created", "language", "rights", "subtitle", "tagline", "webmaster",
    }
)  # fmt: skip

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_TEXTS = frozenset({"text", "plain", "html", "text/plain", "text/html"})
_PAGES = frozenset({"text/html", "html", "application/xhtml+xml", "xhtml"})
_LONGEST_DATE = 100

_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/+")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_WINDOWS = re.compile("[\x80-\x9f]")


class PlainEntry:
    """What an entry has said so far. `has_title` once a title says anything: no other counts then."""

    __slots__ = ("_has_content", "_has_plain_author", "has_title", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.has_title = False
        self._has_content = False
        self._has_plain_author = False

    def about(self, element: Element) -> None:
        """Read the attributes of the entry itself."""
        if not element.attrib.keys() <= {_RDF_ABOUT, _XML_LANG}:
            raise NotPlain
        about = element.get(_RDF_ABOUT)
        if about:
            self.values["id"] = about

    def title(self, element: Element) -> None:
        title = typed_text(element)
        if not self.has_title:
            self.values["title"] = title
            self.has_title = bool(title)

    def source(self, element: Element) -> None:
        check_flat(element)
        self.has_title = False

    def link(self, element: Element) -> None:
        said = _attributes(element)
        href = _href(said)
        rel = said.get("rel", "alternate")
        kind = said.get("type", "application/atom+xml" if rel == "self" else "text/html")
        link = {"type": kind}
        self.values.setdefault("links", []).append(link)
        check_flat(element)
        if href is not None:
            link["href"] = href = _resolved(href)
            if rel == "alternate" and kind in _PAGES:
                self.values["link"] = href
            return
        text = _repaired(_resolved((element.text or "").strip())).replace("&amp;", "&")
        self.values["link"] = text = _REFERENCE.sub(r"&\g<1>", text)
        if text:
            link["href"] = text

    def enclosure(self, element: Element) -> None:
        said = _attributes(element)
        href = _href(said)
        link = {"type": said["type"]} if "type" in said else {}
        if href is not None:
            link["href"] = href
        self.values.setdefault("links", []).append(link)
        check_flat(element)

    def identifier(self, element: Element) -> None:
        check_flat(element)
        is_link = _attributes(element).get("ispermalink", "true") == "true"
        text = (element.text or "").strip()
        self.values["id"] = text = _repaired(_resolved(text) if is_link else text)
        if is_link:
            self.values.setdefault("link", text)

    def summary(self, element: Element) -> None:
        # A second summary is content, and a third one replaces the first.
        if "summary" in self.values and not self._has_content:
            self.content(element)
        else:
            self.values["summary"] = typed_text(element)

    def content(self, element: Element) -> None:
        text = typed_text(element)
        self._has_content = True
        self.values.setdefault("content", []).append({"value": text})
        self.values.setdefault("summary", text)

    def author(self, element: Element) -> None:
        name = _text(element)
        if "@" in name:
            raise NotPlain  # feedparser takes the address out
        self._has_plain_author = True
        self.values.setdefault("authors", []).append({"name": name} if name else {})

    def author_of_parts(self, name: Element) -> None:
        if self._has_plain_author:
            raise NotPlain  # feedparser would give the one the other's name
        self.values.setdefault("authors", []).append({"name": (name.text or "").strip()})

    def category(self, element: Element) -> None:
        said = _attributes(element)
        tags = self.values.setdefault("tags", [])
        _add_tag(tags, said.get("term"), said.get("scheme", said.get("domain")), said.get("label"))
        text = _text(element)
        if text and tags and not tags[-1]["term"]:
            tags[-1]["term"] = text
        elif text:
            _add_tag(tags, text, None, None)

    def published(self, element: Element) -> None:
        self.values["published"] = _date(element)

    def updated(self, element: Element) -> None:
        self.values["updated"] = _date(element)

    def quiet(self, element: Element) -> None:
        check_flat(element)


Step = Callable[[PlainEntry, Element], None]

STEPS: dict[str, Step] = {
    **dict.fromkeys(QUIET, PlainEntry.quiet),
    **dict.fromkeys(TITLES, PlainEntry.title),
    **dict.fromkeys(("category", "dc_subject", "keywords"), PlainEntry.category),
    **dict.fromkeys(("content", "content_encoded"), PlainEntry.content),
    **dict.fromkeys(("dc_author", "dc_creator"), PlainEntry.author),
    **dict.fromkeys(("dc_date", "dcterms_modified", "modified", "updated"), PlainEntry.updated),
    **dict.fromkeys(("dc_description", "description", "summary"), PlainEntry.summary),
    **dict.fromkeys(("dcterms_issued", "issued", "pubdate", "published"), PlainEntry.published),
    **dict.fromkeys(("guid", "id"), PlainEntry.identifier),
    "enclosure": PlainEntry.enclosure,
    "link": PlainEntry.link,
    "source": PlainEntry.source,
}


def keep(name: str) -> Step:
    """Return what keeps the text of an element under its name."""

    def keep(entry: PlainEntry, element: Element) -> None:
        if element.attrib:
            raise NotPlain  # feedparser keeps the attributes and drops the text
        entry.values[name] = _text(element)

    return keep


def _add_tag(
    tags: list[dict[str, str | None]], term: str | None, scheme: str | None, label: str | None
) -> None:
    tag = {"term": term, "scheme": scheme, "label": label}
    if any(tag.values()) and tag not in tags:
        tags.append(tag)


def check_flat(element: Element) -> None:
    """Raise NotPlain if there are elements in this one."""
    if len(element):
        raise NotPlain


def _text(element: Element) -> str:
    check_flat(element)
    return _repaired((element.text or "").strip())


def _date(element: Element) -> str:
    text = _text(element)
    if len(text) > _LONGEST_DATE:
        raise NotPlain  # feedparser reads dates in many ways, and what we keep is only the text
    return text


def typed_text(element: Element) -> str:
    """Return the text of an element that may say what kind of text it holds. Raises NotPlain."""
    if element.attrib:
        said = _attributes(element)
        if said.get("type", "text") not in _TEXTS or "mode" in said or "src" in said:
            raise NotPlain
    return _text(element)


def _attributes(element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        low = name.lower()
        if low in found or (low[0] == "{" and name != _XML_LANG):
            raise NotPlain
        found[low] = value.lower() if low in ("rel", "type") else value
    return found


def _href(said: Mapping[str, str]) -> str | None:
    """Return the address among the attributes; one that is empty may still be one."""
    return said.get("url", said.get("uri", said.get("href"))) or said.get("href")


def _resolved(address: str) -> str:
    return _SLASHES.sub(r"\1", address) if ":///" in address else address


def _repaired(text: str) -> str:
    """Return the text as feedparser mends it: UTF-8 that was taken for Latin-1, signs of Windows."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return _WINDOWS.sub(_from_windows, text)


def _from_windows(match: re.Match[str]) -> str:
    return match[0].encode("latin-1").decode("cp1252", "ignore") or match[0]
