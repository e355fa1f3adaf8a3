"""Invented digests, of twenty papers unless another number is asked for: readers of one topic share its hits, or each has marks of their own."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from generate import papers

from paperdigest.core import letter
from paperdigest.core.arrange import TopicFinds, arrange
from paperdigest.core.digest import Digest, SourceLine
from paperdigest.core.entry import Desk, Find
from paperdigest.core.paper import Paper
from paperdigest.core.query import Field, Hit
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SLOT = Slot("2026-11-20T08:00 UTC", NOW)
PAPERS = 20
#: Of a morning's papers each topic finds twenty; so many topics are all that readers ask for.
MORNING = 2_000
TOPICS = 100
_WORD = re.compile(r"[A-Za-z]{4,}")
_SOURCES = (SourceLine("arxiv-cs", "ok", 374), SourceLine("hf", "ok", 36))


def recipient(number: int) -> str:
    """Return a reader's target."""
    return f"email:reader{number:05}@example.org"


def find(key: int) -> Find:
    """Return a find of a paper as the ledger needs it."""
    return Find(key, Paper(title=""), "new", key, NOW)


class Morning:
    """The papers of one morning, and the digests that readers get of them, one after the other.

    `shared`: the readers of a topic have the same hits, as equal topics do in the real path; else each
    has words of their own, so that no two show a paper with the same marks. Each digest is of `count` papers, all of
    them shown whole.
    """

    def __init__(self, *, shared: bool, count: int = PAPERS) -> None:
        self._papers = papers(MORNING)
        self._shared = shared
        self._count = count
        self._desk = Desk()
        self._finds_of = [self._finds(random.Random(topic)) for topic in range(TOPICS)]

    def digests(self, first: int, count: int) -> Iterator[Digest]:
        """Yield the digests of these readers."""
        for number in range(first, first + count):
            yield self._digest(number)

    def _digest(self, number: int) -> Digest:
        reader = Subscriber(f"reader{number:05}", deliver=(recipient(number),))
        topic = number % TOPICS
        finds = self._finds_of[topic] if self._shared else self._finds(random.Random(number))
        found = TopicFinds(f"Topic {topic}", finds, limit=self._count)
        sections = arrange([found], self._desk, NOW)
        since = NOW - timedelta(days=1)
        frame = letter.Frame(reader, SLOT, "digest", NOW, since, NOW, sources=_SOURCES, seen=410)
        return letter.digest(frame, sections)

    def _finds(self, chance: random.Random) -> tuple[Find, ...]:
        keys = chance.sample(range(MORNING), self._count)
        return tuple(self._find(key, chance) for key in keys)

    def _find(self, key: int, chance: random.Random) -> Find:
        paper = self._papers[key]
        hits = _hits(paper, chance)
        return Find(key + 1, paper, "new", key + 1, NOW - timedelta(hours=5), 1.0, lambda: hits)


def _hits(paper: Paper, chance: random.Random) -> tuple[Hit, ...]:
    """Return what a reader's words hit: one in the title, two in the abstract."""
    places = [(Field.TITLE, paper.title, 1), (Field.ABSTRACT, paper.abstract, 2)]
    return tuple(
        Hit(word.group(), field, word.start(), word.end(), word.group())
        for field, text, count in places
        for word in _drawn(text, count, chance)
    )


def _drawn(text: str, count: int, chance: random.Random) -> list[re.Match[str]]:
    words = list(_WORD.finditer(text))
    return sorted(chance.sample(words, min(count, len(words))), key=re.Match.start)
