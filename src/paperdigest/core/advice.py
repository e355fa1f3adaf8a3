"""What may not be meant by a query, each with its figures from some papers. Refuses nothing.

One function for each thing to be wary of; which papers are looked at is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.evidence import Hit
from paperdigest.core.fold import fold
from paperdigest.core.outline import field_name
from paperdigest.core.paper import Paper
from paperdigest.core.reading import reading
from paperdigest.core.sample import Answers, Sample, places
from paperdigest.core.text import display
from paperdigest.core.tree import (
    TEXT_FIELDS,
    And,
    Field,
    Kind,
    Node,
    Not,
    Or,
    Term,
    nots_inward,
    wanted_terms,
)
from paperdigest.core.vocabulary import Vocabulary
from paperdigest.core.words import count_papers, number

_PLURAL_IN_CAPITALS: Final = re.compile(r"[A-Z0-9]*[A-Z0-9]{2}(?<![SU0-9])S|[A-Z]{2,}US")
_SINGLE_LETTER: Final = re.compile(r"([b-hj-z])([a-z]{3,})", re.IGNORECASE)
_SHORTEST_IN_CAPITALS: Final = 2
_MOST_NAMED: Final = 3
_MOST_READ: Final = 1_000  # papers


def missing_terms(missing: Collection[Term], sample: Sample, newest: Sample) -> tuple[str, ...]:
    """Return a line for each term that no paper has, with what was probably meant.

    `sample` holds the papers with their `doubtful_spellings`, `newest` what history has of late.
    """
    if not missing:
        return ()
    there = carried(newest.papers) if len(newest) else frozenset(Field)
    lone = dict.fromkeys(term.fields[0] for term in missing if len(term.fields) == 1)
    absent = [field for field in lone if field not in there]
    vocabulary = Vocabulary(newest.batch)
    return (
        *(field_warning(field, missing) for field in absent),
        *(
            _nothing_found(term, sample, newest, vocabulary)
            for term in missing
            if not set(term.fields) <= set(absent)
        ),
    )


def excluded_as_well(root: Node) -> tuple[str, ...]:
    """Return a line for each term that no paper fits by, because the query excludes it too."""
    found = dict.fromkeys(_excluded(nots_inward(root), ()))
    return tuple(
        f"{called(term)} is looked for, but excluded as well · leave out one of the two"
        for term in found
    )


def doubtful_terms(root: Node, sample: Sample) -> tuple[str, ...]:
    """Return a line for each term that finds something, but not what was meant.

    `sample` holds the papers of the query and of all `doubtful_spellings` of its terms.
    """
    found = wanted_terms(root)
    others = (other for term in found for other in doubtful_spellings(term))
    answers = sample.ask([root, *others])
    return tuple(
        line
        for term in found
        if answers.papers(term)
        for line in (
            *_small_letters(term, answers),
            *_plural_in_capitals(term, answers),
            *_single_letter(term, answers),
        )
    )


def doubtful_spellings(term: Term) -> tuple[Term, ...]:
    """Return the term itself where its capitals may not be meant, and what it would have to be for a
    plural or a compound to be found."""
    itself = (term,) if _may_be_small(term) else ()
    return (*itself, *_plurals(term), *_parted(term))


def carried(papers: Iterable[Paper]) -> frozenset[Field]:
    """Return the fields that at least one of the papers has something in."""
    found: set[Field] = set()
    for paper in papers:
        found.update(
            field
            for field, value in (
                (Field.TITLE, paper.title),
                (Field.ABSTRACT, paper.abstract),
                (Field.AUTHOR, paper.authors),
                (Field.CATEGORY, paper.categories),
                (Field.KEYWORD, paper.keywords),
                (Field.SOURCE, paper.sources),
                (Field.VENUE, paper.venue),
                (Field.ID, paper.ids or paper.id),
            )
            if value
        )
        if len(found) == len(Field):
            break
    return frozenset(found)


def field_warning(field: Field, terms: Iterable[Term]) -> str:
    """Return what is said of a field that no paper has anything in."""
    asked = [called(term) for term in terms if term.fields == (field,)]
    more = len(asked) - _MOST_NAMED
    listed = ", ".join(asked[:_MOST_NAMED]) + (f" and {number(more)} more" if more > 0 else "")
    return f"no source carries {field_name(field)} · {listed} can find nothing"


def nothing_found(
    term: Term, meant: Term | None = None, papers: int = 0, *, where: str = ""
) -> str:
    """Return what is said of a term that finds nothing; `meant` is in so many papers."""
    known = f" ({count_papers(papers)})" if papers else ""
    hint = f" · did you mean {called(meant)}?{known}" if meant is not None else ""
    return f"{called(term)} finds nothing{where}{hint}"


def called(term: Term) -> str:
    """Return the term as one would type it into an expression: a keyword of several words in quotes."""
    plain = term.typed and not term.typed.count(" ")
    return term.typed if plain or '"' in term.typed else reading(term)


def _excluded(node: Node, without: tuple[Term, ...]) -> Iterator[Term]:
    """Yield the terms looked for that one of `without` stands in the way of."""
    match node:
        case Term() if any(_covers(other, node) for other in without):
            yield node
        case And(parts):
            here = (part.part for part in parts if isinstance(part, Not))
            without += tuple(term for term in here if isinstance(term, Term))
            for part in parts:
                yield from _excluded(part, without)
        case Or(parts):
            for part in parts:
                yield from _excluded(part, without)


def _covers(other: Term, term: Term) -> bool:
    """Say whether it finds whatever the term finds, as far as is plain from how they are written."""
    alike = (other.kind, other.within) == (term.kind, term.within)
    if not alike or not set(term.fields) <= set(other.fields):
        return False
    if other.text == term.text:
        return True
    keys = [[word.keys for word in fold(display(one.text)).words] for one in (other, term)]
    return term.kind is Kind.PHRASE and keys[0] == keys[1]


def _nothing_found(term: Term, sample: Sample, newest: Sample, vocabulary: Vocabulary) -> str:
    answers = sample.ask((*_plurals(term), *_parted(term)))
    plural = (other for other, _ in _capital_plurals(term, answers))
    parted = (other for other in _parted(term) if _is_compound(other, answers))
    meant = next(chain(plural, parted), None) or vocabulary.meant(term)
    if meant is None:
        return nothing_found(term)
    found = max(sample.ask([meant]).count(meant), newest.ask([meant]).count(meant))
    return nothing_found(term, meant, found)


# ------------------------------------------------------------ capitals that also find small letters


def _may_be_small(term: Term) -> bool:
    text = display(term.text)
    return term.kind is Kind.PHRASE and _in_capitals(text) and text.isalnum()


def _small_letters(term: Term, answers: Answers) -> Iterator[str]:
    if not _may_be_small(term):
        return
    text = display(term.text)
    found = list(islice(places(answers.papers(term)), _MOST_READ))
    hits = {paper: answers.hits(paper, term) for paper in found}
    small = [paper for paper in found if not any(_is_capital(hit) for hit in hits[paper])]
    if small:
        plural = any(hit.text == f"{text}s" for each in hits.values() for hit in each)
        write = f"={text} OR ={text}s" if plural else f"={text}"
        example = hits[small[0]][0].text
        yield f"{text} also finds {example} in {len(small)} of {number(len(found))} · write {write}"


def _is_capital(hit: Hit) -> bool:
    return hit.field not in TEXT_FIELDS or _in_capitals(hit.text)


def _in_capitals(text: str) -> bool:
    letters = [sign for sign in text.removesuffix("s") if sign.isalpha()]
    return len(letters) >= _SHORTEST_IN_CAPITALS and all(sign.isupper() for sign in letters)


# --------------------------------------------------------------- other ways to write one of the words


def _rewritten(term: Term, word: re.Pattern[str]) -> Iterator[tuple[str, Term]]:
    """Yield (the word, the term) for every word of a term that is wholly of this kind."""
    if term.kind is not Kind.PHRASE:
        return
    text = display(term.text)
    for start, end in fold(text).spans:
        if word.fullmatch(text, start, end):
            yield text[start:end], replace(term, text=f"{text[:start]}\0{text[end:]}", typed="")


def _plurals(term: Term) -> Iterator[Term]:
    for word, hole in _rewritten(term, _PLURAL_IN_CAPITALS):
        yield replace(hole, text=hole.text.replace("\0", f"{word[:-1]}s"))


def _plural_in_capitals(term: Term, answers: Answers) -> Iterator[str]:
    for other, papers in _capital_plurals(term, answers):
        yield (
            f"{called(term)} is not read as a plural, being all in capitals"
            f" · write {called(other)} ({number(papers)} more)"
        )


def _capital_plurals(term: Term, answers: Answers) -> Iterator[tuple[Term, int]]:
    """Yield the term with a small s, and how many more papers have that, not just the small letters."""
    for other in _plurals(term):
        gained = places(answers.papers(other) & ~answers.papers(term))
        capital = [
            paper
            for paper in islice(gained, _MOST_READ)
            if any(_is_capital(hit) for hit in answers.hits(paper, other))
        ]
        if capital:
            yield other, len(capital)


def _parted(term: Term) -> Iterator[Term]:
    for word, hole in _rewritten(term, _SINGLE_LETTER):
        if word[1:].casefold() not in FUNCTION_WORDS:
            yield replace(hole, text=hole.text.replace("\0", f"{word[0]}-{word[1:]}"))


def _single_letter(term: Term, answers: Answers) -> Iterator[str]:
    for other in _parted(term):
        missed = list(places(answers.papers(other) & ~answers.papers(term)))
        if missed and _is_compound(other, answers):
            example = answers.hits(missed[0], other)[0].text
            yield (
                f'{called(term)} misses "{example}" in {count_papers(len(missed))}'
                f" · write {called(other)}"
            )


def _is_compound(term: Term, answers: Answers) -> bool:
    """Say whether papers part it with a hyphen themselves: else "m other" is an accident."""
    some = islice(places(answers.papers(term)), _MOST_READ)
    return any("-" in hit.text[1:2] for paper in some for hit in answers.hits(paper, term))
