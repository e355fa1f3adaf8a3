"""Text into words and what parts them, folded for matching, with the way back to the text.

Works on displayed text. Case, number and spelling of one word are `core.forms`; which words of a
query meet which words of a text is `core.pattern` and `core.automaton`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from paperdigest.core import signs
from paperdigest.core.closed_words import ABBREVIATIONS, DOTTED_PAIRS, FUNCTION_WORDS, IDIOMS
from paperdigest.core.forms import american_letters, text_keys

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

# What stands between two words.
MARK: Final = 0  # ends a phrase
BLANK: Final = 1  # parts; joins where both words are free to
WIDE_JOIN: Final = 2  # joins, with a blank beside it: "A & B"
JOIN: Final = 3  # joins: hyphen, slash, ampersand, underscore, a change of script

_WORD = re.compile(
    r"(\x01\x02*|\x03+"
    r"|(?<![A-Za-z0-9\x01\x03])\.[Nn][Ee][Tt](?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])[Cc]\+\+"
    r"|(?<![A-Za-z0-9])[A-Za-z]\#(?![A-Za-z0-9#])"
    r"|[A-Za-z0-9]+(?:(?<=[0-9])\.(?=[0-9])[A-Za-z0-9]+)*(?:\++(?![A-Za-z0-9+]))?)"
    r"(?:'[Ss](?![A-Za-z0-9\x01\x03])|(?<=[sS])'(?![A-Za-z0-9\x01\x03]))?"
)
_PLAIN = re.compile(r"([(\[]?)([A-Za-z]+)([,.;:!?)\]]*)")  # what most stretches are
_CHUNK = re.compile(r"\S+")
_ASCII_SMALL = re.compile("[a-z]")
_SMALL_GREEK: Final = frozenset("αβγδεζηθικλμνξοπρσςτυφχψω")
_IDIOMS_BY_FIRST: Final = {
    first: [one for one in IDIOMS if one[0] == first] for first, *_ in IDIOMS
}
_LONGEST_KEPT = 64  # a longer run without blanks is not worth remembering
_MOST_KEPT = 60_000
_LONGEST_SEPARATOR = 8  # more signs than that in a row part, whatever they are


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word of a text. Equal words are one object, so that it can be looked up by identity.

    `raw` is the shape in small letters, `keys` are what queries find it by. `free`: a blank may join
    it to its neighbour. `starts`, `ends`: a match may start and end here (not inside an idiom).
    `unspaced`: one sign of a run without blanks.
    """

    shape: str
    raw: str
    american: str
    keys: tuple[str, ...]
    both: bool
    free: bool
    starts: bool
    ends: bool
    unspaced: bool

    @property
    def openings(self) -> tuple[str, ...]:
        """Return the letters that a prefix may be the beginning of."""
        return (self.raw, self.american, *self.keys)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A stretch without blanks: its words, what parts them, and the signs before and after them."""

    words: tuple[Word, ...]
    between: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    head: str
    tail: str


@dataclass(slots=True, eq=False)
class Folded:
    """A text ready for matching. `before[i]` is what stands before word i (of the first: nothing).

    `both`: wholly in capitals, so that every word keeps both forms.
    """

    text: str
    words: list[Word]
    before: list[int]
    both: bool = False
    _spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Return (start, end) of every word in the text, in code points."""
        if not self._spans and self.words:
            self._spans = list(self._places())
        return self._spans

    def _places(self) -> Iterator[tuple[int, int]]:
        for found in _CHUNK.finditer(self.text):
            offset = found.start()
            for start, end in _chunk(found[0], self.both).spans:
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
    folded = _fold(text, both=False)
    if _in_capitals(text) and sum(_has_capital(word.shape) for word in folded.words) >= 3:
        return _fold(text, both=True)
    return folded


def _fold(text: str, *, both: bool) -> Folded:
    words: list[Word] = []
    before: list[int] = []
    pending = ""
    known = _chunks[both]
    for stretch in text.split():
        chunk = known.get(stretch) or _chunk(stretch, both)
        if not chunk.words:
            pending = f"{pending} {chunk.head}"[: _LONGEST_SEPARATOR + 1]
            continue
        words += chunk.words
        if pending or chunk.head:
            before.append(_separation(f"{pending} {chunk.head}"))
        else:
            before.append(BLANK)
        before += chunk.between
        pending = chunk.tail
    return Folded(text, words, before, both)


def _in_capitals(text: str) -> bool:
    if _ASCII_SMALL.search(text):
        return False
    return text.isascii() or not any(sign.islower() and sign not in _SMALL_GREEK for sign in text)


def _has_capital(shape: str) -> bool:
    return shape != shape.lower()


@lru_cache(maxsize=4096)
def _separation(between: str) -> int:
    """Say what signs between two words do; a blank at either end is a blank beside the word."""
    tight = between.replace(" ", "")
    if tight.strip("-/&_") or "---" in tight or len(between) > _LONGEST_SEPARATOR:
        return MARK
    if tight.strip("-"):
        return JOIN if tight == between else WIDE_JOIN
    if tight == between:
        return JOIN
    dash_between_blanks = tight and between[0] == between[-1] == " "
    return MARK if dash_between_blanks else BLANK


_chunks: tuple[dict[str, _Chunk], dict[str, _Chunk]] = ({}, {})
_words: dict[tuple[str, bool, bool, bool, bool, bool], Word] = {}


def _chunk(text: str, both: bool) -> _Chunk:
    chunk = _chunks[both].get(text)
    if chunk is None:
        chunk = _read_chunk(text, both=both)
        if len(text) <= _LONGEST_KEPT:
            _keep(_chunks[both], text, chunk)
    return chunk


def _keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


def _read_chunk(text: str, *, both: bool) -> _Chunk:
    plain = _PLAIN.fullmatch(text)
    if plain is not None and plain[2] not in ABBREVIATIONS:
        word = _word(plain[2], both=both, part=False, starts=True, ends=True, unspaced=False)
        return _Chunk((word,), (), (plain.span(2),), plain[1], _short(plain[3]))
    read = signs.signs(text)
    found = list(_WORD.finditer(read.classes))
    if not found:
        return _Chunk((), (), (), _short(read.classes), "")
    shapes = [read.shape[one.start(1) : one.end(1)] for one in found]
    raws = [shape.casefold() for shape in shapes]
    between = [read.classes[left.end() : right.start()] for left, right in pairwise(found)]
    kinds = [_between(raws, between, at) for at in range(len(between))]
    tail = _tail(raws, between, read.classes[found[-1].end() :])
    hyphened = [
        gap != "" and not gap.strip("-") and kind == JOIN
        for gap, kind in zip(between, kinds, strict=True)
    ]
    inside = _inside_idioms(raws, hyphened)
    words = tuple(
        _word(
            shape,
            both=both,
            part=any(hyphened[max(at - 1, 0) : at + 1]),
            starts=at not in inside,
            ends=at + 1 not in inside,
            unspaced=read.classes[one.start()] == signs.UNSPACED,
        )
        for at, (shape, one) in enumerate(zip(shapes, found, strict=True))
    )
    places = tuple((read.starts[one.start(1)], read.ends[one.end(1) - 1]) for one in found)
    return _Chunk(words, tuple(kinds), places, _short(read.classes[: found[0].start()]), tail)


def _short(separator: str) -> str:
    return separator[: _LONGEST_SEPARATOR + 1]


def _between(raws: list[str], between: list[str], at: int) -> int:
    """Say what the signs after word `at` of a chunk do."""
    if between[at] == "." and (raws[at], raws[at + 1]) in DOTTED_PAIRS:
        return JOIN
    gap = _without_point(raws, between, at, between[at])
    return BLANK if between[at] and not gap else _separation(_short(gap))


def _tail(raws: list[str], between: list[str], signs_after: str) -> str:
    return _short(_without_point(raws, between, len(raws) - 1, signs_after))


def _without_point(raws: list[str], between: list[str], at: int, gap: str) -> str:
    """Return the signs after word `at` without the point of an abbreviation."""
    if not gap.startswith("."):
        return gap
    dotted = at > 0 and between[at - 1] == "." and (raws[at - 1], raws[at]) in DOTTED_PAIRS
    return gap[1:] if dotted or raws[at] in ABBREVIATIONS else gap


def _inside_idioms(raws: list[str], hyphened: list[bool]) -> set[int]:
    """Return the numbers of the words that a hyphen ties to the word before them in a fixed idiom."""
    if not any(hyphened):
        return set()
    inside: set[int] = set()
    for at, raw in enumerate(raws):
        for idiom in _IDIOMS_BY_FIRST.get(raw, ()):
            if _is_idiom(idiom, raws, hyphened, at):
                inside.update(range(at + 1, at + len(idiom)))
    return inside


def _is_idiom(idiom: tuple[str, ...], raws: list[str], hyphened: list[bool], at: int) -> bool:
    *body, last = raws[at : at + len(idiom)]
    tied = all(hyphened[at : at + len(idiom) - 1])
    return tied and (*body, last.removesuffix("s")) == idiom


def _word(shape: str, *, both: bool, part: bool, starts: bool, ends: bool, unspaced: bool) -> Word:
    key = (shape, both, part, starts, ends, unspaced)
    word = _words.get(key)
    if word is None:
        raw = shape.casefold()
        word = Word(
            shape=shape,
            raw=raw,
            american=american_letters(shape),
            keys=text_keys(shape, both=both),
            both=both,
            free=not (part or raw in FUNCTION_WORDS or _is_single_letter(raw)),
            starts=starts,
            ends=ends,
            unspaced=unspaced,
        )
        if len(shape) <= _LONGEST_KEPT:
            _keep(_words, key, word)
    return word


def _is_single_letter(raw: str) -> bool:
    letter = raw.rstrip("+#")
    return len(letter) == 1 and letter.isalpha() and not "\u1100" <= letter <= "\ud7ff"
