"""A quick look at a paper that often settles a query without folding: the very words of a term between
blanks prove it; a literal whose letters are nowhere in the texts cannot be there.

Pure. Yes and no are what the matcher would say; where neither is plain, it is left to the matcher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from paperdigest.core.fold import fold
from paperdigest.core.needles import Needles, needle
from paperdigest.core.pattern import patterns
from paperdigest.core.tree import TEXT_FIELDS, And, Field, Kind, Node, Not, Or, Term, nots_inward


class Sight(NamedTuple):
    """What is looked at: title and abstract as displayed. `alone`: the paper has no keywords."""

    title: str
    abstract: str
    alone: bool


#: Says whether the matcher takes what is seen, None where that is not plain.
Look = Callable[[Sight], bool | None]

_PLAIN = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*")
_LETTERS = re.compile(r"[A-Za-z0-9]+")
_BRACKETS: Final = frozenset("([")
_AFTER = re.compile(r"[,.;:!?)\]]*(?: |$)")


def look(root: Node) -> Look | None:
    """Return a quick look for a query's tree; None where it would never settle anything. What the query
    excludes must be known to be absent."""
    return _look(nots_inward(root))


def _look(node: Node) -> Look | None:
    match node:
        case Term():
            return _look_for(node)
        case Not():
            return lambda sight: True
        case And(parts):
            return _together([_look(part) for part in parts], settles=False)
        case Or(parts):
            return _together([_look(part) for part in parts], settles=True)


def _together(looks: list[Look | None], *, settles: bool) -> Look | None:
    """Return the look of several parts, of which one that says `settles` settles the matter."""
    able = [one for one in looks if one is not None]
    if not able:
        return None
    blind = len(able) < len(looks)

    def together(sight: Sight) -> bool | None:
        plain = not blind
        for one in able:
            said = one(sight)
            if said is settles:
                return settles
            plain = plain and said is not None
        return (not settles) if plain else None

    return together


def _look_for(term: Term) -> Look | None:
    forms = _forms(term)
    letters = _letters(term)
    in_title, in_abstract = Field.TITLE in term.fields, Field.ABSTRACT in term.fields
    if not (forms or letters) or not (in_title or in_abstract):
        return None

    def look_for(sight: Sight) -> bool | None:
        title, abstract, alone = sight
        for form in forms:
            if (in_title and _stands(form, title)) or (in_abstract and _stands(form, abstract)):
                return True
        if letters and alone and (_lacks(title, letters) and _lacks(abstract, letters)):
            return False
        return None

    return look_for


def _lacks(text: str, letters: Iterable[str]) -> bool:
    return text.isascii() and any(one not in text for one in letters)


def _stands(form: str, text: str) -> bool:
    at = text.find(form)
    while at >= 0:
        if _begins(text, at) and _AFTER.match(text, at + len(form)) is not None:
            return True
        at = text.find(form, at + 1)
    return False


def _begins(text: str, at: int) -> bool:
    """Say whether a word begins there: after a blank, or after one bracket that follows one."""
    if at == 0 or text[at - 1] == " ":
        return True
    return text[at - 1] in _BRACKETS and (at == 1 or text[at - 2] == " ")


def _letters(term: Term) -> tuple[str, ...]:
    """Return runs of letters that a text must have, to the letter, for this term to be there."""
    if term.kind is not Kind.LITERAL or not set(term.fields) <= set(TEXT_FIELDS):
        return ()
    return tuple(_LETTERS.findall(term.text)) if _PLAIN.fullmatch(term.text) else ()


def _forms(term: Term) -> tuple[str, ...]:
    """Return ways to write a term of plain letters that the matcher takes for it, the likely ones first."""
    if term.kind not in {Kind.PHRASE, Kind.LITERAL} or not _PLAIN.fullmatch(term.text):
        return ()
    needles = Needles([term])
    return tuple(form for form in dict.fromkeys(_written(term)) if _is_all(form, needles))


def _is_all(form: str, needles: Needles) -> bool:
    text = fold(form)
    return any((first, past) == (0, len(text.words)) for _, first, past in needles.places(text))


def _written(term: Term) -> Iterator[str]:
    if term.kind is Kind.LITERAL:
        yield term.text
        return
    words = term.text.replace("-", " ").split(" ")
    small = tuple(word.lower() for word in words)
    large = tuple(word.capitalize() for word in words)
    keys = [key for pattern in patterns(needle(term)) for key, _ in pattern.steps[-1]]
    ends = dict.fromkeys([words[-1], *(key for key in keys if key.isalpha() and key.isascii())])
    for some in dict.fromkeys((tuple(words), small, (large[0], *small[1:]), large)):
        for end in ends:
            one = end.capitalize() if some[-1][:1].isupper() else end
            for last in (some[-1], one, one + "s"):
                for gap in (" ", "-"):
                    yield gap.join((*some[:-1], last))
