"""Runs that the brake holds: what belongs to each, what was decided, and how much a lane usually gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from paperdigest.core.ledger import Event
from paperdigest.store import moves
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant
from paperdigest.store.papers import in_chunks

_OF_RUN = "attempts = 0 AND digest_id IN (SELECT digest_id FROM run_digests WHERE run = ?)"


@dataclass(frozen=True, slots=True)
class Run:
    """A round of composing that was held. `usual` is how many papers its readers get as a rule."""

    id: int
    state: str  # held, released, dropped
    papers: int
    readers: int
    usual: int
    at: datetime
    decided_at: datetime | None = None


def usual(
    store: Store, subscriber_id: int, lane_id: int, *, before: int, last: int
) -> float | None:
    """Return the median of papers in a lane's last digests that held any; None if there is none.

    `before` is the digest id from which on nothing counts: what is being weighed. What was held and
    not released never went out, so it is no measure; nor is a notice about papers sent before.
    """
    rows = store.rows(
        "SELECT papers FROM digests d WHERE subscriber_id = ? AND lane_id = ? AND id < ? AND papers > 0"
        " AND kind != 'notice'"
        " AND NOT EXISTS (SELECT 1 FROM run_digests h JOIN runs r ON r.id = h.run"
        "   WHERE h.digest_id = d.id AND r.state != 'released')"
        " ORDER BY composed_at DESC, id DESC LIMIT ?",
        [subscriber_id, lane_id, before, last],
    )
    return float(median(papers for (papers,) in rows)) if rows else None


def has_past(store: Store, *, before: int) -> bool:
    """Say whether any digest with papers was composed before that one."""
    return (
        store.row("SELECT 1 FROM digests WHERE papers > 0 AND id < ? LIMIT 1", [before]) is not None
    )


def open_run(store: Store, now: datetime) -> int:
    """Begin a held run and return its number. Must run inside a transaction."""
    made = store.rows(
        "INSERT INTO runs (state, papers, readers, usual, at) VALUES ('held', 0, 0, 0, ?) RETURNING id",
        [to_instant(now)],
    )
    return int(made[0][0])


def hold(
    store: Store, id_: int, digest_ids: Sequence[int], reason: str, *, papers: int, usual: int
) -> None:
    """Add digests to a run: their rows are held, for that reason. Must run inside a transaction."""
    store.write_many(
        "INSERT INTO run_digests (digest_id, run) VALUES (?, ?)",
        [(digest_id, id_) for digest_id in digest_ids],
    )
    store.write_many(
        moves.statement(Event.BRAKED, "digest_id = ?", "error = ?"),
        [(reason, digest_id) for digest_id in digest_ids],
    )
    store.write(
        "UPDATE runs SET papers = papers + ?, usual = usual + ?, readers = (SELECT"
        " count(DISTINCT d.subscriber_id) FROM run_digests h JOIN digests d ON d.id = h.digest_id"
        " WHERE h.run = runs.id) WHERE id = ?",
        [papers, usual, id_],
    )


def run(store: Store, id_: int) -> Run | None:
    """Return one run."""
    return next(iter(_runs(store, "WHERE id = ?", id_)), None)


def held(store: Store) -> tuple[Run, ...]:
    """Return the runs that wait for the operator, oldest first. A database of an older version has none."""
    return _runs(store, "WHERE state = 'held'") if store.has_column("runs", "id") else ()


def unless_held(store: Store, digest: str) -> str:
    """Return the condition that the brake does not hold the digest that `digest` names in SQL, to be put behind others;
    "" in a database of an older version, which has no runs."""
    if not store.has_column("run_digests", "run"):
        return ""
    return (
        " AND NOT EXISTS (SELECT 1 FROM run_digests h JOIN runs r ON r.id = h.run"  # noqa: S608 - our own words
        f" WHERE h.digest_id = {digest} AND r.state = 'held')"
    )


def held_back(store: Store, digest_ids: Iterable[int]) -> frozenset[int]:
    """Return those of these digests that nobody has got because the brake holds their run. What a person sent by hand
    out of a held run is out."""
    ids = list(digest_ids)
    if not ids or not store.has_column("run_digests", "run"):
        return frozenset()
    rows = in_chunks(
        store,
        "SELECT h.digest_id FROM run_digests h JOIN runs r ON r.id = h.run WHERE h.digest_id IN ({})"
        " AND r.state = 'held' AND NOT EXISTS (SELECT 1 FROM deliveries d"
        "   WHERE d.digest_id = h.digest_id AND d.state = 'sent')",
        ids,
    )
    return frozenset(digest_id for (digest_id,) in rows)


def release(store: Store, id_: int, now: datetime) -> int:
    """Let a run's rows go out, as they are; the days of trying begin now, and the days of waiting of what waits for
    the digests after them. Return how many rows.

    Rows held by the brake were never tried: one that a person sent by hand has a fate of its own.
    """
    at = to_instant(now)
    _decide(store, id_, "released", at)
    store.write(
        "UPDATE outcomes SET at = ? WHERE outcome IN ('over limit', 'undeliverable')"
        " AND digest_id IN (SELECT digest_id FROM run_digests WHERE run = ?)",
        [at, id_],
    )
    sets = ("error = ''", "not_before_at = ?", "created_at = ?")
    return store.write(moves.statement(Event.RELEASED, _OF_RUN, *sets), [at, at, id_])


def drop(store: Store, id_: int, reason: str, now: datetime) -> int:
    """Give a run's rows up, and its papers for good where nobody got them. Return how many rows."""
    _decide(store, id_, "dropped", to_instant(now))
    rows = store.write(moves.statement(Event.RUN_DROPPED, _OF_RUN, "error = ?"), [reason, id_])
    store.write(
        "UPDATE outcomes SET outcome = 'dropped'"
        " WHERE outcome IN ('sent', 'listed', 'over limit', 'undeliverable')"
        " AND digest_id IN (SELECT digest_id FROM run_digests h WHERE run = ? AND NOT EXISTS"
        "   (SELECT 1 FROM deliveries d WHERE d.digest_id = h.digest_id AND d.part = 0"
        "     AND d.state NOT IN ('failed', 'dropped')))",
        [id_],
    )
    return rows


def _decide(store: Store, id_: int, state: str, at: int) -> None:
    store.write("UPDATE runs SET state = ?, decided_at = ? WHERE id = ?", [state, at, id_])


def _runs(store: Store, where: str, *parameters: int) -> tuple[Run, ...]:
    rows = store.rows(
        f"SELECT id, state, papers, readers, usual, at, decided_at FROM runs {where} ORDER BY id",  # noqa: S608 - our own words
        parameters,
    )
    return tuple(_run(row) for row in rows)


def _run(row: tuple[Any, ...]) -> Run:
    id_, state, papers, readers, usual_, at, decided = row
    decided_at = None if decided is None else from_instant(decided)
    return Run(id_, state, papers, readers, usual_, from_instant(at), decided_at)
