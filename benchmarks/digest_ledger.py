"""Finished digests into the ledger: by the transaction of composing, and by a peer that commits each by itself."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path

from digest_values import MORNING, NOW, SLOT, find, recipient
from generate import papers

from paperdigest.core.arrange import TopicFinds
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Part
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import LANES_PER_TRANSACTION, _write
from paperdigest.flow.drafting import Draft, Letter
from paperdigest.flow.due import Work
from paperdigest.flow.finds import LaneFinds
from paperdigest.store import subscribers
from paperdigest.store.connection import Store, open_store
from paperdigest.store.instants import to_instant

_AT = to_instant(NOW)
#: What both must have written in the end, without what only says which row it is.
_ROWS = {
    "digests": "slot, kind, title, papers, until_change, composed_at",
    "outcomes": "subscriber_id, paper_key, reason, outcome, topic, change",
    "deliveries": "key, slot, target, part, state, length(payload)",
}


def _filled(path: Path, readers: int) -> Store:
    """Return a new ledger with these readers' lanes and the papers of the morning."""
    store = open_store(path, write=True)
    with store.transaction():
        for number in range(readers):
            reader = Subscriber(f"reader{number:05}", deliver=(recipient(number),))
            id_ = subscribers.register(store, reader, change=0, now=NOW)
            subscribers.open_lane(store, id_, subscribers.MAIN, bookmark=0, now=NOW)
        store.write_many(
            "INSERT INTO papers (key, id, title, first_seen_at) VALUES (?, ?, ?, ?)",
            [(key + 1, one.id, one.title, _AT) for key, one in enumerate(papers(MORNING))],
        )
    return store


class Ledger:
    """Our way: up to a hundred digests share a transaction."""

    def __init__(self, folder: Path, readers: int) -> None:
        self._store = _filled(folder / "ours" / "paperdigest.db", readers)
        self._lanes = {lane.id: lane for lane in subscribers.lanes(self._store).values()}

    def drafts(self, digests: Sequence[Digest], parts: Sequence[Part], first: int) -> list[Draft]:
        """Return what composing has in hand before it writes."""
        return [
            self._draft(digest, part, number)
            for number, (digest, part) in enumerate(zip(digests, parts, strict=True), first)
        ]

    def write(self, drafts: Sequence[Draft]) -> None:
        """Write them, as `compose` does."""
        for start in range(0, len(drafts), LANES_PER_TRANSACTION):
            with self._store.transaction():
                for draft in drafts[start : start + LANES_PER_TRANSACTION]:
                    assert _write(self._store, draft, NOW)

    def rows(self) -> list[list[tuple[object, ...]]]:
        """Return what was written."""
        return [
            self._store.rows(f"SELECT {columns} FROM {table} ORDER BY {columns}")
            for table, columns in _ROWS.items()
        ]

    def close(self) -> None:
        self._store.close()

    def _draft(self, digest: Digest, part: Part, number: int) -> Draft:
        target = recipient(number)
        reader = Subscriber(digest.subscriber, deliver=(target,))
        work = Work(reader, self._lanes[number + 1], (), {}, SLOT, (SLOT,), (target,))
        finds = tuple(find(entry.paper_key) for entry in digest.entries)
        topics = (TopicFinds(digest.sections[0].name, finds),)
        letter = Letter(digest, SLOT.name, ((target, part),))
        return Draft(work, MORNING, LaneFinds(topics), letter)


class PeerLedger:
    """The same rows by the same tables and settings, straight to SQLite, a commit for each digest."""

    def __init__(self, folder: Path, readers: int) -> None:
        path = folder / "peer" / "paperdigest.db"
        _filled(path, readers).close()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA cache_size = -65536")

    def write(self, drafts: Sequence[Draft]) -> None:
        """Write them one by one."""
        for draft in drafts:
            self._db.execute("BEGIN IMMEDIATE")
            self._write(draft)
            self._db.execute("COMMIT")

    def rows(self) -> list[list[tuple[object, ...]]]:
        """Return what was written."""
        return [
            self._db.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()
            for table, columns in _ROWS.items()
        ]

    def close(self) -> None:
        self._db.close()

    def _write(self, draft: Draft) -> None:
        letter, lane = draft.digest, draft.work.lane
        assert letter is not None
        digest = letter.digest
        owner = (lane.subscriber_id, lane.id)
        self._db.execute(
            "UPDATE lanes SET bookmark = ?, last_slot = ?, last_slot_at = ?, last_digest_at = ?,"
            " digests = digests + 1 WHERE id = ?",
            (MORNING, SLOT.name, _AT, _AT, lane.id),
        )
        made = self._db.execute(
            "INSERT INTO digests (subscriber_id, lane_id, slot, kind, title, papers, from_change,"
            " until_change, covers_from_at, covers_until_at, composed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (*owner, SLOT.name, digest.kind, digest.title, digest.papers, MORNING, _AT, _AT, _AT),
        ).lastrowid
        self._db.executemany(
            "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, digest_id,"
            " change, at) VALUES (?, ?, 'new', 'sent', ?, ?, ?, ?, ?)",
            [
                (
                    owner[0],
                    one.paper_key,
                    digest.sections[0].name,
                    lane.id,
                    made,
                    one.paper_key,
                    _AT,
                )
                for one in digest.entries
            ],
        )
        for target, part in letter.parts:
            packed = zlib.compress(part.payload, 1)
            self._db.execute(
                "INSERT INTO deliveries (key, digest_id, subscriber_id, lane_id, slot, target, part,"
                " state, not_before_at, payload, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
                (part.key, made, *owner, SLOT.name, target, part.number, _AT, packed, _AT),
            )
