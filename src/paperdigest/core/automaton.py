"""All patterns of a matcher as one automaton: from some places in some patterns, where a word leads.

The compound rules for the text's side stand here; those for the query's side in `core.pattern`. Which
places a text is at after each word is remembered in `core.states`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Final

from paperdigest.core.beginnings import LENGTH, beginnings
from paperdigest.core.chunk import JOIN, MARK, WIDE_JOIN
from paperdigest.core.forms import (
    ENDS_OF_IRREGULAR,
    LONGEST_ENDING,
    VERY_LETTERS,
    american_letters,
    joined_text_keys,
    parted_spellings,
)
from paperdigest.core.pattern import WIDEST_JOIN, Pattern
from paperdigest.core.word import Word

_ANY: Final = "\x00"  # may follow: a prefix is complete with less than a beginning
_MOST_FOLLOWS: Final = 1 << 16
_PAST_ALL: Final = "\U0010ffff"

#: (pattern, how many of its words are read)
Item = tuple[int, int]
_Words = tuple[tuple[str, ...], bool, bool, bool]


class _Everything(set[str]):
    """Holds any text."""

    def __contains__(self, text: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def update(self, *texts: Iterable[str]) -> None:
        """Stay as it is."""


class Places:
    """Where some patterns go on: by key, or by how the next word begins."""

    __slots__ = ("begun", "joinings", "nodes", "openings", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, list[Item]] = {}
        self.openings: dict[str, list[tuple[int, str]]] = {}  # by their first letters
        # Beginnings, up to four letters, of all that may come next: few words are worth a closer look.
        self.begun: set[str] = {""}
        # As far as texts have asked: by key, and by the words that are to be read as one.
        self.nodes: dict[str, Node] = {}
        self.joinings: dict[_Words, Joining] = {}

    def add(self, number: int, pattern: Pattern, state: int) -> None:
        """Let a pattern go on from its state."""
        for key, target in pattern.steps[state]:
            known = self.steps.get(key)
            if known is None:
                self.steps[key] = [(number, target)]
                letters = key.removeprefix(VERY_LETTERS)
                if letters[:LENGTH] not in self.begun or len(letters) < LENGTH:
                    self.begun.update(beginnings(letters))
            else:
                known.append((number, target))
        for opening in pattern.tails[state] if pattern.tails else ():
            self.openings.setdefault(opening[:LENGTH], []).append((number, opening))
            self.begun.update(beginnings(opening))
            if len(opening) < LENGTH:
                self.begun = _Everything()

    def begun_by(self, forms: Sequence[str]) -> Iterator[int]:
        """Yield the patterns that are a prefix of one of these forms of a word."""
        for form in forms:
            for size in range(1, LENGTH + 1):
                for number, opening in self.openings.get(form[:size], ()):
                    if form.startswith(opening):
                        yield number


class Node:
    """What is known after some words: the patterns that end here, and where the others go on, after a
    mark or without one."""

    __slots__ = ("after_mark", "ends", "next")

    def __init__(self, items: Iterable[Item], patterns: Sequence[Pattern]) -> None:
        self.ends: list[int] = []
        self.next: Places | None = None
        self.after_mark: Places | None = None
        for number, state in items:
            pattern = patterns[number]
            if state == len(pattern.steps):
                self.ends.append(number)
            elif state in pattern.marks:
                self.after_mark = self.after_mark or Places()
                self.after_mark.add(number, pattern, state)
            else:
                self.next = self.next or Places()
                self.next.add(number, pattern, state)

    def places(self, kind: int) -> Places | None:
        """Return where the patterns go on with `kind` before the next word."""
        return self.after_mark if kind == MARK else self.next


class Joining:
    """Some words of a text on the way to be read as one. `tight`: no blank lies between them.

    `free` and `unspaced` are the last word's. `origin`: where the one word would lead from. `follow`: what its
    next part may begin with, as in `Places.begun`.
    """

    __slots__ = ("american", "follow", "free", "origin", "raw", "shapes", "tight", "unspaced")

    def __init__(
        self,
        origin: Places,
        shapes: tuple[str, ...],
        raw: str,
        american: str,
        last: Word,
        tight: bool,
        follow: Set[str],
    ) -> None:
        self.origin = origin
        self.shapes = shapes
        self.raw = raw
        self.american = american
        self.tight = tight
        self.free = last.free
        self.unspaced = last.unspaced
        self.follow = follow

    def takes(self, word: Word, kind: int) -> bool:
        """Say whether the next word may be part of the same one, with `kind` between them."""
        if kind == MARK or self.unspaced or word.unspaced or word.begins not in self.follow:
            return False
        return kind >= WIDE_JOIN or (self.free and word.free)


class Reached:
    """Where one more word leads: patterns that end, nodes to go on from, words to be read as one."""

    __slots__ = ("ends", "joinings", "nodes")

    def __init__(self) -> None:
        self.ends: set[int] = set()
        self.nodes: set[Node] = set()
        self.joinings: set[Joining] = set()


class Automaton:
    """Many patterns. Built once, used for any number of texts."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        self.root = Places()
        for number, pattern in enumerate(patterns):
            self.root.add(number, pattern, 0)
        self._openings = {
            spelled
            for pattern in patterns
            for tails in pattern.tails
            for one in tails
            for spelled in parted_spellings(one)
        }
        self._spelled = sorted(_spelled(patterns) | self._openings)
        self._nodes: dict[frozenset[Item], Node] = {}
        self._follows: dict[object, Set[str]] = {}

    def take(self, places: Places, word: Word, reached: Reached) -> None:
        """Note where a word leads from these places, alone or as the beginning of a longer one."""
        if word.begins not in places.begun:
            return
        for key in word.keys:
            self._arrive(places, key, word, reached)
        if places.openings:
            reached.ends.update(places.begun_by(word.openings))
        if (word.free or word.joins) and not word.unspaced:
            joining = self._joining(
                places, (word.shape,), word.raw, word.american, word, tight=True
            )
            if joining is not None:
                reached.joinings.add(joining)

    def go_on(self, joining: Joining, word: Word, kind: int, reached: Reached) -> None:
        """Note where a word leads that is read as one with those before it, `kind` between them."""
        if not joining.takes(word, kind):
            return
        origin = joining.origin
        raw, american = joining.raw + word.raw, joining.american + word.american
        tight = joining.tight and kind == JOIN
        if not (tight and origin.openings) and not self._may_be(joining, raw, american):
            return
        shapes = (*joining.shapes, word.shape)
        keys = joined_text_keys(shapes, both=word.both)
        for key in keys:
            if key in origin.steps and _parts(key.removeprefix(VERY_LETTERS), joining, word):
                self._arrive(origin, key, word, reached)
        if tight and origin.openings:
            forms = (raw, american, american_letters(raw), *keys)
            reached.ends.update(origin.begun_by(forms))
        if len(shapes) < WIDEST_JOIN:
            longer = self._joining(origin, shapes, raw, american, word, tight=tight)
            if longer is not None:
                reached.joinings.add(longer)

    def _joining(
        self,
        origin: Places,
        shapes: tuple[str, ...],
        raw: str,
        american: str,
        last: Word,
        *,
        tight: bool,
    ) -> Joining | None:
        """Return the one object for these words on the way to be one; None if no key begins so."""
        if not (self._begins_one(raw) or (american != raw and self._begins_one(american))):
            return None
        key = (shapes, tight, last.free, last.unspaced)
        known = origin.joinings.get(key)
        if known is not None:
            return known
        follow = self._follow(raw, american)
        if not follow:
            return None
        made = origin.joinings[key] = Joining(origin, shapes, raw, american, last, tight, follow)
        return made

    def _arrive(self, places: Places, key: str, word: Word, reached: Reached) -> None:
        node = places.nodes.get(key)
        if node is None:
            if key not in places.steps:
                return
            node = places.nodes[key] = self._node(frozenset(places.steps[key]))
        if word.ends:
            reached.ends.update(node.ends)
        if node.next is not None or node.after_mark is not None:
            reached.nodes.add(node)

    def _node(self, items: frozenset[Item]) -> Node:
        """Return the one node for these items, whichever way led there."""
        node = self._nodes.get(items)
        if node is None:
            node = self._nodes[items] = Node(items, self.patterns)
        return node

    def _may_be(self, joining: Joining, raw: str, american: str) -> bool:
        """Say whether any key begins like these words read as one, up to where a plural may differ."""
        cut = LONGEST_ENDING if raw[-2:] in ENDS_OF_IRREGULAR else 3 if raw[-1] == "s" else 0
        if self._begins_one(raw[: max(len(joining.raw) + 1, len(raw) - cut)]):
            return True
        if american == raw:
            return False
        return self._begins_one(american[: max(len(joining.american) + 1, len(american) - cut)])

    def _begins_one(self, letters: str) -> bool:
        at = bisect_left(self._spelled, letters)
        return at < len(self._spelled) and self._spelled[at].startswith(letters)

    def _follow(self, raw: str, american: str) -> Set[str]:
        """Return how what comes after these letters in any key may begin; nothing: not worth joining."""
        key = raw if raw == american else (raw, american)
        known = self._follows.get(key)
        if known is None:
            if len(self._follows) >= _MOST_FOLLOWS:
                self._follows.clear()
            follow = (
                set(self._after(raw)) if key is raw else {*self._after(raw), *self._after(american)}
            )
            if _ANY in follow:
                known = _Everything()
            else:
                known = frozenset(follow | {""}) if follow else frozenset()
            self._follows[key] = known
        return known

    def _after(self, stem: str) -> Iterator[str]:
        spelled, size = self._spelled, len(stem)
        at = bisect_left(spelled, stem)
        while at < len(spelled) and spelled[at].startswith(stem):
            follow = spelled[at][size : size + LENGTH]
            if follow:
                yield from beginnings(follow)
                if len(follow) < LENGTH and spelled[at] in self._openings:
                    yield _ANY
            # What begins alike comes next to each other, and says it all once.
            full = len(follow) == LENGTH
            at = bisect_left(spelled, stem + follow + _PAST_ALL, at + 1) if full else at + 1


def _parts(letters: str, joining: Joining, word: Word) -> bool:
    """Say whether a key itself is parted before its last part, not what a plural adds to it: "model/s" is
    no word in two parts. So what is found does not depend on what else is looked for."""
    stems = (joining.raw + word.raw[:1], joining.american + word.american[:1])
    return any(spelled.startswith(stems) for spelled in parted_spellings(letters))


def _spelled(patterns: Sequence[Pattern]) -> set[str]:
    """Return every key as a text may spell it: a beginning of none of these is not worth joining."""
    words = {
        key.removeprefix(VERY_LETTERS)
        for pattern in patterns
        for steps in pattern.steps
        for key, _ in steps
    }
    return words.union(*map(parted_spellings, words))
