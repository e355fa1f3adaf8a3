"""Searching history: the papers that a query takes, as the matcher says, the strongest first.

The search index only saves work: what it is sure of is not looked at, what it rules out neither, and
papers that it lacks are all looked at. So an empty index makes the same answer, slowly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from paperdigest.core.index_bounds import bounds
from paperdigest.core.matcher import Match, Matcher
from paperdigest.core.paper import Paper
from paperdigest.core.plain_sight import Sight, look
from paperdigest.core.query import Hit, Query
from paperdigest.core.text import display
from paperdigest.core.tree import Field, Term, terms, wanted_terms
from paperdigest.flow.indexing import is_current
from paperdigest.store import history, search_index
from paperdigest.store.connection import Store
from paperdigest.store.papers import paper_rows
from paperdigest.store.search_index import Standing

_AT_ONCE: Final = (
    2_500  # papers in hand: of fewer the matcher remembers all places, which takes longer
)
_WORTH_A_GUESS: Final = 50  # fewer are looked at to know how strongly they fit
_EXTRA: Final = (
    (Field.AUTHOR, 4),
    (Field.TITLE, 2),
)  # what a find there counts beyond 1, the best first


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a query takes, with everything that was found in it."""

    key: int
    paper: Paper
    hits: tuple[Hit, ...]
    strength: int


@dataclass(frozen=True, slots=True)
class Found:
    """The papers that a query takes: all of them by key with when they were first seen, and those to show,
    the strongest first. `searched`: how many papers there were."""

    searched: int
    matched: Mapping[int, datetime]
    papers: tuple[FoundPaper, ...]

    @property
    def total(self) -> int:
        """Return how many papers the query takes."""
        return len(self.matched)


def search(
    store: Store,
    query: Query,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
) -> Found:
    """Find the papers of history that a query takes, those first seen from `since` to `until`; `limit` are
    shown.

    In order of strength (`Match.strength`), votes, place on its page, newest, id.
    """
    with store.reading():
        return _Search(store, query, since, until).found(limit)


class _Search:
    """One search at work. `strengths` are known of those papers that the matcher looked at."""

    def __init__(
        self, store: Store, query: Query, since: datetime | None, until: datetime | None
    ) -> None:
        self._store = store
        self._query = query
        self._since = since
        self._until = until
        self._matcher = Matcher([query])
        self._is_indexed = is_current(store)
        self._strengths: dict[int, int] = {}
        self._whole = any(
            field in {Field.SOURCE, Field.ID} for term in terms(query.root) for field in term.fields
        )

    def found(self, limit: int) -> Found:
        within = None
        if self._since is not None or self._until is not None:
            within = set(history.paper_keys(self._store, since=self._since, until=self._until))
        searched = history.paper_count(self._store) if within is None else len(within)
        sure = self._sure(within)
        matched = search_index.standings(self._store, sure | self._strengths.keys())
        shown = self._strongest(sure, matched, limit)
        when = {key: standing.first_seen_at for key, standing in matched.items()}
        return Found(searched, when, tuple(self._shown(shown)))

    # ------------------------------------------------------------ which

    def _sure(self, within: set[int] | None) -> set[int]:
        """Return the papers that match although the matcher did not look; it does look at the doubtful."""

        def inside(keys: Iterable[int]) -> set[int]:
            return set(keys) if within is None else within.intersection(keys)

        if not self._is_indexed:
            self._check(within if within is not None else history.paper_keys(self._store))
            return set()
        between = bounds(self._query.root)
        sure = inside(self._matching(between.lower))
        unsure = inside(self._matching(between.upper)) - sure
        if unsure and between.doubtful is not None:
            seen = self._seen(unsure - self._matching(between.doubtful))
            sure |= {key for key, matches in seen.items() if matches}
            unsure -= seen.keys()
        self._check(unsure | inside(search_index.missing_keys(self._store)))
        return sure

    def _matching(self, expression: str | None) -> set[int]:
        if expression is None:
            return search_index.indexed_keys(self._store)
        return search_index.keys_matching(self._store, expression) if expression else set()

    def _seen(self, keys: Iterable[int]) -> dict[int, bool]:
        """Return of which papers a glance tells whether they match, and what it tells."""
        sees = look(self._query.root)
        if sees is None:
            return {}
        seen = {}
        for key, title, abstract, alone in search_index.texts(self._store, keys):
            said = sees(Sight(display(title), display(abstract), alone))
            if said is not None:
                seen[key] = said
        return seen

    def _check(self, keys: Collection[int]) -> None:
        for match, key, _ in self._matches(keys):
            self._strengths[key] = match.strength

    def _matches(self, keys: Iterable[int]) -> Iterator[tuple[Match, int, Paper]]:
        left = iter(sorted(keys))
        while some := list(islice(left, _AT_ONCE)):
            papers = list(self._loaded(some).items())
            for match in self._matcher.matches([paper for _, paper in papers]):
                yield match, *papers[match.paper]

    def _loaded(self, keys: list[int]) -> dict[int, Paper]:
        if self._whole:
            return history.papers(self._store, keys)
        return {key: row.paper for key, row in paper_rows(self._store, keys, {}).items()}

    # ------------------------------------------------------------ in what order

    def _strongest(self, sure: set[int], matched: Mapping[int, Standing], limit: int) -> list[int]:
        """Return the first papers in order. Of those that nobody looked at it is only known how strong they
        may be at most: they are looked at in that order until no other can come before."""
        if not limit:
            return []
        if len(sure) <= _WORTH_A_GUESS:
            self._check(sure)
        guesses = self._guesses(sure) if sure - self._strengths.keys() else {}
        guesses |= self._strengths
        order = sorted(matched, key=lambda key: _place(guesses[key], matched[key]))
        known: list[int] = []
        for start in range(0, len(order), max(limit, 50)):
            some = order[start : start + max(limit, 50)]
            self._check([key for key in some if key not in self._strengths])
            looked_at = [key for key in (*known, *some) if key in self._strengths]
            places = {key: _place(self._strengths[key], matched[key]) for key in looked_at}
            known = sorted(places, key=places.__getitem__)[:limit]
            after = order[start + len(some) :][:1]
            if len(known) == limit and after:
                following = _place(guesses[after[0]], matched[after[0]])
                if not known or places[known[-1]] < following:
                    break
        return known

    def _guesses(self, sure: set[int]) -> dict[int, int]:
        """Return how strongly papers fit at most, by the index."""
        guesses = dict.fromkeys(sure, 0)
        wanted = wanted_terms(self._query.root)
        for term in wanted:
            there = sure if len(wanted) == 1 else self._holding(term, term.fields) & sure
            for key in there:
                guesses[key] += 1
            for field, extra in _EXTRA:
                if field in term.fields:
                    best = self._holding(term, (field,)) & there
                    there = there - best
                    for key in best:
                        guesses[key] += extra
        return guesses

    def _holding(self, term: Term, fields: tuple[Field, ...]) -> set[int]:
        return self._matching(bounds(replace(term, fields=fields)).upper)

    # ------------------------------------------------------------ shown

    def _shown(self, keys: list[int]) -> Iterator[FoundPaper]:
        for key, paper in history.papers(self._store, keys).items():
            yield FoundPaper(key, paper, self._query.hits(paper), self._strengths[key])


def _place(strength: int, standing: Standing) -> tuple[int, int, float, int, str]:
    """Return a paper's place: smaller comes first."""
    votes = -1 if standing.votes is None else standing.votes
    rank = float("inf") if standing.rank is None else standing.rank
    return -strength, -votes, rank, -standing.newest, standing.id
