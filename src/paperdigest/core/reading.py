"""A tree as an expression, with every operator and bracket written out. Parsed again it means the same."""

from __future__ import annotations

import re
from typing import Final

from paperdigest.core.expression_tokens import ADDRESS, DEEPEST, QUOTES
from paperdigest.core.text import clean
from paperdigest.core.tree import ANY_FIELDS, TEXT_FIELDS, And, Field, Kind, Node, Not, Or, Term

_NAMES: Final = {field: field.value for field in Field} | {Field.CATEGORY: "cat"}
_OPERATORS: Final = frozenset({"AND", "OR", "NOT", "ANDNOT"})
_BARE = re.compile(r"[^\W_](?:[\w.+#&/-]*[\w+#])?")
_QUOTE = re.compile(rf"(?<!\\)[{QUOTES}]")
_DOUBLE_PRIME: Final = "\u2033"  # is folded like a quote, and does not end a phrase
_LITERALS: Final = frozenset({Kind.LITERAL, Kind.LITERAL_PREFIX})
_PREFIXES: Final = frozenset({Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX})
_NEAR: Final = frozenset({Kind.NEAR, Kind.NEAR_PREFIX})


def reading(node: Node) -> str:
    """Return the query with all brackets and every AND, OR and NOT.

    One that would then be nested too deeply to be parsed has only the brackets that it needs.
    """
    text, depth = _read(node, sparing=False)
    return text if depth <= DEEPEST else _sparing(node)


def _sparing(node: Node) -> str:
    """Return the reading with no more brackets than were typed: exclusions are from the whole."""
    without = _excluded(node) if isinstance(node, And) else []
    wanted = [part for part in _flat(node) if part not in without] if isinstance(node, And) else []
    if without and len(wanted) == 1:
        parts = [*wanted, *without]
        return " ".join(_read(part, sparing=True)[0] for part in parts)
    return _read(node, sparing=True)[0]


def _read(node: Node, *, sparing: bool) -> tuple[str, int]:
    """Return the text, and how deeply its brackets are nested."""
    match node:
        case Term():
            return _term(node), 0
        case Not(part):
            text, depth = _enclosed(part, sparing=sparing)
            return f"NOT {text}", depth
        case And() | Or():
            parts = [_operand(part, node, sparing=sparing) for part in _flat(node)]
            operator = " AND " if isinstance(node, And) else " OR "
            return operator.join(text for text, _ in parts), max(depth for _, depth in parts)


def _operand(part: Node, around: And | Or, *, sparing: bool) -> tuple[str, int]:
    implied = isinstance(part, And) and isinstance(around, Or) and not _excluded(part)
    return _read(part, sparing=True) if sparing and implied else _enclosed(part, sparing=sparing)


def _excluded(node: And) -> list[Node]:
    """Return the parts that, without brackets, might be exclusions from the whole query."""
    return [part for part in _flat(node) if isinstance(part, Not)]


def _enclosed(node: Node, *, sparing: bool) -> tuple[str, int]:
    text, depth = _read(node, sparing=sparing)
    if isinstance(node, And | Or) or (isinstance(node, Term) and _is_several(node)):
        return f"({text})", depth + 1
    return text, depth


def _flat(node: And | Or) -> list[Node]:
    """Return the parts, those of like parts among them, exclusions last."""
    parts: list[Node] = []
    for part in node.parts:
        parts += _flat(part) if isinstance(part, And | Or) and type(part) is type(node) else [part]
    return sorted(parts, key=lambda part: isinstance(part, Not)) if isinstance(node, And) else parts


def _is_several(term: Term) -> bool:
    return term.fields not in {TEXT_FIELDS, ANY_FIELDS} and len(term.fields) > 1


def _term(term: Term) -> str:
    said = _said(term)
    if term.fields == TEXT_FIELDS:
        return said
    if term.fields == ANY_FIELDS:
        return f"any:{said}"
    return " OR ".join(f"{_NAMES[field]}:{said}" for field in term.fields)


def _said(term: Term) -> str:
    text = clean(term.text)
    star = "*" if term.kind in _PREFIXES else ""
    if term.kind in _NEAR:
        return f"{_quoted(text, star)}~{term.within}"
    if term.fields == (Field.CATEGORY,) and text.endswith(".*"):
        text, star = text[:-2], ".*"  # all of an archive
    sign = "=" if term.kind in _LITERALS else ""
    if _BARE.fullmatch(text) and text not in _OPERATORS and not ADDRESS.match(text):
        return f"{sign}{text}{star}"
    return sign + _quoted(text, star)


def _quoted(text: str, star: str) -> str:
    text = _QUOTE.sub(_DOUBLE_PRIME, text)
    if not star and text.endswith("*") and text[-2:-1].strip(" *"):
        text = f"{text[:-1]} *"  # a name's: at the end of a word it would be a prefix
    if not star and text.endswith("\\"):
        text += " "  # else it would be an accent on the closing quote
    return f'"{text}{star}"'
