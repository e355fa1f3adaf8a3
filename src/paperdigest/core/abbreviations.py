"""Short and long forms that papers define themselves: "vision-language models (VLMs)".

After Schwartz and Hearst (2003): the letters of the short form must stand in the long form, in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from paperdigest.core.evidence import Hit
from paperdigest.core.fold import fold
from paperdigest.core.pattern import has_words
from paperdigest.core.sample import Sample, places, replaced
from paperdigest.core.text import display
from paperdigest.core.tree import TEXT_FIELDS, Field, Kind, Node, Or, Term, wanted_terms

_SHORT: Final = r"([A-Z0-9][A-Za-z0-9-]{0,8}[A-Z0-9])s?"
_AFTER: Final = re.compile(rf"\s?[(\[](?:e\.g\.,?\s|or\s|aka\s|the\s)?{_SHORT}[)\],;:/]")
_OPENED: Final = re.compile(r"\s?[(\[]$")
_MOST: Final = 3
_DEFINERS_READ: Final = 500  # papers; the forms in use show in far fewer


@dataclass(frozen=True, slots=True)
class Form:
    """Another form of a term: `said` is how a paper defines it, in how many; `brings` more papers."""

    term: Term
    add: Term
    said: str
    defined: int
    brings: int


def other_forms(root: Node, sample: Sample) -> tuple[Term, ...]:
    """Return the other forms of the query's terms that papers define."""
    return tuple(dict.fromkeys(add for _, add, _, _ in _defined(root, sample)))


def defined_forms(root: Node, sample: Sample) -> tuple[Form, ...]:
    """Return the forms that would bring more papers to the query, those that bring most first."""
    found = _defined(root, sample)
    wider = {add: replaced(root, term, Or((term, add))) for term, add, _, _ in found}
    answers = sample.ask([root, *wider.values()])
    had = answers.papers(root)
    forms = [
        Form(term, add, said, defined, (answers.papers(wider[add]) & ~had).bit_count())
        for term, add, said, defined in found
    ]
    gaining = sorted((form for form in forms if form.brings), key=lambda form: -form.brings)
    return tuple(gaining[:_MOST])


def _defined(root: Node, sample: Sample) -> list[tuple[Term, Term, str, int]]:
    """Return (term, its other form, how most papers define it, how many do)."""
    terms = [term for term in wanted_terms(root) if term.kind is Kind.PHRASE]
    answers = sample.ask(terms)
    found: list[tuple[Term, Term, str, int]] = []
    for term in terms:
        said: dict[Term, Counter[str]] = {}
        for paper in list(places(answers.papers(term)))[:_DEFINERS_READ]:
            shown = {
                Field.TITLE: display(sample.papers[paper].title),
                Field.ABSTRACT: display(sample.papers[paper].abstract),
            }
            here: dict[Term, str] = {}
            for add, words in _definitions(term, answers.hits(paper, term), shown):
                here.setdefault(add, words)
            for add, words in here.items():
                said.setdefault(add, Counter())[words] += 1
        found += [
            (term, add, ways.most_common(1)[0][0], ways.total())
            for add, ways in _once_each(said)
            if add not in terms
        ]
    return found


def _once_each(said: dict[Term, Counter[str]]) -> list[tuple[Term, Counter[str]]]:
    """Return the forms without those that differ only in their capitals, the most used ones first."""
    most = sorted(said.items(), key=lambda one: -one[1].total())
    folded: dict[str, tuple[Term, Counter[str]]] = {}
    for add, ways in most:
        folded.setdefault(add.text.casefold(), (add, ways))
    return list(folded.values())


def _definitions(
    term: Term, hits: tuple[Hit, ...], shown: dict[Field, str]
) -> Iterator[tuple[Term, str]]:
    for hit in hits:
        text = shown.get(hit.field, "")
        short = _AFTER.match(text, hit.end)
        if short is not None and _stands_for(short[1], hit.text):
            said = text[hit.start : short.end(0)].rstrip(",;:/")
            yield Term(short[1], fields=term.fields, typed=_typed(short[1], term)), said
        opened = _OPENED.search(text, 0, hit.start)
        if opened is not None and display(term.text).isupper():
            long = _long_form(display(term.text), text[: opened.start()])
            if long:
                said = f"{long} ({hit.text})"
                typed = _typed(f'"{_plain(long)}"', term)
                yield Term(_plain(long), fields=term.fields, typed=typed), said


def _typed(name: str, term: Term) -> str:
    """Return the form with the field of the term that it is another form of."""
    return name if term.fields == TEXT_FIELDS else f"{term.fields[0]}:{name}"


def _stands_for(short: str, long: str) -> bool:
    """Say whether the letters of the short form stand in the long one, the first one at its start."""
    letters = [sign for sign in short.casefold() if sign.isalpha()]
    rest = iter(long.casefold())
    return (
        bool(letters)
        and long[:1].casefold() == letters[0]
        and all(any(sign == other for other in rest) for sign in letters)
        and short.casefold() not in long.casefold()
    )


def _long_form(short: str, before: str) -> str:
    """Return the words at the end of a text that the short form stands for: one for each letter."""
    words = re.findall(r"[^\s()]+", before)
    for count in range(len(short), 1, -1):
        tail = words[-count:]
        initials = [part[:1].casefold() for word in tail for part in re.split(r"[-/]", word)]
        if "".join(initials) == short.casefold():
            return " ".join(tail)
    return ""


def _plain(long: str) -> str:
    """Return the words as a query finds them: small letters, singular, one blank between."""
    text = long.lower()
    return " ".join(word.keys[0] for word in fold(text).words) if has_words(text) else text
