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

    __slots__ = ("_known", "_wanted", "paper", "query")

    def __init__(self, query: int, paper: int, wanted: tuple[Term, ...], known: Evidence) -> None:
        self.query = query
        self.paper = paper
        self._wanted = wanted
        self._known = known

    def __repr__(self) -> str:
        return f"Match(query={self.query}, paper={self.paper})"

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return every place where a term was found, as `Query.hits` does. Worked out when asked."""
        return self._known.hits(self.paper, self._wanted)

    @property
    def strength(self) -> int:
        """Return how strongly it fits: for each term found 5 among the authors, 3 in the title, else 1."""
        return sum(self._counts(term) for term in self._wanted)

    def _counts(self, term: Term) -> int:
        if self._found(term, Field.AUTHOR):
            return _AUTHOR_COUNTS
        if self._found(term, Field.TITLE):
            return _TITLE_COUNTS
        return int(any(self._found(term, where) for where in term.fields))

    def _found(self, term: Term, where: Field) -> bool:
        return where in term.fields and bool(self._known.papers_in(term, where) >> self.paper & 1)


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
        taken: dict[Query, tuple[tuple[int, ...], tuple[Term, ...]]] = {}
        for number, query in enumerate(self._queries):
            if query not in taken:
                places = tuple(_places(papers_of(query.root, known)))
                taken[query] = places, wanted_terms(query.root)
            places, wanted = taken[query]
            for paper in places:
                yield Match(number, paper, wanted, known)


def _places(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    digits = f"{bits:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
