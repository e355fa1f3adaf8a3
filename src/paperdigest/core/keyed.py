"""Texts as the keys of their words, as far as anybody asks for these keys.

Most words have one key, or none that matters. What else there is (a second key, parts read as one word, a
word inside an idiom) is noted as an arc: from one place to another under some key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import accumulate, chain, compress
from typing import NamedTuple

from paperdigest.core.fold import Folded, tied
from paperdigest.core.joins import Joins, either
from paperdigest.core.key_table import TAIL, KeyTable
from paperdigest.core.pattern import WIDEST_JOIN
from paperdigest.core.wanted import NOTHING, Arc, Beside, Piece, Wanted


class Line(NamedTuple):
    """A text: at each place the key of a word, or `NO_KEY`, or `MARKED`; and what else is known of them."""

    keys: list[str]
    beside: Beside | None


class Keyed:
    """Reads texts for whoever asks for some keys."""

    def __init__(self, keys: Set[str], joins: Joins) -> None:
        self._wanted = Wanted(keys, joins)
        self._table = KeyTable(self._wanted)

    def lines(self, texts: Sequence[Folded]) -> Iterator[Line]:
        """Read some texts."""
        if self._table.is_full:
            self._table = KeyTable(self._wanted)
        table = self._table
        every = [text.stretches for text in texts]
        table.learn(every)
        for pieces in every:
            yield self._line(table, pieces)

    def _line(self, table: KeyTable, pieces: list[str]) -> Line:
        keys = list(chain.from_iterable(map(table.__getitem__, pieces)))
        noted = list(compress(range(len(pieces)), map(table.noted.__contains__, pieces)))
        if not noted:
            return Line(keys, None)
        if any(pieces[at] in table.loose for at in noted):
            pieces = tied(pieces, table.loose)
            keys = list(chain.from_iterable(map(table.__getitem__, pieces)))
            noted = list(compress(range(len(pieces)), map(table.noted.__contains__, pieces)))
        return Line(keys, self._beside(table, pieces, noted))

    def _beside(self, table: KeyTable, pieces: list[str], noted: list[int]) -> Beside | None:
        heads, first, last = table.heads, table.firsts, len(pieces) - 1
        crossing = [
            (at, arcs)
            for at in noted
            if at < last
            and (follow := heads.get(pieces[at]))
            and first[pieces[at + 1]] in follow
            and (arcs := self._across(table, pieces, at))
        ]
        beside = [at for at in noted if pieces[at] in table.beside]
        if not (beside or crossing):
            return None
        last = max(beside[-1:] + [at for at, _ in crossing[-1:]])
        starts = list(accumulate(map(len, map(table.__getitem__, pieces[:last])), initial=0))
        found = Beside([], set(), set())
        for at in beside:
            arcs, no_start, no_end = table.beside[pieces[at]]
            offset = starts[at]
            found.arcs.extend([(first + offset, past + offset, key) for first, past, key in arcs])
            if no_start or no_end:
                found.no_start.update([place + offset for place in no_start])
                found.no_end.update([place + offset for place in no_end])
        for at, arcs in crossing:
            offset = starts[at]
            found.arcs.extend([(first + offset, past + offset, key) for first, past, key in arcs])
        return found

    def _across(self, table: KeyTable, pieces: list[str], at: int) -> list[Arc]:
        """Return what begins in piece `at` and ends in a later one."""
        pair = pieces[at], pieces[at + 1]
        known = table.across.get(pair)
        if known is None:
            known = table.across[pair] = self._ends_beyond(table, pair)
        arcs, follow = known
        if follow and at + 2 < len(pieces) and table.firsts[pieces[at + 2]] in follow:
            return self._ends_beyond(table, pieces[at : at + WIDEST_JOIN])[0]
        return arcs

    def _ends_beyond(self, table: KeyTable, pieces: Sequence[str]) -> tuple[list[Arc], Set[str]]:
        """Return what begins in the first piece and ends in a later one, and how what does not end in the
        last one goes on."""
        head, rest = pieces[0].lower(), pieces[1].rstrip(TAIL).lower()
        plain = table.is_plain(head) and table.is_plain(rest)
        if plain and not self._wanted.joins.may_be((head, head), head + rest, head + rest):
            return [], NOTHING
        piece, own = Piece(pieces), len(table[pieces[0]])
        found: list[Arc] = []
        going_on: Set[str] = NOTHING
        for first in range(own):
            arcs, follow = self._wanted.run(piece, first)
            found += [arc for arc in arcs if arc[1] > own]
            going_on = either(going_on, follow) if follow else going_on
        return found, going_on
