"""A stretch of text without blanks: its words and what parts them. The folding of a text is made of these.

Which signs make a word, and what signs between words do, stands here; single signs are `core.signs`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from paperdigest.core import signs
from paperdigest.core.closed_words import ABBREVIATIONS, DOTTED_PAIRS, IDIOMS
from paperdigest.core.word import LONGEST_KEPT, Word, compound_part, keep, plain_word, word_of

# What stands between two words.
MARK: Final = 0  # ends a phrase
BLANK: Final = 1  # parts; joins where both words are free to
WIDE_JOIN: Final = 2  # joins, with a blank beside it: "A & B"
JOIN: Final = 3  # joins: hyphen, slash, ampersand, underscore, a change of script

# What most stretches are: a word, and a hyphenated compound of words.
_PLAIN = re.compile(r"([(\[]?)([A-Za-z0-9]+|[0-9]+\.[0-9]+)([,.;:!?)\]%]*)")
_COMPOUND = re.compile(r"([(\[]?)([A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)([,.;:!?)\]%]*)")
_WORD = re.compile(
    r"(\x01\x02*|\x03+"
    r"|(?<![A-Za-z0-9\x01\x03])\.[Nn][Ee][Tt](?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])[Cc]\+\+"
    r"|(?<![A-Za-z0-9])[A-Za-z]\#(?![A-Za-z0-9#])"
    r"|[A-Za-z0-9]+(?:(?<=[0-9])\.(?=[0-9])[A-Za-z0-9]+)*(?:\++(?![A-Za-z0-9+]))?)"
    r"(?:'[Ss](?![A-Za-z0-9\x01\x03])|(?<=[sS])'(?![A-Za-z0-9\x01\x03]))?"
)
_IDIOMS_BY_FIRST: Final = {
    first: [one for one in IDIOMS if one[0] == first] for first, *_ in IDIOMS
}
IN_IDIOMS: Final = frozenset(_IDIOMS_BY_FIRST)
LONGEST_SEPARATOR: Final = 8  # more signs than that in a row part, whatever they are
_JOINING: Final = "-/&_"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch without blanks: its words, what parts them, and the signs before and after them."""

    words: tuple[Word, ...]
    between: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    head: str
    tail: str


_chunks: tuple[dict[str, Chunk], dict[str, Chunk]] = ({}, {})


def chunk(text: str, *, both: bool = False) -> Chunk:
    """Return a stretch as words. `both`: it is from a text wholly in capitals."""
    found = _chunks[both].get(text)
    if found is None:
        found = _read(text, both=both)
        if len(text) <= LONGEST_KEPT:
            keep(_chunks[both], text, found)
    return found


@lru_cache(maxsize=4096)
def separation(between: str) -> int:
    """Say what signs between two words do; a blank at either end is a blank beside the word."""
    tight = between.replace(" ", "")
    if tight.strip(_JOINING) or "---" in tight or len(between) > LONGEST_SEPARATOR:
        return MARK
    if tight.strip("-"):
        return JOIN if tight == between else WIDE_JOIN
    if tight == between:
        return JOIN
    dash_between_blanks = tight and between[0] == between[-1] == " "
    return MARK if dash_between_blanks else BLANK


def parts_for_sure(edge: str) -> bool:
    """Say whether signs at the edge of a stretch part words, whatever stands beyond the blank."""
    return separation(edge) == MARK


def plain_chunk(text: str) -> tuple[str, Word, str] | None:
    """Return (signs, word, signs) of a stretch that is just a word, else None."""
    plain = _PLAIN.fullmatch(text)
    if plain is None or plain[2].lower() in ABBREVIATIONS:
        return None
    return plain[1], plain_word(plain[2]), plain[3]


def compound(text: str) -> tuple[str, list[Word], str] | None:
    """Return (signs, words, signs) of a hyphenated compound of plain words, else None."""
    found = _COMPOUND.fullmatch(text)
    if found is None:
        return None
    *heads, last = found[2].split("-")
    if last.lower() in ABBREVIATIONS or not IN_IDIOMS.isdisjoint(found[2].lower().split("-")):
        return None
    words = [compound_part(head, joins=True) for head in heads]
    words.append(compound_part(last, joins=False))
    return found[1], words, found[3]


def _read(text: str, *, both: bool) -> Chunk:
    if not both:
        plain = plain_chunk(text)
        if plain is not None:
            head, word, tail = plain
            span = (len(head), len(text) - len(tail))
            return Chunk((word,), (), (span,), head, _short(tail))
    return _sign_by_sign(text, both=both)


def _sign_by_sign(text: str, *, both: bool) -> Chunk:
    read = signs.signs(text)
    found = list(_WORD.finditer(read.classes))
    if not found:
        return Chunk((), (), (), _short(read.classes), "")
    shapes = [read.shape[one.start(1) : one.end(1)] for one in found]
    raws = [shape.casefold() for shape in shapes]
    between = [read.classes[left.end() : right.start()] for left, right in pairwise(found)]
    kinds = [_between(raws, between, at) for at in range(len(between))]
    tail = _without_point(raws, between, len(raws) - 1, read.classes[found[-1].end() :])
    hyphened = [
        gap != "" and not gap.strip("-") and kind == JOIN
        for gap, kind in zip(between, kinds, strict=True)
    ]
    inside = _inside_idioms(raws, hyphened)
    words = tuple(
        word_of(
            shape,
            both=both,
            part=any(hyphened[max(at - 1, 0) : at + 1]),
            joins=at < len(kinds) and kinds[at] >= WIDE_JOIN,
            starts=at not in inside,
            ends=at + 1 not in inside,
            unspaced=read.classes[one.start()] == signs.UNSPACED,
        )
        for at, (shape, one) in enumerate(zip(shapes, found, strict=True))
    )
    places = tuple((read.starts[one.start(1)], read.ends[one.end(1) - 1]) for one in found)
    head = _short(read.classes[: found[0].start()])
    return Chunk(words, tuple(kinds), places, head, _short(tail))


def _short(separator: str) -> str:
    return separator[: LONGEST_SEPARATOR + 1]


def _between(raws: list[str], between: list[str], at: int) -> int:
    """Say what the signs after word `at` of a chunk do."""
    if between[at] == "." and (raws[at], raws[at + 1]) in DOTTED_PAIRS:
        return JOIN
    gap = _without_point(raws, between, at, between[at])
    return BLANK if between[at] and not gap else separation(_short(gap))


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
