"""What counts as the same as a term, shown by examples. Every example was tried: the term does find it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.fold import fold
from paperdigest.core.needles import Needles
from paperdigest.core.plural import IRREGULAR, singulars
from paperdigest.core.spelling import american
from paperdigest.core.text import display
from paperdigest.core.tree import Kind, Term

_MOST: Final = 3
_PLURALS: Final = {
    singular: plural for plural, both in reversed(IRREGULAR.items()) for singular in both
}
_IRREGULAR_ENDS: Final = (
    ("is", "es"),
    ("us", "i"),
    ("um", "a"),
    ("on", "a"),
    ("ix", "ices"),
    ("ex", "ices"),
    ("a", "ae"),
)
_BRITISH: Final = (  # endings in which the two spellings differ, American first
    ("ization", "isation"),
    ("izing", "ising"),
    ("ize", "ise"),
    ("yze", "yse"),
    ("yzing", "ysing"),
    ("or", "our"),
    ("er", "re"),
    ("og", "ogue"),
    ("eling", "elling"),
    ("eled", "elled"),
)
_OPENINGS: Final = re.compile(
    "(multi|micro|super|inter|semi|self|hyper|meta|over|pre|non|anti|neuro|bio|geo)(?=[a-z]{5})"
)


@lru_cache(maxsize=1024)
def alike(term: Term) -> tuple[str, ...]:
    """Return up to three other spellings that the term finds; none for a literal."""
    if term.kind not in {Kind.PHRASE, Kind.PREFIX}:
        return ()
    found: dict[str, None] = {}
    for other in _others(display(term.text)):
        if len(found) < _MOST and _is_another(term, other):
            found[other] = None
    return tuple(found)


@lru_cache(maxsize=1024)
def in_other_number(term: Term) -> str:
    """Return the plural that the term finds, or the singular of a plural; "" where there is none."""
    if term.kind is not Kind.PHRASE:
        return ""
    start, last = _last_word(display(term.text))
    others = (display(term.text)[:start] + word for word in _numbers(last))
    return next((other for other in others if _is_another(term, other)), "")


def _is_another(term: Term, other: str) -> bool:
    return other != display(term.text) and _finds(term, other)


def _others(text: str) -> Iterator[str]:
    if text.isupper():
        yield text.lower()
    yield from _compounds(text)
    start, last = _last_word(text)
    yield from (text[:start] + word for word in _spellings(last))


def _compounds(text: str) -> Iterator[str]:
    parts = re.split(r"[\s/&_-]+", text)
    if len(parts) == 1:
        yield _OPENINGS.sub(r"\1-", text, count=1)
    elif FUNCTION_WORDS.isdisjoint(part.casefold() for part in parts):
        as_typed = re.search(r"[/&_-]", text) is None
        yield " ".join(["-".join(parts[:2]), *parts[2:]]) if as_typed else " ".join(parts)
        if len(parts) == 2:
            yield "".join(parts)


def _last_word(text: str) -> tuple[int, str]:
    words = fold(text)
    start, end = words.spans[-1] if words.words else (0, 0)
    return start, text[start:end]


def _numbers(word: str) -> Iterator[str]:
    """Yield the singulars of a plural, or the plural as English writes it."""
    small = word.casefold()
    if small in _PLURALS:
        yield _PLURALS[small]
    yield from (word[: -len(one)] + many for one, many in _IRREGULAR_ENDS if word.endswith(one))
    if re.search("[A-Z0-9]s$", word):
        yield word[:-1]
    elif len(word) > 3 and not word.isupper():
        yield from (other for other in singulars(small) if other != small)
    if re.search("(?:s|x|z|ch|sh)$", word):
        yield word + "es"
    elif re.search("[^aeiou]y$", word):
        yield word[:-1] + "ies"
    elif not word.endswith("S"):
        yield word + "s"


def _spellings(word: str) -> Iterator[str]:
    if american(word.casefold()) != word.casefold():
        yield american(word.casefold())
    for ours, theirs in _BRITISH:
        if word.casefold().endswith(ours):
            yield word[: -len(ours)] + theirs


def _finds(term: Term, text: str) -> bool:
    """Say whether the whole of the text is found, not only a part of it."""
    folded = fold(text)
    everything = (0, len(folded.words))
    found = Needles([term]).places(folded)
    return any((first, past) == everything for _, first, past in found)
