"""What tokens every paper must have in which a pattern is found, or that lists a name: as conditions, each
with its alternatives.

Pure. What a pattern needs is read from its steps: each way through them reads the words of the term apart,
or some of them as one, and the text may part or join them otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from paperdigest.core import index_terms as index
from paperdigest.core import listed, names
from paperdigest.core.doi_versions import span
from paperdigest.core.forms import parted_spellings
from paperdigest.core.fulltext import NOTHING, atom
from paperdigest.core.index_terms import is_cut, letters_of, pair, token
from paperdigest.core.pattern import Pattern
from paperdigest.core.tree import Field, Kind, Term

PREFIXES: Final = frozenset({Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX})

_MOST_PLACES: Final = 24  # words of a term that are asked for: more make hardly any difference

#: The alternatives of one condition, each ready to stand in an expression.
Clause = tuple[str, ...]


# ------------------------------------------------------------------ what a pattern needs


def clauses(pattern: Pattern, kinds: tuple[str, ...]) -> list[Clause]:
    """Return conditions that all texts fulfil in which the pattern is found: one for each word of the
    term, and one for each two neighbours."""
    places = min(pattern.end, _MOST_PLACES)
    found = [_at_word(pattern, at, kinds) for at in range(places)]
    weak = [index.are_function_words(key for key, _ in steps) for steps in pattern.steps[:places]]
    if not all(weak):
        found = [
            clause
            for clause, is_weak, opens in zip(found, weak, pattern.openings[:places], strict=True)
            if opens or not is_weak
        ]
    for at in range(1, places):
        found += _at_gap(pattern, at, kinds)
    return found


def _at_word(pattern: Pattern, at: int, kinds: tuple[str, ...]) -> Clause:
    atoms = _across(pattern, range(at + 1), at, kinds)
    return tuple(atoms)


def _at_gap(pattern: Pattern, at: int, kinds: tuple[str, ...]) -> list[Clause]:
    """Return the condition that what is before a place of the term and what is after are neighbours."""
    before = [key for steps in pattern.steps[:at] for key, past in steps if past == at]
    after = [key for key, _ in pattern.steps[at]]
    if pattern.marked[at] or not (before and after):
        return []
    if any(map(_is_function_word, before)) and any(map(_is_function_word, after)):
        return []
    atoms = {
        atom(pair(letters_of(one) + letters_of(other))): None for one in before for other in after
    }
    atoms |= _across(pattern, range(at), at, kinds)
    for opening in pattern.openings[at]:
        atoms |= _begun_as(opening, kinds)
    for key in before:  # parted in the text, it may end with any word
        atoms |= _parted(key)
    for begun in sorted({begun for key in after for begun in _beginnings(letters_of(key), 1)}):
        atoms |= {atom(pair(letters_of(key) + begun)): None for key in before}
    return [tuple(atoms)]


def _is_function_word(key: str) -> bool:
    return index.are_function_words([key])


def _across(
    pattern: Pattern, starts: Iterable[int], at: int, kinds: tuple[str, ...]
) -> dict[str, None]:
    """Return what says that a text holds a step from one of these starts to beyond a place."""
    atoms: dict[str, None] = {}
    for start in starts:
        for key, past in pattern.steps[start]:
            if past > at:
                atoms |= _read_as(key, kinds)
        for opening in pattern.openings[start]:
            atoms |= _begun_as(opening, kinds)
    return atoms


def _read_as(key: str, kinds: tuple[str, ...]) -> dict[str, None]:
    """Return what says that a text holds a key: as one word, or parted."""
    atoms = dict.fromkeys(atom(token(kind, key)) for kind in kinds)
    atoms[atom(token(index.COMPOUND, letters_of(key)))] = None
    return atoms | _parted(key)


def _parted(key: str) -> dict[str, None]:
    """Return what says that some words of a text, read as one, have a key: the first two of them begin so.
    A compound of two parts is not among them."""
    letters = letters_of(key)
    atoms = dict.fromkeys(atom(index.joined(part)) for part in _beginnings(letters, 2))
    atoms[atom(index.parted(letters))] = None
    return atoms


def _begun_as(opening: str, kinds: tuple[str, ...]) -> dict[str, None]:
    """Return what says that a word, or a compound read as one, begins so."""
    everywhere = dict.fromkeys((*kinds, index.FORM, index.INSIDE))
    atoms = dict.fromkeys(atom(token(kind, opening), begins=True) for kind in everywhere)
    for spelled in parted_spellings(opening):
        atoms[atom(token(index.COMPOUND, spelled), begins=True)] = None
        for size in range(2, len(spelled)):
            atoms[atom(token(index.COMPOUND, spelled[:size]))] = None
    return atoms


def _beginnings(letters: str, least: int) -> list[str]:
    """Return all beginnings of the letters as a text that parts the word may have them."""
    spellings = parted_spellings(letters)
    return sorted(
        {one[:size] for one in spellings for size in range(least, len(one) + 1)},
    )


KINDS: Final[dict[Field, tuple[str, ...]]] = {
    Field.TITLE: (index.TITLE, index.INSIDE),
    Field.ABSTRACT: (index.WORD, index.INSIDE),
    Field.KEYWORD: (index.WORD, index.INSIDE),
    Field.VENUE: (index.VENUE,),
}


# ------------------------------------------------------------------ what papers list


def _authors(term: Term) -> tuple[Clause, bool]:
    if term.kind in PREFIXES:
        letters = names.family_letters(term.text)
        return ((atom(token(index.AUTHOR, letters), begins=True),) if letters else ()), False
    families = sorted(names.families(term.text))
    return tuple(atom(token(index.AUTHOR, family)) for family in families) or (NOTHING,), False


def _categories(term: Term) -> tuple[Clause, bool]:
    return _name(index.CATEGORY, listed.wanted_category(term.text), term)


def _sources(term: Term) -> tuple[Clause, bool]:
    return _name(index.SOURCE, listed.plain(term.text), term)


def _ids(term: Term) -> tuple[Clause, bool]:
    wanted = listed.plain_id(term.text)
    if (versions := span(wanted)) is not None:
        bare, start, _ = versions
        return (atom(token(index.ID, bare)), atom(token(index.ID, start), begins=True)), False
    return ((atom(token(index.ID, wanted)),) if wanted else ()), bool(wanted) and not is_cut(wanted)


def _name(kind: str, wanted: str, term: Term) -> tuple[Clause, bool]:
    if not wanted:
        return (), False
    found = atom(token(kind, wanted), begins=term.kind in PREFIXES)
    return (found,), not is_cut(wanted)


LISTED: Final = {
    Field.AUTHOR: _authors,
    Field.CATEGORY: _categories,
    Field.SOURCE: _sources,
    Field.ID: _ids,
}
