"""Some papers that one question after another is asked about: folded once, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paperdigest.core.evidence import Batch, Evidence, Hit
from paperdigest.core.needles import Needles
from paperdigest.core.paper import Paper
from paperdigest.core.query import papers_of
from paperdigest.core.tree import And, Node, Not, Or, Term, terms, wanted_terms


class Sample:
    """Papers to try queries on. Numbers are places in `papers`; a set of papers is a bit set."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = tuple(papers)
        self.batch = Batch(self.papers)
        self._asked: list[Answers] = []

    def __len__(self) -> int:
        return len(self.papers)

    def ask(self, nodes: Iterable[Node]) -> Answers:
        """Look for everything that these trees ask for, in one walk through the texts: none at all
        where an earlier question asked for all of it."""
        wanted = frozenset(term for node in nodes for term in terms(node))
        for answers in self._asked:
            if wanted <= answers.asked:
                return answers
        self._asked.append(Answers(self.batch, wanted))
        return self._asked[-1]


class Answers:
    """What the sample says to trees that are made of the terms asked for."""

    def __init__(self, batch: Batch, asked: frozenset[Term]) -> None:
        self.asked = asked
        self._known = Evidence(batch, Needles(asked))

    def papers(self, node: Node) -> int:
        """Return the papers that fit, as a bit set."""
        return papers_of(node, self._known)

    def count(self, node: Node) -> int:
        """Return how many papers fit."""
        return self.papers(node).bit_count()

    def hits(self, paper: int, node: Node) -> tuple[Hit, ...]:
        """Return every place in one paper where a term is found that this tree looks for."""
        return self._known.hits(paper, self._known.looked_up(wanted_terms(node)))


def places(bits: int) -> Iterator[int]:
    """Yield the numbers of the papers in a set, lowest first."""
    digits = f"{bits:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def replaced(node: Node, term: Term, other: Node) -> Node:
    """Return the tree with one of its terms put in another's place, wherever it stands."""
    if node == term:
        return other
    match node:
        case And(parts):
            return And(tuple(replaced(part, term, other) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, term, other) for part in parts))
        case Not(part):
            return Not(replaced(part, term, other))
        case _:
            return node
