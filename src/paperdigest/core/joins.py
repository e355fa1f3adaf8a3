"""Words of a text that are read as one: which are worth it, for the keys that some patterns ask for.

The rules themselves are of `core.fold` (what may be joined) and `core.forms` (under which keys). Here stands
what tells early that nothing will come of it: most neighbours join to nothing that anybody asks for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any, Final

from paperdigest.core.beginnings import LENGTH, beginnings
from paperdigest.core.forms import (
    ENDS_OF_IRREGULAR,
    LONGEST_ENDING,
    VERY_LETTERS,
    parted_spellings,
    small_key,
)
from paperdigest.core.pattern import Pattern
from paperdigest.core.plural_tables import IRREGULAR, TAILS
from paperdigest.core.spelling import is_respelled

_ANY: Final = "\x00"  # may follow: a prefix is complete with less than a beginning
_MOST_FOLLOWS: Final = 1 << 16
_PAST_ALL: Final = "\U0010ffff"
_NOWHERE: Final = ()
_SHORTEST_REST: Final = 3  # letters: with an s after it, its number is folded
_SURE_REST: Final = 5  # letters: more than the singular of any plural of three letters has
_ENDS_OF_ONE: Final = frozenset(
    one[-2:] for table in (IRREGULAR, TAILS) for ones in table.values() for one in ones
)


class Everything(set[str]):
    """Holds any text."""

    def __contains__(self, text: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def update(self, *texts: Iterable[str]) -> None:
        """Stay as it is."""


class Joins:
    """What the words of a text may be part of."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        """`kept` is what `joined_keys` returned, as it is or by way of JSON."""
        self.openings = set(kept["openings"])
        self._spelled: Sequence[str] = kept["spelled"]
        self._parted: Mapping[str, Sequence[int]] = kept["parted"]
        self._apart: Mapping[str, Sequence[int]] = kept["apart"]
        self._follows: dict[object, Set[str]] = {}

    def begins_one(self, letters: str) -> bool:
        """Say whether any key begins with these letters, or is them."""
        at = bisect_left(self._spelled, letters)
        return at < len(self._spelled) and self._spelled[at].startswith(letters)

    def begin_one(self, raw: str, american: str) -> bool:
        """Say the same of words raw and in American spelling."""
        return self.begins_one(raw) or (american != raw and self.begins_one(american))

    def may_be(self, before: tuple[str, str], raw: str, american: str) -> bool:
        """Say whether any key begins like these words read as one, up to where a plural may differ.

        `before`: the words but for the last one, raw and in American spelling.
        """
        cut = LONGEST_ENDING if raw[-2:] in ENDS_OF_IRREGULAR else 3 if raw[-1] == "s" else 0
        if self.begins_one(raw[: max(len(before[0]) + 1, len(raw) - cut)]):
            return True
        if american == raw:
            return False
        return self.begins_one(american[: max(len(before[1]) + 1, len(american) - cut)])

    @cached_property
    def beginnings(self) -> Set[str]:
        """Return how keys begin: of one to four letters."""
        longest = {key[:LENGTH] for key in self._spelled}
        return longest.union(*({key[:size] for key in longest} for size in range(1, LENGTH)))

    def go_on(self, letters: str) -> bool:
        """Say whether any key begins with these letters and has more."""
        at = bisect_right(self._spelled, letters)
        return at < len(self._spelled) and self._spelled[at].startswith(letters)

    def follow(self, raw: str, american: str) -> Set[str]:
        """Return how what comes after these letters in any key may begin; nothing: not worth joining.

        A key that a query parts after these very letters does not count: there its parts are found apart.
        """
        key = raw if raw == american else (raw, american)
        known = self._follows.get(key)
        if known is None:
            if len(self._follows) >= _MOST_FOLLOWS:
                self._follows.clear()
            if key is raw:
                found = self._after(raw, self._apart)
            else:
                found = self._after(raw, {}) | self._after(american, {})
            if found:
                found.add("")
            known = self._follows[key] = Everything() if _ANY in found else found
        return known

    def found_apart(self, letters: str, said: str, places: Collection[int]) -> bool:
        """Say whether a text is found by the parts of a key anyway, whoever asks for the key.

        `said` are the letters of the text, parted after so many of them.
        """
        table = self._parted if said == letters else self._apart
        own = table.get(letters, _NOWHERE)
        return any(place in own for place in places)

    def _after(self, stem: str, apart: Mapping[str, Sequence[int]]) -> set[str]:
        spelled, size = self._spelled, len(stem)
        found: set[str] = set()
        at = bisect_right(spelled, stem)
        while at < len(spelled) and spelled[at].startswith(stem):
            one = spelled[at]
            at += 1
            if size in apart.get(one, _NOWHERE):
                continue
            follow = one[size : size + LENGTH]
            found.update(beginnings(follow))
            if len(follow) == LENGTH:
                # What begins alike comes next to each other, and says it all once.
                at = bisect_left(spelled, stem + follow + _PAST_ALL, at)
            elif one in self.openings:
                found.add(_ANY)
        return found


def either(one: Set[str], other: Set[str]) -> Set[str]:
    """Return what either of them holds."""
    if isinstance(one, Everything) or isinstance(other, Everything):
        return one if isinstance(one, Everything) else other
    return one | other


def parts(letters: str, before: tuple[str, str], last: tuple[str, str]) -> bool:
    """Say whether a key itself is parted before its last part, not what a plural adds to it: "model/s" is
    no word in two parts. So what is found does not depend on what else is looked for.

    `before` and `last`: the words but for the last one, and that one, raw and in American spelling.
    """
    stems = (before[0] + last[0][:1], before[1] + last[1][:1])
    return any(spelled.startswith(stems) for spelled in parted_spellings(letters))


def joined_keys(patterns: Sequence[Pattern]) -> dict[str, Any]:
    """Return what is to be known of the keys of some patterns to join words for them, as JSON keeps it."""
    openings = {
        spelled
        for pattern in patterns
        for tails in pattern.tails
        for one in tails
        for spelled in parted_spellings(one)
    }
    keys = {
        key.removeprefix(VERY_LETTERS)
        for pattern in patterns
        for steps in pattern.steps
        for key, _ in steps
    }
    parted = _parted(patterns)
    apart: dict[str, list[int]] = {}
    for letters, places in parted.items():
        early = [place for place in places if place <= _most_before(letters)]
        apart[letters] = early
        for otherwise in parted_spellings(letters)[1:]:
            same = _same(letters, otherwise)
            apart.setdefault(otherwise, [place for place in early if place <= same])
    return {
        "spelled": sorted(openings.union(keys, *map(parted_spellings, keys))),
        "openings": sorted(openings),
        "parted": parted,
        # What is also asked for as a beginning is not found by its parts.
        "apart": {one: places for one, places in apart.items() if places and one not in openings},
    }


def _parted(patterns: Iterable[Pattern]) -> dict[str, list[int]]:
    """Return after how many letters each key is parted by whoever asks for it: where a text parts it at
    the same place, each side is found for itself.

    Left out is a head that may fold otherwise alone.
    """
    found: dict[str, frozenset[int]] = {}
    for pattern in patterns:
        steps = pattern.steps
        for state, here in enumerate(steps):
            parted = _parted_from(steps, state) if len(here) > 1 else {}
            for key, past in here:
                letters = key.removeprefix(VERY_LETTERS)
                own = parted.get((key, past), frozenset())
                known = found.get(letters)
                found[letters] = own if known is None else known & own
    return {letters: sorted(places) for letters, places in found.items() if places}


def _parted_from(
    steps: Sequence[Sequence[tuple[str, int]]], state: int
) -> dict[tuple[str, int], frozenset[int]]:
    """Return for each key of several words from `state` on, and where it ends, the ends of the others."""
    found: dict[tuple[str, int], frozenset[int]] = {}
    letters = ""
    places = frozenset[int]()
    for at in range(state, len(steps) - 1):
        head = _head([key for key, past in steps[at] if past == at + 1])
        if not head:
            break
        letters += head
        places |= {len(letters)}
        for key, past in steps[at + 1]:
            if past == at + 2:
                last = key.removeprefix(VERY_LETTERS)
                found[key[: len(key) - len(last)] + letters + last, past] = places
    return found


def _head(keys: Sequence[str]) -> str:
    """Return the letters of a word by its keys, if whatever has these letters is found under one of them;
    else nothing."""
    last = keys[-1]
    if last[0] == VERY_LETTERS:  # typed in small letters: the very same letters are always found
        return "" if is_respelled(last) else last[1:]
    if len(keys) > 1 or last[-1] == "s":
        return ""
    return last if last[-2:] not in ENDS_OF_IRREGULAR or small_key(last) == last else ""


def _same(one: str, other: str) -> int:
    """Return how many letters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((size for size, (sign, its) in pairs if sign != its), min(len(one), len(other)))


def _most_before(letters: str) -> int:
    """Return after how many letters a key may be parted so that a plural of the rest is folded alone too:
    not if the rest is short, and a plural may be shorter still where it is irregular."""
    return len(letters) - (_SURE_REST if letters[-2:] in _ENDS_OF_ONE else _SHORTEST_REST)
