"""Text into words and what parts them, folded for matching, with the way back to the text.

Works on displayed text. One stretch without blanks is `core.chunk`'s, one word `core.word`'s; which words
of a query meet which words of a text is `core.pattern`, `core.rows` and `core.automaton`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cached_property
from itertools import chain
from typing import Final

from paperdigest.core.chunk import (
    BLANK,
    JOIN,
    LONGEST_SEPARATOR,
    MARK,
    WIDE_JOIN,
    chunk,
    compound,
    parts_for_sure,
    plain_chunk,
    separation,
)
from paperdigest.core.word import LONGEST_KEPT, MOST_KEPT, Word, joining, plain_word

__all__ = ["BLANK", "JOIN", "MARK", "WIDE_JOIN", "Folded", "Token", "Word", "fold"]

#: A word, or what stands between two words where that is no blank.
Token = Word | int

_MOST_LOOSE: Final = 1 << 20
# Before a piece that is no stretch between blanks: to be read as one, and with both forms of each word.
_TIED: Final = " "
_BOTH: Final = "  "
_CHUNK = re.compile(r"\S+")
_ASCII_SMALL = re.compile("[a-z]")
_SMALL_GREEK: Final = frozenset("αβγδεζηθικλμνξοπρσςτυφχψω")


class Folded:
    """A text ready for matching: its words and, where no blank stands between them, what does.

    Read when first asked: most texts are told by their stretches alone that nothing is in them.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def stretches(self) -> list[str]:
        """Return the text in pieces that can be read one by one, but for those with loose ends."""
        return stretches(self.text)

    @cached_property
    def both(self) -> bool:
        """Say whether it is wholly in capitals, so that every word keeps both forms."""
        return self.text[:1] != "" and self.stretches[:1] == [_BOTH + self.text]

    @cached_property
    def tokens(self) -> list[Token]:
        """Return the words and what parts them."""
        known = _memory.stretches()
        pieces = self.stretches
        tokens = list(chain.from_iterable(map(known.__getitem__, pieces)))
        if known.loose_ends.isdisjoint(pieces):
            return tokens
        return list(chain.from_iterable(map(known.__getitem__, tied(pieces, known.loose_ends))))

    @cached_property
    def words(self) -> list[Word]:
        """Return the words alone."""
        return [token for token in self.tokens if isinstance(token, Word)]

    @cached_property
    def before(self) -> list[int]:
        """Return what stands before each word; before the first one it means nothing."""
        kinds: list[int] = []
        kind = BLANK
        for token in self.tokens:
            if isinstance(token, Word):
                kinds.append(kind)
                kind = BLANK
            else:
                kind = token
        return kinds

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Return (start, end) of every word in the text, in code points."""
        return list(self._places())

    def _places(self) -> Iterator[tuple[int, int]]:
        for found in _CHUNK.finditer(self.text):
            offset = found.start()
            for start, end in chunk(found[0], both=self.both).spans:
                yield offset + start, offset + end

    def joins(self, at: int) -> bool:
        """Say whether what stands before word `at` joins it to the one before into one word."""
        left, right = self.words[at - 1], self.words[at]
        if left.unspaced or right.unspaced:
            return False
        kind = self.before[at]
        return kind >= WIDE_JOIN or (kind == BLANK and left.free and right.free)


def fold(text: str) -> Folded:
    """Fold a displayed text. Linear; never raises."""
    return Folded(text)


def stretches(text: str) -> list[str]:
    """Return a displayed text in pieces for `read`: parted at blanks, or whole if it is in capitals."""
    if not _in_capitals(text):
        return text.split()
    words = chain.from_iterable(chunk(stretch).words for stretch in text.split())
    both = sum(word.shape != word.shape.lower() for word in words) >= 3
    return [(_BOTH if both else _TIED) + text]


def tied(pieces: Sequence[str], loose: Set[str]) -> list[str]:
    """Return the pieces with each of the loose ones tied to its neighbours on both sides."""
    found: list[str] = []
    done = at = 0
    while at < len(pieces):
        if pieces[at] not in loose:
            at += 1
            continue
        start, past = max(done, at - 1), at + 1
        while past < len(pieces) and not loose.isdisjoint(pieces[past : past + 2]):
            past += 1
        past = min(past + 1, len(pieces))
        found += pieces[done:start]
        found.append(_TIED + " ".join(pieces[start:past]))
        done = at = past
    found += pieces[done:]
    return found


def read(piece: str) -> tuple[tuple[Token, ...], bool]:
    """Return the tokens of a piece of a text, and whether its ends are loose: whether they part words
    depends on what stands beyond the blank."""
    known = _memory.stretches()
    return known[piece], piece in known.loose_ends


class _Stretches(dict[str, tuple[Token, ...]]):
    """The tokens of every piece seen. A dict, so that a text is folded without a loop of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.loose_ends: set[str] = set()
        self.size = 0  # of the loose ends, in code points

    def __missing__(self, text: str) -> tuple[Token, ...]:
        if text.isalpha() and text.isascii():  # most by far
            tokens: tuple[Token, ...] = (plain_word(text),)
            if len(text) <= LONGEST_KEPT:
                self[text] = tokens
            return tokens
        tokens, loose = _tokens_of(text)
        if loose:
            self.loose_ends.add(text)
            self.size += len(text)
        if len(text) <= LONGEST_KEPT:
            self[text] = tokens
        return tokens


class _Memory:
    """The stretches known now. Replaced when there are too many, never emptied: another thread may be
    in the middle of a text."""

    def __init__(self) -> None:
        self._known = _Stretches()

    def stretches(self) -> _Stretches:
        if len(self._known) >= MOST_KEPT or self._known.size >= _MOST_LOOSE:
            self._known = _Stretches()
        return self._known


_memory = _Memory()


def _tokens_of(text: str) -> tuple[tuple[Token, ...], bool]:
    """Return the tokens of a piece, and whether its ends are loose."""
    if text[0] == _TIED:
        return _sign_by_sign(text, both=text.startswith(_BOTH)), False
    plain = plain_chunk(text)
    if plain is not None:
        head, word, tail = plain
        return (MARK, word, MARK)[0 if head else 1 : 3 if tail else 2], False
    parts = compound(text)
    if parts is not None:
        head, words, tail = parts
        tokens: list[Token] = [MARK] if head else []
        for word in words:
            tokens += (word, JOIN)
        tokens[-1] = MARK
        return tuple(tokens if tail else tokens[:-1]), False
    found = chunk(text)
    edges = (found.head, found.tail)
    loose = not found.words or any(edge and not parts_for_sure(edge) for edge in edges)
    tokens = [MARK] if found.head else []
    for word, kind in zip(found.words, (*found.between, BLANK), strict=False):
        tokens += (word,) if kind == BLANK else (word, kind)
    return (*tokens, *((MARK,) if found.tail else ())), loose


def _sign_by_sign(text: str, *, both: bool) -> tuple[Token, ...]:
    """Read a text the long way: what parts two stretches is read together with the blank between them."""
    words: list[Word] = []
    before: list[int] = []
    pending = ""
    for stretch in text.split():
        found = chunk(stretch, both=both)
        if not found.words:
            pending = f"{pending} {found.head}"[: LONGEST_SEPARATOR + 1]
            continue
        kind = separation(f"{pending} {found.head}") if pending or found.head else BLANK
        if words and kind >= WIDE_JOIN:
            words[-1] = joining(words[-1])
        words += found.words
        before += (kind, *found.between)
        pending = found.tail
    return (*_woven(words, before), *((MARK,) if pending else ()))


def _woven(words: list[Word], before: list[int]) -> list[Token]:
    tokens: list[Token] = []
    for word, kind in zip(words, before, strict=True):
        tokens += (word,) if kind == BLANK else (kind, word)
    return tokens


def _in_capitals(text: str) -> bool:
    if _ASCII_SMALL.search(text):
        return False
    return text.isascii() or not any(sign.islower() and sign not in _SMALL_GREEK for sign in text)
