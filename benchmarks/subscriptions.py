"""Invented subscriptions over given papers: what readers might ask for, drawn with a fixed seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generate import papers as invented

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.paper import Paper

DUMPS = Path(__file__).parents[2] / "shared" / "dumps"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]+")
_PHRASES = 7_000
_HEAT = (
    0.45  # of the Pareto distribution: a few phrases are in everybody's mind, most in one reader's
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reader's words: any of these, and none of those."""

    keywords: tuple[str, ...]
    exclude: tuple[str, ...]


def real_or_invented() -> tuple[list[Paper], str]:
    """Return the papers of the real dumps where they lie beside the checkout, else invented ones."""
    if not DUMPS.is_dir():
        return invented(446), "446 invented papers"
    from paperdigest.sources.page_dump import FORMAT

    found: dict[str, Paper] = {}
    for dump in sorted(DUMPS.glob("*.txt")):
        for paper in FORMAT.parse(dump.read_bytes()).papers:
            found.setdefault(paper.title, paper)
    return list(found.values()), f"{len(found)} real papers"


def shuffled(some: Sequence[Paper], count: int, seed: int = 1) -> list[Paper]:
    """Return `count` papers made of the sentences of some, for batches larger than there are real ones."""
    chance = random.Random(seed)
    sentences = [one for paper in some for one in re.split(r"(?<=[.!?]) ", paper.abstract)]
    titles = [paper.title for paper in some]
    return [
        Paper(title=chance.choice(titles), abstract=" ".join(chance.choices(sentences, k=7)))
        for _ in range(count)
    ]


def subscriptions(some: Sequence[Paper], count: int, seed: int = 1) -> list[Wanted]:
    """Return what `count` readers ask for: one to eight keywords, every third an exclusion too."""
    chance = random.Random(seed)
    phrases, words = _pool(some)
    chance.shuffle(phrases)
    chance.shuffle(words)
    phrases = phrases[:_PHRASES]

    def keyword() -> str:
        if chance.random() < 0.3:
            return chance.choice(words)
        if chance.random() < 0.2:
            return chance.choice(phrases)
        return phrases[int(chance.paretovariate(_HEAT) * 3) % len(phrases)]

    return [
        Wanted(
            tuple(dict.fromkeys(keyword() for _ in range(chance.randint(1, 8)))),
            (chance.choice(words),) if chance.random() < 1 / 3 else (),
        )
        for _ in range(count)
    ]


def _pool(some: Sequence[Paper]) -> tuple[list[str], list[str]]:
    """Return phrases of two or three words that occur more than once, and words that are not in every text."""
    counts: Counter[tuple[str, ...]] = Counter(
        stretch for paper in some for stretch in _stretches(f"{paper.title}. {paper.abstract}")
    )
    phrases = [" ".join(one) for one, times in counts.items() if len(one) > 1 and times > 1]
    words = [one[0] for one, times in counts.items() if len(one) == 1 and 1 < times < 60]
    return sorted(phrases), sorted(words)


def _stretches(text: str) -> Iterator[tuple[str, ...]]:
    found = _WORD.findall(text.lower())
    for size in (1, 2, 3):
        for at in range(len(found) - size + 1):
            stretch = tuple(found[at : at + size])
            if len(stretch[0]) > 2 and not {stretch[0], stretch[-1]} & FUNCTION_WORDS:
                yield stretch
