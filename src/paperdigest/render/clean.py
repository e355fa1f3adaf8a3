"""Untrusted values made harmless before any template sees them: no control characters, only http links.

Escaping is left to each output; what is clean already comes back as the same object.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar
from urllib.parse import urlsplit

from paperdigest.core.digest import (
    Difference,
    Digest,
    Entry,
    Marked,
    Section,
    SourceLine,
    TopicWeeks,
    Why,
)
from paperdigest.core.paper import Link
from paperdigest.core.styles import Stretch
from paperdigest.core.word_changes import Piece
from paperdigest.core.words import cut
from paperdigest.render.excerpts import shortened

# Line and paragraph breaks become a blank. Bidi controls, zero-width signs, tag characters, C0, C1
# and lone surrogates go: they show nothing and change what others show (Trojan Source, CVE-2021-42574).
# So do noncharacters, which no text may hold. ZWNJ and ZWJ stay: Persian, Indic scripts and emoji need them.
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_GONE = re.compile(
    f"[{_NONCHARACTERS}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNCLEAN = re.compile(f"{_BREAKS.pattern}|{_GONE.pattern}")
_ADDRESS = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#]|\Z)", re.IGNORECASE)
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f-\x9f\"'<>\\^`{|}]")
_LONGEST_ADDRESS = 2_000
_LONGEST_TEXT = 1_000  # of anything; what is longer is no name, no title and no line

Value = TypeVar("Value", Entry, Section, Digest, SourceLine, TopicWeeks, Why)


def clean_text(text: str) -> str:
    """Return the text without anything that is not meant to be seen, on one line."""
    if text.isprintable():
        return text
    return _GONE.sub("", _BREAKS.sub(" ", text))


def safe_url(url: str) -> str:
    """Return an http or https address fit for any attribute, or "" for whatever else it is.

    Blanks, quotes and brackets are percent-encoded (RFC 3986 2.1); an address with a user part
    (`https://arxiv.org@evil.example/`), longer than 2,000 characters, or that cannot be taken apart, is no link.
    """
    url = clean_text(url).strip()
    if len(url) > _LONGEST_ADDRESS or not _ADDRESS.match(url) or not _has_a_host(url):
        return ""
    return _UNSAFE_IN_ADDRESS.sub(_percent, url)


def _has_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:  # brackets that do not close, a port that is none, signs that become others
        return False


def clean_marked(marked: Marked) -> Marked:
    """Return the marked text cleaned; marks and styles move with their words."""
    marked = shortened(marked, _LONGEST_TEXT)
    if marked.text.isprintable() or not _UNCLEAN.search(marked.text):
        return marked
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    begin: list[tuple[int, int, str]] = []
    before = at = 0
    for piece, is_hit in marked.spans():
        kept = clean_text(piece)
        if is_hit and kept:
            marks.append((at, at + len(kept)))
        pieces.append(kept)
        begin.append((before, at, piece))
        before += len(piece)
        at += len(kept)
    return Marked("".join(pieces), tuple(marks), tuple(_moved(marked.styles, begin)))


def _moved(styles: Iterable[Stretch], begin: Sequence[tuple[int, int, str]]) -> Iterator[Stretch]:
    """Yield the styles where their words are now. `begin`: where each piece began and begins, and what it was."""
    starts = [before for before, _, _ in begin]

    def now(place: int) -> int:
        before, at, piece = begin[bisect_right(starts, place) - 1]
        return at + len(clean_text(piece[: place - before]))

    for start, end, style in styles:
        if now(start) < now(end):
            yield now(start), now(end), style


def clean_entry(entry: Entry) -> Entry:
    """Return the paper with clean texts and safe addresses; links that are none are gone."""
    links = tuple(
        Link(clean_text(link.rel), url) for link in entry.links if (url := safe_url(link.url))
    )
    found = {**_changes(entry), "url": safe_url(entry.url), "links": links}
    title = clean_marked(entry.title)
    found["title"] = title if title.text.strip() else Marked(clean_text(entry.id or entry.url))
    found["excerpt"] = clean_marked(entry.excerpt)
    texts = [text for reason in entry.why for text in _REASON(reason)]
    if not _are_clean(texts):
        found["why"] = tuple(_cleaned(reason) for reason in entry.why)
    if entry.differences:
        found["differences"] = tuple(map(_clean_difference, entry.differences))
    return _replaced(entry, found)


def _clean_difference(difference: Difference) -> Difference:
    pieces = (Piece(clean_text(piece.text), piece.fate) for piece in difference.pieces)
    return Difference(clean_text(difference.field), tuple(piece for piece in pieces if piece.text))


def has_clean_marks(entry: Entry) -> bool:
    """Say whether what may differ between readers of one paper, the marked texts and why they are marked, is
    surely clean; where it cannot be told at one glance, say no."""
    title, excerpt = entry.title.text, entry.excerpt.text
    return (
        title.isprintable()
        and excerpt.isprintable()
        and len(title) <= _LONGEST_TEXT
        and len(excerpt) <= _LONGEST_TEXT
        and not title.isspace()
        and title != ""
        and _are_clean([text for reason in entry.why for text in _REASON(reason)])
    )


def clean_frame(digest: Digest) -> Digest:
    """Return the digest with everything but its papers cleaned."""
    found = _changes(digest)
    found["sources"] = tuple(_cleaned(source) for source in digest.sources)
    found["sections"] = tuple(_cleaned(section) for section in digest.sections)
    found["weeks"] = tuple(_cleaned(weeks) for weeks in digest.weeks)
    return _replaced(digest, found)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode())


def _cleaned(value: Value) -> Value:
    return _replaced(value, _changes(value))


def _changes(
    value: Entry | Section | Digest | SourceLine | TopicWeeks | Why,
) -> dict[str, object]:
    """Return the cleaned strings, and tuples of strings, among the fields that need it."""
    found: dict[str, object] = {}
    texts, lists = _PICKED[type(value)]
    if _are_clean([*texts(value), *chain.from_iterable(lists(value))]):  # as nearly all are
        return found
    for name in _TEXTS[type(value)]:
        held = getattr(value, name)
        if isinstance(held, str):
            if _is_unclean(held):
                found[name] = _line(held)
        elif any(map(_is_unclean, held)):
            found[name] = tuple(map(_line, held))
    return found


def _are_clean(texts: list[str]) -> bool:
    """Say at one glance whether all of them are clean; where it cannot be told so quickly, say no."""
    together = "".join(texts)
    return together.isprintable() and (
        len(together) <= _LONGEST_TEXT or max(map(len, texts)) <= _LONGEST_TEXT
    )


def _is_unclean(text: str) -> bool:
    # Nothing that is printable is unclean, and that is quicker to tell.
    return len(text) > _LONGEST_TEXT or not (text.isprintable() or _UNCLEAN.search(text) is None)


def _line(text: str) -> str:
    return cut(clean_text(text), _LONGEST_TEXT)


def _replaced(value: Value, found: dict[str, object]) -> Value:
    held = ((name, new, getattr(value, name)) for name, new in found.items())
    changed = {name: new for name, new, old in held if new is not old and new != old}
    return replace(value, **changed) if changed else value  # type: ignore[arg-type]  # names and types are the fields' own


def _getter(names: Sequence[str]) -> Callable[[object], tuple[Any, ...]]:
    """Return what gets the values of these fields as a tuple, however many they are."""
    if len(names) < 2:
        return lambda value: tuple(getattr(value, name) for name in names)
    return attrgetter(*names)


def _named(kind: type[Any], *types: str) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.type in types)


_KINDS = (Entry, Section, Digest, SourceLine, TopicWeeks, Why)
_REASON = _getter(_named(Why, "str"))
_TEXTS = {kind: _named(kind, "str", "tuple[str, ...]") for kind in _KINDS}
_PICKED = {
    kind: (_getter(_named(kind, "str")), _getter(_named(kind, "tuple[str, ...]")))
    for kind in _KINDS
}
