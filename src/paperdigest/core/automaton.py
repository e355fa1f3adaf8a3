"""All patterns as one automaton. A node is a set of (pattern, state); which node a key leads to is
worked out when a text first asks. `core.walk` takes texts through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from paperdigest.core.fold import Word
from paperdigest.core.forms import american_letters, joined_text_keys
from paperdigest.core.pattern import Pattern

_VERY_LETTERS = "\x00"
_LONGEST_BEGINNING = 3
_LONGEST_STEM = 200
_MOST_WORDS = 1 << 17

_Items = frozenset[tuple[int, int]]


class Places:
    """Where the patterns of a node go on: by key, or by how the next word begins."""

    __slots__ = ("_automaton", "_beginnings", "_nodes", "_steps", "openings")

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._steps: dict[str, set[tuple[int, int]]] = {}
        self._nodes: dict[str, Node] = {}
        self._beginnings: set[str] = set()
        self.openings: list[tuple[int, str]] = []

    def add(self, number: int, pattern: Pattern, state: int) -> None:
        """Let a pattern go on from its state."""
        for key, target in pattern.steps[state]:
            self._steps.setdefault(key, set()).add((number, target))
            letters = key.removeprefix(_VERY_LETTERS)
            self._beginnings.update((letters[:1], letters[:2]))
        self.openings += ((number, opening) for opening in pattern.openings[state])

    def step(self, key: str) -> Node | None:
        """Return the node that a key leads to."""
        items = self._steps.get(key)
        if items is None:
            return None
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = self._automaton.node(frozenset(items))
        return node

    def may_take(self, word: Word) -> bool:
        """Say whether the word, by itself or joined to the next, may lead anywhere from here."""
        if self.openings:
            return True
        steps = self._steps
        if not steps:
            return False
        for key in word.keys:
            if key in steps:
                return True
        begun = self._beginnings
        if word.raw[:2] in begun or word.american[:2] in begun:
            return self._automaton.is_stem(word.raw, word.american)
        return False


class Node:
    """What is known after some words: the patterns that end here, and where the others go on."""

    __slots__ = ("after_mark", "ends", "goes_on", "next")

    def __init__(self, automaton: Automaton, items: _Items, patterns: Sequence[Pattern]) -> None:
        self.ends: list[int] = []
        self.next = Places(automaton)
        self.after_mark = Places(automaton)
        for number, state in items:
            pattern = patterns[number]
            if state == pattern.end:
                self.ends.append(number)
            else:
                places = self.after_mark if pattern.marked[state] else self.next
                places.add(number, pattern, state)
        self.goes_on = len(self.ends) < len(items)


class Opening(NamedTuple):
    """What a word may begin: patterns that it is all of, nodes from which to go on, patterns that it
    completes as a prefix, a longer word."""

    ends: tuple[int, ...]
    nodes: tuple[Node, ...]
    prefixes: tuple[int, ...]
    stem: bool


class Automaton:
    """Many patterns. Built once, used for any number of texts; learns words as they come."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        self._nodes: dict[_Items, Node] = {}
        self.root = self.node(frozenset((number, 0) for number in range(len(patterns)))).next
        self._stems = _stems(patterns)
        self._beginnings = _by_beginning(self.root.openings)
        self.openings: dict[Word, Opening | None] = {}
        self._pairs: dict[tuple[Word, Word], bool] = {}

    def node(self, items: _Items) -> Node:
        """Return the node for some patterns in some states."""
        node = self._nodes.get(items)
        if node is None:
            node = self._nodes[items] = Node(self, items, self.patterns)
        return node

    def is_stem(self, raw: str, american: str) -> bool:
        """Say whether any key begins with these letters."""
        return raw in self._stems or american in self._stems

    def may_join(self, word: Word, follower: Word) -> bool:
        """Say whether two words read as one may begin any pattern."""
        pair = (word, follower)
        known = self._pairs.get(pair)
        if known is None:
            if len(self._pairs) > _MOST_WORDS:
                self._pairs.clear()
            known = self._pairs[pair] = self._begins(word, follower)
        return known

    def _begins(self, word: Word, follower: Word) -> bool:
        raw, american = word.raw, word.american
        if not self.is_stem(raw + follower.raw[:1], american + follower.american[:1]):
            return False
        if self.is_stem(raw + follower.raw, american + follower.american):
            return True
        keys = joined_text_keys((word.shape, follower.shape), both=word.both)
        letters = (raw + follower.raw, american_letters(raw + follower.raw), *keys)
        return any(self.root.step(key) for key in keys) or bool(self.begun_by(letters))

    def learn(self, word: Word) -> Opening | None:
        """Return what a word may begin, and keep it in `openings`; None if nothing."""
        if len(self.openings) > _MOST_WORDS:
            self.openings.clear()
        opening = self._opening(word) if word.starts else None
        self.openings[word] = opening
        return opening

    def _opening(self, word: Word) -> Opening | None:
        found = (self.root.step(key) for key in word.keys)
        nodes = tuple(dict.fromkeys(node for node in found if node is not None))
        ends = {number for node in nodes for number in node.ends} if word.ends else set()
        plain = {number for number in ends if self.patterns[number].literal is None}
        nodes = tuple(node for node in nodes if node.goes_on or not plain.issuperset(node.ends))
        prefixes = tuple(self.begun_by(word.openings))
        stem = self.is_stem(word.raw, word.american)
        if not (plain or nodes or prefixes or stem):
            return None
        return Opening(tuple(plain), nodes, prefixes, stem)

    def begun_by(self, forms: Sequence[str]) -> set[int]:
        """Return the patterns that are a prefix of one of these forms of a word."""
        if not self._beginnings:
            return set()
        return {
            number
            for form in forms
            for size in range(1, _LONGEST_BEGINNING + 1)
            for number, opening in self._beginnings.get(form[:size], ())
            if form.startswith(opening)
        }


def _by_beginning(openings: list[tuple[int, str]]) -> dict[str, list[tuple[int, str]]]:
    """Index by the first letters, three of them if there are."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, opening in openings:
        found.setdefault(opening[:_LONGEST_BEGINNING], []).append((number, opening))
    return found


def _stems(patterns: Sequence[Pattern]) -> set[str]:
    """Return every beginning of every key: what starts none of them is not worth joining."""
    words: set[str] = set()
    for pattern in patterns:
        for steps in pattern.steps:
            words.update(key.removeprefix(_VERY_LETTERS) for key, _ in steps)
        for openings in pattern.openings:
            words.update(openings)
    stems: set[str] = set()
    for word in words:
        for spelled in _spellings(word):
            stems.update(spelled[:size] for size in range(1, min(len(spelled), _LONGEST_STEM) + 1))
    return stems


def _spellings(word: str) -> Iterator[str]:
    """Yield the letters of a key and what a text may have in their place, cut in two: organi-sation."""
    yield word
    if "iz" in word or "yz" in word:
        yield word.replace("iz", "is").replace("yz", "ys")
    if "or" in word:
        yield word.replace("or", "our")
    if word.endswith(("ex", "ix")):
        yield word[:-2] + "ices"
