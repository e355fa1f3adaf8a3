"""Many queries against many papers: every different term is looked for once, equal queries are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paperdigest.core.evidence import Batch, Evidence, Hit
from paperdigest.core.needles import Needles
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, papers_of
from paperdigest.core.tree import Field, Term, terms, wanted_terms

_TITLE_COUNTS = 3
_AUTHOR_COUNTS = 5


class Match:
    """A paper that a query takes. `query` and `paper` are places in what was given."""

    __slots__ = ("_asked", "paper", "query")

    def __init__(self, query: int, paper: int, asked: _Asked) -> None:
        self.query = query
        self.paper = paper
        self._asked = asked

    def __repr__(self) -> str:
        return f"Match(query={self.query}, paper={self.paper})"

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return every place where a term was found, as `Query.hits` does. Worked out when asked."""
        return self._asked.hits(self.paper)

    @property
    def strength(self) -> int:
        """Return how strongly it fits: for each term found 5 among the authors, 3 in the title, else 1."""
        return self._asked.strength(self.paper)


class _Asked:
    """One query's wanted terms before one batch: looked up once, for all the papers it takes."""

    __slots__ = ("_known", "_wanted", "_weights")

    def __init__(self, wanted: tuple[Term, ...], known: Evidence) -> None:
        self._known = known
        self._wanted = known.looked_up(wanted)
        self._weights = [_weights(term, known) for term in wanted]

    def hits(self, paper: int) -> tuple[Hit, ...]:
        return self._known.hits(paper, self._wanted)

    def strength(self, paper: int) -> int:
        total = 0
        for levels in self._weights:
            for bits, counts in levels:
                if bits >> paper & 1:
                    total += counts
                    break
        return total


def _weights(term: Term, known: Evidence) -> tuple[tuple[int, int], ...]:
    """Return (papers, what a find there counts), the best place first."""
    best = ((Field.AUTHOR, _AUTHOR_COUNTS), (Field.TITLE, _TITLE_COUNTS))
    levels = [
        (known.papers_in(term, where), counts) for where, counts in best if where in term.fields
    ]
    return (*levels, (known.papers(term), 1))


class Matcher:
    """Some queries, made ready once for any number of batches of papers."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = tuple(queries)
        self._needles = Needles(
            term for query in dict.fromkeys(self._queries) for term in terms(query.root)
        )

    def matches(self, papers: Sequence[Paper]) -> Iterator[Match]:
        """Yield what fits, in order of query and paper. The papers are folded once for all queries."""
        known = Evidence(Batch(papers), self._needles)
        taken: dict[Query, tuple[tuple[int, ...], _Asked]] = {}
        for number, query in enumerate(self._queries):
            found = taken.get(query)
            if found is None:
                places = tuple(_places(papers_of(query.root, known)))
                found = taken[query] = places, _Asked(wanted_terms(query.root), known)
            places, asked = found
            for paper in places:
                yield Match(number, paper, asked)


def _places(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    digits = f"{bits:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
