"""All patterns of a matcher as one automaton: from some places in some patterns, where a word leads.

The compound rules for the text's side stand here; those for the query's side in `core.pattern`. Which
places a text is at after each word is remembered in `core.states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from paperdigest.core.beginnings import LENGTH, beginnings
from paperdigest.core.chunk import JOIN, MARK, WIDE_JOIN
from paperdigest.core.forms import VERY_LETTERS, american_letters, joined_text_keys
from paperdigest.core.joins import Everything, Joins, parts
from paperdigest.core.pattern import WIDEST_JOIN, Pattern
from paperdigest.core.word import Word

#: (pattern, how many of its words are read)
Item = tuple[int, int]
_Words = tuple[tuple[str, ...], bool, bool, bool]


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
                self.begun = Everything()

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

    def __init__(self, patterns: Sequence[Pattern], joins: Joins) -> None:
        self.patterns = patterns
        self.root = Places()
        for number, pattern in enumerate(patterns):
            self.root.add(number, pattern, 0)
        self._joins = joins
        self._nodes: dict[frozenset[Item], Node] = {}

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
        before = joining.raw, joining.american
        if not (tight and origin.openings) and not self._joins.may_be(before, raw, american):
            return
        shapes = (*joining.shapes, word.shape)
        keys = joined_text_keys(shapes, both=word.both)
        for key in keys:
            if key in origin.steps and parts(
                key.removeprefix(VERY_LETTERS), before, (word.raw, word.american)
            ):
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
        if not self._joins.begin_one(raw, american):
            return None
        key = (shapes, tight, last.free, last.unspaced)
        known = origin.joinings.get(key)
        if known is not None:
            return known
        follow = self._joins.follow(raw, american)
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
