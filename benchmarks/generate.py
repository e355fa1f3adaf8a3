"""Invented papers for measuring: the same seed gives the same papers, no two share a title."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from paperdigest.core.paper import Paper

_NEWEST = datetime(2026, 11, 19, tzinfo=UTC)
_ONSETS = [
    "b",
    "br",
    "c",
    "cl",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gl",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "pr",
    "qu",
    "r",
    "s",
    "sc",
    "sp",
    "st",
    "str",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou"]
_CODAS = ["", "n", "r", "l", "s", "t", "m", "x", "nd", "nt", "rm", "ct"]
_COMMON = [
    "we",
    "the",
    "of",
    "a",
    "and",
    "in",
    "to",
    "for",
    "with",
    "that",
    "is",
    "on",
    "by",
    "from",
    "as",
    "show",
    "propose",
    "present",
    "model",
    "models",
    "method",
    "methods",
    "results",
    "data",
    "learning",
    "network",
    "networks",
    "training",
    "language",
    "vision",
    "graph",
    "large",
    "deep",
    "neural",
    "analysis",
    "efficient",
    "robust",
    "approach",
    "framework",
    "state-of-the-art",
    "performance",
    "tasks",
    "using",
    "based",
    "over",
    "under",
    "new",
    "novel",
    "multi-modal",
    "pre-training",
    "fine-tuning",
    "zero-shot",
    "retrieval",
    "generation",
    "attention",
    "transformer",
    "diffusion",
]
_FIELDS = (
    "cs.LG",
    "cs.CL",
    "cs.CV",
    "stat.ML",
    "cs.AI",
    "q-bio.NC",
    "astro-ph.GA",
    "math.OC",
    "quant-ph",
)
_GIVEN = [
    "Ada",
    "Grace",
    "Alan",
    "Emmy",
    "Carl",
    "Sofia",
    "Niels",
    "Mary",
    "Kurt",
    "Lise",
    "Ravi",
    "Mei",
    "Omar",
    "Ines",
    "Yuki",
    "Zoe",
    "Tariq",
    "Nadia",
]


def papers(count: int, seed: int = 1, *, vocabulary: int = 20_000) -> list[Paper]:
    """Return `count` papers with titles of 5 to 14 words and abstracts of about 1.3 kB."""
    return list(islice(_papers(random.Random(seed), vocabulary, seed), count))


def json_lines(some: Sequence[Paper]) -> bytes:
    """Return the papers in the project's own dump format."""
    return b"".join(
        json.dumps(_record(paper), ensure_ascii=False).encode() + b"\n" for paper in some
    )


def page_dump(some: Sequence[Paper]) -> bytes:
    """Return the papers as a dense page dump: a header, then title and abstract line by line."""
    lines = [
        "Get trending papers in your email inbox once a day!",
        "Get trending papers in your email inbox!",
    ]
    text = "\n".join(f"{paper.title}\n{paper.abstract}" for paper in some)
    return ("\n".join(lines) + "\nSubscribe" + text + "\n").encode()


def _papers(chance: random.Random, vocabulary: int, seed: int) -> Iterator[Paper]:
    rare = [_word(chance) for _ in range(vocabulary)]
    families = [_word(chance).capitalize() for _ in range(3_000)]
    number = 0
    while True:
        number += 1
        id_ = f"arxiv:{seed % 90 + 10}{number // 90_000 % 12 + 1:02}.{number % 90_000 + 10_000}"
        title = (
            _words(chance, rare, chance.randint(4, 12)) + f" {rare[number % vocabulary]} {number}"
        )
        yield Paper(
            title=title[0].upper() + title[1:],
            abstract=" ".join(_sentence(chance, rare) for _ in range(chance.randint(7, 11))),
            id=id_,
            ids=(id_,),
            authors=tuple(
                f"{chance.choice(_GIVEN)} {chance.choice(families)}"
                for _ in range(chance.randint(1, 7))
            ),
            categories=tuple(dict.fromkeys(chance.choices(_FIELDS, k=chance.randint(1, 3)))),
            url=f"https://arxiv.org/abs/{id_.removeprefix('arxiv:')}",
            published_at=_NEWEST - timedelta(hours=chance.randint(0, 700)),
            version=1,
        )


def _word(chance: random.Random) -> str:
    return "".join(
        chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_CODAS)
        for _ in range(chance.randint(1, 3))
    )


def _words(chance: random.Random, rare: Sequence[str], count: int) -> str:
    return " ".join(chance.choice(_COMMON if chance.random() < 0.6 else rare) for _ in range(count))


def _sentence(chance: random.Random, rare: Sequence[str]) -> str:
    text = _words(chance, rare, chance.randint(12, 28))
    return text[0].upper() + text[1:] + "."


def _record(paper: Paper) -> dict[str, object]:
    published = paper.published_at
    return {
        "id": f"{paper.id}v{paper.version}",
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "categories": paper.categories,
        "url": paper.url,
        "published_at": published.isoformat() if published else "",
    }
