"""A query tried on papers: how many it takes, on which days, and what to know before it is put to use.

Which papers are worth a look is said here (`worth_a_look`, `worth_adding`), finding them is `flow.trial`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from paperdigest.core.abbreviations import Form, defined_forms, other_forms
from paperdigest.core.advice import (
    doubtful_spellings,
    doubtful_terms,
    excluded_as_well,
    missing_terms,
)
from paperdigest.core.evidence import Hit
from paperdigest.core.near_misses import NearMiss, loosened, near_misses
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.core.remarks import remarks
from paperdigest.core.sample import Sample
from paperdigest.core.tree import TEXT_FIELDS, And, Kind, Node, Or, Term, wanted_terms

_SYNTAX: Final = frozenset('"()|')
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `papers` are the strongest, as many as asked for.

    `phrase` is what keywords = ["…"] would make of bare words, `as_phrase` how many papers that takes;
    `advice` is about the phrase then. `alone`: where nothing fits, how many papers each term finds.
    """

    matched: int
    searched: int
    papers: tuple[tuple[Paper, tuple[Hit, ...]], ...]
    per_day: tuple[tuple[date, int], ...]
    phrase: str
    as_phrase: int
    advice: Advice
    alone: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """Other forms, near misses and warnings. `partial`: not all papers were looked at for them."""

    forms: tuple[Form, ...]
    near_misses: tuple[NearMiss, ...]
    warnings: tuple[str, ...]
    partial: bool = False


def bare_phrase(typed: str, root: Node) -> Term | None:
    """Return the phrase that words without operators would be as a keyword; None for anything else."""
    if not isinstance(root, And) or not all(map(_is_bare, root.parts)):
        return None
    if not _SYNTAX.isdisjoint(typed) or not _OPERATORS.isdisjoint(typed.split()):
        return None
    text = " ".join(typed.split())
    return Term(text, typed=f'"{text}"')


def worth_a_look(query: Query, phrase: Term | None) -> Query:
    """Return what takes every paper that there is something to say about."""
    found = wanted_terms(query.root) + ((phrase,) if phrase is not None else ())
    others = (other for term in found for other in (*doubtful_spellings(term), *loosened(term)))
    asked = () if phrase is None else (phrase,)
    return Query(Or(tuple(dict.fromkeys((query.root, *asked, *others)))))


def worth_adding(asked: Node, sample: Sample) -> Query | None:
    """Return what takes the papers that have another form of a term; None where papers define none."""
    forms = other_forms(asked, sample)
    return Query(Or(forms)) if forms else None


def unseen(query: Query, sample: Sample) -> tuple[Term, ...]:
    """Return the terms that are in none of the papers."""
    found = wanted_terms(query.root)
    answers = sample.ask([query.root])
    return tuple(term for term in found if not answers.papers(term))


def advice(
    query: Query,
    typed: str,
    phrase: Term | None,
    sample: Sample,
    missing: Collection[Term],
    newest: Sample,
    *,
    partial: bool,
) -> Advice:
    """Judge a query by the papers worth a look. `missing` are the terms that no paper has; `newest` are
    what history has of late, to see why."""
    asked: Node = phrase or query.root
    return Advice(
        defined_forms(asked, sample),
        near_misses(asked, sample),
        (
            *map(str, remarks(typed)),
            *excluded_as_well(query.root),
            *missing_terms(missing, sample, newest),
            *doubtful_terms(query.root, sample),
        ),
        partial,
    )


def per_day(
    matched: Iterable[datetime], since: datetime, until: datetime, zone: tzinfo
) -> tuple[tuple[date, int], ...]:
    """Return every day of the span, in this zone, with how many papers were first seen on it."""
    counts = Counter(at.astimezone(zone).date() for at in matched)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple((day, counts[day]) for day in days)


def _is_bare(part: Node) -> bool:
    return isinstance(part, Term) and part.kind is Kind.PHRASE and part.fields == TEXT_FIELDS
