"""A query's tree for people and for programs: what each term looks for, where, and what counts as the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

from paperdigest.core.alike import alike, in_other_number
from paperdigest.core.fold import fold
from paperdigest.core.text import display
from paperdigest.core.tree import ANY_FIELDS, TEXT_FIELDS, And, Field, Kind, Node, Not, Or, Term
from paperdigest.core.words import DOT

_TEXTS: Final = frozenset({*TEXT_FIELDS, Field.VENUE})
_SEVERAL: Final = {
    Field.KEYWORD: "keywords",
    Field.AUTHOR: "authors",
    Field.CATEGORY: "categories",
}
_LITERALS: Final = frozenset({Kind.LITERAL, Kind.LITERAL_PREFIX})
_PREFIXES: Final = frozenset({Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX})


def outline(root: Node, width: int = 10_000) -> tuple[str, ...]:
    """Return the tree as indented lines of at most `width` columns."""
    return tuple(line for one in _lines(root, "", "") for line in one.wrapped(width))


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing of the tree: what stands before its first line, before the others, and what it says."""

    lead: str
    below: str
    text: str

    def wrapped(self, width: int) -> list[str]:
        """Return its lines, cut between words."""
        return wrap(
            self.text,
            max(width, 40),
            initial_indent=self.lead,
            subsequent_indent=f"{self.below} ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def tree_json(node: Node) -> dict[str, Any]:
    """Return the tree as nested objects: all, any and not hold others, term holds what is looked for.

    A term always has the same keys; `within` is null unless `match` is near.
    """
    match node:
        case And(parts):
            return {"kind": "all", "parts": [tree_json(part) for part in parts]}
        case Or(parts):
            return {"kind": "any", "parts": [tree_json(part) for part in parts]}
        case Not(part):
            return {"kind": "not", "part": tree_json(part)}
        case Term():
            near = node.kind in {Kind.NEAR, Kind.NEAR_PREFIX}
            return {
                "kind": "term",
                "term": node.name,
                "text": node.text,
                "match": str(node.kind),
                "fields": [str(field) for field in node.fields],
                "within": node.within if near else None,
                "also": [*_also(node), *filter(None, [_number(node)])],
                "says": explained(node),
            }


def explained(term: Term) -> str:
    """Return `phrase · in title, abstract, keywords · also "vision-language model"`."""
    parts = (_kind(term), f"in {where(term)}", _same(term))
    return DOT.join(part for part in parts if part)


def where(term: Term) -> str:
    """Return the fields a term looks in, as people call them."""
    if term.fields == ANY_FIELDS:
        return "any field"
    return ", ".join(map(field_name, term.fields))


def field_name(field: Field) -> str:
    """Return what people call a field, in the plural where a paper has several."""
    return _SEVERAL.get(field, str(field))


def _lines(node: Node, lead: str, below: str) -> Iterator[_Line]:
    text, parts = _head(node)
    yield _Line(lead, below + ("│" if parts else " "), text)
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        stem = "└─ " if last else "├─ "
        yield from _lines(part, below + stem, below + ("   " if last else "│  "))


def _head(node: Node) -> tuple[str, tuple[Node, ...]]:
    match node:
        case Term():
            return f"{node.name}{DOT}{explained(node)}", ()
        case And(parts):
            return "all of", parts
        case Or(parts):
            return "any of", parts
        case Not(Or(parts)):
            return "none of", parts
        case Not(Term() as term):
            return f"not {term.name}{DOT}{explained(term)}", ()
        case Not(part):
            return "not", (part,)


def _kind(term: Term) -> str:
    if not _TEXTS.intersection(term.fields):
        return "beginning of a name" if term.kind in _PREFIXES else "name"
    words = len(fold(display(term.text)).words)
    if term.kind in {Kind.NEAR, Kind.NEAR_PREFIX}:
        return f"all {words} words within {term.within} places, any order"
    kind = "phrase" if words > 1 else "word"
    if term.kind in _PREFIXES:
        kind = "beginning of a word" if words == 1 else "phrase whose last word begins so"
    return f"{kind} to the letter" if term.kind in _LITERALS else kind


def _same(term: Term) -> str:
    if term.kind in _LITERALS:
        return "case, accents, number and spelling count"
    if not _TEXTS.intersection(term.fields):
        return _same_name(term)
    also = [f'"{one}"' for one in _also(term)]
    number = _number(term)
    if number:
        regular = number.startswith(term.text) or term.text.startswith(number)
        name = "its plural" if len(number) >= len(term.text) else "its singular"
        also.append(name if regular else f'"{number}"')
    return "also " + ", ".join(also) if also else "any case"


def _also(term: Term) -> tuple[str, ...]:
    return alike(term) if _TEXTS.intersection(term.fields) else ()


def _number(term: Term) -> str:
    return in_other_number(term) if _TEXTS.intersection(term.fields) else ""


_SAME_NAMES: Final[dict[Field, str]] = {
    Field.AUTHOR: "same family name, given names by their initials",
    Field.SOURCE: "any case",
    Field.ID: "any version, also as an address",
}


def _same_name(term: Term) -> str:
    if term.fields == (Field.CATEGORY,):
        return "any case" if "." in term.text else "the whole archive, any case"
    return _SAME_NAMES.get(term.fields[0], "any case")
