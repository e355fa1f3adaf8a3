"""Names of people: who is the same author. Same family name, given names compatible by initial.

Names come in any order, with or without comma, with particles, initials or accents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from paperdigest.core import signs
from paperdigest.core.closed_words import word_set
from paperdigest.core.text import display

_PARTICLES: Final = word_set(
    """
          af al am an auf aus av da dal dall dalla das de dei del dell della den der des di do
    dos du e el     ibn la las le lo los op san st te ten ter t til van vande vanden vander vom
    von y zu zum zur
    """
)
# These are given names as often: "Le Song", "Al Gore". At the start they may be either.
_ALSO_GIVEN: Final = word_set(
    """
    al am an da do du el la le lo san te van
    """
)
_SUFFIXES: Final = word_set(
    """
    jr sr ii iii iv phd md esq
    """
)
_VOWELS: Final = frozenset("aeiouy")
_WORD = re.compile(r"[^\s.,]+")
_NO_LETTER = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take a name apart. `certain`: a comma says so. `turned`: the family name first,
    without a comma. `wide`: the family name taken as several words without a sign that it is."""

    family: str
    given: tuple[str, ...]
    certain: bool = False
    turned: bool = False
    wide: bool = False


def same_author(wanted: str, name: str) -> bool:
    """Say whether `name` may be the person `wanted`. One word alone is a family name."""
    there = _readings(name)
    return any(_agree(one, other) for one in _readings(wanted) for other in there)


def families(name: str) -> frozenset[str]:
    """Return the family names that a name may have; two names without a common one differ."""
    return frozenset(reading.family for reading in _readings(name))


def family_letters(text: str) -> str:
    """Return the letters that family names are compared by."""
    return _letters(signs.plain(display(text)))


def family_begins(prefix: str, name: str) -> bool:
    """Say whether the family name begins so."""
    letters = family_letters(prefix)
    plainly = (reading for reading in _readings(name) if not (reading.turned or reading.wide))
    return bool(letters) and any(reading.family.startswith(letters) for reading in plainly)


def _agree(one: _Reading, other: _Reading) -> bool:
    if one.family != other.family:
        return False
    if (one.turned or other.turned) and not (one.given and other.given):
        return False
    if (one.wide and not other.certain) or (other.wide and not one.certain):
        return False
    return _compatible(one.given, other.given)


def _compatible(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if "".join(one) == "".join(other):
        return True
    return all(_same_given(left, right) for left, right in zip(one, other, strict=False))


def _same_given(one: str, other: str) -> bool:
    return one == other or (1 in {len(one), len(other)} and one[0] == other[0])


@lru_cache(maxsize=1 << 15)
def _readings(name: str) -> tuple[_Reading, ...]:
    shown = " ".join(signs.plain(display(name)).split())
    head, *rest = [part.strip() for part in shown.split(",")]
    rest = [part for part in rest if part and not _is_suffix(part)]
    if head and rest:
        family = [word for word in head.split() if not _is_suffix(word)] or [head]
        return (_Reading(_joined(family), _given(_words(rest[0]), full=shown), certain=True),)
    words = _words(head)
    while len(words) > 1 and _is_suffix(words[-1]):
        words.pop()
    if len(words) > 1 and words[0].casefold() == "the":
        del words[0]
    return tuple(_in_order(words, shown)) if words else ()


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if _letters(word)]


def _is_suffix(part: str) -> bool:
    return _letters(part) in _SUFFIXES


def _in_order(words: list[str], full: str) -> list[_Reading]:
    """Return the readings of a name without a comma."""
    initials = _trailing_initials(words, full)
    if initials:
        family, given = words[:-initials], words[-initials:]
        return [_Reading(_joined(family), _given(given, full=full))]
    begins = _family_begins(words)
    found = [_reading(words, begin, full) for begin in begins]
    found += [
        _reading(words, begin, full, wide=True)
        for begin in range(max(1, len(words) - 4), begins[-1])
        if not _is_particle(words[begin - 1])
    ]
    if len(words) > 1:
        ends = 1
        while ends < len(words) - 1 and _is_particle(words[ends - 1]):
            ends += 1
        found.append(_Reading(_joined(words[:ends]), _given(words[ends:], full=full), turned=True))
    return found


def _reading(words: list[str], begin: int, full: str, *, wide: bool = False) -> _Reading:
    return _Reading(_joined(words[begin:]), _given(words[:begin], full=full), wide=wide)


def _family_begins(words: list[str]) -> list[int]:
    """Return where the family name may begin if it comes last."""
    begin = len(words) - 1
    while begin > 0 and _is_particle(words[begin - 1]):
        begin -= 1
    first = words[0]
    if begin == 0 and len(words) > 1 and (first[:1].isupper() or first in _ALSO_GIVEN):
        return [0, 1]
    return [begin]


def _is_particle(word: str) -> bool:
    return _letters(word) in _PARTICLES and not (len(word) == 1 and word.isupper())


def _trailing_initials(words: list[str], full: str) -> int:
    """Return how many words at the end are initials, as in `Lovelace AB`; 0 if all may be."""
    count = 0
    while count < len(words) and _are_initials(words[-1 - count], full):
        count += 1
    return count if count < len(words) and len(_letters(words[0])) > 1 else 0


def _are_initials(word: str, full: str) -> bool:
    letters = _letters(word)
    if len(letters) == 1:
        return True
    if len(letters) > 3 or "-" in word:
        return False
    if full == full.lower():
        return len(letters) == 2 and letters.isascii() and not set(letters) & _VOWELS
    return word.isupper() and full != full.upper()


def _given(words: list[str], *, full: str) -> tuple[str, ...]:
    given: list[str] = []
    for word in words:
        for part in word.split("-"):
            letters = _letters(part)
            given += letters if _are_initials(part, full) else [letters] if letters else []
    return tuple(given)


def _joined(words: list[str]) -> str:
    return "".join(_letters(word) for word in words)


def _letters(word: str) -> str:
    return _NO_LETTER.sub("", word).casefold()
