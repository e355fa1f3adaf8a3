"""Number: one word and its plural fold to the same letters. Nothing else is stemmed.

Owns the regular rules and the order in which they and the exceptions of `core.plural_tables` apply.
Which words are asked about at all (not the short ones, not the ones in capitals) is decided in
`core.forms`.
"""

from __future__ import annotations

from typing import Final

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.plural_tables import (
    IN_IE,
    INVARIANT,
    INVARIANT_ENDINGS,
    IRREGULAR,
    LENS,
    NO_LENS,
    NO_SCIENCES,
    ONLY_S,
    ONLY_S_ENDINGS,
    PLURAL_ALL_THE_SAME,
    SCIENCE_ENDINGS,
    SCIENCES,
    SINGULAR_ALL_THE_SAME,
    TAILS,
    TAKE_ES,
    TAKE_ES_ENDINGS,
)

__all__ = ["IRREGULAR", "singulars"]

_SHORTEST_STEM: Final = 3  # so that a word outside IRREGULAR keeps its first four letters
_TAIL_SIZES: Final = tuple(sorted(set(map(len, TAILS)), reverse=True))
_LAST_LETTERS: Final = frozenset(tail[-2:] for tail in TAILS)


def singulars(word: str) -> tuple[str, ...]:
    """Return what `word` (folded, small letters) is as a singular: itself if it is no plural.

    More than one where a plural belongs to two words (bases: basis, base).
    """
    found = _singulars(word)
    if found == (word,) or len(found) > 1:
        return found
    return _singulars(found[0])  # cyanobacterias


def _singulars(word: str) -> tuple[str, ...]:
    known = IRREGULAR.get(word)
    if known is not None:
        return known
    if word[-1:] != "s" and word[-2:] not in _LAST_LETTERS:  # most that are asked about
        return (word,)
    if _stays(word):
        return (word,)
    if word.endswith("s") and (word[:-1] in ONLY_S or word.endswith(ONLY_S_ENDINGS)):
        return (word[:-1],)
    if word.endswith("es") and _takes_es(word[:-2]):
        return (word[:-2],)
    tail = _tail(word)
    if tail:
        return tuple(word[: -len(tail)] + one for one in TAILS[tail])
    return (_regular(word),) if word.endswith("s") else (word,)


def _stays(word: str) -> bool:
    if word in INVARIANT or word in SINGULAR_ALL_THE_SAME or word in TAKE_ES:
        return True
    if word.endswith(("ss", "us", "is")):
        return word not in PLURAL_ALL_THE_SAME
    if word.endswith("ics"):
        science = word in SCIENCES or word.endswith(SCIENCE_ENDINGS)
        return science and word not in NO_SCIENCES
    if word.endswith(LENS):
        return not word.endswith(NO_LENS)
    if word.endswith(INVARIANT_ENDINGS + TAKE_ES_ENDINGS):
        return True
    return word.endswith("s") and word[:-1] in FUNCTION_WORDS  # "cans" is not "can"


def _tail(word: str) -> str:
    """Return the longest listed ending of the word, or nothing."""
    if word[-2:] in _LAST_LETTERS:
        for size in _TAIL_SIZES:
            if len(word) - size >= _SHORTEST_STEM and word[-size:] in TAILS:
                return word[-size:]
    return ""


def _regular(word: str) -> str:
    without_s, without_es = word[:-1], word[:-2]
    if word.endswith("ies"):
        whole = len(word) <= 4 or without_s in IN_IE
        return without_s if whole else word[:-3] + "y"
    if word.endswith(("sses", "xes", "shes", "ches", "zzes", "tzes")):
        return without_es
    return without_s


def _takes_es(stem: str) -> bool:
    if stem.endswith(LENS):
        return not stem.endswith(NO_LENS)
    return stem in TAKE_ES or stem.endswith(TAKE_ES_ENDINGS)
