"""The expression language: a text becomes a query. The grammar stands here, its tokens in
`core.expression_tokens`, what a single term may be in `core.expression_terms`.

    or    := and ( ("OR" | "|") and )*
    and   := unary ( ["AND"] unary )*          a blank means AND and binds tighter than OR
    unary := ("-" | "NOT" | field ":") unary | "(" or ")" | term
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from paperdigest.core import expression_errors as errors
from paperdigest.core.errors import QueryError
from paperdigest.core.expression_terms import term
from paperdigest.core.expression_tokens import DEEPEST, FIELDS, TERMS, Sign, Token, tokens
from paperdigest.core.keyword import LONGEST
from paperdigest.core.query import Query
from paperdigest.core.tree import TEXT_FIELDS, And, Field, Node, Not, Or, finds_something

MOST_TERMS: Final = 200


def parse_query(text: str) -> Query:
    """Return the query that an expression means.

    Raises QueryError, with `column` (from 1) and `length` of what is wrong in `text`. Linear.
    """
    if len(text) > LONGEST:
        raise errors.too_long(len(text), LONGEST)
    return Query(_Reader(text).whole())


class _Part(NamedTuple):
    """A part of the tree, and the operator to blame if it only excludes."""

    node: Node
    blamed: Token | None = None


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.coming = tokens(text)  # lazily: the first fault from the left is told
        self.now = next(self.coming)
        self.terms = 0
        self.open: list[Token] = []

    def whole(self) -> Node:
        """Read everything. An exclusion at the top level is one from the whole query."""
        if self.now.sign is Sign.END:
            raise errors.empty(0, len(self.text))
        branches = self._branches(TEXT_FIELDS)
        if self.now.sign is Sign.CLOSE:
            raise errors.unopened(self.now.start)
        kept: list[_Part] = []
        without: list[Node] = []
        for branch in branches:
            wanted = [part for part in branch if not isinstance(part.node, Not)]
            kept.append(_all(wanted or branch))
            without += [part.node for part in branch if wanted and isinstance(part.node, Not)]
        found = _any(kept)
        if not finds_something(found.node) and found.blamed is not None:
            raise errors.only_excludes(found.blamed.start, found.blamed.end)
        return And((*_parts(found.node), *without)) if without else found.node

    def _take(self) -> Token:
        taken, self.now = self.now, next(self.coming)
        return taken

    def _branches(self, fields: tuple[Field, ...]) -> list[list[_Part]]:
        branches = [self._branch(fields, None)]
        while self.now.sign is Sign.OR:
            branches.append(self._branch(fields, self._take()))
        return branches

    def _branch(self, fields: tuple[Field, ...], operator: Token | None) -> list[_Part]:
        parts: list[_Part] = []
        while self.now.sign not in {Sign.OR, Sign.CLOSE, Sign.END}:
            if self.now.sign is Sign.AND:
                if not parts or operator is not None:
                    raise errors.one_sided(self.now.start, self.now.text)
                operator = self._take()
                continue
            parts.append(self._unary(fields))
            operator = None
        if operator is not None or not parts:
            raise self._missing(operator)
        return parts

    def _missing(self, operator: Token | None) -> QueryError:
        """Say what lacks a term here."""
        if self.now.sign is Sign.OR:
            return errors.one_sided(self.now.start, self.now.text)
        if operator is not None:
            return errors.one_sided(operator.start, operator.text)
        if self.open and self.now.sign is Sign.CLOSE:
            return errors.empty(self.open[-1].start, self.now.end)
        if self.open:
            return errors.unclosed(self.open[-1].start)
        return errors.unopened(self.now.start)

    def _unary(self, fields: tuple[Field, ...]) -> _Part:
        negation: Token | None = None
        prefix: Token | None = None
        excluded = False
        while self.now.sign in {Sign.NOT, Sign.FIELD}:
            prefix = self._take()
            if prefix.sign is Sign.FIELD:
                fields = FIELDS[prefix.text]
            else:
                excluded = not excluded
                negation = negation or prefix
        if self.now.sign is Sign.OPEN:
            part = self._group(fields)
        elif self.now.sign in TERMS:
            part = self._term(fields, prefix)
        else:
            raise self._nothing_after(prefix)
        return _Part(_not(part.node), negation) if excluded else part

    def _nothing_after(self, prefix: Token | None) -> QueryError:
        if self.now.sign in {Sign.OR, Sign.AND} or prefix is None:
            return errors.one_sided(self.now.start, self.now.text)
        if prefix.sign is Sign.FIELD:
            return errors.empty(prefix.start, prefix.end, f'add a term after "{prefix.text}:"')
        return errors.nothing_after(prefix.start, prefix.text)

    def _term(self, fields: tuple[Field, ...], prefix: Token | None) -> _Part:
        token = self._take()
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise errors.too_many(token.start, token.end, MOST_TERMS)
        fielded = prefix is not None and prefix.sign is Sign.FIELD
        start = prefix.start if prefix is not None and fielded else token.start
        return _Part(term(token, fields, self.text[start : token.end]))

    def _group(self, fields: tuple[Field, ...]) -> _Part:
        opening = self._take()
        if len(self.open) == DEEPEST:
            raise errors.too_deep(opening.start, DEEPEST)
        self.open.append(opening)
        found = _any([_all(branch) for branch in self._branches(fields)])
        if self.now.sign is Sign.END:
            raise errors.unclosed(opening.start)
        self._take()
        self.open.pop()
        return found


def _all(parts: Sequence[_Part]) -> _Part:
    """Join with AND. It only excludes if every part does."""
    if len(parts) == 1:
        return parts[0]
    return _Part(And(tuple(part.node for part in parts)), parts[0].blamed)


def _any(parts: Sequence[_Part]) -> _Part:
    """Join with OR. It only excludes if one part does."""
    if len(parts) == 1:
        return parts[0]
    blamed = (part.blamed for part in parts if not finds_something(part.node))
    return _Part(Or(tuple(part.node for part in parts)), next(blamed, None))


def _not(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, And) else (node,)
