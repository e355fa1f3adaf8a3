"""Digests of hostile papers, and the same digests in harmless letters to compare them with."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final

import hostile_papers
from paperdigest import Hit, keywords
from paperdigest.core import letter
from paperdigest.core.arrange import TopicFinds, arrange
from paperdigest.core.digest import (
    DayCount,
    Difference,
    Digest,
    Entry,
    Marked,
    Section,
    SourceLine,
    TopicWeeks,
    Why,
)
from paperdigest.core.dormancy import ADVICE, lines
from paperdigest.core.entry import Desk, Find
from paperdigest.core.paper import Link, Paper
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber
from paperdigest.core.tree import Term
from paperdigest.core.word_changes import word_changes
from paperdigest.render.excerpts import headed
from paperdigest.render.skeleton import TITLE_ROOM
from paperdigest.sources.json_lines import FORMAT

NOW: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
QUERY: Final = keywords(["paper map", "folding", "script", "=a"])
TOPIC: Final = (
    "<!channel> <b>x</b> *y* & `id` {{ 7*7 }}"  # all that a topic's name may be: what is seen
)
SEARCHES: Final = {"pages": "https://search.example.org/?q={title}"}
A_DIGEST: Final = 20  # papers


def digests(seed: int, first: int, count: int) -> Iterator[tuple[Digest, Digest]]:
    """Yield digests of so many papers: as the program makes them, and of what no source would let through."""
    for number in range(first, first + count, A_DIGEST):
        records = list(hostile_papers.papers(seed, number, min(A_DIGEST, first + count - number)))
        dump = "\n".join(map(json.dumps, records)).encode()
        parsed = FORMAT.parse(dump)
        assert (len(parsed.papers), parsed.rejected) == (len(records), ())
        yield made(parsed.papers, number), made_of(records, number)


def made(papers: tuple[Paper, ...], number: int) -> Digest:
    """Return the digest as the program makes it: half of the papers in full, the others by title, one sent before."""
    found = tuple(
        Find(
            number + place, replace(paper, sources=("pages",)), "new", place, NOW, hits=_hits(paper)
        )
        for place, paper in enumerate(papers)
    )
    topics = (
        TopicFinds("Maps", found[1:], limit=A_DIGEST // 2),
        TopicFinds(TOPIC, found[:4], earlier=((found[0], "sent at once on Tuesday"),)),
    )
    return framed(arrange(topics, Desk(SEARCHES), NOW), number)


def framed(sections: tuple[Section, ...], number: int) -> Digest:
    """Return the digest of these topics; what a source answered is hostile, too."""
    said = hostile_papers.Hostile(Random(number)).text()
    sources = (SourceLine("pages", "failed", 3, f"could not be read ({said})"),)
    frame = letter.Frame(
        Subscriber("ada"),
        Slot("2026-11-20T08:00 UTC", NOW),
        "digest",
        NOW,
        NOW - timedelta(days=1),
        NOW,
        sources=sources,
        seen=1,
        operator=("email:ops@example.org",),
    )
    return replace(
        letter.digest(frame, sections),
        group="day" if number // A_DIGEST % 2 else "topic",
        per_day=(DayCount(NOW.date() - timedelta(days=1), 2), DayCount(NOW.date(), 3)),
        weeks=(TopicWeeks(TOPIC, (0, 1) * 4), TopicWeeks(said, (2, 3) * 4)),
        dormant=lines([(TOPIC, [Term(said)])]),
    )


def _hits(paper: Paper) -> Callable[[], tuple[Hit, ...]]:
    return lambda: QUERY.hits(paper)


def made_of(records: list[dict[str, Any]], number: int) -> Digest:
    """Return a digest of the records' very texts, as a store that somebody else wrote might hold them."""
    whole = tuple(_entry(record, number + place) for place, record in enumerate(records))
    titles = tuple(
        Entry(each.paper_key, "new", each.id, each.title, url=each.url) for each in whole
    )
    text = whole[0].title.text
    section = Section(TOPIC, len(whole), whole[::2], titles[1::2], earlier=titles[:1], note=text)
    return replace(framed((section,), number), title=text, preheader=text, notes=(text,))


def _entry(record: dict[str, Any], key: int) -> Entry:
    title, abstract = record["title"], record["abstract"][:300]
    texts = (title, abstract[:80], record["venue"])
    return Entry(
        paper_key=key,
        reason="withdrawn" if record["withdrawn"] else "new",
        kind="withdrawn" if record["withdrawn"] else "new",
        id=record["id"],
        title=Marked(title, ((0, 3), (3, 5), (len(title) - 3, len(title)))),
        url=record["url"],
        searches=record["venue"],
        authors=tuple(record["authors"][:5]),
        more_authors=max(0, len(record["authors"]) - 5),
        sources=("pages",),
        categories=tuple(record["categories"]),
        venue=record["venue"],
        date=record["venue"],
        votes=record["votes"],
        excerpt=Marked(abstract, ((1, len(abstract) // 2),)),
        why=tuple(Why(text, text, text) for text in texts),
        links=tuple(Link(link["rel"], link["url"]) for link in record["links"]),
        also=tuple(record["categories"]),
        note=record["venue"],
        said=(title, record["venue"]),
        differences=(
            Difference("title", word_changes(title, record["venue"])),
            Difference("abstract", word_changes(abstract, title)),
        ),
    )


# ------------------------------------------- the same in harmless letters

_KEPT = {
    "subscriber",
    "slot",
    "kind",
    "group",
    "reason",
    "manage",
    "more",
    "paper_key",
    "field",
    "fate",
}

#: Names of topics.
_NAMES = {"name", "found_in"}


def harmless(value: Any) -> Any:
    """Return the value with harmless letters for each text that shows anything, and the same marks and links."""
    if isinstance(value, Marked):
        pieces = list(value.pieces())
        kept = ["h" if shows(piece.text) else piece.text for piece in pieces]
        before, after = (
            list(accumulate(map(len, texts))) for texts in ([each.text for each in pieces], kept)
        )
        places = zip(pieces, kept, after, strict=True)
        marks = tuple((end - len(text), end) for piece, text, end in places if piece.is_hit)
        now = {0: 0, **dict(zip(before, after, strict=True))}
        styles = tuple((now[start], now[end], style) for start, end, style in value.styles)
        return Marked("".join(kept), marks, styles)
    if isinstance(value, str):
        return value if value == ADVICE else _harmless_text(value)
    if isinstance(value, tuple):
        return tuple(map(harmless, value))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            each.name: (_apart if each.name in _NAMES else harmless)(getattr(value, each.name))
            for each in fields(value)
            if each.name not in _KEPT
        }
        return replace(value, **changed)
    return value


def _apart(value: Any) -> Any:
    """Return names with harmless letters, those of two topics as two: papers are counted by them."""
    if isinstance(value, tuple):
        return tuple(map(_apart, value))
    number = zlib.crc32(value.encode(errors="surrogatepass")) % 26
    return f"harmless {chr(ord('a') + number)}" if shows(value) else value


def as_on_pages(digest: Digest) -> Digest:
    """Return the digest with titles cut as pages cut them: what is cut off bears no mark there. JSON has them whole."""

    def cut(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(replace(each, title=headed(each.title, TITLE_ROOM)) for each in entries)

    return digest.with_sections(
        tuple(
            replace(part, full=cut(part.full), listed=cut(part.listed), earlier=cut(part.earlier))
            for part in digest.sections
        )
    )


def _harmless_text(text: str) -> str:
    if re.match("https?://", text, re.IGNORECASE):
        return "https://example.org/"
    return "harmless" if shows(text) else text


def shows(text: str) -> bool:
    """Say whether anything is seen of the text; a sign that no font has is seen as a box."""
    return any(
        unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp") for sign in text
    )
