"""Two rows that are one person become one: the ledger of an old name goes over to the new one.

Needed where the new name was known to the store before anybody said that it is only a new name.
"""

from __future__ import annotations

from paperdigest.store import facts, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant
from paperdigest.store.subscribers import Lane, Registered
from paperdigest.store.suppressions import BY_READER

#: How the fact is called that says under which number a joined one goes on; the number stands behind.
_GOES_ON = "joined "
_LANE_LEFT = "formerly "


def join(store: Store, *, kept: int, gone: int) -> None:
    """Give everything known of the subscriber `gone` to `kept`; its row stays as a stub without a word of it.

    What either was sent counts as sent. A lane that both have goes on from where the one stood that was further
    back: what is known to be sent is not sent again for that. Looks at no row of anybody else, as the write lock is
    held meanwhile. Must run inside a transaction.
    """
    of = {"kept": kept, "gone": gone}
    _note_heir(store, kept=kept, gone=gone)
    lanes = subscribers.lanes(store, [kept, gone])
    store.write(_SAME_OUTCOMES, of)
    for (owner, name), old in lanes.items():
        new = lanes.get((kept, name))
        if owner == gone and new is not None:
            _join_lanes(store, old, new)
    store.write(_DELIVERIES, of)  # while the digests still say whose they are
    for table in ("lanes", "outcomes", "digests"):
        store.write(f"UPDATE {table} SET subscriber_id = :kept WHERE subscriber_id = :gone", of)  # noqa: S608 - our own words
    store.write(_STOPPED, of)
    store.write(_READERS_WORD, {**of, **dict(zip(("click", "page"), BY_READER, strict=True))})
    store.write(
        "UPDATE OR IGNORE suppressions SET subscriber_id = :kept WHERE subscriber_id = :gone", of
    )
    store.write("DELETE FROM suppressions WHERE subscriber_id = :gone", {"gone": gone})
    store.write(_SINCE, of)
    subscribers.leave_stub(store, gone)


def goes_on_as(store: Store, id_: int) -> tuple[Registered, ...]:
    """Return the subscriber of a number as known now or, where it was joined to another one, that one; none where
    nobody has it. Several only in what an earlier version joined, which did not note whose a number is now: all who
    took somebody over that was registered at the same instant.
    """
    row = subscribers.numbered(store, id_)
    if row is None or not row.joined:
        return () if row is None else (row,)
    noted = facts.fact(store, f"{_GOES_ON}{id_}")
    ids = _left_a_lane_to(store, row) if noted is None else [int(noted)]
    found = (subscribers.numbered(store, each) for each in ids)
    return tuple(each for each in found if each is not None)


def _note_heir(store: Store, *, kept: int, gone: int) -> None:
    """Remember whose a number is now, also that of whoever was joined to `gone` before."""
    of = {"kept": str(kept), "gone": str(gone), "from": _GOES_ON, "until": _GOES_ON[:-1] + "!"}
    store.write(
        "UPDATE facts SET value = :kept WHERE name >= :from AND name < :until AND value = :gone", of
    )
    facts.remember(store, f"{_GOES_ON}{gone}", str(kept))


def _left_a_lane_to(store: Store, gone: Registered) -> list[int]:
    """Return who has a lane of somebody that was registered when `gone` was: lanes are as old as their first owner."""
    rows = store.rows(
        "SELECT DISTINCT subscriber_id FROM lanes"
        " WHERE created_at = ? AND substr(name, 1, ?) = ? ORDER BY subscriber_id",
        [to_instant(gone.registered_at), len(_LANE_LEFT), _LANE_LEFT],
    )
    return [id_ for (id_,) in rows]


def _join_lanes(store: Store, old: Lane, new: Lane) -> None:
    """Let the new lane go on for both. The old one stays for the digests that are its own, under a name that is
    no schedule, so that nothing is composed there."""
    pair = {"old": old.id, "new": new.id, "gone": old.subscriber_id}
    store.write(
        "UPDATE outcomes SET lane_id = :new WHERE subscriber_id = :gone AND lane_id = :old", pair
    )
    if not new.digests:
        # It goes on with what the old one asked for last, so that an edit in between is an edit.
        asked = subscribers.topics_seen(store, [old.id]).get(old.id, {})
        subscribers.keep_topics(store, new.id, asked)
    subscribers.keep_topics(store, old.id, {})
    last = max(old, new, key=lambda lane: to_instant(lane.last_slot_at) if lane.last_slot_at else 0)
    composed = [lane.last_digest_at for lane in (old, new) if lane.last_digest_at]
    store.write(
        "UPDATE lanes SET bookmark = ?, last_slot = ?, last_slot_at = ?, last_digest_at = ?, digests = ?,"
        " created_at = ? WHERE id = ?",
        [
            min(old.bookmark, new.bookmark),
            last.last_slot,
            to_instant(last.last_slot_at) if last.last_slot_at else None,
            to_instant(max(composed)) if composed else None,
            old.digests + new.digests,
            to_instant(min(old.created_at, new.created_at)),
            new.id,
        ],
    )
    store.write("UPDATE lanes SET name = ? || id WHERE id = ?", [_LANE_LEFT, old.id])


# One outcome a paper and reason, as where two papers are merged: what was sent comes first, then the earliest.
_SAME_OUTCOMES = """
DELETE FROM outcomes WHERE (subscriber_id, paper_key, reason) IN (
    SELECT subscriber_id, paper_key, reason FROM (
        SELECT subscriber_id, paper_key, reason, row_number() OVER (
            PARTITION BY paper_key, reason
            ORDER BY outcome NOT IN ('sent', 'listed'), at, change) AS place
        FROM outcomes WHERE subscriber_id IN (:kept, :gone))
    WHERE place > 1)
"""

# No index finds the deliveries of a subscriber among millions, and one finds those of a digest.
_DELIVERIES = """
UPDATE deliveries SET subscriber_id = :kept
WHERE digest_id IN (SELECT id FROM digests WHERE subscriber_id = :gone)
"""

# What was stopped stays stopped, under whichever name that was said.
_STOPPED = """
DELETE FROM suppressions WHERE subscriber_id = :kept AND kind = 'paused' AND target IN (
    SELECT target FROM suppressions WHERE subscriber_id = :gone AND kind = 'stopped')
"""

# And what the reader stopped stays the reader's word, which is above a command's.
_READERS_WORD = """
DELETE FROM suppressions WHERE subscriber_id = :kept AND reason NOT IN (:click, :page) AND target IN (
    SELECT target FROM suppressions WHERE subscriber_id = :gone AND reason IN (:click, :page))
"""

_SINCE = """
UPDATE subscribers SET
    registered_at = min(registered_at, (SELECT registered_at FROM subscribers WHERE id = :gone)),
    registered_change = min(registered_change, (SELECT registered_change FROM subscribers WHERE id = :gone))
WHERE id = :kept
"""
