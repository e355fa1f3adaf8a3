"""What goes with age: bytes that were sent, digests that nothing asks about any more, and receipts.

A paper never comes back by it. Which papers a reader had stands in `outcomes`, and these rows stay for ever; how
far a lane is stands in `lanes`. Each question here reads a bounded number of rows, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.ledger import ENDED
from paperdigest.store import facts
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.moves import names

#: How many of a lane's last digests with papers stay whatever their age: by them the brake knows what is usual.
LAST = 8
_PLACE = "pruned digests"


@dataclass(frozen=True, slots=True)
class Place:
    """How far the walk over the digests is: the last one looked at. `rests_until`: before, none begins anew."""

    digest_id: int = 0
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some digests in order of their ids: the last one, those that may go, and whether any is old enough."""

    last_id: int
    may_go: tuple[int, ...]
    any_old: bool


def forget_payloads(store: Store, before: datetime, most: int) -> int:
    """Drop the bytes of up to `most` rows that ended before then; the rows stay. Return how many.

    Rows that failed keep theirs: a person may have them sent again. Must run inside a transaction.
    """
    return store.write(
        "UPDATE deliveries SET payload = NULL WHERE id IN (SELECT id FROM deliveries"
        # Word for word what the index deliveries_payloads holds.
        " WHERE state IN ('sent', 'dropped') AND payload IS NOT NULL AND coalesce(sent_at, created_at) < ?"
        " ORDER BY coalesce(sent_at, created_at) LIMIT ?)",
        [to_instant(before), most],
    )


#: A digest that may go. It is old, and so is all that ever happened to its rows; these have ended; no run that
#: waits for a decision holds it; and the brake does not need it. A notice that is about no papers stays: its slot is
#: made of its words, and the same words go out once.
_MAY_GO = f"""
    g.composed_at < :before AND (g.kind != 'notice' OR g.papers > 0)
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.digest_id = g.id AND (d.state NOT IN {names(ENDED)}
        OR max(d.created_at, coalesce(d.claimed_at, 0), coalesce(d.sent_at, 0)) >= :before))
    AND NOT EXISTS (SELECT 1 FROM run_digests h JOIN runs r ON r.id = h.run
        WHERE h.digest_id = g.id AND r.state = 'held')
    AND (g.papers = 0 OR g.kind = 'notice' OR :last <= (SELECT count(*) FROM (SELECT 1 FROM digests n
        WHERE n.subscriber_id = g.subscriber_id AND n.lane_id = g.lane_id AND n.papers > 0 AND n.kind != 'notice'
        AND n.composed_at >= g.composed_at AND (n.composed_at > g.composed_at OR n.id > g.id)
        AND NOT EXISTS (SELECT 1 FROM run_digests h JOIN runs r ON r.id = h.run
            WHERE h.digest_id = n.id AND r.state != 'released')
        LIMIT :last)))
"""  # noqa: S608 - our own words


def look(store: Store, after: int, before: datetime, most: int) -> Stretch:
    """Look at the next `most` digests past an id. Changes nothing."""
    at = to_instant(before)
    rows = store.rows(
        "SELECT id, composed_at FROM digests WHERE id > ? ORDER BY id LIMIT ?", [after, most]
    )
    old = [id_ for id_, composed_at in rows if composed_at < at]
    return Stretch(rows[-1][0] if rows else after, tuple(_may_go(store, old, at)), bool(old))


def prune(store: Store, ids: Sequence[int], before: datetime) -> int:
    """Delete those of these digests that may still go, with their deliveries. Return how many.

    Their outcomes stay, and belong to no digest any more. Must run inside a transaction.
    """
    gone = [(id_,) for id_ in _may_go(store, ids, to_instant(before))]
    store.write_many("UPDATE outcomes SET digest_id = NULL WHERE digest_id = ?", gone)
    store.write_many("DELETE FROM deliveries WHERE digest_id = ?", gone)
    store.write_many("DELETE FROM digests WHERE id = ?", gone)
    return len(gone)


def forget_ways(store: Store, before: datetime) -> int:
    """Forget the pace of targets that nothing went to since then, which nobody else may remember the address of.
    Return how many. Must run inside a transaction."""
    return store.write(
        "DELETE FROM ways WHERE instr(way, ':') > 0 AND trouble = '' AND open_at < ?",
        [to_instant(before)],
    )


def forget_receipts(store: Store, before: datetime, most: int) -> int:
    """Drop up to `most` of the receipts of documents that were looked at before then, but for the last one of each
    source. Return how many. Bytes that come again after so long are read again, and their papers are known. Must
    run inside a transaction."""
    return store.write(
        "DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE at < ?"
        " AND id NOT IN (SELECT max(id) FROM receipts GROUP BY source) ORDER BY at, id LIMIT ?)",
        [to_instant(before), most],
    )


def place(store: Store) -> Place:
    """Return how far the walk is."""
    told = facts.fact(store, _PLACE)
    if told is None:
        return Place()
    digest_id, rests_until = map(int, told.split())
    return Place(digest_id, from_instant(rests_until) if rests_until else None)


def keep_place(store: Store, where: Place) -> None:
    """Remember how far the walk is. Must run inside a transaction."""
    until = 0 if where.rests_until is None else to_instant(where.rests_until)
    facts.remember(store, _PLACE, f"{where.digest_id} {until}")


def _may_go(store: Store, ids: Sequence[int], before: int) -> list[int]:
    if not ids:
        return []
    marks = ",".join(str(int(id_)) for id_ in ids)
    rows = store.rows(
        f"SELECT g.id FROM digests g WHERE g.id IN ({marks}) AND {_MAY_GO} ORDER BY g.id",  # noqa: S608 - numbers
        {"before": before, "last": LAST},
    )
    return [id_ for (id_,) in rows]
