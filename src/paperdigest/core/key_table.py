"""The keys of every piece of text that was read: most are one plain word, and told in bulk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from itertools import chain
from typing import Final

from paperdigest.core.beginnings import all_beginnings, beginning
from paperdigest.core.chunk import IN_IDIOMS, MARK, separation
from paperdigest.core.closed_words import ABBREVIATIONS, DOTTED_PAIRS
from paperdigest.core.fold import read
from paperdigest.core.forms import text_keys
from paperdigest.core.joins import either
from paperdigest.core.wanted import NOTHING, UNASKED, Arc, Beside, Piece, Plain, Wanted
from paperdigest.core.word import LONGEST_KEPT, MOST_KEPT

MARKED: Final = "\x04"  # stands where a phrase ends
TAIL: Final = ',.;:!?)]%"'
_PLAIN: Final = re.compile(r'^(["(\[]?)([A-Za-z0-9]+)([,.;:!?)\]%"]*)$', re.MULTILINE)
_WORD: Final = re.compile(
    r'(["(\[]?)([A-Za-z0-9]+|[A-Za-z0-9]*[0-9][.][0-9][A-Za-z0-9]*)([,.;:!?)\]%"]*)'
)
_BITS: Final = re.compile("[A-Za-z0-9]+|[^A-Za-z0-9]+")
_INTRICATE: Final = re.compile("[0-9][.][0-9]|[+#']|[.][Nn][Ee][Tt]")  # what may belong to a word
_PARTICULAR: Final = IN_IDIOMS | ABBREVIATIONS | frozenset(chain.from_iterable(DOTTED_PAIRS))
_MAY_TIE: Final = frozenset(" -/&_")
_MOST_LONG: Final = 1 << 20  # code points
_LEAST_KEPT: Final = 1 << 12  # pieces: few are worth keeping where few keys are asked for
_KEPT_A_KEY: Final = 64


class KeyTable(dict[str, tuple[str, ...]]):
    """The keys of every piece read so far.

    `beside`: what else is to be known of pieces. `heads`: how what comes after the blank must begin to be
    read as one word with the end of a piece. `loose`: pieces to be tied to their neighbours. `noted`: all of these.
    """

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self._wanted = wanted
        self._most = min(MOST_KEPT, _LEAST_KEPT + _KEPT_A_KEY * len(wanted))
        self._plain: dict[str, Plain | None] = {}
        self.firsts = Firsts()
        self.across: dict[tuple[str, str], tuple[list[Arc], Set[str]]] = {}
        self._size = 0  # of the long pieces, in code points
        self.beside: dict[str, Beside] = {}
        self.heads: dict[str, Set[str]] = {}
        self.loose: set[str] = set()
        self.noted: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Say whether it is time to begin anew: texts without end must not need memory without end."""
        return max(len(self), len(self.across)) >= self._most or self._size >= _MOST_LONG

    def __missing__(self, piece: str) -> tuple[str, ...]:
        keys = self._plain_keys(piece) or self._compound(piece) or self._any_keys(piece)
        if len(piece) > LONGEST_KEPT:
            self._size += len(piece)
        self[piece] = keys
        return keys

    def learn(self, texts: Iterable[list[str]]) -> None:
        """Read all plain words of some texts at once; the rest is read as it comes."""
        found = _PLAIN.findall("\n".join(set[str]().union(*texts).difference(self)))
        if not found:
            return
        raws = "\n".join([letters for _, letters, _ in found]).lower().split("\n")
        begin = all_beginnings(set(raws))
        self._learn_words(begin)
        plain = self._plain
        for (head, letters, tail), raw in zip(found, raws, strict=False):
            known = plain[raw]
            piece = head + letters + tail
            if not head:
                self.firsts[piece] = begin[raw]
            if known is None or (tail and raw in ABBREVIATIONS):
                continue
            if raw != letters and known is not UNASKED and not _only_begins_large(letters):
                continue  # capitals may say something
            self[piece] = self._with_marks(piece, known, head, tail)

    def _learn_words(self, begin: Mapping[str, str]) -> None:
        wanted, plain = self._wanted, self._plain
        for raw, first in begin.items():
            if raw not in plain:
                plain[raw] = wanted.plain_word(raw) if wanted.may_have(raw, first) else UNASKED

    def is_plain(self, raw: str) -> bool:
        """Say whether this is a word of small ASCII letters and digits in its American spelling."""
        return raw.isalnum() and self._plain.get(raw) is not None

    def _plain_keys(self, piece: str) -> tuple[str, ...] | None:
        """Return the keys of a word of ASCII letters and digits, maybe with marks around; None for what is not
        to be told so quickly."""
        found = _WORD.fullmatch(piece)
        if found is None:
            return self._possessive(piece) if piece.endswith("'s") else None
        head, letters, tail = found.groups()
        plain = self._known(letters)
        if plain is None or (tail and letters.lower() in ABBREVIATIONS):
            return None
        return self._with_marks(piece, plain, head, tail)

    def _with_marks(self, piece: str, plain: Plain, head: str, tail: str) -> tuple[str, ...]:
        if not tail and plain.follow and plain.free:
            self._note_head(piece, plain.follow)
        keys = (plain.key, MARKED) if tail else (plain.key,)
        return (MARKED, *keys) if head else keys

    def _compound(self, piece: str) -> tuple[str, ...] | None:
        """Return the keys of words of ASCII letters and digits with signs between them, none of which are
        read as one; None for what is not to be told so quickly."""
        if not piece.isascii() or piece[0] in _MAY_TIE or piece[-1] in _MAY_TIE:
            return None
        if _INTRICATE.search(piece) is not None:
            return None
        keys: list[str] = []
        follow: Set[str] = NOTHING
        sign = ""
        plain = UNASKED
        for bit in _BITS.findall(piece):
            if not bit.isalnum():
                sign = bit
                if separation(bit) == MARK:
                    keys.append(MARKED)
                    follow = NOTHING
                continue
            known, low = self._known(bit), bit.lower()
            if known is None or low in _PARTICULAR or (follow and self.firsts[low] in follow):
                return None
            plain = known
            keys.append(plain.key)
            follow = plain.follow
        if follow and plain.free and sign.strip("-") and keys[-1] != MARKED:
            self._note_head(piece, follow)
        return tuple(keys)

    def _possessive(self, piece: str) -> tuple[str, ...] | None:
        """Return the keys of a word with 's at its end, if there is no more to it."""
        letters = piece[:-2]
        plain = self._known(letters) if letters.isalpha() and letters.isascii() else None
        return None if plain is None else self._with_marks(piece, plain, "", "")

    def _note_head(self, piece: str, follow: Set[str]) -> None:
        self.heads[piece] = follow
        self.noted.add(piece)

    def _known(self, letters: str) -> Plain | None:
        """Return what is known of a plain word; None if there is more to it."""
        if letters in self._plain:
            return self._plain[letters]
        raw = letters.lower()
        if raw in self._plain:
            plain = self._plain[raw]
        else:
            plain = self._plain[raw] = self._wanted.plain_word(raw)
        if plain is not None and plain is not UNASKED and raw != letters:
            says_nothing = plain.is_key and raw[-1] != "s"
            if not (says_nothing or _only_begins_large(letters)):
                keys = text_keys(letters)
                plain = plain._replace(key=self._wanted.asked(keys[0])) if len(keys) == 1 else None
            self._plain[letters] = plain
        return plain

    def _any_keys(self, text: str) -> tuple[str, ...]:
        wanted = self._wanted
        if read(text)[1]:
            self.loose.add(text)
            self.noted.add(text)
        piece = Piece((text,))
        keys: list[str] = []
        beside = Beside([], set(), set())
        going_on: Set[str] = NOTHING
        for place, word in enumerate(piece.words):
            if word is None:
                keys.append(MARKED)
                continue
            keys.append(wanted.word(word, place, beside))
            arcs, follow = wanted.run(piece, place)
            beside.arcs.extend(arcs)
            if follow:
                going_on = either(going_on, follow)
        if any(beside):
            self.beside[text] = beside
            self.noted.add(text)
        if going_on:
            self._note_head(text, going_on)
        return tuple(keys)


class Firsts(dict[str, str]):
    """What the first words of pieces begin with, as `Word.begins`; of a piece with a mark before it no word."""

    def __missing__(self, piece: str) -> str:
        letters = piece.rstrip(TAIL)
        if letters.isalnum() and letters.isascii():
            known = beginning(letters.lower())
        else:
            word = next(iter(Piece((piece,)).words), None)
            known = word.begins if word is not None else MARKED
        self[piece] = known
        return known


def _only_begins_large(letters: str) -> bool:
    return letters[1:].islower() and letters.isalpha()
