"""A query: a tree of terms with what it means for papers. Words become trees in the parsers.

`keywords` puts the lists of a topic together: ((keywords and require) or authors or query), within
categories and sources, without exclude.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from paperdigest.core.errors import QueryError
from paperdigest.core.evidence import Batch, Evidence, Hit
from paperdigest.core.keyword import parse_keyword
from paperdigest.core.needles import Needles
from paperdigest.core.paper import Paper
from paperdigest.core.program import papers_taken, program
from paperdigest.core.reading import reading
from paperdigest.core.tree import (
    And,
    Field,
    Node,
    Not,
    Or,
    Term,
    finds_something,
    terms,
    wanted_terms,
)

__all__ = ["And", "Field", "Hit", "Node", "Not", "Or", "Query", "Term", "keywords", "papers_of"]


@dataclass(frozen=True, slots=True)
class Query:
    """What a topic wants. Every branch needs a term to find: else QueryError."""

    root: Node

    def __post_init__(self) -> None:
        if not finds_something(self.root):
            raise QueryError("this only excludes", "add a term that must be present")

    def hits(self, paper: Paper) -> tuple[Hit, ...]:
        """Return every place where a term that is looked for was found; empty if the paper does not
        fit. In order of title, abstract, author and the rest, then of place; hits may overlap.
        """
        known = Evidence(Batch((paper,)), _needles(self))
        if not papers_of(self.root, known):
            return ()
        return known.hits(0, known.looked_up(wanted_terms(self.root)))

    @property
    def reading(self) -> str:
        """Return the expression with all brackets and operators; parsed, it means the same."""
        return reading(self.root)


@lru_cache(maxsize=256)
def _needles(query: Query) -> Needles:
    return Needles(terms(query.root))


def papers_of(node: Node, known: Evidence) -> int:
    """Return the papers that fit a tree, as a bit set. `known` must know all its terms."""
    numbers = {term: number for number, term in enumerate(dict.fromkeys(terms(node)))}
    bits = [known.papers(term) for term in numbers]
    return papers_taken(program(node, numbers.__getitem__), bits, known.everything)


def keywords(
    words: Sequence[str] = (),
    *,
    require: Sequence[Sequence[str]] = (),
    exclude: Sequence[str] = (),
    authors: Sequence[str] = (),
    categories: Sequence[str] = (),
    sources: Sequence[str] = (),
    query: Query | None = None,
) -> Query:
    """Return the query of a topic's lists. A string where a list is expected is a list of one.

    Taken: any of `words` and one of each group of `require`, or any of `authors`, or what `query`
    takes; within any of `categories` and any of `sources`; without `exclude`. Only categories or
    sources: everything there. Raises QueryError, also when nothing but exclusions is left.
    """
    asked = [_any_of(words, parse_keyword)] if words else []
    asked += [_any_of(group, parse_keyword) for group in _list(require) if group]
    found = [_all(asked)] if asked else []
    found += [_named(name, Field.AUTHOR) for name in _list(authors)]
    found += [query.root] if query is not None else []
    within = [_one(found)] if found else []
    within += [_any_of(categories, _category)] if categories else []
    within += [_any_of(sources, _source)] if sources else []
    if not within:
        raise _nothing_to_find(exclude)
    without = [Not(parse_keyword(str(word))) for word in _list(exclude)]
    return Query(_all([*within, *without]))


def _nothing_to_find(exclude: Sequence[str]) -> QueryError:
    if exclude:
        return QueryError("this only excludes", "add a keyword that must be present")
    return QueryError("this is empty", "add a keyword")


def _list(given: str | Iterable[str] | Iterable[Sequence[str]]) -> list[Sequence[str]]:
    return [given] if isinstance(given, str) else list(given)


def _any_of(given: Sequence[str], read: Callable[[str], Node]) -> Node:
    return _one([read(str(text)) for text in _list(given)])


def _one(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _all(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _category(text: str) -> Node:
    return _named(text, Field.CATEGORY)


def _source(text: str) -> Node:
    return _named(text, Field.SOURCE)


def _named(text: object, field: Field) -> Term:
    name = " ".join(str(text).split())
    if not any(sign.isalnum() for sign in name):
        raise QueryError(f"this {field} is empty", "write a name")
    return Term(name, fields=(field,))
