"""How near two papers are: the words they share, weighed by how rare they are (TF-IDF and the cosine).

Pure, over dicts of folded words. How often a word is used is asked of the search index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.fold import fold
from paperdigest.core.index_terms import letters_of
from paperdigest.core.paper import Paper
from paperdigest.core.text import display
from paperdigest.core.word import Word

_TITLE_WEIGHT: Final = 3
_KEYWORD_WEIGHT: Final = 2
_COMMON_SHARE: Final = 0.2  # a word of more papers than these tells none apart,
_COMMON_FROM: Final = 50  # once there are so many papers


@dataclass(frozen=True, slots=True)
class Vector:
    """The words of a paper with their weights; together of length 1."""

    weights: Mapping[str, float]

    def nearness(self, other: Vector) -> float:
        """Return the cosine: 1 the same words in the same weights, 0 none in common."""
        few, many = sorted((self.weights, other.weights), key=len)
        return sum(weight * many.get(word, 0.0) for word, weight in few.items())

    def shared(self, other: Vector, most: int) -> tuple[str, ...]:
        """Return the words that make them near, the weightiest first."""
        both = {
            word: weight * other.weights[word]
            for word, weight in self.weights.items()
            if word in other.weights
        }
        return tuple(sorted(both, key=lambda word: (-both[word], word))[:most])

    def heaviest(self, most: int) -> tuple[str, ...]:
        """Return the words that say most of what the paper is about."""
        return tuple(sorted(self.weights, key=lambda word: (-self.weights[word], word))[:most])


def words_of(paper: Paper) -> Counter[str]:
    """Return the folded words of a paper with how often they stand there, those of the title weighing more."""
    found: Counter[str] = Counter()
    weighed = (
        (_TITLE_WEIGHT, paper.title),
        (1, paper.abstract),
        *((_KEYWORD_WEIGHT, keyword) for keyword in paper.keywords),
    )
    for weight, text in weighed:
        for word in fold(display(text)).words:
            if _tells(word):
                found[letters_of(word.keys[0])] += weight
    return found


def _tells(word: Word) -> bool:
    """Say whether a word says something of a paper: the parts of "state-of-the-art" do not."""
    whole = word.starts and word.ends
    return whole and word.raw not in FUNCTION_WORDS and not word.raw.isdigit() and len(word.raw) > 1


def vector(words: Mapping[str, int], papers_with: Mapping[str, int], papers: int) -> Vector:
    """Return the vector of a paper's words; `papers_with` says how many of all papers use a word."""
    weights: dict[str, float] = {}
    for word, times in words.items():
        using = max(1, papers_with.get(word, 1))
        if papers < _COMMON_FROM or using <= papers * _COMMON_SHARE:
            weights[word] = (1 + log(times)) * log(1 + papers / using)
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return Vector({word: weight / length for word, weight in weights.items()})
