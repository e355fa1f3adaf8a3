"""The working memory of one transaction of ingest: looks a batch of records up, lets `core.diff` decide
about each in turn, and writes what came of it in one go. Reading documents is `flow.ingest`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core.diff import Decision, News, Seen, decide
from paperdigest.core.doi_versions import are_of_another_count, newest_first
from paperdigest.core.entrance import Baseline, baseline_after, baseline_of
from paperdigest.core.identity import (
    TEXT_SCHEMES,
    contradict,
    preferred_first,
    same_first_author,
    scheme_of,
)
from paperdigest.core.paper import ChangeKind, Paper
from paperdigest.core.revision import net
from paperdigest.flow.known_ids import KnownIds
from paperdigest.flow.pending import Numbers, Pending, Working
from paperdigest.flow.sighting import Sighting, namesake_of, short_keys, sightings
from paperdigest.store import papers, records
from paperdigest.store.changes import ChangeRow, how_often
from paperdigest.store.connection import Store
from paperdigest.store.merges import merge, parted
from paperdigest.store.papers import PaperRow
from paperdigest.store.records import KnownRecord, RecordRow

#: So many records are in hand at once; a document of any size takes the memory of these.
SLICE = 1_000
#: A paper that has so many ids gets no more. What every issue brings anew under one title ("Front matter and
#: contents") would have thousands, each to be looked at with each record; its records are known by their own ids.
_MOST_IDS = 200

_NEWS = News(ChangeKind.NEW)


@dataclass(slots=True)
class Counts:
    """What the records of a document were; together they are all that were not rejected.

    `new`: papers history did not have. `revised`: records that changed a known paper in a way the log
    tells. `merged`: a source's first word on a paper known from elsewhere, or under another id, that
    changed nothing of that kind. `unchanged`: the rest, a paper's second time in one document included.
    """

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0

    @property
    def stirred(self) -> bool:
        """Say whether any of them said something that was not known."""
        return bool(self.new or self.revised or self.merged)


class Intake:
    """Takes records of one source into history. Used inside one transaction and then thrown away."""

    def __init__(
        self,
        store: Store,
        source: str,
        now: datetime,
        *,
        is_news: Callable[[Paper], bool],
        counts: Counts | None = None,
    ) -> None:
        self._store = store
        self._source = source
        self._now = now
        self._is_news = is_news
        self.counts = counts or Counts()
        self.records_added = 0
        self._ids = KnownIds()
        self._records: dict[str, KnownRecord] = {}
        self._said: dict[int, Paper] = {}
        self._shorts: dict[str, list[int]] = {}
        self._working: dict[int, Working] = {}
        self._met: set[int] = set()  # papers this document spoke of,
        self._born: set[int] = set()  # those it brought,
        self._told: dict[int, set[ChangeKind]] = {}  # and what it made the log tell of the others
        self._parted = parted(store)
        self._numbers = Numbers.of(store)
        self._pending = Pending()

    def take(
        self, batch: Sequence[Paper], progress: Callable[[int], None] = lambda done: None
    ) -> None:
        """Look records up, decide about each in its order, write. `progress` gets how many are done."""
        for start in range(0, len(batch), SLICE):
            progress(start)
            seen, rejected = sightings(batch[start : start + SLICE], self._source)
            self.counts.rejected += len(rejected)
            self._look_up(seen)
            for sighting in seen:
                self._see(sighting)
            self._write()
            self._working = {}

    # ---------------------------------------------------------------- looking up

    def _look_up(self, seen: Sequence[Sighting]) -> None:
        namesakes = {(s.own_id, namesake) for s in seen if (namesake := namesake_of(s))}
        own_ids = {s.own_id for s in seen} | {namesake for _, namesake in namesakes}
        self._records = records.known_records(self._store, self._source, own_ids)
        # A record that comes twice may be as before only until its other form was taken.
        moving = {sighting.own_id for sighting in seen if not self._is_as_before(sighting)}
        fresh = [sighting for sighting in seen if sighting.own_id in moving]
        others = {namesake for own_id, namesake in namesakes if own_id in moving}
        wanted = {id_ for sighting in fresh for id_ in sighting.ids} | others
        self._ids = KnownIds.of(self._store, wanted)
        known = [self._records[own_id] for own_id in moving | others if own_id in self._records]
        self._said = records.last_said(self._store, [record.id for record in known])
        keys = {record.paper_key for record in known} | self._ids.papers()
        self._shorts = records.short_titled(self._store, self._source, short_keys(fresh), keys)
        self._load(keys.union(*self._shorts.values()))

    def _load(self, keys: Iterable[int]) -> None:
        keys = list(keys)
        ids = papers.ids_of_papers(self._store, keys)
        for key, row in papers.paper_rows(self._store, keys, ids).items():
            self._working[key] = Working(row, set(ids.get(key, ())))

    def _is_as_before(self, sighting: Sighting) -> bool:
        record = self._records.get(sighting.own_id)
        return record is not None and record.raw_hash == sighting.raw_hash

    # ---------------------------------------------------------------- one record

    def _see(self, sighting: Sighting) -> None:
        if self._is_as_before(sighting):
            self._note_standing(self._records[sighting.own_id].paper_key, sighting.paper)
            self.counts.unchanged += 1
            return
        sighting = self._unless_namesake(sighting)
        record = self._records.get(sighting.own_id)
        key = self._paper_of(sighting, record)
        if key is None:
            self._add(sighting)
        else:
            self._compare(sighting, record, self._working[key])

    def _note_standing(self, key: int, paper: Paper) -> None:
        """Votes and places move daily; they are no news and no change."""
        self._met.add(key)
        if paper.votes is not None or paper.rank is not None:
            self._pending.standing.append((key, paper))

    def _unless_namesake(self, sighting: Sighting) -> Sighting:
        """Give a record without ids, whose text is the key of another author's paper, one of its own."""
        namesake = namesake_of(sighting)
        key = self._ids.get(sighting.own_id)
        if not namesake or key is None or self._agree(sighting, key):
            return sighting
        return sighting._replace(own_id=namesake, ids=(namesake,))

    def _paper_of(self, sighting: Sighting, record: KnownRecord | None) -> int | None:
        """Return the paper a record is about, or None; papers that it shows to be one are merged first."""
        keys = [] if record is None else [record.paper_key]
        for id_ in sighting.ids:
            for key in self._ids.papers_of(id_):
                if key not in keys and self._may_join(sighting, id_, key):
                    keys.append(key)
        if not keys:
            return self._by_short_title(sighting)
        kept = keys[0]
        for other in keys[1:]:
            if self._may_be_one(kept, other):
                kept = self._merge(kept, other)
        return kept

    def _may_be_one(self, one: int, other: int) -> bool:
        if frozenset((one, other)) in self._parted:
            return False
        return not contradict(self._working[one].ids, self._working[other].ids)

    def _may_join(self, sighting: Sighting, id_: str, key: int) -> bool:
        if scheme_of(id_) in TEXT_SCHEMES and not self._agree(sighting, key):
            return False
        return not contradict(sighting.ids, self._working[key].ids)

    def _agree(self, sighting: Sighting, key: int) -> bool:
        return same_first_author(sighting.paper.authors, self._working[key].row.paper.authors)

    def _by_short_title(self, sighting: Sighting) -> int | None:
        """A title-only record joins the one paper of its source with the same short title; a full record
        completes the one that has nothing but that title."""
        if not sighting.short_key:
            return None
        keys = [
            key
            for key in self._shorts.get(sighting.short_key, ())
            if not sighting.paper.abstract.strip() or not self._working[key].row.paper.abstract
        ]
        if len(keys) != 1 or not self._may_join(sighting, sighting.ids[-1], keys[0]):
            return None
        return keys[0]

    # ---------------------------------------------------------------- a paper that history lacks

    def _add(self, sighting: Sighting) -> None:
        key = self._numbers.next_paper()
        paper, ids = sighting.paper, [id_ for id_ in sighting.ids if id_ not in self._ids]
        partial = not sighting.rank[0]
        if paper.id != ids[0] or paper.partial != partial:
            paper = replace(paper, id=ids[0], partial=partial)
        record = self._new_record(sighting, key, shown=True)
        baseline = baseline_of(paper, self._is_news)
        row = PaperRow(key, paper, record.id, sighting.rank, 0, baseline, self._now)
        self._working[key] = working = Working(row, set(), unsaved=True)
        self._met.add(key)
        self._born.add(key)
        self._own(working, ids)
        if sighting.short_key:
            self._shorts.setdefault(sighting.short_key, []).append(key)
        if baseline is Baseline.NO:
            self._log(working, _NEWS)
        self.counts.new += 1

    def _own(self, working: Working, ids: Iterable[str]) -> None:
        """Give the paper those ids that are nobody's yet, as long as it has not too many."""
        key = working.row.key
        for id_ in ids:
            if id_ not in self._ids and len(working.ids) < _MOST_IDS:
                self._ids.give(id_, key)
                self._pending.ids.append((id_, key))
                working.ids.add(id_)

    def _new_record(self, sighting: Sighting, key: int, *, shown: bool) -> KnownRecord:
        id_ = self._numbers.next_record()
        record = KnownRecord(id_, sighting.own_id, key, sighting.raw_hash)
        self._records[sighting.own_id] = record
        self._said[id_] = sighting.paper
        self._pending.new_records[id_] = _record_row(record, sighting, shown=shown)
        self.records_added += 1
        return record

    # ---------------------------------------------------------------- a paper that history has

    def _compare(self, sighting: Sighting, record: KnownRecord | None, working: Working) -> None:
        again, told = working.row.key in self._met, sighting.paper
        if are_of_another_count(sighting.ids, working.ids):
            sighting = sighting.uncounted()
        elif are_of_another_count(working.ids, sighting.ids):
            working.row = working.row.uncounted()
        seen = self._what_is_seen(record, working, again=again)
        decision = decide(sighting.paper, sighting.ids, seen)
        if again and record is not None and not decision.supplies:
            decision = replace(decision, keeps=False)  # within one document the first word counts
        self._met.add(working.row.key)
        logged = self._log_news(working, decision, told)
        self._keep(sighting, record, working, decision)
        self._count(record, logged)

    def _what_is_seen(self, record: KnownRecord | None, working: Working, *, again: bool) -> Seen:
        row = working.row
        mine = record is not None and row.shown_record == record.id
        return Seen(
            row.paper,
            working.ids,
            row.rank,
            last=None if record is None else self._said.get(record.id),
            supplies=mine and not again,
            older=record is not None
            and row.shown_record is not None
            and record.id < row.shown_record,
            baseline=row.baseline is not Baseline.NO,
        )

    def _log_news(self, working: Working, decision: Decision, paper: Paper) -> set[ChangeKind]:
        """Write news to the log, each kind once a document; a paper born in it is news as a whole. A second version in
        one document makes one revision of both."""
        born = working.row.key in self._born
        if self._turns_out_new(working, paper, born=born):
            self._log(working, _NEWS)
            return set() if born else {ChangeKind.NEW}
        if born:
            return set()
        told = self._told.setdefault(working.row.key, set())
        fresh = [news for news in decision.news if news.kind not in told]
        for news in decision.news:
            if news.kind in told and news.kind is ChangeKind.REVISED:
                self._add_to_revision(working.row.key, news, decision.shown)
        told.update(news.kind for news in fresh)
        for news in fresh:
            self._log(working, news)
        return {news.kind for news in fresh}

    def _turns_out_new(self, working: Working, paper: Paper, *, born: bool) -> bool:
        row = working.row
        if row.baseline is Baseline.NO:
            return False
        known_for = self._now - row.first_seen_at
        after = baseline_after(row.baseline, paper, self._is_news, known_for=known_for, born=born)
        working.row = row._replace(baseline=after)
        return after is Baseline.NO

    def _add_to_revision(self, key: int, news: News, shown: Paper) -> None:
        lines = self._pending.changes
        for place in reversed(range(len(lines))):
            line = lines[place]
            if line.paper_key == key and line.news.kind is ChangeKind.REVISED:
                both = net((line.news.summary, news.summary), shown)
                lines[place] = line._replace(news=replace(line.news, summary=both))
                return

    def _log(self, working: Working, news: News) -> None:
        revision = 0
        if news.kind is ChangeKind.REVISED:
            revision = working.row.revisions + 1
            working.row = working.row._replace(revisions=revision)
        elif news.kind is ChangeKind.CROSS_LISTED:  # seldom: not worth a count beside every paper
            revision = 1 + how_often(self._store, working.row.key, news.kind)
        line = ChangeRow(self._numbers.next_change(), working.row.key, news, revision)
        self._pending.changes.append(line)

    def _keep(
        self, sighting: Sighting, record: KnownRecord | None, working: Working, decision: Decision
    ) -> None:
        key = working.row.key
        if record is None:
            record = self._new_record(sighting, key, shown=decision.supplies)
        elif decision.keeps:
            record = record._replace(raw_hash=sighting.raw_hash, paper_key=key)
            self._change_record(record, sighting, shown=decision.supplies)
        self._own(working, sighting.ids)
        paper = decision.shown
        best = newest_first(preferred_first((paper.id, *sorted(working.ids))))
        row = working.row._replace(
            paper=replace(paper, id=best[0]) if paper.id != best[0] else paper
        )
        if decision.supplies and decision.keeps:
            if row.shown_record not in (None, record.id):
                self._pending.shown_no_more[row.shown_record or 0] = working.row.paper
            row = row._replace(shown_record=record.id, rank=sighting.rank)
        working.row = row
        working.dirty = True

    def _change_record(self, record: KnownRecord, sighting: Sighting, *, shown: bool) -> None:
        self._records[record.own_id] = record
        self._said[record.id] = sighting.paper
        self._pending.keep(_record_row(record, sighting, shown=shown))

    def _count(self, record: KnownRecord | None, logged: set[ChangeKind]) -> None:
        if ChangeKind.REVISED in logged or (logged and record is not None):
            self.counts.revised += 1
        elif record is None:
            self.counts.merged += 1
        else:
            self.counts.unchanged += 1

    # ---------------------------------------------------------------- two papers that are one

    def _merge(self, one: int, other: int) -> int:
        """Merge on disk, where the ledger is, and carry on with what came of it."""
        self._write()
        kept, gone = min(one, other), max(one, other)
        merge(self._store, kept, gone, self._now)
        self._parted = parted(self._store)
        del self._working[kept], self._working[gone]
        self._ids.move(gone, kept)
        for own_id, record in self._records.items():
            if record.paper_key == gone:
                self._records[own_id] = record._replace(paper_key=kept)
        for keys in self._shorts.values():
            keys[:] = dict.fromkeys(kept if key == gone else key for key in keys)
        self._load([kept])
        self._told.setdefault(kept, set()).update(self._told.pop(gone, ()))
        if gone in self._met:
            self._met.add(kept)
        if gone not in self._born:
            self._born.discard(kept)
        return kept

    # ---------------------------------------------------------------- writing

    def _write(self) -> None:
        self._pending.write(self._store, self._source, tuple(self._working.values()), self._now)
        self._pending = Pending()


def _record_row(record: KnownRecord, sighting: Sighting, *, shown: bool) -> RecordRow:
    return RecordRow(record, sighting.paper, sighting.rank, shown, sighting.short_key or None)
