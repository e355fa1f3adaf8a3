"""What changed between two wordings, word by word: what stayed, what went, what came.

The comparison is `difflib`'s (Ratcliff and Obershelp); a word or two that happen to stay between longer changes are
counted as changed, for a reader sees words and not letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

#: Of equal words on both sides: difflib takes as long as there are, times the changes. Beyond, all between what begins
#: and what ends both went and came. Two versions of an abstract have some 500; one word again and again has more.
_MOST_PAIRS: Final = 4_000
_MOST_SENTENCES: Final = 40  # that went, or came, are held against each other; abstracts have ten
_MOST_WORK: Final = 100_000  # pairs of equal words, of all sentences together: a tenth of a second
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
        return _within_ends(old, new)
    return _compared(old, new)


def _within_ends(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
    """Return the pieces of wordings too long to compare whole: how both begin and end stayed."""
    head = _alike_at_start(old, new)
    tail = _alike_at_start(old[head:][::-1], new[head:][::-1])
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    few = _alike_pairs(gone, come) <= _MOST_PAIRS
    between = _compared(gone, come) if few else _changed(gone, come)
    ends = (Piece(" ".join(words), Fate.STAYED) for words in (old[:head], old[len(old) - tail :]))
    before, behind = ((piece,) if piece.text else () for piece in ends)
    return (*before, *between, *behind)


def _alike_at_start(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    at = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
    return min(len(old), len(new)) if at is None else at


def _compared(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
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

    Those that came stand in their order; others that went stand before what came in their place.
    """
    partner = _partners(list(enumerate(went)), list(enumerate(came)))
    return tuple(_told(went, came, partner, frozenset()))


def text_changes(
    before: Sequence[str], after: Sequence[str], key: Callable[[str], str]
) -> tuple[tuple[Piece, ...], ...]:
    """Return all sentences of two texts, the changed ones as `sentence_changes` does and among them those that stayed,
    one piece each. `key` is equal for sentences that say the same, wherever they stand."""
    stayed = _stayed(list(map(key, before)), list(map(key, after)))
    old_stayed = frozenset(stayed.values())
    went = [(at, sentence) for at, sentence in enumerate(before) if at not in old_stayed]
    came = [(at, sentence) for at, sentence in enumerate(after) if at not in stayed]
    return tuple(_told(before, after, stayed | _partners(went, came), stayed.keys()))


def _stayed(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return by the place of each sentence that stayed where it stood: of several alike each once, in their order."""
    places: dict[str, list[int]] = {}
    for at, said in reversed(list(enumerate(old))):
        places.setdefault(said, []).append(at)
    return {at: places[said].pop() for at, said in enumerate(new) if places.get(said)}


def _told(
    went: Sequence[str], came: Sequence[str], partner: Mapping[int, int], stayed: Set[int]
) -> Iterator[tuple[Piece, ...]]:
    with_another = frozenset(partner.values())
    next_old = 0
    fresh: list[tuple[Piece, ...]] = []
    for at, sentence in enumerate(came):
        if at not in partner:
            fresh.append((Piece(" ".join(sentence.split()), Fate.CAME),))
            continue
        yield from _went(went, range(next_old, partner[at]), with_another)
        yield from fresh
        fresh = []
        next_old = max(next_old, partner[at] + 1)
        if at in stayed:
            yield (Piece(" ".join(sentence.split()), Fate.STAYED),)
        else:
            yield word_changes(went[partner[at]], sentence)
    yield from _went(went, range(next_old, len(went)), with_another)
    yield from fresh


def _went(
    went: Sequence[str], places: range, with_another: Set[int]
) -> Iterator[tuple[Piece, ...]]:
    for place in places:
        if place not in with_another:
            yield (Piece(" ".join(went[place].split()), Fate.WENT),)


def _partners(went: Sequence[tuple[int, str]], came: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Return by its place which that went each that came is a wording of: the most alike first, each once."""
    alike = []
    left = _MOST_WORK
    for new, sentence in came[:_MOST_SENTENCES]:
        words = SequenceMatcher(None, autojunk=False)
        words.set_seq2(sentence.split())
        for old, other in went[:_MOST_SENTENCES]:
            words.set_seq1(other.split())
            if words.real_quick_ratio() < _ALIKE or words.quick_ratio() < _ALIKE:
                continue
            pairs = _alike_pairs(other.split(), sentence.split())
            many = pairs > min(_MOST_PAIRS, left)
            left -= 0 if many else pairs
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
