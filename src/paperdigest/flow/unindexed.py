"""Which words stand in the papers that the search index lacks: those of the last hour, and those changed in it.

Most were read and matched for the round of composing already, and then it is known which of its words they hold; the
others are looked through word by word, as long as they are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperdigest.core.evidence import Batch, Evidence
from paperdigest.core.needles import Needles
from paperdigest.core.paper import Paper
from paperdigest.core.tree import Term
from paperdigest.flow.window import Window
from paperdigest.store import history
from paperdigest.store.connection import Store

#: Papers that are looked through for a single word: that takes about 0.2 ms for each.
MOST_ALONE = 300


class Unindexed:
    """The papers of these keys, as they are now, before the words of a round."""

    def __init__(self, store: Store, keys: Sequence[int], window: Window | None = None) -> None:
        papers = history.papers(store, keys)
        matched = {} if window is None else _as_matched(papers, window)
        self._all_there = len(papers) == len(keys)  # none was merged into another one meanwhile
        self._matches = None if window is None else window.matches
        self._matched = 0 if window is None else window.matches.bits(matched)
        self._all = Batch(tuple(papers.values()))
        self._others = Batch([paper for key, paper in papers.items() if key not in matched])

    def holds(self, term: Term, *, looking: bool = True) -> bool | None:
        """Say whether a paper holds the word; None where that would take too long to find out: any time at all, unless
        `looking`."""
        if not self._all_there:
            return None
        found = None if self._matches is None else self._matches.holding(term)
        if found is None:
            return _any_holds(self._all, term, looking=looking)
        return True if found & self._matched else _any_holds(self._others, term, looking=looking)


def _as_matched(papers: Mapping[int, Paper], window: Window) -> dict[int, Paper]:
    """Return the papers that say what they said when they were matched."""
    return {key: paper for key, paper in papers.items() if window.papers.get(key) == paper}


def _any_holds(batch: Batch, term: Term, *, looking: bool) -> bool | None:
    if not batch.papers:
        return False
    if not looking or len(batch.papers) > MOST_ALONE:
        return None
    return Evidence(batch, Needles((term,))).papers(term) != 0
