"""A term of a query made ready: which words, read apart or as one, lead from its start to its end.

The compound rules stand here for the query's side, in `core.automaton` for the text's side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from paperdigest.core import signs
from paperdigest.core.fold import MARK, Folded, Word, fold
from paperdigest.core.forms import joined_query_keys, query_keys, text_keys
from paperdigest.core.spelling import american_openings
from paperdigest.core.text import display
from paperdigest.core.tree import Kind

_BLANKS: Final = re.compile(r"\s+")
WIDEST_JOIN: Final = 12  # parts that may be read as one word


@dataclass(frozen=True, slots=True)
class Literal:
    """What the text must say to the letter: the words and what stands between them."""

    words: tuple[str, ...]
    between: tuple[str, ...]
    prefix: bool

    def says(self, text: Folded, first: int, past: int) -> bool:
        """Say whether the words `first` to `past` of the text are these."""
        if past - first != len(self.words):
            return False
        found = literal_words(text, first, past)
        if self.prefix:
            found = (*found[:-1], found[-1][: len(self.words[-1])])
        return found == self.words and literal_between(text, first, past) == self.between


class Pattern(NamedTuple):  # made by the ten thousand: a dataclass takes three times as long
    """The ways through a term. State s is reached after s words of the term; the last one is the end.

    `steps[s]` are (key, next state). `marks` are the states in which a mark must stand there in the text.
    `tails[s]` are what the last word may begin with, for a prefix; empty for anything else.
    """

    steps: Sequence[Sequence[tuple[str, int]]]
    marks: Sequence[int] = ()
    tails: Sequence[Sequence[str]] = ()
    literal: Literal | None = None

    @property
    def end(self) -> int:
        """Return the last state."""
        return len(self.steps)

    @property
    def marked(self) -> tuple[bool, ...]:
        """Say for each state whether a mark must stand there."""
        return tuple(state in self.marks for state in range(len(self.steps)))

    @property
    def openings(self) -> Sequence[Sequence[str]]:
        """Return for each state what the last word may begin with."""
        return self.tails or ((),) * len(self.steps)

    @property
    def is_prefix(self) -> bool:
        """Say whether the last word is only to begin so."""
        return bool(self.tails)


@dataclass(frozen=True, slots=True)
class Needle:
    """What is looked for in texts, whatever field and query it comes from."""

    text: str
    kind: Kind
    within: int = 0


def has_words(text: str) -> bool:
    """Say whether anything in the text can be looked for."""
    return bool(fold(display(text)).words)


@lru_cache(maxsize=1 << 14)
def patterns(needle: Needle) -> tuple[Pattern, ...]:
    """Return the patterns of a needle: one, or one for each word of a NEAR; none without a word."""
    prefix = needle.kind in {Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX}
    if needle.kind in {Kind.NEAR, Kind.NEAR_PREFIX}:
        parts = [part for part in map(fold, display(needle.text).split()) if part.words]
        last = len(parts) - 1
        return tuple(_pattern(part, prefix and at == last) for at, part in enumerate(parts))
    query = fold(display(needle.text))
    if not query.words:
        return ()
    if needle.kind in {Kind.LITERAL, Kind.LITERAL_PREFIX}:
        return (_literal_pattern(query, prefix),)
    return (_pattern(query, prefix),)


def _pattern(query: Folded, prefix: bool) -> Pattern:
    words = query.words
    steps: list[tuple[tuple[str, int], ...]] = []
    openings: list[tuple[str, ...]] = []
    for start in range(len(words)):
        stretches = _stretches(query, start)
        if prefix and stretches[-1] == len(words):
            openings.append(american_openings("".join(word.raw for word in words[start:])))
            stretches.pop()
        else:
            openings.append(())
        steps.append(
            tuple(
                (key, end) for end in stretches for key in _keys(words[start:end], both=query.both)
            )
        )
    return Pattern(tuple(steps), _marks(query), tuple(openings) if prefix else ())


def _stretches(query: Folded, start: int) -> list[int]:
    """Return where a word that begins at `start` may end, if some words are read as one."""
    ends = [start + 1]
    while ends[-1] < min(len(query.words), start + WIDEST_JOIN) and query.joins(ends[-1]):
        ends.append(ends[-1] + 1)
    return ends


def _keys(words: list[Word], *, both: bool) -> tuple[str, ...]:
    if len(words) == 1:
        return query_keys(words[0].shape, both=both)
    return joined_query_keys(tuple(word.shape for word in words), both=both)


def _marks(query: Folded) -> tuple[int, ...]:
    return tuple(at for at, kind in enumerate(query.before) if at and kind == MARK)


def _literal_pattern(query: Folded, prefix: bool) -> Pattern:
    count = len(query.words)
    literal = Literal(literal_words(query, 0, count), literal_between(query, 0, count), prefix)
    steps = [
        tuple((key, at + 1) for key in text_keys(word.shape)) for at, word in enumerate(query.words)
    ]
    openings: list[tuple[str, ...]] = [()] * count
    if prefix:
        steps[-1], openings[-1] = (), (query.words[-1].raw,)
    return Pattern(tuple(steps), _marks(query), tuple(openings) if prefix else (), literal)


def literal_words(text: Folded, first: int, past: int) -> tuple[str, ...]:
    """Return the words of a stretch as they stand there."""
    return tuple(signs.literal(text.text[start:end]) for start, end in text.spans[first:past])


def literal_between(text: Folded, first: int, past: int) -> tuple[str, ...]:
    """Return what stands between the words of a stretch, with one kind of dash, quote and blank."""
    spans = text.spans[first:past]
    gaps = (text.text[left[1] : right[0]] for left, right in pairwise(spans))
    return tuple(_BLANKS.sub(" ", signs.literal(gap)) for gap in gaps)
