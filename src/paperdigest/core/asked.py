"""Which texts hold which of very many patterns: looked up as rows of keys, or by what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paperdigest.core.fold import Folded
from paperdigest.core.joins import Joins, joined_keys
from paperdigest.core.keyed import Keyed
from paperdigest.core.ngrams import NGram, NGrams
from paperdigest.core.pattern import Pattern
from paperdigest.core.rows import needs, rows


class Asked:
    """Some patterns, ready to be looked up in any number of texts.

    `doubtful` are those that the texts told may hold or may not.
    """

    def __init__(self, kept: Mapping[str, Any]) -> None:
        """`kept` is what `kept_of` returned, as it is or by way of JSON."""
        self.kept = kept
        self._needs: list[tuple[int, Sequence[Sequence[str]]]] = kept["needs"]
        self.doubtful = {number for number, _ in self._needs}
        longer = list(map(tuple, kept["rows"]))
        anywhere = {key for _, wanted in self._needs for keys in wanted for key in keys}
        self._of: dict[NGram, list[int]] = dict(zip(longer, kept["of"], strict=True))
        self._of.update(kept["words"])
        self.joins = Joins(kept["joins"])
        self._ngrams = NGrams(kept["words"], longer, anywhere)
        self._keyed = Keyed(anywhere.union(kept["words"], *longer), self.joins)

    def held(self, texts: Sequence[Folded]) -> Iterator[set[NGram] | None]:
        """Yield what each text holds of what is looked up; None where it must be walked through."""
        return map(self._ngrams.held, self._keyed.lines(texts))

    def patterns(self, found: Mapping[NGram, int]) -> dict[int, int]:
        """Return for each pattern the texts that hold it, or may, from those that hold each row."""
        there: dict[int, int] = {}
        for one, bits in found.items():
            for number in self._of.get(one, ()):
                there[number] = there.get(number, 0) | bits
        for number, wanted in self._needs:
            bits = -1
            for keys in wanted:
                any_of = 0
                for key in keys:
                    any_of |= found.get((key,), 0)
                bits &= any_of
            if bits:
                there[number] = bits
        return there


def kept_of(patterns: Sequence[Pattern]) -> dict[str, Any]:
    """Return what is to be known of some patterns to look them up, as JSON keeps it."""
    of: dict[Sequence[str], list[int]] = {}
    wanting: list[tuple[int, Sequence[Sequence[str]]]] = []
    for number, pattern in enumerate(patterns):
        ways = rows(pattern)
        for row in ways:
            of.setdefault(row, []).append(number)
        if not ways:
            wanting.append((number, needs(pattern)))
    longer = [row for row in of if len(row) > 1]
    return {
        "words": {row[0]: numbers for row, numbers in of.items() if len(row) == 1},
        "rows": longer,
        "of": [of[row] for row in longer],
        "needs": wanting,
        "joins": joined_keys(patterns),
    }
