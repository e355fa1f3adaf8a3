"""What some terms look for in texts, put together so that one walk through a text finds it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from paperdigest.core.automaton import Automaton
from paperdigest.core.fold import Folded
from paperdigest.core.near import windows
from paperdigest.core.pattern import Needle, patterns
from paperdigest.core.tree import Field, Kind, Term
from paperdigest.core.walk import Span, spans

FOLDED_FIELDS: Final = (Field.TITLE, Field.ABSTRACT, Field.KEYWORD, Field.VENUE)
_NEAR_KINDS: Final = frozenset({Kind.NEAR, Kind.NEAR_PREFIX})


class Needles:
    """The different things that some terms look for in texts, ready to be looked for together."""

    def __init__(self, terms: Iterable[Term]) -> None:
        used = [term for term in terms if any(field in FOLDED_FIELDS for field in term.fields)]
        self.fields = {field for term in used for field in term.fields if field in FOLDED_FIELDS}
        self.numbers = {one: number for number, one in enumerate(dict.fromkeys(map(needle, used)))}
        self._all = tuple(self.numbers)
        made = [(number, one) for number, each in enumerate(self._all) for one in patterns(each)]
        self._owners = [number for number, _ in made]
        self._near = {
            number: each for number, each in enumerate(self._all) if each.kind in _NEAR_KINDS
        }
        self._automaton = Automaton([pattern for _, pattern in made])

    def found(self, text: Folded) -> set[int]:
        """Return the numbers of what occurs in the text at all."""
        found = spans(self._automaton, text)
        if self._near:
            return {number for number, _, _ in self._places(found)}
        owners = self._owners
        return {owners[span[0]] for span in found}

    def places(self, text: Folded) -> Iterator[tuple[int, int, int]]:
        """Yield everything that occurs, as (number, first word, past the last word)."""
        return self._places(spans(self._automaton, text))

    def _places(self, found: list[Span]) -> Iterator[tuple[int, int, int]]:
        apart: dict[int, list[Span]] = {}
        for span in found:
            owner = self._owners[span.pattern]
            if owner in self._near:
                apart.setdefault(owner, []).append(span)
            else:
                yield owner, span.first, span.past
        for owner, parts in apart.items():
            wanted = [number for number, each in enumerate(self._owners) if each == owner]
            for first, past in windows(parts, wanted, self._near[owner].within):
                yield owner, first, past


@lru_cache(maxsize=1 << 15)
def needle(term: Term) -> Needle:
    """Return what a term looks for in texts."""
    return Needle(term.text, term.kind, term.within)
