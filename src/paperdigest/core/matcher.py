"""Many queries against many papers: every different term is looked for once, equal queries are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paperdigest.core.compiled import Compiled
from paperdigest.core.evidence import Batch, Evidence, Hit, Looked
from paperdigest.core.needles import numbers_in
from paperdigest.core.paper import Paper
from paperdigest.core.program import Code, papers_taken, wanted_numbers
from paperdigest.core.query import Query
from paperdigest.core.tree import Field, Term

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


class Matcher:
    """Some queries, made ready once for any number of batches of papers."""

    def __init__(self, queries: Iterable[Query]) -> None:
        compiled = Compiled()
        known: dict[Query, Code] = {}
        codes: list[Code] = []
        for query in queries:
            code = known.get(query)
            if code is None:
                code = known[query] = compiled.add(f"{len(known)}", query)
            codes.append(code)
        self._ready(compiled, codes)

    @classmethod
    def of(cls, compiled: Compiled, keys: Iterable[str]) -> Matcher:
        """Return the matcher of queries that are compiled already, by their keys."""
        matcher = cls.__new__(cls)
        programs = compiled.programs
        matcher._ready(compiled, [programs[key] for key in keys])
        return matcher

    def _ready(self, compiled: Compiled, codes: Sequence[Code]) -> None:
        self._compiled = compiled
        self._codes = codes
        self._usual = compiled.usual()
        self._needles = compiled.needles()

    def answers(self, papers: Sequence[Paper]) -> Answers:
        """Return what every query takes of a batch. The papers are folded once for all queries."""
        known = Evidence(Batch(papers), self._needles)
        usual = known.usual_papers()
        bits = [
            usual.get(needle, 0) if needle >= 0 else known.papers(self._compiled.terms[number])
            for number, needle in enumerate(self._usual)
        ]
        return Answers(self._compiled, self._codes, known, bits)

    def matches(self, papers: Sequence[Paper]) -> Iterator[Match]:
        """Yield what fits, in order of query and paper."""
        answers = self.answers(papers)
        for number in range(len(self._codes)):
            yield from answers.matches(number)


class Answers:
    """What some queries take of one batch. Only what is asked for is spelled out."""

    def __init__(
        self, compiled: Compiled, codes: Sequence[Code], known: Evidence, bits: Sequence[int]
    ) -> None:
        """`bits` are the papers that hold each term of `compiled`."""
        self._compiled = compiled
        self._codes = codes
        self._known = known
        self._asked: dict[int, _Asked] = {}
        everything = known.everything
        taken: dict[int, int] = {}  # by the identity of the program: equal queries share one
        for code in codes:
            if id(code) not in taken:
                taken[id(code)] = papers_taken(code, bits, everything)
        self._taken = taken

    def taken(self, query: int) -> int:
        """Return the papers that a query takes, as a bit set: bit n is paper n."""
        return self._taken[id(self._codes[query])]

    def holding(self, term: Term) -> int | None:
        """Return the papers that hold a term, as a bit set; None if it was not looked for."""
        return self._known.papers(term) if self._known.knows(term) else None

    def matches(self, query: int) -> Iterator[Match]:
        """Yield the matches of one query, in order of the papers."""
        bits = self.taken(query)
        if not bits:
            return
        code = self._codes[query]
        asked = self._asked.get(id(code))
        if asked is None:
            wanted = tuple(self._compiled.terms[number] for number in wanted_numbers(code))
            asked = self._asked[id(code)] = _Asked(wanted, self._known)
        for paper in numbers_in(bits):
            yield Match(query, paper, asked)


class _Asked:
    """One query's wanted terms before one batch: looked up once, for all the papers it takes."""

    __slots__ = ("_known", "_wanted", "_weights")

    def __init__(self, wanted: tuple[Term, ...], known: Evidence) -> None:
        self._known = known
        self._wanted: tuple[Looked, ...] = known.looked_up(wanted)
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
