"""What some terms look for in texts, put together so that one walk through a text finds it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from paperdigest.core.automaton import Automaton
from paperdigest.core.fold import Folded
from paperdigest.core.near import windows
from paperdigest.core.pattern import Needle, Pattern, patterns
from paperdigest.core.states import Finder, States
from paperdigest.core.tree import Field, Kind, Term
from paperdigest.core.walk import Span, spans

FOLDED_FIELDS: Final = (Field.TITLE, Field.ABSTRACT, Field.KEYWORD, Field.VENUE)
_NEAR_KINDS: Final = frozenset({Kind.NEAR, Kind.NEAR_PREFIX})
_LITERAL_KINDS: Final = frozenset({Kind.LITERAL, Kind.LITERAL_PREFIX})

#: (needle, first word, past the last word)
Place = tuple[int, int, int]


class Needles:
    """The different things that some terms look for in texts, ready to be looked for together."""

    def __init__(
        self, terms: Iterable[Term], made: Mapping[Needle, tuple[Pattern, ...]] | None = None
    ) -> None:
        """`made` are patterns that need not be made again."""
        used = [term for term in terms if any(field in FOLDED_FIELDS for field in term.fields)]
        self.fields = {field for term in used for field in term.fields if field in FOLDED_FIELDS}
        self.numbers = {one: number for number, one in enumerate(dict.fromkeys(map(needle, used)))}
        made = made or {}
        owned = [
            (number, pattern)
            for number, each in enumerate(self.numbers)
            for pattern in made.get(each) or patterns(each)
        ]
        self._owners = [number for number, _ in owned]
        self._near = {
            number: each for number, each in enumerate(self.numbers) if each.kind in _NEAR_KINDS
        }
        self._parts: dict[int, list[int]] = {}
        for number, owner in enumerate(self._owners):
            if owner in self._near:
                self._parts.setdefault(owner, []).append(number)
        literal = {
            number for number, each in enumerate(self.numbers) if each.kind in _LITERAL_KINDS
        }
        self._uncertain = literal | self._near.keys()
        self._states = States(Automaton([pattern for _, pattern in owned]))

    def texts_with(self, texts: Iterable[tuple[int, Folded]], count: int) -> dict[int, int]:
        """Return for each needle the texts it occurs in, as a bit set of their numbers.

        `texts` are (number, text), numbers below `count`; several texts of one number count as one.
        """
        kept: dict[int, list[Folded]] = {}
        found_by: dict[Finder, list[int]] = {}
        for number, text in texts:
            if self._uncertain:
                kept.setdefault(number, []).append(text)
            for finder in self._states.finders(text):
                if finder in found_by:
                    found_by[finder].append(number)
                else:
                    found_by[finder] = [number]
        bits: dict[int, int] = {}
        for finder, numbers in found_by.items():
            these = _bits(numbers, count)
            for pattern in self._states.completed_by(finder):
                owner = self._owners[pattern]
                bits[owner] = bits.get(owner, 0) | these
        for owner in self._uncertain & bits.keys():
            bits[owner] = self._confirmed(owner, bits[owner], kept)
        return bits

    def _confirmed(self, owner: int, bits: int, kept: dict[int, list[Folded]]) -> int:
        """Return those of the texts that hold a needle to the letter, or all its words near enough."""
        sure = 0
        for number in numbers_in(bits):
            if any(place[0] == owner for text in kept[number] for place in self.places(text)):
                sure |= 1 << number
        return sure

    def places(self, text: Folded) -> Iterator[Place]:
        """Yield everything that occurs."""
        apart: dict[int, list[Span]] = {}
        for span in spans(self._states, text):
            owner = self._owners[span.pattern]
            if owner in self._near:
                apart.setdefault(owner, []).append(span)
            else:
                yield owner, span.first, span.past
        for owner, parts in apart.items():
            for first, past in windows(parts, self._parts[owner], self._near[owner].within):
                yield owner, first, past


def numbers_in(bits: int) -> list[int]:
    """Return the numbers of the bits that are set, lowest first."""
    digits = f"{bits:b}"[::-1]
    found = []
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


def _bits(numbers: list[int], count: int) -> int:
    if len(numbers) < 4:
        bits = 0
        for number in numbers:
            bits |= 1 << number
        return bits
    held = bytearray(count // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


@lru_cache(maxsize=1 << 15)
def needle(term: Term) -> Needle:
    """Return what a term looks for in texts."""
    return Needle(term.text, term.kind, term.within)
