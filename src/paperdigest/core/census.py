"""How many papers many queries and their terms take, counted batch by batch: each is read once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from paperdigest.core.advice import carried
from paperdigest.core.evidence import Batch, Evidence
from paperdigest.core.needles import Needles
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query, papers_of
from paperdigest.core.tree import Field, Term, terms, wanted_terms

Pair = tuple[Query | None, Query | None]


class Census:
    """Counts for some queries, and for pairs of (before, after) what is gained and lost."""

    def __init__(self, queries: Iterable[Query], pairs: Iterable[Pair] = ()) -> None:
        self._pairs = tuple(dict.fromkeys(pairs))
        sides = (query for pair in self._pairs for query in pair if query is not None)
        self._queries = tuple(dict.fromkeys((*queries, *sides)))
        wanted = (term for query in self._queries for term in wanted_terms(query.root))
        self._terms = tuple(dict.fromkeys(wanted))
        every = (term for query in self._queries for term in terms(query.root))
        self._needles = Needles(every)
        self.papers = 0
        self.fields: frozenset[Field] = frozenset()
        self.newest = Batch(())  # the last papers counted, for whoever wants to know their words
        self._taken: Counter[Query] = Counter()
        self._found: Counter[Term] = Counter()
        self._gained: Counter[Pair] = Counter()
        self._lost: Counter[Pair] = Counter()

    def add(self, papers: Sequence[Paper]) -> None:
        """Count a batch."""
        self.newest = Batch(papers)
        known = Evidence(self.newest, self._needles)
        self.papers += len(papers)
        self.fields |= carried(papers)
        bits = {query: papers_of(query.root, known) for query in self._queries}
        self._taken.update({query: found.bit_count() for query, found in bits.items()})
        self._found.update({term: known.papers(term).bit_count() for term in self._terms})
        for before, after in self._pairs:
            had = bits[before] if before is not None else 0
            has = bits[after] if after is not None else 0
            self._gained[before, after] += (has & ~had).bit_count()
            self._lost[before, after] += (had & ~has).bit_count()

    def taken(self, query: Query) -> int:
        """Return how many papers a query takes."""
        return self._taken[query]

    def found(self, term: Term) -> int:
        """Return how many papers a term is in."""
        return self._found[term]

    def change(self, pair: Pair) -> tuple[int, int]:
        """Return how many papers are gained and lost from the one to the other."""
        return self._gained[pair], self._lost[pair]
