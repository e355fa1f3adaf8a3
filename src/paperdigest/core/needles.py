"""What some terms look for in texts, put together so that one walk through a text finds it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property, lru_cache
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
        self._owned = owned

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
                found_by.setdefault(finder, []).append(number)
        bits = self._bits_of(found_by, count)
        self._confirm(bits, kept)
        return bits

    def _bits_of(self, found_by: Mapping[Finder, list[int]], count: int) -> dict[int, int]:
        """Return for each needle the texts it may occur in: of a NEAR, those with all its words."""
        bits: dict[int, int] = {}
        parts: dict[int, int] = {}
        for finder, numbers in found_by.items():
            these = _bits(numbers, count)
            for pattern in self._states.completed_by(finder):
                owner = self._owners[pattern]
                bits[owner] = bits.get(owner, 0) | these
                if owner in self._near:
                    parts[pattern] = parts.get(pattern, 0) | these
        for owner in self._near.keys() & bits.keys():
            for pattern in self._parts[owner]:
                bits[owner] &= parts.get(pattern, 0)
        return bits

    def _confirm(self, bits: dict[int, int], kept: dict[int, list[Folded]]) -> None:
        """Leave of the texts that may hold a literal, or the words of a NEAR, those that do: each is walked
        through once for all of these."""
        doubtful = [owner for owner in self._uncertain if bits.get(owner)]
        somewhere = 0
        for owner in doubtful:
            somewhere |= bits[owner]
        sure = dict.fromkeys(doubtful, 0)
        for number in numbers_in(somewhere):
            here = {owner for owner in doubtful if bits[owner] >> number & 1}
            for text in kept[number]:
                for owner in self._held_for_sure(text, here):
                    sure[owner] |= 1 << number
        bits.update(sure)

    @cached_property
    def _closely(self) -> tuple[States, list[int]]:
        """Return the states of the uncertain needles alone, and the number of each pattern among all."""
        numbers = [n for n, owner in enumerate(self._owners) if owner in self._uncertain]
        return States(Automaton([self._owned[number][1] for number in numbers])), numbers

    def _held_for_sure(self, text: Folded, wanted: Set[int]) -> set[int]:
        states, numbers = self._closely
        found = [span._replace(pattern=numbers[span.pattern]) for span in spans(states, text)]
        some = [span for span in found if self._owners[span.pattern] in wanted]
        return {owner for owner, _, _ in self._places(some)}

    def places(self, text: Folded) -> Iterator[Place]:
        """Yield everything that occurs."""
        return self._places(spans(self._states, text))

    def _places(self, found: Iterable[Span]) -> Iterator[Place]:
        apart: dict[int, list[Span]] = {}
        for span in found:
            owner = self._owners[span.pattern]
            if owner in self._near:
                apart.setdefault(owner, []).append(span)
            else:
                yield owner, span.first, span.past
        for owner, some in apart.items():
            for first, past in windows(some, self._parts[owner], self._near[owner].within):
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
