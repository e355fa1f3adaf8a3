"""What a batch of papers says about the terms of some queries: which papers, as bit sets, and where.

Folds every paper once and walks every text once, whatever the number of queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from paperdigest.core import listed
from paperdigest.core.fold import Folded, fold
from paperdigest.core.needles import FOLDED_FIELDS, Needles, needle
from paperdigest.core.paper import Paper
from paperdigest.core.text import display
from paperdigest.core.tree import TEXT_FIELDS, Field, Term


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a term was found. `term` is the keyword as typed.

    For title and abstract `start` and `end` are code points into the displayed text and `text` what
    stands there; for the other fields `text` is the name itself, from 0 to its length.
    """

    term: str
    field: Field
    start: int
    end: int
    text: str


class Batch:
    """Some papers, folded when first asked and once."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = tuple(papers)
        self._folded: dict[tuple[int, Field], tuple[Folded, ...]] = {}

    def folded(self, at: int, field: Field) -> tuple[Folded, ...]:
        """Return the texts of a field: one, or one for each of the paper's keywords."""
        texts = self._folded.get((at, field))
        if texts is None:
            texts = tuple(fold(display(raw)) for raw in _raw(self.papers[at], field))
            self._folded[at, field] = texts
        return texts

    def texts(self, field: Field) -> Iterator[tuple[int, Folded]]:
        """Yield the texts of a field, each with the number of its paper."""
        for at in range(len(self.papers)):
            for text in self.folded(at, field):
                yield at, text

    @cached_property
    def lists(self) -> listed.Lists:
        """Return who and what the papers list besides their texts."""
        return listed.Lists(self.papers)


def _raw(paper: Paper, field: Field) -> tuple[str, ...]:
    match field:
        case Field.TITLE:
            return (paper.title,)
        case Field.ABSTRACT:
            return (paper.abstract,) if paper.abstract else ()
        case Field.KEYWORD:
            return paper.keywords
        case _:
            return (paper.venue,) if paper.venue else ()


class Evidence:
    """Which papers of a batch hold a term, field by field: bit n of a set is paper n."""

    def __init__(self, batch: Batch, needles: Needles) -> None:
        self.batch = batch
        self._needles = needles
        self._places: dict[tuple[int, Field], _Places] = {}
        self._present: dict[int, Set[int]] = {}
        self._hits_of: dict[tuple[int, ...], tuple[Hit, ...]] = {}
        self._numbered: dict[Term, int] = {}
        self._bits = {
            field: needles.texts_with(batch.texts(field), len(batch.papers))
            for field in needles.fields
        }

    def papers(self, term: Term) -> int:
        """Return the papers that hold the term in any of its fields."""
        number = self._needles.numbers.get(needle(term), -1)
        bits = 0
        for field in term.fields:
            if field not in FOLDED_FIELDS:
                bits |= self.batch.lists.papers(term, field)
            elif number >= 0:
                bits |= self._bits[field].get(number, 0)
        return bits

    def knows(self, term: Term) -> bool:
        """Say whether the term was looked for in all of its fields that are texts."""
        texts = FOLDED.intersection(term.fields)
        return not texts or (
            needle(term) in self._needles.numbers and texts <= self._needles.fields
        )

    def usual_papers(self) -> dict[int, int]:
        """Return the papers that hold each needle, by its number, in any field where terms usually look."""
        papers: dict[int, int] = {}
        for field in TEXT_FIELDS:
            for number, bits in self._bits.get(field, {}).items():
                papers[number] = papers.get(number, 0) | bits
        return papers

    def papers_in(self, term: Term, field: Field) -> int:
        """Return the papers that hold the term in this field."""
        if field in FOLDED_FIELDS:
            number = self._needles.numbers.get(needle(term), -1)
            return self._bits[field].get(number, 0) if field in self._bits else 0
        return self.batch.lists.papers(term, field)

    @property
    def everything(self) -> int:
        """Return the set of all papers."""
        return (1 << len(self.batch.papers)) - 1

    def looked_up(self, terms: Sequence[Term]) -> tuple[Looked, ...]:
        """Return terms with the numbers of their needles, ready for `hits`."""
        return tuple(map(self._looked_up, terms))

    def _looked_up(self, term: Term) -> Looked:
        number = self._needles.numbers.get(needle(term), -1)
        own = self._numbered.setdefault(term, len(self._numbered))
        return Looked(term, number, own, not FOLDED.issuperset(term.fields))

    def hits(self, at: int, terms: Sequence[Looked]) -> tuple[Hit, ...]:
        """Return every place where one of the terms is found in paper `at`, by field and place.

        Of many readers' terms few are in a paper, and often the same: equal answers are one object.
        """
        present = self._present.get(at)
        if present is None:
            present = self._present[at] = self._needles_in(at)
        there = [looked for looked in terms if looked.number in present or looked.is_listed]
        key = (at, *[looked.own for looked in there])
        found = self._hits_of.get(key)
        if found is None:
            if len(self._hits_of) >= _HITS_KEPT:
                self._hits_of.clear()
            found = self._hits_of[key] = self._all_hits(at, there)
        return found

    def _all_hits(self, at: int, terms: Sequence[Looked]) -> tuple[Hit, ...]:
        found: list[Hit] = []
        for looked in terms:
            for field in looked.term.fields:
                if field not in FOLDED:
                    found += self._listed_hits(at, looked.term, field)
                elif (places := self._places_in(at, field).get(looked.number)) is not None:
                    found += self._hits_at(at, looked.term, field, places)
        if len(found) == 1:  # most often; and there is nothing to put in order
            return (found[0],)
        return tuple(sorted(dict.fromkeys(found), key=_order))

    def _needles_in(self, at: int) -> Set[int]:
        return frozenset().union(*(self._places_in(at, field) for field in self._needles.fields))

    def _listed_hits(self, at: int, term: Term, field: Field) -> list[Hit]:
        names = self.batch.lists.names(self.batch.papers[at], term, field)
        return [Hit(term.name, field, 0, len(name), name) for name in names]

    def _hits_at(
        self, at: int, term: Term, field: Field, places: Sequence[tuple[int, int, int]]
    ) -> list[Hit]:
        if field is Field.KEYWORD or field is Field.VENUE:
            names = _raw(self.batch.papers[at], field)
            found = [names[which] for which, _, _ in places]
            return [Hit(term.name, field, 0, len(name), name) for name in found]
        texts = self.batch.folded(at, field)
        hits = []
        for which, first, past in places:
            text = texts[which]
            start, end = text.spans[first][0], text.spans[past - 1][1]
            hits.append(Hit(term.name, field, start, end, text.text[start:end]))
        return hits

    def _places_in(self, at: int, field: Field) -> _Places:
        """Return where everything is in one field of one paper; found for all terms at once."""
        places = self._places.get((at, field))
        if places is None:
            places = self._places[at, field] = {}
            for which, text in enumerate(self.batch.folded(at, field)):
                for number, first, past in self._needles.places(text):
                    places.setdefault(number, []).append((which, first, past))
        return places


class Looked(NamedTuple):
    """A term before one batch: the number of what it looks for in texts (-1: nothing), a number of its
    own, and whether it also looks at what papers list."""

    term: Term
    number: int
    own: int
    is_listed: bool


FOLDED = frozenset(FOLDED_FIELDS)
_HITS_KEPT = 20_000  # answers, about 1 kB each
_Places = dict[int, list[tuple[int, int, int]]]  # needle: (which text, first word, past the last)
_ORDER = {field: number for number, field in enumerate(Field)}


def _order(hit: Hit) -> tuple[int, int, int, str, str]:
    return _ORDER[hit.field], hit.start, hit.end, hit.text, hit.term
