"""Two rows that are one person: whatever was sent counts as sent, whatever waits goes on waiting, nothing is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.subscription import Subscriber
from paperdigest.store import digests, subscribers
from paperdigest.store.connection import Store, open_memory, open_store
from paperdigest.store.digests import DigestRow, Outcome
from paperdigest.store.joining import goes_on_as, join

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PAPERS = range(1, 5)
SENT = ("sent", "listed")
OUTCOMES = (*SENT, "over limit", "paused", "skipped", "undeliverable", "dropped")


@dataclass(frozen=True)
class Had:
    """What became of one paper for a subscriber, after so many hours."""

    paper: int
    outcome: str
    hours: int


had = st.lists(
    st.builds(
        Had,
        st.sampled_from(PAPERS),
        st.sampled_from(OUTCOMES),
        st.integers(min_value=0, max_value=3),
    ),
    unique_by=lambda one: one.paper,
)


def registered(store: Store, name: str, bookmark: int, outcomes: Sequence[Had]) -> int:
    """Register somebody with one digest and these outcomes."""
    id_ = subscribers.register(store, Subscriber(name, deliver=("file:x",)), change=0, now=NOW)
    subscribers.open_lane(store, id_, "main", bookmark=bookmark, now=NOW)
    lane = subscribers.lanes(store, [id_])[id_, "main"]
    digest = digests.insert_digest(
        store, DigestRow(0, id_, lane.id, f"slot of {name}", "digest", "", 1, 0, 1, NOW, NOW, NOW)
    )
    rows = [
        Outcome(
            id_,
            one.paper,
            "new",
            one.outcome,
            "Maps",
            lane.id,
            digest,
            1,
            NOW + timedelta(hours=one.hours),
        )
        for one in outcomes
    ]
    digests.record_outcomes(store, rows)
    slot = (f"slot of {name}", NOW)
    subscribers.advance(store, lane.id, bookmark=bookmark, slot=slot, digest_at=NOW)
    return id_


def joined(
    ada: Sequence[Had], zoe: Sequence[Had], bookmarks: tuple[int, int] = (3, 7)
) -> tuple[Store, int]:
    """Return a store in which zoe took over what ada was, and zoe's number."""
    store = open_memory()
    with store.transaction():
        for key in PAPERS:
            store.write(
                "INSERT INTO papers (key, id, title, first_seen_at) VALUES (?, ?, '', 0)",
                [key, f"x:{key}"],
            )
        gone = registered(store, "ada", bookmarks[0], ada)
        kept = registered(store, "zoe", bookmarks[1], zoe)
        join(store, kept=kept, gone=gone)
    return store, kept


def asked_while_joining(store: Store) -> list[str]:
    """Let zoe take over what ada was; return the statements, those of foreign keys too."""
    with store.transaction():
        gone, kept = registered(store, "ada", 3, []), registered(store, "zoe", 7, [])
        asked: list[str] = []
        store.db.conn.set_trace_callback(asked.append)
        join(store, kept=kept, gone=gone)
        store.db.conn.set_trace_callback(None)
    return [sql for sql in asked if not sql.startswith("--")]


def rank(one: Had) -> tuple[bool, int]:
    return one.outcome not in SENT, one.hours


@given(had, had)
def test_each_paper_keeps_the_outcome_that_says_most(ada: list[Had], zoe: list[Had]) -> None:
    store, kept = joined(ada, zoe)
    with store:
        found = {row.paper_key: row for row in digests.outcomes_for(store, kept, list(PAPERS))}

    assert found.keys() == {one.paper for one in (*ada, *zoe)}
    for paper, row in found.items():
        known = [one for one in (*ada, *zoe) if one.paper == paper]
        best = min(map(rank, known))
        assert (row.outcome not in SENT, (row.at - NOW) // timedelta(hours=1)) == best


@given(had, had)
def test_nothing_points_to_whoever_is_gone(ada: list[Had], zoe: list[Had]) -> None:
    store, kept = joined(ada, zoe)
    with store:
        assert store.rows("PRAGMA foreign_key_check") == []
        for table in ("lanes", "outcomes", "digests", "deliveries", "suppressions"):
            owners = store.rows(f"SELECT DISTINCT subscriber_id FROM {table}")
            assert {id_ for (id_,) in owners} <= {kept}


@given(had)
def test_what_waited_waits_for_the_lane_that_goes_on(ada: list[Had]) -> None:
    store, kept = joined(ada, [])
    with store:
        lane = subscribers.lanes(store)[kept, "main"]
        waiting = digests.waiting(store, [lane.id], NOW - timedelta(days=1)).get(lane.id, [])

    left = {one.paper for one in ada if one.outcome in ("over limit", "undeliverable")}
    assert {row.paper_key for row in waiting} == left


@pytest.mark.parametrize("bookmarks", [(3, 7), (7, 3)])
def test_the_lane_goes_on_from_whichever_stood_further_back(bookmarks: tuple[int, int]) -> None:
    store, kept = joined([], [], bookmarks)
    with store:
        lane = subscribers.lanes(store)[kept, "main"]

    assert (lane.bookmark, lane.digests) == (3, 2)


def test_a_lane_that_only_the_old_name_had_is_the_new_ones() -> None:
    store = open_memory()
    with store, store.transaction():
        gone = registered(store, "ada", 3, [])
        kept = registered(store, "zoe", 3, [])
        subscribers.open_lane(store, gone, "weekly mon 08:00", bookmark=2, now=NOW)
        before = subscribers.lanes(store)[gone, "weekly mon 08:00"]
        join(store, kept=kept, gone=gone)

        after = subscribers.lanes(store)[kept, "weekly mon 08:00"]

    assert after == replace(before, subscriber_id=kept)


def test_joining_reads_no_table_from_end_to_end(tmp_path: Path) -> None:
    """Beside millions of rows of others it takes no longer, for the write lock is held meanwhile."""
    with open_store(tmp_path / "paperdigest.db", write=True) as store:
        asked = asked_while_joining(store)
        plans = {sql: store.rows(f"EXPLAIN QUERY PLAN {sql}") for sql in asked}

    assert len(asked) > 10
    large = ("outcomes", "deliveries", "digests", "lanes")
    assert not [
        (sql, step) for sql, plan in plans.items() for *_, step in plan if step in _scans(large)
    ]


def _scans(tables: Sequence[str]) -> set[str]:
    return {f"SCAN {table}" for table in tables}


def test_the_row_of_whoever_is_gone_stays_without_a_word_of_them(tmp_path: Path) -> None:
    """To take it away would look through all deliveries for one that is still its own."""
    with open_store(tmp_path / "paperdigest.db", write=True) as store:
        asked = asked_while_joining(store)
        rows = store.rows("SELECT * FROM subscribers WHERE gone_at IS NOT NULL")
        known = subscribers.registered(store)

    assert not [sql for sql in asked if sql.startswith("DELETE FROM subscribers")]
    assert set(known) == {"zoe"}
    assert len(rows) == 1
    assert "ada" not in str(rows)
    assert "file:x" not in str(rows)


@pytest.mark.parametrize("times", [2, 3])
def test_a_name_can_be_taken_over_more_than_once(tmp_path: Path, times: int) -> None:
    with open_store(tmp_path / "paperdigest.db", write=True) as store:
        with store.transaction():
            kept = registered(store, "zoe", 7, [])
            for _ in range(times):
                join(store, kept=kept, gone=registered(store, "ada", 3, []))
        assert set(subscribers.registered(store)) == {"zoe"}


@pytest.mark.parametrize("noted", [True, False])
@given(joins=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=6))
def test_a_number_leads_to_whoever_is_who_it_was_by_whatever_way(
    noted: bool, joins: list[tuple[int, int]]
) -> None:
    """Also where an earlier version joined them, which did not note it."""
    now_as = {id_: id_ for id_ in range(1, 6)}
    with open_memory() as store, store.transaction():
        for id_ in now_as:
            at = NOW + timedelta(minutes=id_)
            reader = Subscriber(f"reader{id_}", deliver=("file:x",))
            assert subscribers.register(store, reader, change=0, now=at) == id_
            subscribers.open_lane(store, id_, "main", bookmark=0, now=at)
        for kept, gone in joins:
            if kept != gone and {now_as[kept], now_as[gone]} == {kept, gone}:
                join(store, kept=kept, gone=gone)
                now_as = {id_: kept if now == gone else now for id_, now in now_as.items()}
        if not noted:
            store.write("DELETE FROM facts")
        found = {id_: [row.id for row in goes_on_as(store, id_)] for id_ in now_as}

    assert found == {id_: [now] for id_, now in now_as.items()}


def test_a_number_that_nobody_has_leads_nowhere() -> None:
    with open_memory() as store:
        assert goes_on_as(store, 7) == ()
