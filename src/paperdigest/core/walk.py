"""A walk through one folded text: every place where any pattern of an automaton matches.

The compound rules stand here for the text's side, in `core.pattern` for the query's side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from paperdigest.core.automaton import Automaton, Node, Opening, Places
from paperdigest.core.fold import BLANK, JOIN, MARK, WIDE_JOIN, Folded
from paperdigest.core.forms import american_letters, joined_text_keys
from paperdigest.core.pattern import WIDEST_JOIN


class Span(NamedTuple):
    """Where a pattern was found: words `first` up to but not including `past`."""

    pattern: int
    first: int
    past: int


class _Joined(NamedTuple):
    """Some words of a text read as one, up to `past`; `tight` if no blank lies between them.

    `openings` are the letters that a prefix may be the beginning of.
    """

    past: int
    keys: tuple[str, ...]
    openings: tuple[str, ...]
    tight: bool


_NOTHING: Final[tuple[_Joined, ...]] = ()


def spans(automaton: Automaton, text: Folded) -> list[Span]:
    """Return every place where a pattern matches, in order of the first word."""
    walk = _Walk(automaton, text)
    found: list[Span] = []
    known = automaton.openings
    for at, word in enumerate(text.words):
        try:
            opening = known[word]
        except KeyError:
            opening = automaton.learn(word)
        if opening is None:
            continue
        for number in opening.ends:
            found.append(Span(number, at, at + 1))  # noqa: PERF401 - hardly ever more than one
        if opening.prefixes or walk.may_go_on(opening, at):
            found += walk.follow(opening, at)
    return found


class _Walk:
    """One text on its way; remembers what its words are when joined."""

    __slots__ = ("_automaton", "_joined", "_prefixed", "_text")

    def __init__(self, automaton: Automaton, text: Folded) -> None:
        self._automaton = automaton
        self._text = text
        self._joined: dict[int, Sequence[_Joined]] = {}
        self._prefixed: dict[int, int] = {}

    def may_go_on(self, opening: Opening, first: int) -> bool:
        """Say whether following word `first` may find more; most words end the matter here."""
        text, at = self._text, first + 1
        nodes = opening.nodes
        if at < len(text.words):
            word, follower, kind = text.words[first], text.words[at], text.before[at]
            for node in nodes:
                if (node.after_mark if kind == MARK else node.next).may_take(follower):
                    return True
            if (
                opening.stem
                and (kind >= WIDE_JOIN or (kind == BLANK and word.free and follower.free))
                and self._automaton.may_join(word, follower)
            ):
                return True
        return any(node.ends for node in nodes)

    def follow(self, opening: Opening, first: int) -> list[Span]:
        """Return the places that begin at word `first` and are more than that word itself, the
        literal and the prefixed ones always."""
        self._prefixed = dict.fromkeys(opening.prefixes, first + 1)
        stack = [(node, first + 1) for node in opening.nodes]
        if opening.stem:
            for joined in self._joined_at(first):
                self._step_joined(self._automaton.root, joined, stack)
                if joined.tight:
                    for number in self._automaton.begun_by(joined.openings):
                        self._prefixed.setdefault(number, joined.past)
        found = self._ends(stack)
        found |= {(number, self._idiom_end(past)) for number, past in self._prefixed.items()}
        places = (Span(number, first, past) for number, past in sorted(found))
        return [span for span in places if self._is_whole(span, opening)]

    def _is_whole(self, span: Span, opening: Opening) -> bool:
        if span.past == span.first + 1 and span.pattern in opening.ends:
            return False  # given already
        literal = self._automaton.patterns[span.pattern].literal
        return literal is None or literal.says(self._text, span.first, span.past)

    def _ends(self, stack: list[tuple[Node, int]]) -> set[tuple[int, int]]:
        """Go on from all these nodes; return the patterns that end, with where they do."""
        found: set[tuple[int, int]] = set()
        words = self._text.words
        seen = set(stack)
        while stack:
            node, at = stack.pop()
            if node.ends and words[at - 1].ends:
                found.update([(number, at) for number in node.ends])
            if node.goes_on and at < len(words):
                for reached in self._reached(node, at):
                    if reached not in seen:
                        seen.add(reached)
                        stack.append(reached)
        return found

    def _reached(self, node: Node, at: int) -> list[tuple[Node, int]]:
        """Return where word `at` leads, read alone or with what it is joined to."""
        text = self._text
        places = node.after_mark if text.before[at] == MARK else node.next
        word = text.words[at]
        if not places.may_take(word):
            return []
        steps = [places.step(key) for key in word.keys]
        reached = [(target, at + 1) for target in steps if target is not None]
        self._begin(places, word.openings, at + 1)
        for joined in self._joined_at(at):
            self._step_joined(places, joined, reached)
            if joined.tight:
                self._begin(places, joined.openings, joined.past)
        return reached

    def _step_joined(
        self, places: Places, joined: _Joined, reached: list[tuple[Node, int]]
    ) -> None:
        for key in joined.keys:
            target = places.step(key)
            if target is not None:
                reached.append((target, joined.past))

    def _begin(self, places: Places, openings: tuple[str, ...], past: int) -> None:
        """Note the patterns that a word completes as a prefix; the shortest place counts."""
        for number, opening in places.openings:
            if any(letters.startswith(opening) for letters in openings):
                self._prefixed[number] = min(past, self._prefixed.get(number, past))

    def _idiom_end(self, past: int) -> int:
        """Return where a prefix found in words up to `past` ends: an idiom is shown whole."""
        while not self._text.words[past - 1].ends:
            past += 1
        return past

    def _joined_at(self, first: int) -> Sequence[_Joined]:
        known = self._joined.get(first)
        if known is None:
            known = self._join(first) if self._may_be_joined(first) else _NOTHING
            self._joined[first] = known
        return known

    def _may_be_joined(self, first: int) -> bool:
        """Say whether it is worth reading word `first` and the next as one; mostly it is not."""
        words = self._text.words
        if first + 1 == len(words):
            return False
        word, follower, kind = words[first], words[first + 1], self._text.before[first + 1]
        if kind == MARK or (kind == BLANK and not (word.free and follower.free)):
            return False
        letters = word.raw + follower.raw[:1], word.american + follower.american[:1]
        return self._automaton.is_stem(*letters)

    def _join(self, first: int) -> Sequence[_Joined]:
        """Return word `first` read as one with the words after it, as far as a pattern may want it."""
        text, words, is_stem = self._text, self._text.words, self._automaton.is_stem
        raw, american, tight = words[first].raw, words[first].american, True
        found: list[_Joined] = []
        for past in range(first + 2, min(len(words), first + WIDEST_JOIN) + 1):
            if not (is_stem(raw, american) and text.joins(past - 1)):
                break
            tight = tight and text.before[past - 1] == JOIN
            last = words[past - 1]
            wanted = is_stem(raw + last.raw[:1], american + last.american[:1])
            raw += last.raw
            american += last.american
            if wanted:
                shapes = tuple(word.shape for word in words[first:past])
                keys = joined_text_keys(shapes, both=text.both)
                openings = (raw, american, american_letters(raw), *keys)
                found.append(_Joined(past, keys, openings, tight))
        return found
