"""What somebody asks for, put to the words of a text: under which of the keys is a word found, and under
which are several that are read as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import chain
from typing import Final, NamedTuple

from paperdigest.core.beginnings import LENGTH
from paperdigest.core.chunk import BLANK, MARK, WIDE_JOIN
from paperdigest.core.closed_words import FUNCTION_WORDS
from paperdigest.core.fold import JOIN, read
from paperdigest.core.forms import (
    ENDS_OF_IRREGULAR,
    VERY_LETTERS,
    american_letters,
    joined_text_keys,
    small_key,
)
from paperdigest.core.joins import Joins, parts
from paperdigest.core.pattern import WIDEST_JOIN
from paperdigest.core.rows import PREFIX
from paperdigest.core.spelling import is_respelled
from paperdigest.core.word import Word

NO_KEY: Final = "\x03"  # of a word that nobody asks for
NOTHING: Final = frozenset[str]()


#: (first, past, key): the words from one place up to but not including another are found under this key.
Arc = tuple[int, int, str]


class Beside(NamedTuple):
    """What is to be known of some words besides their keys. No match may start at a place in `no_start`, none
    end before one in `no_end`."""

    arcs: list[Arc]
    no_start: set[int]
    no_end: set[int]


class Plain(NamedTuple):
    """A word of small ASCII letters and digits. `follow`: how a word that it begins may go on."""

    key: str
    is_key: bool  # its letters are what queries find it by
    free: bool
    follow: Set[str]


UNASKED: Final = Plain(NO_KEY, is_key=True, free=True, follow=NOTHING)


class Piece:
    """The words of a piece by their places, None for a mark, and what stands before each."""

    __slots__ = ("before", "words")

    def __init__(self, pieces: Iterable[str]) -> None:
        self.words: list[Word | None] = []
        self.before: list[int] = []
        for piece in pieces:
            self.add(piece)

    def add(self, piece: str) -> None:
        kind = BLANK
        for token in read(piece)[0]:
            if isinstance(token, Word):
                self.words.append(token)
                self.before.append(kind)
                kind = BLANK
            elif token == MARK:
                self.words.append(None)
                self.before.append(MARK)
                kind = BLANK
            else:
                kind = token


class Wanted:
    """The keys that somebody asks for."""

    def __init__(self, keys: Set[str], joins: Joins) -> None:
        self._keys = keys
        self.joins = joins
        self._openings: dict[str, list[str]] = {}
        for key in keys:
            if key[0] == PREFIX:
                self._openings.setdefault(key[1 : LENGTH + 1], []).append(key[1:])
        self._short = tuple([one for one in self._openings if len(one) < LENGTH])

    def __len__(self) -> int:
        return len(self._keys)

    def may_have(self, raw: str, beginning: str) -> bool:
        """Say whether a word may be asked for, or begin one that is; `beginning` as of `core.beginnings`."""
        return not beginning or beginning in self.joins.beginnings or raw.startswith(self._short)

    def plain_word(self, raw: str) -> Plain | None:
        """Return what there is to be known of a word of small ASCII letters and digits; None for more."""
        key: str | None = raw
        goes_on = self.joins.go_on(raw)
        # A respelled word may itself be the key of another query: of "col-our".
        if raw[-1] == "s" or raw[-2:] in ENDS_OF_IRREGULAR or is_respelled(raw):
            key = small_key(raw)
        elif not (raw in self._keys or goes_on or self._openings):
            return UNASKED
        if key is None or (self._openings and self.begun_by((raw, key))):
            return None
        follow = self.joins.follow(raw, raw) if goes_on else NOTHING
        free = raw not in FUNCTION_WORDS and (len(raw) > 1 or raw.isdigit())
        return Plain(self.asked(key), key == raw, free, follow)

    def asked(self, key: str) -> str:
        """Return the key if anybody asks for it."""
        return key if key in self._keys else NO_KEY

    def word(self, word: Word, place: int, beside: Beside) -> str:
        """Return the key of any word, and note what else is known of it at this place."""
        keys = [key for key in word.keys if key in self._keys]
        if self._openings:
            beside.arcs.extend([(place, place + 1, key) for key in self.begun_by(word.openings)])
        if word.starts and word.ends and len(keys) < 2:
            return keys[0] if keys else NO_KEY
        beside.arcs.extend([(place, place + 1, key) for key in keys])
        if not word.starts:
            beside.no_start.add(place)
        if not word.ends:
            beside.no_end.add(place + 1)
        return NO_KEY

    def run(self, piece: Piece, first: int) -> tuple[list[Arc], Set[str]]:
        """Return what the words from `first` on are as one word, and how such a word may go on that reaches
        the end."""
        words, joins = piece.words, self.joins
        arcs: list[Arc] = []
        last = words[first]
        if last is None or last.unspaced or not (last.free or last.joins):
            return arcs, NOTHING
        shapes: tuple[str, ...] = (last.shape,)
        places: list[int] = []
        raw, american, tight = last.raw, last.american, True
        for past in range(first + 1, first + WIDEST_JOIN + 1):
            follow = joins.follow(raw, american) if joins.begin_one(raw, american) else NOTHING
            if past == len(words):
                return arcs, follow
            word, kind = words[past], piece.before[past]
            if word is None or not _goes_on(last, word, kind, follow):
                break
            before = raw, american
            if raw == american:
                places.append(len(raw))
            raw, american, shapes = raw + word.raw, american + word.american, (*shapes, word.shape)
            tight = tight and kind == JOIN
            keys = self._joined(shapes, word, before, raw, american, places, tight=tight)
            if keys is None:
                break
            arcs += [(first, past + 1, key) for key in keys]
            last = word
        return arcs, NOTHING

    def _joined(
        self,
        shapes: tuple[str, ...],
        last: Word,
        before: tuple[str, str],
        raw: str,
        american: str,
        places: list[int],
        *,
        tight: bool,
    ) -> Iterable[str] | None:
        """Return the keys of words read as one; None if no longer word may be one either."""
        by_letters = tight and self._openings
        if not by_letters and not self.joins.may_be(before, raw, american):
            return None
        keys = joined_text_keys(shapes, both=last.both)
        asked = [
            key
            for key in keys
            if self._is_asked(key, before, last)
            and not self.joins.found_apart(_letters(key), raw, places)
        ]
        if not by_letters:
            return asked
        return chain(asked, self.begun_by((raw, american, american_letters(raw), *keys)))

    def _is_asked(self, key: str, before: tuple[str, str], last: Word) -> bool:
        return key in self._keys and parts(_letters(key), before, (last.raw, last.american))

    def begun_by(self, forms: Sequence[str]) -> set[str]:
        """Return the keys of what is a prefix of one of these forms of a word."""
        if not self._openings:
            return set()
        return {
            PREFIX + opening
            for form in forms
            for size in range(1, LENGTH + 1)
            for opening in self._openings.get(form[:size], ())
            if form.startswith(opening)
        }


def _goes_on(last: Word, word: Word, kind: int, follow: Set[str]) -> bool:
    if word.unspaced or word.begins not in follow:
        return False
    return kind >= WIDE_JOIN or (last.free and word.free)


def _letters(key: str) -> str:
    return key.removeprefix(VERY_LETTERS)
