"""What changed between two wordings, word by word: what stayed, what went, what came.

The comparison is `difflib`'s (Ratcliff and Obershelp); a word or two that happen to stay between longer changes are
counted as changed, for a reader sees words and not letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

#: Of equal words on both sides: difflib takes as long as there are, times the changes. Beyond, all went and all came. Two
#: versions of an abstract have some 500; one word again and again has more.
_MOST_PAIRS: Final = 4_000
_ALIKE: Final = (
    0.5  # from here on a sentence is another's new wording (difflib: "close matches" from 0.6)
)
_SMALL: Final = 2  # words that stayed, between changes of more words than these


class Fate(StrEnum):
    """What became of some words."""

    STAYED = "stayed"
    WENT = "went"
    CAME = "came"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that had one fate, with single blanks between them."""

    text: str
    fate: Fate


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces in reading order. What stayed and what went are together the words of `before`, what stayed
    and what came those of `after`."""
    old, new = before.split(), after.split()
    if _alike_pairs(old, new) > _MOST_PAIRS:
        return _changed(old, new)
    runs = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    pieces: list[Piece] = []
    for gone, come, stays in _joined(runs, old, new):
        pieces += _changed(gone, come)
        if stays:
            pieces.append(Piece(" ".join(stays), Fate.STAYED))
    return tuple(pieces)


def word_diff(pieces: Iterable[Piece]) -> str:
    """Return the pieces as `git diff --word-diff` writes them: `stayed [-went-] {+came+}`."""
    signs = {Fate.STAYED: ("", ""), Fate.WENT: ("[-", "-]"), Fate.CAME: ("{+", "+}")}
    return " ".join(f"{signs[one.fate][0]}{one.text}{signs[one.fate][1]}" for one in pieces)


def sentence_changes(went: Sequence[str], came: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    """Return the changes of whole sentences: one that came as another wording of one that went is told with it.

    Those that came stand in their order, each other one that went before what follows it.
    """
    partner = _partners(went, came)
    told: list[tuple[Piece, ...]] = []
    next_old = 0
    for at, sentence in enumerate(came):
        if at not in partner:
            told.append((Piece(" ".join(sentence.split()), Fate.CAME),))
            continue
        told += _went(went, range(next_old, partner[at]), partner)
        next_old = max(next_old, partner[at] + 1)
        told.append(word_changes(went[partner[at]], sentence))
    return (*told, *_went(went, range(next_old, len(went)), partner))


def _went(
    went: Sequence[str], places: range, partner: dict[int, int]
) -> Iterator[tuple[Piece, ...]]:
    with_another = set(partner.values())
    for place in places:
        if place not in with_another:
            yield (Piece(" ".join(went[place].split()), Fate.WENT),)


def _partners(went: Sequence[str], came: Sequence[str]) -> dict[int, int]:
    """Return which that went each that came is a wording of: the most alike first, each once."""
    alike = []
    for new, sentence in enumerate(came):
        words = SequenceMatcher(None, autojunk=False)
        words.set_seq2(sentence.split())
        for old, other in enumerate(went):
            words.set_seq1(other.split())
            if words.real_quick_ratio() < _ALIKE or words.quick_ratio() < _ALIKE:
                continue
            many = _alike_pairs(other.split(), sentence.split()) > _MOST_PAIRS
            if (ratio := words.quick_ratio() if many else words.ratio()) >= _ALIKE:
                alike.append((-ratio, new, old))
    partner: dict[int, int] = {}
    for _, new, old in sorted(alike):
        if new not in partner and old not in partner.values():
            partner[new] = old
    return partner


def _alike_pairs(old: Sequence[str], new: Sequence[str]) -> int:
    left, right = Counter(old), Counter(new)
    return sum(times * right[word] for word, times in left.items())


def _joined(
    runs: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield (words that went, words that came, words that stayed behind them)."""
    gone: list[str] = []
    come: list[str] = []
    for place, (tag, start, end, first, last) in enumerate(runs):
        if tag != "equal":
            gone += old[start:end]
            come += new[first:last]
        elif _is_chance(runs, place):
            gone += old[start:end]
            come += old[start:end]
        else:
            yield gone, come, list(old[start:end])
            gone, come = [], []
    yield gone, come, []


def _is_chance(runs: Sequence[tuple[str, int, int, int, int]], place: int) -> bool:
    """Say whether a word or two stayed only by chance: more changed on both sides of them."""
    stayed = runs[place][2] - runs[place][1]
    if stayed > _SMALL or place in (0, len(runs) - 1):
        return False
    around = (runs[place - 1], runs[place + 1])
    return all(max(end - start, last - first) > stayed for _, start, end, first, last in around)


def _changed(gone: Sequence[str], come: Sequence[str]) -> tuple[Piece, ...]:
    pieces = ((gone, Fate.WENT), (come, Fate.CAME))
    return tuple(Piece(" ".join(words), fate) for words, fate in pieces if words)
