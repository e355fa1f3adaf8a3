"""Composed digests and the one recorded outcome of every match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.ledger import UNSENT
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.moves import names
from paperdigest.store.papers import in_chunks
from paperdigest.store.runs import unless_held

#: Outcomes that wait for the lane's next digest.
WAITING = ("over limit", "undeliverable")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one (subscriber, paper, reason). `change` is the change that brought it."""

    subscriber_id: int
    paper_key: int
    reason: str
    outcome: str
    topic: str
    lane_id: int
    digest_id: int | None
    change: int
    at: datetime
    part: int = 0  # in which part of the digest it stands, where a channel needs several


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One composed digest, without its content."""

    id: int
    subscriber_id: int
    lane_id: int
    slot: str
    kind: str
    title: str
    papers: int
    from_change: int
    until_change: int
    covers_from: datetime
    covers_until: datetime
    composed_at: datetime


def insert_digest(store: Store, row: DigestRow) -> int:
    """Write a digest and return its id (`row.id` is ignored). A twin slot is refused by the key."""
    made = store.rows(
        "INSERT INTO digests (subscriber_id, lane_id, slot, kind, title, papers, from_change, until_change,"
        " covers_from_at, covers_until_at, composed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        [
            row.subscriber_id,
            row.lane_id,
            row.slot,
            row.kind,
            row.title,
            row.papers,
            row.from_change,
            row.until_change,
            to_instant(row.covers_from),
            to_instant(row.covers_until),
            to_instant(row.composed_at),
        ],
    )
    return int(made[0][0])


_DIGEST = (
    "SELECT id, subscriber_id, lane_id, slot, kind, title, papers, from_change, until_change,"
    " covers_from_at, covers_until_at, composed_at FROM digests"
)


def digests_of(store: Store, subscriber_id: int, *, limit: int = 20) -> list[DigestRow]:
    """Return a subscriber's newest digests, newest first."""
    rows = store.rows(
        _DIGEST + " WHERE subscriber_id = ? ORDER BY composed_at DESC, id DESC LIMIT ?",
        [subscriber_id, limit],
    )
    return [_digest(row) for row in rows]


def read_until(store: Store, ids: Iterable[int]) -> dict[int, int]:
    """Return up to which change each of these digests had read; of those that are gone nothing."""
    return dict(in_chunks(store, "SELECT id, until_change FROM digests WHERE id IN ({})", ids))


def has_slot(store: Store, lane_id: int, slot: str) -> bool:
    """Say whether a lane has a digest of that slot."""
    return (
        store.row("SELECT 1 FROM digests WHERE lane_id = ? AND slot = ?", [lane_id, slot])
        is not None
    )


def last_notice(store: Store, lane_id: int) -> datetime | None:
    """Return when the last notice of updates of a lane was composed; None if there is none."""
    row = store.row(
        "SELECT max(composed_at) FROM digests WHERE lane_id = ? AND kind = 'notice'", [lane_id]
    )
    return None if row is None or row[0] is None else from_instant(row[0])


def record_outcomes(store: Store, outcomes: Iterable[Outcome]) -> None:
    """Write outcomes. A waiting one of the same (subscriber, paper, reason) is replaced, any other stays."""
    store.write_many(
        "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, digest_id, change,"
        " at, part) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (subscriber_id, paper_key, reason) DO UPDATE SET outcome = excluded.outcome,"
        " topic = excluded.topic, lane_id = excluded.lane_id, digest_id = excluded.digest_id,"
        " part = excluded.part,"
        # The time of the first 'over limit' stays: it waits 14 days from then, not for ever.
        " at = CASE WHEN excluded.outcome = 'over limit' THEN outcomes.at ELSE excluded.at END"
        " WHERE outcomes.outcome IN ('over limit', 'undeliverable')",
        [
            (
                row.subscriber_id,
                row.paper_key,
                row.reason,
                row.outcome,
                row.topic,
                row.lane_id,
                row.digest_id,
                row.change,
                to_instant(row.at),
                row.part,
            )
            for row in outcomes
        ],
    )


_OUTCOME = "SELECT subscriber_id, paper_key, reason, outcome, topic, lane_id, digest_id, change, at FROM outcomes"


def outcomes_for(store: Store, subscriber_id: int, paper_keys: Sequence[int]) -> list[Outcome]:
    """Return what is recorded for a subscriber about these papers."""
    found: list[Outcome] = []
    for start in range(0, len(paper_keys), 500):
        keys = paper_keys[start : start + 500]
        marks = ",".join("?" * len(keys))
        rows = store.rows(
            f"{_OUTCOME} WHERE subscriber_id = ? AND paper_key IN ({marks})",
            [subscriber_id, *keys],
        )
        found.extend(_outcome(row) for row in rows)
    return found


def with_outcomes(store: Store) -> frozenset[int]:
    """Return the ids of the subscribers about whom anything is recorded."""
    rows = store.rows(
        "SELECT id FROM subscribers s WHERE EXISTS"
        " (SELECT 1 FROM outcomes o WHERE o.subscriber_id = s.id)"
    )
    return frozenset(id_ for (id_,) in rows)


def outcomes_of_digest(store: Store, digest_id: int) -> list[Outcome]:
    """Return what one digest settled."""
    return [_outcome(row) for row in store.rows(_OUTCOME + " WHERE digest_id = ?", [digest_id])]


def waiting(store: Store, lane_ids: Sequence[int], since: datetime) -> dict[int, list[Outcome]]:
    """Return what waits for each lane's next digest, by lane id: not older than `since`, and not of a run
    that is held, about which nothing is decided yet."""
    free = unless_held(store, "outcomes.digest_id")
    found: dict[int, list[Outcome]] = {}
    for start in range(0, len(lane_ids), 500):
        ids = lane_ids[start : start + 500]
        marks = ",".join("?" * len(ids))
        rows = store.rows(
            f"{_OUTCOME} WHERE lane_id IN ({marks}) AND outcome IN ('over limit', 'undeliverable')"
            f" AND at >= ?{free} ORDER BY lane_id, change",
            [*ids, to_instant(since)],
        )
        for row in map(_outcome, rows):
            found.setdefault(row.lane_id, []).append(row)
    return found


def lanes_waiting(store: Store, since: datetime) -> frozenset[int]:
    """Return the ids of the lanes for whose next digest anything waits: not older than `since`."""
    rows = store.rows(
        "SELECT DISTINCT lane_id FROM outcomes WHERE outcome IN ('over limit', 'undeliverable') AND at >= ?",
        [to_instant(since)],
    )
    return frozenset(id_ for (id_,) in rows)


#: Of the outcomes of one digest those that no target got, nor may still get: each target's row of the part
#: they stand in, or its only row, has ended unsent or has no room to name them.
_REACHED_NOBODY = f"""
    digest_id = :digest AND EXISTS (SELECT 1 FROM deliveries WHERE digest_id = :digest)
    AND NOT EXISTS (SELECT 1 FROM deliveries d
        WHERE d.digest_id = :digest AND d.state NOT IN {names(UNSENT)}
        AND NOT EXISTS (SELECT 1 FROM json_each(d.left_out) WHERE value = outcomes.paper_key)
        AND (d.part = outcomes.part OR (d.part = 0 AND NOT EXISTS (SELECT 1 FROM deliveries x
            WHERE x.digest_id = :digest AND x.target = d.target AND x.part = outcomes.part))))
"""  # noqa: S608 - our own words


def give_back(store: Store, digest_id: int) -> int:
    """Return those papers of a digest that reached nobody to the lane's next one. Returns how many."""
    return store.write(
        f"UPDATE outcomes SET outcome = 'undeliverable' WHERE {_REACHED_NOBODY}"  # noqa: S608 - our own words
        " AND outcome IN ('sent', 'listed')",
        {"digest": digest_id},
    )


def take_back(store: Store, digest_id: int, part: int) -> int:
    """Count the given-back papers of a part, of part 0 those of all parts, as sent again: it goes out after
    all. Returns how many papers it holds; none, and nothing is written: a later digest has some of them."""
    if store.row("SELECT 1 FROM digests WHERE id = ? AND overtaken = 1", [digest_id]):
        return 0
    of_part = {"digest": digest_id, "part": part}
    store.write(
        "UPDATE outcomes SET outcome = 'sent' WHERE digest_id = :digest AND outcome = 'undeliverable'"
        " AND :part IN (0, part)",
        of_part,
    )
    row = store.row(
        "SELECT count(*) FROM outcomes WHERE digest_id = :digest AND :part IN (0, part)", of_part
    )
    return 0 if row is None else int(row[0])


def overtake(store: Store, digest_ids: Iterable[int]) -> None:
    """Note of digests that papers they gave back go out with another one. Must run inside a transaction."""
    store.write_many(
        "UPDATE digests SET overtaken = 1 WHERE id = ?", [(id_,) for id_ in digest_ids]
    )


def drop(store: Store, digest_id: int, delivery_id: int, part: int) -> int:
    """Mark what reached nobody as dropped by the operator: of the papers of one part, of part 0 of all that
    this delivery names. Returns how many."""
    return store.write(
        f"UPDATE outcomes SET outcome = 'dropped' WHERE {_REACHED_NOBODY}"  # noqa: S608 - our own words
        " AND outcome IN ('sent', 'listed', 'undeliverable') AND :part IN (0, part)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries y, json_each(y.left_out)"
        "   WHERE y.id = :delivery AND value = outcomes.paper_key)",
        {"digest": digest_id, "delivery": delivery_id, "part": part},
    )


def part_of(store: Store, outcome: Outcome) -> int:
    """Return in which part of its digest a paper stands; 0 in a database of an older version."""
    if not store.has_column("outcomes", "part"):
        return 0
    row = store.row(
        "SELECT part FROM outcomes WHERE subscriber_id = ? AND paper_key = ? AND reason = ?",
        [outcome.subscriber_id, outcome.paper_key, outcome.reason],
    )
    return 0 if row is None else int(row[0])


def _digest(row: tuple[int, int, int, str, str, str, int, int, int, int, int, int]) -> DigestRow:
    return DigestRow(*row[:9], *(from_instant(at) for at in row[9:]))


def _outcome(row: tuple[int, int, str, str, str, int, int | None, int, int]) -> Outcome:
    return Outcome(*row[:8], from_instant(row[8]))
