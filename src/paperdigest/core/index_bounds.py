"""Which papers of the search index a query may take and which it takes for sure, as full-text expressions.

Pure. `upper` is never too small: the matcher has the last word about what it holds beyond `lower`, which
is never too large. What a paper's tokens are is `core.index_terms`; what a term needs of them is read from
the steps of its patterns: each way through them reads the words of the term apart or some of them as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from paperdigest.core import index_terms as index
from paperdigest.core.fulltext import NOTHING, all_of, any_of, atom, depth, joined, without
from paperdigest.core.index_clauses import KINDS, LISTED, Clause, clauses
from paperdigest.core.index_terms import is_cut, token
from paperdigest.core.needles import FOLDED_FIELDS, needle
from paperdigest.core.pattern import patterns
from paperdigest.core.tree import TEXT_FIELDS, And, Field, Kind, Node, Not, Or, Term, nots_inward

_MOST_ATOMS: Final = 30_000  # of an expression; a larger one is made coarser
_DEEPEST: Final = 40  # brackets within brackets that the full-text parser is asked to take


@dataclass(frozen=True, slots=True)
class Bounds:
    """Expressions between which the papers of a query lie. `upper` None: all papers; `lower` "": none.

    `doubtful` are papers that something excluded may take away; None: it may be any.
    """

    upper: str | None
    lower: str
    doubtful: str | None = ""


def bounds(root: Node) -> Bounds:
    """Return the bounds of a query."""
    node = nots_inward(root)
    for atoms in (2_000, 200, 40):
        maker = _Maker(atoms)
        found = maker.bounds(node)
        if maker.atoms <= _MOST_ATOMS:
            break
    else:
        return Bounds(None, "", None)
    if depth(found.upper or "") > _DEEPEST or depth(found.lower) > _DEEPEST:
        return Bounds(None, "", None)
    excluded = [maker.bounds(part).upper for part in _excluded(node)]
    return Bounds(found.upper, found.lower, any_of(excluded))


class _Maker:
    """Makes expressions and counts what is in them. `most`: alternatives and conditions of one term."""

    def __init__(self, most: int) -> None:
        self.atoms = 0
        self._most = most

    def bounds(self, node: Node) -> Bounds:
        match node:
            case Term():
                return self._of_term(node)
            case Not():
                return Bounds(None, "")
            case Or(parts):
                each = [self.bounds(part) for part in parts]
                return Bounds(
                    any_of([one.upper for one in each]), any_of([one.lower for one in each]) or ""
                )
            case And(parts):
                return self._of_all(parts)

    def _of_all(self, parts: Sequence[Node]) -> Bounds:
        wanted = [self.bounds(part) for part in parts if not isinstance(part, Not)]
        barred = [self.bounds(part.part) for part in parts if isinstance(part, Not)]
        uppers = [one.upper for one in wanted if one.upper is not None]
        if not uppers:
            return Bounds(None, "")
        upper = without(all_of(uppers), [one.lower for one in barred])
        lowers = [one.lower for one in wanted]
        away = any_of([one.upper for one in barred])
        lower = "" if away is None or not all(lowers) else without(all_of(lowers), [away])
        return Bounds(upper, lower)

    def _of_term(self, term: Term) -> Bounds:
        upper: list[str | None] = []
        lower: list[str] = []
        in_texts = tuple(field for field in term.fields if field in FOLDED_FIELDS)
        if in_texts:
            upper.append(self._in_texts(term, in_texts))
            lower.append(self._surely_in_texts(term))
        for field in term.fields:
            if field not in in_texts:
                clause, exact = LISTED[field](term)
                upper.append(self._any(clause))
                lower.append(joined(clause) if exact else "")
        return Bounds(any_of(upper), any_of(lower) or "")

    def _in_texts(self, term: Term, fields: Sequence[Field]) -> str | None:
        kinds = dict.fromkeys(kind for field in fields for kind in KINDS[field])
        if index.WORD in kinds:  # those of the title are among them
            kinds.pop(index.TITLE, None)
        found = [
            clause
            for pattern in patterns(needle(term))
            for clause in clauses(pattern, tuple(kinds))
        ]
        if not found:
            return NOTHING
        kept: list[Clause] = []
        room = self._most
        for clause in sorted(dict.fromkeys(found), key=len):
            room -= len(clause)
            if room >= 0:
                kept.append(clause)
        self.atoms += sum(map(len, kept))
        return all_of([joined(clause) for clause in kept]) if kept else None

    def _any(self, clause: Clause) -> str | None:
        self.atoms += len(clause)
        return joined(clause) if clause else None

    def _surely_in_texts(self, term: Term) -> str:
        """Return the papers in which one word, or two parts of a compound, are all of the term."""
        if term.kind not in {Kind.PHRASE, Kind.PREFIX}:
            return ""
        kinds = []
        if set(TEXT_FIELDS) <= set(term.fields):
            kinds += [index.WORD, index.WHOLE]
        elif Field.TITLE in term.fields:
            kinds.append(index.TITLE)
        (pattern,) = patterns(needle(term)) or (None,)
        if pattern is None or not kinds:
            return ""
        found = [
            atom(token(kind, key))
            for kind in kinds
            for key, past in pattern.steps[0]
            if past == pattern.end and not is_cut(key)
        ]
        found += [
            atom(token(kind, opening), begins=True)
            for kind in kinds
            for opening in pattern.openings[0]
            if not is_cut(opening)
        ]
        self.atoms += len(found)
        return joined(found)


def _excluded(node: Node) -> Iterable[Node]:
    match node:
        case Not(part):
            yield part
        case And(parts) | Or(parts):
            for part in parts:
                yield from _excluded(part)
        case Term():
            return
