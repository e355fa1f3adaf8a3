"""Where a text is in all patterns at once after each of its words, remembered as a state for each.

A state is a dict: the next token leads to the next state. What is not in it yet is worked out by
`core.automaton` and kept, so that most words of most texts cost one look-up. This is the subset
construction done as texts ask for it (Rabin and Scott, 1959; lazily as in Thompson, 1968).
"""

from __future__ import annotations

from collections.abc import Container, Sequence, Set
from typing import Final

from paperdigest.core.automaton import Automaton, Joining, Node, Reached
from paperdigest.core.chunk import BLANK, MARK
from paperdigest.core.fold import Folded, Token
from paperdigest.core.word import Word

_NO_ENDS: Final = frozenset[int]()
_NO_JOININGS: Final = frozenset[Joining]()
NOWHERE: Final = Reached()
# After so many words everything is forgotten: each may have cost a step of about 100 bytes.
_MOST_READ: Final = 1 << 21
_LEAST_READ: Final = 1 << 15
_READ_A_PATTERN: Final = 512


class _Any:
    """Holds what any of some sets holds."""

    __slots__ = ("_sets",)

    def __init__(self, sets: Sequence[Set[str]]) -> None:
        self._sets = sets

    def __contains__(self, text: object) -> bool:
        for one in self._sets:  # noqa: SIM110 - a generator takes three times as long
            if text in one:
                return True
        return False


class State(dict[Token, "State"]):
    """What is under way in a text. `ends` are the patterns that its last word completed."""

    __slots__ = ("_begun", "_places", "_states", "ends", "joinings", "kind", "nodes")
    __hash__ = object.__hash__  # type: ignore[assignment]  # a state is itself and no other
    __eq__ = object.__eq__

    def __init__(
        self,
        states: States,
        nodes: frozenset[Node],
        joinings: frozenset[Joining],
        ends: frozenset[int],
        kind: int,
    ) -> None:
        self._states = states
        self.nodes = nodes
        self.joinings = joinings
        self.ends = ends
        self.kind = kind
        self._places = [places for node in nodes if (places := node.places(kind)) is not None]
        begun: list[Set[str]] = [places.begun for places in self._places]
        begun += [joining.follow for joining in joinings]
        self._begun: Container[str] = begun[0] if len(begun) == 1 else _Any(begun)

    def __missing__(self, token: Token) -> State:
        if not isinstance(token, Word):
            found = self._separation(token)
        elif token.begins in self._begun:
            found = self._word(token)
        else:  # what most words come to: nothing that was under way goes on
            found = self._states.dead
        self[token] = found
        return found

    def _separation(self, kind: int) -> State:
        if self.kind != BLANK:
            kind = MARK if MARK in (kind, self.kind) else max(kind, self.kind)
        joinings = _NO_JOININGS if kind == MARK else self.joinings
        nodes = frozenset([node for node in self.nodes if node.places(kind) is not None])
        return self._states.state(nodes, joinings, _NO_ENDS, kind)

    def _word(self, word: Word) -> State:
        states = self._states
        reached = Reached()
        for places in self._places:
            states.automaton.take(places, word, reached)
        for joining in self.joinings:
            states.automaton.go_on(joining, word, self.kind, reached)
        return states.state(
            frozenset(reached.nodes), frozenset(reached.joinings), frozenset(reached.ends), BLANK
        )


class _Dead(State):
    """Nothing is under way, and nothing will be."""

    __slots__ = ()

    def __missing__(self, token: Token) -> State:
        return self


class States:
    """The states of one automaton, worked out as texts ask for them.

    A match begins with `opening` and `begun_with`; in the state `dead` none is under way any more.
    """

    def __init__(self, automaton: Automaton) -> None:
        self.automaton = automaton
        self.dead: State = _Dead(self, frozenset[Node](), _NO_JOININGS, _NO_ENDS, BLANK)
        self._known: dict[object, State] = {}
        self._openings: dict[Word, Reached] = {}
        self._most = min(_MOST_READ, _LEAST_READ + _READ_A_PATTERN * len(automaton.patterns))
        self._read = 0

    def reads(self, text: Folded) -> None:
        """Take note that a text is about to be read: texts without end must not need memory without end."""
        self._read += len(text.tokens)
        if self._read > self._most:
            self._known.clear()
            self._openings.clear()
            self._read = 0

    def opening(self, word: Word) -> Reached:
        """Return what a word begins, and what it completes alone."""
        known = self._openings.get(word)
        if known is not None:
            return known
        root = self.automaton.root
        if not word.starts or word.begins not in root.begun:
            return NOWHERE
        known = Reached()
        self.automaton.take(root, word, known)
        self._openings[word] = known  # last: another thread may ask at any time
        return known

    def begun_with(self, begun: Reached) -> State:
        """Return the state after a word before which nothing was under way, by what it begins."""
        if not (begun.nodes or begun.joinings):
            return self.dead
        return self.state(frozenset(begun.nodes), frozenset(begun.joinings), _NO_ENDS, BLANK)

    def state(
        self,
        nodes: frozenset[Node],
        joinings: frozenset[Joining],
        ends: frozenset[int],
        kind: int,
    ) -> State:
        """Return the one state in which these are under way."""
        if not (nodes or joinings or ends):
            return self.dead
        key = (nodes, joinings, ends, kind)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = State(self, nodes, joinings, ends, kind)
        return known
