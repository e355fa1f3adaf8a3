"""What papers say instead of a phrase: its words close together, but not one after the other."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from paperdigest.core.fold import MARK, fold
from paperdigest.core.sample import Answers, Sample, places, replaced
from paperdigest.core.text import display
from paperdigest.core.tree import TEXT_FIELDS, Kind, Node, Term, wanted_terms

_MOST_WORDS: Final = 6  # of a NEAR
_BETWEEN: Final = 2  # words more than the phrase has
_SENTENCE_END: Final = re.compile(r"[.!?;:]\s")
_MOST: Final = 3
_MOST_READ: Final = 1_000  # papers
_OFTEN: Final = 2  # papers; what one paper says is no way of saying it


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What `papers` more papers say in place of the term."""

    term: Term
    says: str
    papers: int


def near_misses(root: Node, sample: Sample) -> tuple[NearMiss, ...]:
    """Return what is said instead most often, of papers that the query does not take."""
    loose = {term: other for term in wanted_terms(root) for other in loosened(term)}
    wider = {term: replaced(root, term, other) for term, other in loose.items()}
    answers = sample.ask([root, *loose.values(), *wider.values()])
    misses = [
        NearMiss(term, says, papers)
        for term, other in loose.items()
        for says, papers in _said(
            answers, other, answers.papers(wider[term]) & ~answers.papers(root)
        )
    ]
    return tuple(sorted(misses, key=lambda miss: -miss.papers)[:_MOST])


def loosened(term: Term) -> tuple[Term, ...]:
    """Return the term as words that are close together; nothing for what is no phrase of a few words."""
    folded = fold(display(term.text))
    words = len(folded.words)
    if term.kind is not Kind.PHRASE or not 2 <= words <= _MOST_WORDS or MARK in folded.before[1:]:
        return ()
    if set(term.fields).isdisjoint(TEXT_FIELDS):
        return ()
    return (replace(term, kind=Kind.NEAR, within=words - 1 + _BETWEEN),)


def _said(answers: Answers, term: Term, missed: int) -> list[tuple[str, int]]:
    said: dict[tuple[str, ...], Counter[str]] = {}
    for paper in islice(places(missed), _MOST_READ):
        texts = {hit.text for hit in answers.hits(paper, term)}
        ways = {_keys(text): _plain(text) for text in texts if not _SENTENCE_END.search(text)}
        for keys, plain in ways.items():
            said.setdefault(keys, Counter())[plain] += 1
    often = [ways for ways in said.values() if ways.total() >= _OFTEN]
    return [(ways.most_common(1)[0][0], ways.total()) for ways in often]


def _keys(text: str) -> tuple[str, ...]:
    return tuple(word.keys[0] for word in fold(text).words)


def _plain(text: str) -> str:
    """Return the text in small letters, its last word in the singular: what one would type."""
    folded = fold(text)
    start, end = folded.spans[-1]
    return text[:start].lower() + folded.words[-1].keys[0] + text[end:]
