"""What one transaction of ingest will write: papers in hand, records, ids, changes. Gives out their numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from paperdigest.core.paper import Paper
from paperdigest.store import changes, papers, records
from paperdigest.store.changes import ChangeRow
from paperdigest.store.connection import Store
from paperdigest.store.papers import PaperRow
from paperdigest.store.records import RecordRow


@dataclass(slots=True)
class Working:
    """A paper in hand: as history will show it, all its ids, and whether that is to be written."""

    row: PaperRow
    ids: set[str]
    unsaved: bool = False
    dirty: bool = False


@dataclass(slots=True)
class Numbers:
    """The next keys of the tables: under the write lock nobody else gives any out."""

    paper: int
    record: int
    change: int

    @classmethod
    def of(cls, store: Store) -> Numbers:
        """Read where the tables stand."""
        return cls(
            *(papers.next_number(store, table) for table in ("papers", "records", "changes"))
        )

    def next_paper(self) -> int:
        """Return a key for a new paper."""
        self.paper += 1
        return self.paper - 1

    def next_record(self) -> int:
        """Return an id for a new record."""
        self.record += 1
        return self.record - 1

    def next_change(self) -> int:
        """Return the number of a new change."""
        self.change += 1
        return self.change - 1


@dataclass(slots=True)
class Pending:
    """Rows that wait to be written. `shown_no_more`: records whose text their paper shows no longer;
    `standing`: votes and places of papers that are otherwise unchanged."""

    ids: list[tuple[str, int]] = field(default_factory=list)
    new_records: dict[int, RecordRow] = field(default_factory=dict)
    changed_records: dict[int, RecordRow] = field(default_factory=dict)
    shown_no_more: dict[int, Paper] = field(default_factory=dict)
    changes: list[ChangeRow] = field(default_factory=list)
    standing: list[tuple[int, Paper]] = field(default_factory=list)

    def keep(self, record: RecordRow) -> None:
        """Note what a record says now, whether it is new itself or known."""
        id_ = record.known.id
        (self.new_records if id_ in self.new_records else self.changed_records)[id_] = record
        if not record.shown:
            self.shown_no_more.pop(id_, None)  # it holds its own text again

    def write(self, store: Store, source: str, in_hand: Collection[Working], now: datetime) -> None:
        """Write everything, papers first: the rest refers to them."""
        shown = {working.row.shown_record for working in in_hand}
        unsaved = [working for working in in_hand if working.unsaved]
        dirty = [working for working in in_hand if working.dirty and not working.unsaved]
        papers.insert_papers(store, (working.row for working in unsaved))
        papers.update_papers(store, (working.row for working in dirty))
        records.insert_records(store, source, self.new_records.values(), now)
        records.update_records(store, self.changed_records.values(), now)
        # Last: a record may have been shown and shown no more within one slice.
        records.keep_texts(
            store, (text for text in self.shown_no_more.items() if text[0] not in shown)
        )
        papers.insert_ids(store, self.ids)
        changes.insert_changes(store, source, self.changes, now)
        papers.update_standing(store, self.standing)
        for working in (*unsaved, *dirty):
            working.unsaved = working.dirty = False
