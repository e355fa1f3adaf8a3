"""What the search index holds of a paper: tokens, each a letter for its kind and what it is about.

Pure. Reads papers with the eyes of the matcher, so that `core.index_bounds` can say of a query which
tokens every paper that fits must have. The kinds stand in `Tokens`; what is stored how is the store's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Final
from zlib import crc32

from paperdigest.core import listed, names
from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.fold import BLANK, JOIN, MARK, Folded, Word, fold
from paperdigest.core.forms import LONGEST_ENDING, american_letters, joined_text_keys
from paperdigest.core.paper import Paper
from paperdigest.core.text import display

# The kinds of tokens.
WORD: Final = "w"  # a word of title, abstract or keywords, by its keys
TITLE: Final = "t"  # the same of the title alone
VENUE: Final = "v"
INSIDE: Final = "i"  # a word where no match may both start and end: inside a fixed idiom
FORM: Final = "r"  # other letters of a word that a prefix may be the beginning of
COMPOUND: Final = "h"  # two parts of a compound as one word, for prefixes
WHOLE: Final = "k"  # the same by its keys, where a match may start and end; not in a venue
PAIR: Final = "p"  # two neighbours, by their keys, hashed
JOINED: Final = "j"  # two neighbours that may be read as one word: how that begins, hashed
PARTED: Final = "e"  # the same of few letters: all of it, hashed
AUTHOR: Final = "a"
CATEGORY: Final = "c"
SOURCE: Final = "s"
ID: Final = "d"

VERY_LETTERS: Final = "\x00"
LONGEST: Final = 48  # letters of a token; longer ones are cut
_SHORT: Final = 12  # letters

# No tokenizer parts or changes what is above ASCII.
_SAFE: Final = {code: 0x100 + code for code in range(128) if not chr(code).isalnum()}


def token(kind: str, letters: str) -> str:
    """Return the token of that kind: one run of signs that the index keeps as it is. The token of a
    beginning is the beginning of the token."""
    letters = letters[:LONGEST]
    if not letters.isascii():
        letters = letters.encode("utf-8", "replace").decode()
    return kind + (letters if letters.isalnum() else letters.translate(_SAFE))


def pair(letters: str) -> str:
    """Return the token of two neighbours whose letters these are together."""
    return _hashed(PAIR, letters, 18)


def joined(letters: str) -> str:
    """Return the token of two neighbours that, read as one word, begin with these letters."""
    return _hashed(JOINED, letters, 22)  # many are asked for at once


def parted(letters: str) -> str:
    """Return the token of two neighbours that, read as one word, are these few letters."""
    return _hashed(PARTED, letters, 18)


def _hashed(kind: str, letters: str, bits: int) -> str:
    # So few bits that many papers share a token: a list of papers is a byte or two for each, a token of
    # its own seven. What is found too much is one paper in some thousands.
    return f"{kind}{crc32(letters.encode('utf-8', 'replace')) & ((1 << bits) - 1):x}"


def is_cut(letters: str) -> bool:
    """Say whether the token of these letters may also be that of others."""
    return len(letters) > LONGEST


def index_terms(paper: Paper) -> frozenset[str]:
    """Return all tokens of a paper as history shows it."""
    found: set[str] = set()
    for kind, text in _texts(paper):
        folded = fold(display(text))
        for word in folded.words:
            found.update(_of_word(word, kind))
        found.update(_of_neighbours(folded, kind))
    for name in paper.authors:
        found.update(token(AUTHOR, family) for family in names.families(name))
    for name in paper.categories:
        found.update(token(CATEGORY, one) for one in listed.category_names(name))
    found.update(token(SOURCE, listed.plain(name)) for name in paper.sources)
    for id_ in (paper.id, *paper.ids):
        found.update(token(ID, one) for one in listed.id_names(id_))
    return frozenset(found)


def letters_of(key: str) -> str:
    """Return a key without the sign that it stands for the very letters."""
    return key.removeprefix(VERY_LETTERS)


def _texts(paper: Paper) -> Iterator[tuple[str, str]]:
    yield TITLE, paper.title
    yield WORD, paper.abstract
    for keyword in paper.keywords:
        yield WORD, keyword
    yield VENUE, paper.venue


@lru_cache(maxsize=1 << 16)
def _of_word(word: Word, kind: str) -> tuple[str, ...]:
    if kind == VENUE:
        kinds: tuple[str, ...] = (VENUE,)
    elif not (word.starts and word.ends):
        kinds = (INSIDE,)
    else:
        kinds = (WORD, TITLE) if kind == TITLE else (WORD,)
    tokens = [token(one, key) for one in kinds for key in word.keys]
    begun = FORM if word.starts else INSIDE
    for form in {word.raw, word.american}:
        if not any(key.startswith(form) for key in word.keys):
            tokens.append(token(begun, form))  # noqa: PERF401 - hardly ever more than one
    return tuple(tokens)


def _of_neighbours(text: Folded, where: str) -> Iterator[str]:
    words, kinds = text.words, text.before
    joins = [False, *(text.joins(at) for at in range(1, len(words))), False]
    # Whether word n is one compound with the one before.
    tight = [joined and kind == JOIN for joined, kind in zip(joins, [*kinds, MARK], strict=False)]
    for at in range(1, len(words)):
        kind = kinds[at]
        if kind == MARK:
            continue
        left, right = words[at - 1], words[at]
        yield from _of_pair(left, right, kind, joins[at + 1])
        if tight[at]:
            yield from _of_compound(left, right, where != VENUE and left.starts and right.ends)
        if joins[at] and (joins[at + 1] or not tight[at]):
            yield from _of_parted(left, right, joins[at + 1], tight[at])
        if tight[at - 1] or tight[at + 1]:
            yield from _of_units(words, tight, at, joins[at + 1])


def _of_pair(left: Word, right: Word, kind: int, goes_on: bool) -> list[str]:
    before, weak = _said(left)
    after, weak_too = _said(right)
    if goes_on:
        after = _begun(right)
    elif weak and weak_too and kind == BLANK:
        return []
    return [pair(one + other) for one in before for other in after]


@lru_cache(maxsize=1 << 16)
def _begun(word: Word) -> tuple[str, ...]:
    """Return the letters of a word's keys, and those it may begin a longer word with."""
    return tuple({*map(letters_of, word.keys), word.raw, word.american})


@lru_cache(maxsize=1 << 16)
def _said(word: Word) -> tuple[tuple[str, ...], bool]:
    """Return the letters of a word's keys, and whether it is a function word."""
    return tuple(map(letters_of, word.keys)), are_function_words(word.keys)


def _of_parted(left: Word, right: Word, goes_on: bool, tight: bool) -> Iterator[str]:
    """Yield the tokens of two words that may be all of a word, or if it goes on the beginning of one."""
    read = [(left.raw, left.raw + right.raw)]
    if left.american != left.raw or right.american != right.raw:
        read.append((left.american, left.american + right.american))
    is_short = tight or len(read[0][1]) <= _SHORT
    for first, whole in read:
        if not is_short:
            yield joined(whole[: max(len(first) + 1, len(whole) - LONGEST_ENDING)])
        elif goes_on:
            yield joined(whole)
    if is_short and not tight:
        for key in _keys_of(left, right):
            yield parted(letters_of(key))


def _of_units(words: list[Word], tight: list[bool], at: int, goes_on: bool) -> Iterator[str]:
    """Yield pairs of neighbours of which one or both are a compound of two parts."""
    left = [words[at - 1].keys]
    right = [_begun(words[at]) if goes_on else words[at].keys]
    if tight[at - 1]:
        left.append(_keys_of(words[at - 2], words[at - 1]))
    if tight[at + 1]:
        right.append(_keys_of(words[at], words[at + 1]))
    for before, after in product(left, right):
        for one, other in product(before, after):
            yield pair(letters_of(one) + letters_of(other))


@lru_cache(maxsize=1 << 14)
def _keys_of(left: Word, right: Word) -> tuple[str, ...]:
    return joined_text_keys((left.shape, right.shape), both=left.both)


@lru_cache(maxsize=1 << 13)
def _of_compound(left: Word, right: Word, whole: bool) -> tuple[str, ...]:
    keys, raw = _keys_of(left, right), left.raw + right.raw
    forms = {raw, left.american + right.american, american_letters(raw), *map(letters_of, keys)}
    tokens = [token(COMPOUND, form) for form in forms]
    return (*tokens, *(token(WHOLE, key) for key in keys)) if whole else tuple(tokens)


def are_function_words(keys: Iterable[str]) -> bool:
    """Say whether these keys are those of function words: their neighbourhood is not worth a token."""
    return all(letters_of(key) in FUNCTION_WORDS for key in keys)
