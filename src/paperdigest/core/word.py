"""One word of a text: its letters, what queries find it by, and how it stands to its neighbours.

Equal words are one object for as long as they are remembered, so that a matcher can look them up by
identity. What is costly to know of a word is worked out when first asked: most words of most texts
interest nobody.
"""

from __future__ import annotations

from typing import Final, TypeVar

from paperdigest.core.beginnings import beginning
from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.forms import american_letters, text_keys

LONGEST_KEPT: Final = 64  # a longer run without blanks is not worth remembering
MOST_KEPT: Final = 60_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Word:
    """One word of a text.

    `shape` is its plain letters with their case as far as it matters (not that of the first of a longer
    word), `raw` the same in small letters. `free`: a blank may join it to its neighbour; `joins`: the
    sign after it does. `starts`, `ends`: a match may start and end here (not inside an idiom).
    `unspaced`: one sign of a run without blanks. `both`: from a text wholly in capitals.
    `begins`: what all its keys begin with, "" where nothing is for sure.
    """

    __slots__ = ("_american", "_keys", "begins", "free", "raw", "shape")

    # What holds of most words, so that only the others carry it.
    both = False
    joins = False
    starts = True
    ends = True
    unspaced = False

    def __init__(self, shape: str, raw: str, free: bool) -> None:
        self.shape = shape
        self.raw = raw
        self.free = free
        self.begins = beginning(raw)
        self._keys: tuple[str, ...] = ()
        self._american = ""

    def __repr__(self) -> str:
        return f"Word({self.shape!r})"

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what queries find it by."""
        if not self._keys:
            self._keys = text_keys(self.shape, both=self.both)
        return self._keys

    @property
    def american(self) -> str:
        """Return it in small letters and American spelling, number as it is."""
        if not self._american:
            # Where the only key is the word itself, there is nothing to respell.
            is_key = self._keys == (self.raw,)
            self._american = self.raw if is_key else american_letters(self.shape)
        return self._american

    @property
    def openings(self) -> tuple[str, ...]:
        """Return the letters that a prefix may be the beginning of."""
        return (self.raw, self.american, *self.keys)


class PartWord(Word):
    """A word of which more is to be said than its letters."""

    __slots__ = ("both", "ends", "joins", "starts", "unspaced")

    def __init__(
        self,
        shape: str,
        raw: str,
        free: bool,
        *,
        both: bool,
        joins: bool,
        starts: bool,
        ends: bool,
        unspaced: bool,
    ) -> None:
        super().__init__(shape, raw, free)
        self.both = both
        self.joins = joins
        self.starts = starts
        self.ends = ends
        self.unspaced = unspaced


_plain: dict[str, Word] = {}
_parts: tuple[dict[str, Word], dict[str, Word]] = ({}, {})
_words: dict[tuple[str, bool, bool, bool, bool, bool, bool], Word] = {}


def plain_word(letters: str) -> Word:
    """Return the word of ASCII letters and digits that stand alone between blanks and marks."""
    word = _plain.get(letters)
    if word is not None:
        return word
    raw = letters.lower()
    if letters != raw and _only_begins_large(letters):
        return plain_word(raw)
    word = Word(letters, raw, raw not in FUNCTION_WORDS and (len(raw) > 1 or raw.isdigit()))
    if len(letters) <= LONGEST_KEPT:
        keep(_plain, letters, word)
    return word


def compound_part(letters: str, *, joins: bool) -> Word:
    """Return the word of ASCII letters and digits that is a part of a hyphenated compound."""
    word = _parts[joins].get(letters)
    if word is None:
        word = word_of(letters, part=True, joins=joins)
        if len(letters) <= LONGEST_KEPT:
            keep(_parts[joins], letters, word)
    return word


def word_of(
    shape: str,
    *,
    both: bool = False,
    part: bool = False,
    joins: bool = False,
    starts: bool = True,
    ends: bool = True,
    unspaced: bool = False,
) -> Word:
    """Return the word of these plain letters. `part`: of a hyphenated compound."""
    if _only_begins_large(shape):
        shape = shape.lower()
    key = (shape, both, part, joins, starts, ends, unspaced)
    word = _words.get(key)
    if word is None:
        raw = shape.casefold()
        word = PartWord(
            shape,
            raw,
            not part and _is_free(raw),
            both=both,
            joins=joins,
            starts=starts,
            ends=ends,
            unspaced=unspaced,
        )
        if len(shape) <= LONGEST_KEPT:
            keep(_words, key, word)
    return word


def joining(word: Word) -> Word:
    """Return the word as it is when the sign after it joins it to the next."""
    if word.joins:
        return word
    return word_of(
        word.shape,
        both=word.both,
        part=not word.free,
        joins=True,
        starts=word.starts,
        ends=word.ends,
        unspaced=word.unspaced,
    )


def keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Remember, and forget all before it where that has become much."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = value


def _only_begins_large(letters: str) -> bool:
    """Say whether "Words" may be read as "words": shorter ones may be capitals with a small s."""
    return len(letters) > 2 and letters[1:].islower() and letters.isascii() and letters.isalpha()


def _is_free(raw: str) -> bool:
    return not (raw in FUNCTION_WORDS or _is_single_letter(raw))


def _is_single_letter(raw: str) -> bool:
    letter = raw.rstrip("+#")
    return len(letter) == 1 and letter.isalpha() and not "\u1100" <= letter <= "\ud7ff"
