"""Under which keys a word is found: case, number and spelling folded. Joining and marks are elsewhere.

A text word has its folded keys; a word whose capitals kept it from being folded also has the very
letters, which only a query word in small letters asks for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.plural import singulars
from paperdigest.core.plural_tables import IRREGULAR, TAILS
from paperdigest.core.spelling import american, is_respelled

LONGEST: Final = 64  # letters; beyond it nothing is a word that has a plural or a spelling
LONGEST_ENDING: Final = 4  # letters at the end of a word that its singular may not have
VERY_LETTERS: Final = "\x00"
_SPELLED_OTHERWISE: Final = re.compile("[iy]z|or|[ei]x$")
ENDS_OF_IRREGULAR: Final = frozenset(plural[-2:] for plural in (*IRREGULAR, *TAILS))


def text_keys(shape: str, *, both: bool = False) -> tuple[str, ...]:
    """Return the keys of a word of a text. `both`: its capitals say nothing, it keeps both forms."""
    if len(shape) > LONGEST:
        return (shape.casefold(),)
    if shape.islower() and shape.isascii() and not both:  # what most words are: nothing to remember
        return _small(shape)
    return _text_keys(shape, both)


def query_keys(shape: str, *, both: bool = False) -> tuple[str, ...]:
    """Return the keys that find what is the same word as this word of a query."""
    if len(shape) > LONGEST:
        return (shape.casefold(),)
    return _query_keys(shape, both)


@lru_cache(maxsize=1 << 14)
def joined_text_keys(shapes: tuple[str, ...], *, both: bool = False) -> tuple[str, ...]:
    """Return the keys of parts of a text read as one word."""
    return _joined(shapes, text_keys(_whole(shapes), both=both), text_keys(shapes[-1], both=both))


def joined_query_keys(shapes: tuple[str, ...], *, both: bool = False) -> tuple[str, ...]:
    """Return the keys of parts of a query read as one word."""
    return _joined(shapes, query_keys(_whole(shapes), both=both), query_keys(shapes[-1], both=both))


def parted_spellings(letters: str) -> list[str]:
    """Return the letters of a key and what a text that parts the word may have instead: organi-sation."""
    if _SPELLED_OTHERWISE.search(letters) is None:
        return [letters]
    found = {letters, letters.replace("iz", "is").replace("yz", "ys")}
    found |= {one.replace("or", "our") for one in found}
    found |= {one[:-2] + "ices" for one in found if one.endswith(("ex", "ix"))}
    return sorted(found)


def american_letters(shape: str) -> str:
    """Return the word in small letters and American spelling, number as it is."""
    raw = shape.casefold()
    return american(raw) if len(raw) <= LONGEST else raw


def _whole(shapes: tuple[str, ...]) -> str:
    # "LLM-as" is not the plural of "LLMA": a function word at the end is no ending.
    whole = "".join(shapes)
    return whole.upper() if shapes[-1].casefold() in FUNCTION_WORDS else whole


def _joined(
    shapes: tuple[str, ...], whole: tuple[str, ...], last: tuple[str, ...]
) -> tuple[str, ...]:
    head = "".join(american_letters(shape) for shape in shapes[:-1])
    keys = dict.fromkeys(whole)
    for key in last:
        letters = key.removeprefix(VERY_LETTERS)
        keys[key[: len(key) - len(letters)] + head + letters] = None
    return tuple(keys)


def small_key(raw: str) -> str | None:
    """Return the key of an ASCII word in small letters, None where it has several or an American spelling."""
    if len(raw) > LONGEST or (is_respelled(raw) and american(raw) != raw):
        return None
    if len(raw) <= 3 or (raw[-1] != "s" and raw[-2:] not in ENDS_OF_IRREGULAR):
        return raw
    keys = _small(raw)
    return keys[0] if len(keys) == 1 else None


@lru_cache(maxsize=1 << 16)
def _text_keys(shape: str, both: bool) -> tuple[str, ...]:
    raw = shape.casefold()
    small = _small(raw)
    if shape == raw and not both:
        return small
    keys = _folded(shape, raw, both=both)
    return keys if set(keys) == set(small) else (*keys, VERY_LETTERS + raw)


@lru_cache(maxsize=1 << 14)
def _query_keys(shape: str, both: bool) -> tuple[str, ...]:
    raw = shape.casefold()
    keys = _folded(shape, raw, both=both)
    in_small_letters = shape[1:] == shape[1:].lower() and not shape.isupper()
    if not both and in_small_letters and (raw.endswith("s") or keys != (raw,)):
        return (*keys, VERY_LETTERS + raw)
    return keys


def _folded(shape: str, raw: str, *, both: bool) -> tuple[str, ...]:
    if both:
        return tuple(dict.fromkeys((*_small(raw), american(raw))))
    if shape.endswith("s") and len(shape) > 2 and _ends_in_capitals(shape[:-1]):
        return (american(raw[:-1]),)
    if shape.isupper():
        return (american(raw),)
    return _small(raw)


def _ends_in_capitals(shape: str) -> bool:
    return (shape[-1].isupper() or shape[-1].isdigit()) and shape != shape.lower()


def _small(raw: str) -> tuple[str, ...]:
    if len(raw) <= 3:
        return (american(raw),)
    if raw[-1] != "s" and raw[-2:] not in ENDS_OF_IRREGULAR:
        return (american(raw),)
    one, *others = singulars(raw)
    if not others:
        return (american(one),)
    return tuple(dict.fromkeys(american(word) for word in (one, *others)))
