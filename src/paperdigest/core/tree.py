"""What a query is: a tree of terms. The parsers build it, `core.query` evaluates it.

Owns where a term looks and which trees mean something; knows nothing of folding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """Where something was found, in the order in which hits are given."""

    TITLE = "title"
    ABSTRACT = "abstract"
    AUTHOR = "author"
    CATEGORY = "category"
    KEYWORD = "keyword"
    SOURCE = "source"
    VENUE = "venue"
    ID = "id"

    __hash__ = str.__hash__  # that of an enum is worked out in Python each time


TEXT_FIELDS: Final = (Field.TITLE, Field.ABSTRACT, Field.KEYWORD)  # of a term without a field
ANY_FIELDS: Final = (*TEXT_FIELDS, Field.AUTHOR, Field.CATEGORY, Field.VENUE)


class Kind(StrEnum):
    """How the words of a term are looked for."""

    PHRASE = "phrase"  # one word or several, one after the other
    PREFIX = "prefix"  # the last word only begins so
    LITERAL = "literal"  # case, accents, number and spelling count
    LITERAL_PREFIX = "literal prefix"
    NEAR = "near"  # all the words within some places, any order
    NEAR_PREFIX = "near prefix"

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to find. `text` is without quotes, field, `=` and `*`; `typed` is what hits call it.

    `within` is for NEAR: last place minus first at most. `fields` are alternatives.
    """

    text: str
    kind: Kind = Kind.PHRASE
    fields: tuple[Field, ...] = TEXT_FIELDS
    within: int = 0
    typed: str = ""

    @property
    def name(self) -> str:
        """Return what the term is called where it is shown."""
        return self.typed or self.text


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that this does not find."""

    part: Node


Node = Term | And | Or | Not


def finds_something(node: Node, *, wanted: bool = True) -> bool:
    """Say whether every paper that fits holds a term that was looked for: `-a` and `a OR -b` do not."""
    match node:
        case Term():
            return wanted
        case Not(part):
            return finds_something(part, wanted=not wanted)
        case And(parts) if wanted:
            return any(finds_something(part) for part in parts)
        case Or(parts) if not wanted:
            return any(finds_something(part, wanted=False) for part in parts)
        case And(parts) | Or(parts):
            return bool(parts) and all(finds_something(part, wanted=wanted) for part in parts)


def terms(node: Node) -> Iterator[Term]:
    """Yield every term, in the order typed, excluded ones too."""
    for term, _ in _terms(node, wanted=True):
        yield term


def wanted_terms(node: Node) -> tuple[Term, ...]:
    """Return the terms that are looked for, each once, in the order typed."""
    return tuple(dict.fromkeys(term for term, wanted in _terms(node, wanted=True) if wanted))


def nots_inward(node: Node, *, wanted: bool = True) -> Node:
    """Return a tree that means the same, with nothing but a term inside of any NOT (De Morgan)."""
    match node:
        case Term():
            return node if wanted else Not(node)
        case Not(part):
            return nots_inward(part, wanted=not wanted)
        case And(parts) | Or(parts):
            kind = And if isinstance(node, And) is wanted else Or
            return kind(tuple(nots_inward(part, wanted=wanted) for part in parts))


def _terms(node: Node, *, wanted: bool) -> Iterator[tuple[Term, bool]]:
    match node:
        case Term():
            yield node, wanted
        case Not(part):
            yield from _terms(part, wanted=not wanted)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part, wanted=wanted)
