"""Which of very many rows of keys a text holds: all n-grams of the text, looked up in a set.

What it takes depends on the text, hardly on how many rows there are. Where words have one key each the
n-grams are made without a loop of our own; around an arc (`core.keyed`) they are made one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from paperdigest.core.key_table import MARKED
from paperdigest.core.keyed import Line
from paperdigest.core.rows import PREFIX, Row
from paperdigest.core.wanted import NO_KEY, Beside

_MOST_ARCS: Final = 4  # that start or end at one place
_NO_WAY: Final = frozenset({NO_KEY, MARKED})
_NO_ROWS: Final = frozenset[Row]()

#: A row; one of a single key is that key. What is just somewhere in a text is a row of one in brackets.
NGram = str | Row


class NGrams:
    """Some rows of keys, ready to be looked for in texts."""

    def __init__(self, words: Iterable[str], rows: Iterable[Row], anywhere: Iterable[str]) -> None:
        """`words` are rows of one key. `anywhere` are keys that are told of wherever they are, inside a fixed
        idiom too."""
        self._one = frozenset(words)
        self._anywhere = frozenset(anywhere)
        self._rows: dict[int, set[Row]] = {1: {(key,) for key in self._one}, 2: set(), 3: set()}
        for row in rows:
            self._rows.setdefault(len(row), set()).add(row)
        self._longest = max(self._rows)
        # Beginnings of longer rows, by their size, and with the rows of that size.
        self._begun: dict[int, set[Row]] = {}
        longer = set[Row]()
        for size in range(self._longest, 0, -1):
            self._begun[size] = longer
            longer = {row[: size - 1] for row in longer | self._rows.get(size, _NO_ROWS)}
        self._either = {
            size: begun | self._rows.get(size, _NO_ROWS) for size, begun in self._begun.items()
        }

    def held(self, line: Line) -> set[NGram] | None:
        """Return the rows that a text holds; None for what is no writing and takes too long this way."""
        keys, beside = line
        found: set[NGram] = set(self._one.intersection(keys))
        keys_on = [keys, keys[1:]]
        found.update(self._rows[2].intersection(zip(*keys_on, strict=False)))
        for size in range(3, self._longest + 1):
            keys_on.append(keys[size - 1 :])
            held = self._either[size].intersection(zip(*keys_on, strict=False))
            found |= held & self._rows.get(size, _NO_ROWS)
            if held.isdisjoint(self._begun[size]):
                break
        if self._anywhere:
            found.update([(key,) for key in self._anywhere.intersection(keys)])
        if beside is not None:
            found.update([(key,) for _, _, key in beside.arcs if key in self._anywhere])
            around = _Around(keys, beside)
            if around.is_bushy:
                return None
            self._add_around(around, found)
        return found

    def _add_around(self, around: _Around, found: set[NGram]) -> None:
        """Add the rows that lead over an arc."""
        two = self._either[2]
        for start in around.starts(self._longest - 1):
            pair = around.plainly(start)
            if pair is not None and pair not in two:
                continue
            ways: list[tuple[Row, int, bool]] = [((), start, False)]
            for size in range(1, self._longest + 1):
                either, rows = self._either[size], self._rows.get(size, _NO_ROWS)
                ways = [
                    (row, past, over or is_arc)
                    for begun, place, over in ways
                    for key, past, is_arc in around.out_of(place)
                    if (row := (*begun, key)) in either
                ]
                if not ways:
                    break
                for row, past, over in ways:
                    if over and row in rows and around.may_end(row, past):
                        found.add(row if size > 1 else row[0])


class _Around:
    """The ways through a text where there are several."""

    def __init__(self, keys: list[str], beside: Beside) -> None:
        self._keys = keys
        self._no_start = beside.no_start
        self._no_end = beside.no_end
        self._from: dict[int, list[tuple[str, int, bool]]] = {}
        self._to: dict[int, list[int]] = {}
        for first, past, key in beside.arcs:
            self._from.setdefault(first, []).append((key, past, True))
            self._to.setdefault(past, []).append(first)

    @property
    def is_bushy(self) -> bool:
        """Say whether there are so many ways that going all of them is no good."""
        starting = max(map(len, self._from.values()), default=0)
        return (
            max(map(len, self._to.values()), default=starting) > _MOST_ARCS or starting > _MOST_ARCS
        )

    def starts(self, most: int) -> set[int]:
        """Return the places from which at most so many words lead to an arc, and a match may start."""
        found = reached = set(self._from)
        for _ in range(most):
            reached = {before for place in reached for before in self._into(place)} - found
            if not reached:
                break
            found = found | reached
        return found - self._no_start

    def plainly(self, place: int) -> Row | None:
        """Return the keys of two words from this place on if no arc begins at either, else None."""
        if place in self._from or place + 1 in self._from:
            return None
        return self._keys[place], self._keys[place + 1]

    def out_of(self, place: int) -> list[tuple[str, int, bool]]:
        """Return (key, where it leads, whether over an arc) from this place on."""
        arcs = self._from.get(place)
        key = self._keys[place] if place < len(self._keys) else MARKED
        if key in _NO_WAY:
            return arcs or []
        own = (key, place + 1, False)
        return [own] if arcs is None else [own, *arcs]

    def may_end(self, row: Row, past: int) -> bool:
        """Say whether a match may end here: a prefix may be one of a longer word."""
        return past not in self._no_end or row[-1].startswith(PREFIX)

    def _into(self, place: int) -> list[int]:
        key = self._keys[place - 1] if place else MARKED
        own = [] if key in _NO_WAY else [place - 1]
        return [*own, *self._to.get(place, ())]
