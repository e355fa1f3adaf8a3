"""Every place where a pattern matches in one folded text, with where it starts and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from paperdigest.core.fold import Folded
from paperdigest.core.states import NOWHERE, State, States
from paperdigest.core.word import Word


class Span(NamedTuple):
    """Where a pattern was found: words `first` up to but not including `past`."""

    pattern: int
    first: int
    past: int


def spans(states: States, text: Folded) -> list[Span]:
    """Return every place where a pattern matches, in order of the first word."""
    states.reads(text)
    first = -1
    found: list[Span] = []
    for at, token in enumerate(text.tokens):
        if not isinstance(token, Word):
            continue
        first += 1
        opened = states.opening(token)
        if opened is NOWHERE:  # as most words
            continue
        alone, begun = opened.ends, states.begun_with(opened)
        if alone or begun is not states.dead:
            ends = [(first + 1, alone), *_ends(states, begun, text, at + 1, first + 1)]
            found += _places(states, text, first, ends)
    return found


def _ends(
    states: States, state: State, text: Folded, at: int, past: int
) -> Iterator[tuple[int, Iterable[int]]]:
    """Yield (past the word, patterns that it completes) for what is under way from token `at` on."""
    tokens = text.tokens
    while state is not states.dead and at < len(tokens):
        token = tokens[at]
        state = state[token]
        at += 1
        if isinstance(token, Word):
            past += 1
            if state.ends:
                yield past, state.ends


def _places(
    states: States, text: Folded, first: int, ends: Iterable[tuple[int, Iterable[int]]]
) -> list[Span]:
    patterns = states.automaton.patterns
    found: set[Span] = set()
    begun: set[int] = set()
    for past, numbers in ends:  # the nearest first: that one counts for a prefix
        for number in numbers:
            pattern = patterns[number]
            if number in begun:
                continue
            if pattern.literal is not None and not pattern.literal.says(text, first, past):
                continue
            end = past
            if pattern.is_prefix:
                begun.add(number)
                end = _idiom_end(text, past)
            found.add(Span(number, first, end))
    return sorted(found)


def _idiom_end(text: Folded, past: int) -> int:
    """Return where a prefix found in words up to `past` ends: an idiom is shown whole."""
    while not text.words[past - 1].ends:
        past += 1
    return past
