"""Why one paper fits a query or not: what was found, what is missing, what it was excluded by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paperdigest.core.evidence import Hit
from paperdigest.core.outline import field_name
from paperdigest.core.paper import Paper
from paperdigest.core.query import Query
from paperdigest.core.sample import Answers, Sample
from paperdigest.core.text import display
from paperdigest.core.tree import TEXT_FIELDS, And, Field, Node, Not, Or, Term, wanted_terms

_MOST_NAMED = 6  # terms or places in one sentence
_AROUND = 18  # code points shown on either side of what excludes


@dataclass(frozen=True, slots=True)
class Verdict:
    """`missing` holds groups of terms: of each group one was needed. `because` is it in words."""

    fits: bool
    hits: tuple[Hit, ...] = ()
    found: tuple[Term, ...] = ()
    missing: tuple[tuple[Term, ...], ...] = ()
    excluded_by: tuple[Hit, ...] = ()
    because: str = ""

    @property
    def only_excluded(self) -> bool:
        """Say whether nothing but an exclusion keeps the paper out."""
        return bool(self.excluded_by) and not self.missing


def verdict(query: Query, paper: Paper) -> Verdict:
    """Judge one paper."""
    answers = Sample((paper,)).ask([query.root])
    if answers.papers(query.root):
        hits = answers.hits(0, query.root)
        return Verdict(fits=True, hits=hits, because=found_where(hits))
    short = _shortfall(query.root, answers)
    hits = tuple(hit for term in short.excluders for hit in answers.hits(0, term))
    found = tuple(dict.fromkeys(short.found))
    missing = tuple(dict.fromkeys(short.missing))
    because = _in_words(found, missing, hits, paper)
    return Verdict(fits=False, found=found, missing=missing, excluded_by=hits, because=because)


def found_where(hits: Iterable[Hit]) -> str:
    """Return `"paper maps" in the title (paper map); …`, each place once."""
    places = dict.fromkeys(f'"{hit.text}" in the {hit.field} ({hit.term})' for hit in hits)
    return _few(list(places), "; ")


@dataclass(frozen=True, slots=True)
class _Shortfall:
    """What a part of the tree that does not fit has and lacks."""

    found: tuple[Term, ...] = ()
    missing: tuple[tuple[Term, ...], ...] = ()
    excluders: tuple[Term, ...] = ()


def _shortfall(node: Node, answers: Answers, *, wanted: bool = True) -> _Shortfall:
    """Look into a part that does not fit; one that is not `wanted` should not hold, and does."""
    match node:
        case Term():
            return _Shortfall(missing=((node,),)) if wanted else _Shortfall(excluders=(node,))
        case Not(part):
            return _shortfall(part, answers, wanted=not wanted)
        case Or(parts) if wanted:
            return _nearest(parts, answers)
        case And(parts) | Or(parts):
            return _together(parts, answers, wanted=wanted)


def _together(parts: Sequence[Node], answers: Answers, *, wanted: bool) -> _Shortfall:
    """Put together what is wrong with all of the parts, and name what is right."""
    wrong = [part for part in parts if bool(answers.papers(part)) != wanted]
    lacking = [_shortfall(part, answers, wanted=wanted) for part in wrong]
    had = [term for part in parts if part not in wrong for term in _present(part, answers)]
    return _Shortfall(
        (*(had if wanted else ()), *(term for each in lacking for term in each.found)),
        tuple(group for each in lacking for group in each.missing),
        tuple(term for each in lacking for term in each.excluders),
    )


def _nearest(parts: Sequence[Node], answers: Answers) -> _Shortfall:
    """Of several ways to fit return the one that lacks least; where none has begun, all their terms."""
    ways = [_shortfall(part, answers) for part in parts]
    begun = [way for way in ways if way.found or way.excluders]
    wanted = tuple(dict.fromkeys(term for part in parts for term in wanted_terms(part)))
    if not begun and wanted:
        return _Shortfall(missing=(wanted,))
    return min(begun or ways, key=lambda way: (len(way.missing), -len(way.found)))


def _present(node: Node, answers: Answers) -> tuple[Term, ...]:
    return tuple(term for term in wanted_terms(node) if answers.papers(term))


def _in_words(
    found: Sequence[Term],
    missing: Sequence[Sequence[Term]],
    excluded_by: Sequence[Hit],
    paper: Paper,
) -> str:
    parts = []
    if missing:
        lacks = [_none_of(group, paper) for group in missing]
        has = f"found {_names(found)}, but " if found else ""
        parts.append(has + ", and ".join(lacks))
    if excluded_by:
        parts.append(f"excluded by {_exclusions(excluded_by, paper)}")
    return "; ".join(parts)


def _none_of(group: Sequence[Term], paper: Paper) -> str:
    names = _names(group)
    head = f"not {names}" if len(group) == 1 else f"none of: {names}"
    fields = {field for term in group for field in term.fields}
    if fields.isdisjoint(TEXT_FIELDS) and len(fields) == 1:
        return f"{head} ({_has(next(iter(fields)), paper)})"
    return head


def _has(field: Field, paper: Paper) -> str:
    """Say what the paper has instead: it has three authors, none of them that one."""
    listed = {
        Field.AUTHOR: paper.authors,
        Field.CATEGORY: paper.categories,
        Field.SOURCE: paper.sources,
        Field.VENUE: (paper.venue,) if paper.venue else (),
    }.get(field, paper.ids)
    if not listed:
        return f"the paper names no {field_name(field)}"
    return f"the paper has {_few(list(listed), ', ')}"


def _exclusions(hits: Sequence[Hit], paper: Paper) -> str:
    """Return `title:survey: “A Survey of …” in the title`."""
    shown: dict[tuple[str, Field], str] = {}
    for hit in hits:
        shown.setdefault((hit.term, hit.field), _context(hit, paper))
    told = [f"{term}: {context} in the {field}" for (term, field), context in shown.items()]
    return _few(told, "; ")


def _context(hit: Hit, paper: Paper) -> str:
    if hit.field not in {Field.TITLE, Field.ABSTRACT}:
        return f"“{hit.text}”"
    text = display(paper.title if hit.field is Field.TITLE else paper.abstract)
    start = text.rfind(" ", 0, max(0, hit.start - _AROUND)) + 1 if hit.start > _AROUND else 0
    end = text.find(" ", hit.end + _AROUND)
    end = len(text) if end < 0 else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return f"“{before}{text[start:end]}{after}”"


def _names(terms: Sequence[Term]) -> str:
    return _few([_name(term) for term in terms], ", ")


def _name(term: Term) -> str:
    # What a topic's `categories` list has no field before it.
    alone = not term.typed and set(term.fields).isdisjoint(TEXT_FIELDS)
    return f"{term.fields[0]} {term.name}" if alone else term.name


def _few(parts: Sequence[str], between: str) -> str:
    more = len(parts) - _MOST_NAMED
    return between.join(parts[:_MOST_NAMED]) + (f"{between}and {more} more" if more > 0 else "")
