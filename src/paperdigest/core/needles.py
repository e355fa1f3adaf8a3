"""What some terms look for in texts, put together so that each text is read once for it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, lru_cache
from typing import Any, Final

from paperdigest.core.asked import Asked, kept_of
from paperdigest.core.automaton import Automaton
from paperdigest.core.fold import Folded
from paperdigest.core.joins import Joins, joined_keys
from paperdigest.core.near import windows
from paperdigest.core.ngrams import NGram
from paperdigest.core.pattern import Needle, Pattern, patterns
from paperdigest.core.states import States
from paperdigest.core.tree import Field, Kind, Term
from paperdigest.core.walk import Span, spans

FOLDED_FIELDS: Final = (Field.TITLE, Field.ABSTRACT, Field.KEYWORD, Field.VENUE)
_NEAR_KINDS: Final = frozenset({Kind.NEAR, Kind.NEAR_PREFIX})
_LITERAL_KINDS: Final = frozenset({Kind.LITERAL, Kind.LITERAL_PREFIX})

_AT_ONCE: Final = 128  # texts
_LETTERS_AT_ONCE: Final = 1 << 20

#: (needle, first word, past the last word)
Place = tuple[int, int, int]


class Made:
    """Different needles by their numbers, and their patterns: most have one, a NEAR has one for each word."""

    def __init__(
        self, needles: Iterable[Needle], made: Mapping[Needle, tuple[Pattern, ...]]
    ) -> None:
        """`made` are patterns that need not be made again."""
        self.numbers = {one: number for number, one in enumerate(dict.fromkeys(needles))}
        found = [
            (number, pattern)
            for one, number in self.numbers.items()
            for pattern in made.get(one) or patterns(one)
        ]
        self.owners = [number for number, _ in found]
        self.patterns = [pattern for _, pattern in found]


class Needles:
    """The different things that some terms look for in texts, ready to be looked for together."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._ready(*_layout(terms, {}))

    def _ready(self, kept: Mapping[str, Any], made: Made | Callable[[], Made]) -> None:
        self.fields = set(map(Field, kept["fields"]))
        self._owners: Sequence[int] = kept["owners"]
        self._near: dict[int, int] = dict(kept["near"])
        self._literal: Set[int] = frozenset(kept["literal"])
        self._asked_kept: Mapping[str, Any] | None = kept.get("asked")
        self._make = made

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any], made: Callable[[], Made]) -> Needles:
        """Return the needles that `kept` tells of; `made` tells the rest when a text is walked through."""
        needles = cls.__new__(cls)
        needles._ready(kept, made)
        return needles

    @cached_property
    def _made(self) -> Made:
        return self._make if isinstance(self._make, Made) else self._make()

    @property
    def numbers(self) -> Mapping[Needle, int]:
        """Return the number of each needle."""
        return self._made.numbers

    @cached_property
    def _parts(self) -> dict[int, list[int]]:
        parts: dict[int, list[int]] = {}
        for number, owner in enumerate(self._owners):
            if owner in self._near:
                parts.setdefault(owner, []).append(number)
        return parts

    @cached_property
    def _asked(self) -> Asked:
        """Return what is looked up in texts."""
        return Asked(self._asked_kept or kept_of(self._made.patterns))

    @cached_property
    def _states(self) -> States:
        return States(Automaton(self._made.patterns, self._asked.joins))

    @cached_property
    def _uncertain(self) -> Set[int]:
        """Return the needles of which a look-up tells only where they may be."""
        doubtful = {self._owners[pattern] for pattern in self._asked.doubtful}
        return self._literal | doubtful | self._near.keys()

    def texts_with(self, texts: Iterable[tuple[int, Folded]], count: int) -> dict[int, int]:
        """Return for each needle the texts it occurs in, as a bit set of their numbers.

        `texts` are (number, text), numbers below `count`; several texts of one number count as one.
        """
        kept: dict[int, list[Folded]] = {}
        found: dict[NGram, list[int]] = {}
        walked: dict[int, list[int]] = {}
        for number, text, held in self._held(texts):
            if self._uncertain:
                kept.setdefault(number, []).append(text)
            if held is None:
                for pattern in {span.pattern for span in spans(self._states, text)}:
                    walked.setdefault(pattern, []).append(number)
            else:
                for one in held:
                    found.setdefault(one, []).append(number)
        there = self._asked.patterns({one: _bits(some, count) for one, some in found.items()})
        for pattern, some in walked.items():
            there[pattern] = there.get(pattern, 0) | _bits(some, count)
        bits = self._bits_of(there)
        self._confirm(bits, kept)
        return bits

    def _held(
        self, texts: Iterable[tuple[int, Folded]]
    ) -> Iterator[tuple[int, Folded, set[NGram] | None]]:
        for some in _in_turn(texts):
            held = self._asked.held([text for _, text in some])
            yield from ((number, text, one) for (number, text), one in zip(some, held, strict=True))

    def _bits_of(self, there: Mapping[int, int]) -> dict[int, int]:
        """Return for each needle the texts it may occur in: of a NEAR, those with all its words."""
        bits: dict[int, int] = {}
        for pattern, these in there.items():
            owner = self._owners[pattern]
            bits[owner] = bits.get(owner, 0) | these
        for owner in self._near.keys() & bits.keys():
            for pattern in self._parts[owner]:
                bits[owner] &= there.get(pattern, 0)
        return bits

    def _confirm(self, bits: dict[int, int], kept: dict[int, list[Folded]]) -> None:
        """Leave of the texts that may hold an uncertain needle those that do: each is walked through once
        for all of these."""
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
        some = [self._made.patterns[number] for number in numbers]
        return States(Automaton(some, Joins(joined_keys(some)))), numbers

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
            for first, past in windows(some, self._parts[owner], self._near[owner]):
                yield owner, first, past


def _in_turn(texts: Iterable[tuple[int, Folded]]) -> Iterator[list[tuple[int, Folded]]]:
    """Yield the texts a few at a time: read together, but no more than is good for memory."""
    some: list[tuple[int, Folded]] = []
    size = 0
    for number, text in texts:
        some.append((number, text))
        size += len(text.text)
        if len(some) >= _AT_ONCE or size >= _LETTERS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def kept_needles(
    terms: Iterable[Term], made: Mapping[Needle, tuple[Pattern, ...]]
) -> dict[str, Any]:
    """Return what is to be known of the needles of some terms to look them up, as JSON keeps it."""
    kept, layout = _layout(terms, made)
    return {**kept, "asked": kept_of(layout.patterns)}


def _layout(
    terms: Iterable[Term], made: Mapping[Needle, tuple[Pattern, ...]]
) -> tuple[dict[str, Any], Made]:
    used = [term for term in terms if any(field in FOLDED_FIELDS for field in term.fields)]
    layout = Made(map(needle, used), made)
    each = layout.numbers.items()
    kept = {
        "fields": sorted({f for term in used for f in term.fields if f in FOLDED_FIELDS}),
        "owners": layout.owners,
        "near": [(number, one.within) for one, number in each if one.kind in _NEAR_KINDS],
        "literal": [number for one, number in each if one.kind in _LITERAL_KINDS],
    }
    return kept, layout


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
