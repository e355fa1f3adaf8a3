"""Queries made ready for matching, each different one once, and kept as text between runs: what reading
and folding a query costs is paid when it is new. Who keeps the text, and where, is others' business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final
from zlib import crc32

from paperdigest.core.folding import STAMP
from paperdigest.core.needles import FOLDED_FIELDS, Made, Needles, kept_needles, needle
from paperdigest.core.pattern import Literal, Needle, Pattern, patterns
from paperdigest.core.program import Code, program
from paperdigest.core.query import Query
from paperdigest.core.tree import TEXT_FIELDS, Field, Kind, Term

#: Grows with every change to what is kept of a query but its words.
_SHAPE: Final = 2


class Compiled:
    """The programs of some queries over terms that they share, by whatever key the caller knows them."""

    def __init__(self) -> None:
        self.programs: dict[str, Code] = {}
        self.changed = False
        self._kept: Mapping[str, Any] | None = None  # what was read, while it is all there is

    @cached_property
    def terms(self) -> list[Term]:
        """Return the terms by their numbers."""
        kept = self._kept
        return [] if kept is None else [_term_from_list(each) for each in json.loads(kept["terms"])]

    @cached_property
    def _numbers(self) -> dict[Term, int]:
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def _patterns(self) -> dict[Needle, tuple[Pattern, ...]]:
        kept = self._kept
        if kept is None:
            return {}
        return {
            Needle(text, _KINDS[kind], within): tuple(map(_pattern_from_list, made))
            for text, kind, within, made in json.loads(kept["patterns"])
        }

    def add(self, key: str, query: Query) -> Code:
        """Return the program of a query, from now on known under the key."""
        code = self.programs[key] = program(query.root, self._number)
        self.changed = True
        return code

    def needles(self) -> Needles:
        """Return what all terms look for in texts."""
        if self._kept is None or self.changed:
            kept = kept_needles(self.terms, self._patterns)
        else:
            kept = self._kept["needles"]
        return Needles.of_kept(kept, lambda: Made(self._needles(), self._patterns))

    def usual(self) -> Sequence[int]:
        """Return for each term the number of its needle if it looks where terms usually do, else -1."""
        if self._kept is not None and not self.changed:
            usual: Sequence[int] = self._kept["usual"]
            return usual
        numbers = {one: number for number, one in enumerate(dict.fromkeys(self._needles()))}
        return [numbers[needle(term)] if term.fields == TEXT_FIELDS else -1 for term in self.terms]

    def only(self, keys: Iterable[str]) -> Compiled:
        """Return the same without the queries that are not asked for any more."""
        kept = Compiled()
        kept._patterns = self._patterns
        kept.changed = True
        for key in keys:
            kept.programs[key] = _renumbered(
                self.programs[key], lambda number: kept._number(self.terms[number])
            )
        return kept

    def to_text(self) -> str:
        """Return all of it as two lines: what tells that it may be read, and JSON. What is only needed to
        walk through a text is JSON within JSON: left alone, it costs nothing."""
        used = dict.fromkeys(self._needles())
        patterns_of = [
            [*_needle_to_list(one), [_pattern_to_list(each) for each in self._pattern(one)]]
            for one in used
        ]
        body = _json(
            {
                "terms": _json([_term_to_list(term) for term in self.terms]),
                "patterns": _json(patterns_of),
                "programs": self.programs,
                "needles": kept_needles(self.terms, self._patterns),
                "usual": self.usual(),
            }
        )
        return f"{_seal(body)}\n{body}"

    @classmethod
    def from_text(cls, text: str | None) -> Compiled:
        """Read what `to_text` wrote; empty if that was by another folding, or is no such text."""
        compiled = cls()
        seal, _, body = (text or "").partition("\n")
        if body and seal == _seal(body):
            kept = json.loads(body)
            compiled._kept = kept
            compiled.programs = kept["programs"]
        return compiled

    def _needles(self) -> Iterator[Needle]:
        return (needle(term) for term in self.terms if not _is_listed(term))

    def _number(self, term: Term) -> int:
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self.terms)
            self.terms.append(term)
        return number

    def _pattern(self, one: Needle) -> tuple[Pattern, ...]:
        return self._patterns.get(one) or patterns(one)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _seal(body: str) -> str:
    """Return what tells that a text was made by this folding, and is whole."""
    return f"{STAMP}/{_SHAPE} {crc32(body.encode('utf-8', 'surrogatepass')):x}"


def _is_listed(term: Term) -> bool:
    return not any(field in FOLDED_FIELDS for field in term.fields)


def _renumbered(code: Code, number: Callable[[int], int]) -> Code:
    if isinstance(code, int):
        return number(code)
    return (code[0], *[_renumbered(part, number) for part in code[1:]])


def _term_to_list(term: Term) -> list[Any]:
    kept: list[Any] = [term.text, term.typed, term.kind, term.fields, term.within]
    while kept[-1] == _USUAL[len(kept) - 1]:
        kept.pop()
    return kept


def _term_from_list(kept: list[Any]) -> Term:
    if len(kept) < 3:
        return Term(kept[0], typed=kept[1] if len(kept) > 1 else "")
    text, typed, kind, *rest = kept
    fields = tuple([_FIELDS[field] for field in rest[0]]) if rest else TEXT_FIELDS
    return Term(text, _KINDS[kind], fields, rest[1] if len(rest) > 1 else 0, typed)


def _needle_to_list(one: Needle) -> list[Any]:
    return [one.text, one.kind, one.within]


def _pattern_to_list(pattern: Pattern) -> list[Any]:
    kept: list[Any] = [pattern.steps, pattern.marks, pattern.tails]
    literal = pattern.literal
    if literal is not None:
        return [*kept, [literal.words, literal.between, literal.prefix]]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _pattern_from_list(kept: list[Any]) -> Pattern:
    if len(kept) < 4:
        return Pattern(*kept)
    steps, marks, tails, (words, between, prefix) = kept
    return Pattern(steps, marks, tails, Literal(tuple(words), tuple(between), prefix))


_USUAL: Final = (None, "", Kind.PHRASE, TEXT_FIELDS, 0)
_KINDS: Final = {str(kind): kind for kind in Kind}
_FIELDS: Final = {str(field): field for field in Field}
