"""What each beat asks of the outbox reads the rows that are not finished, not the millions that are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paperdigest.core.ledger import State
from paperdigest.store import deliveries, doubts
from paperdigest.store.connection import Store, open_store

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as made:
        yield made


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda store: deliveries.due(store, NOW), "due"),
        (lambda store: deliveries.channels_at_work(store, NOW, timedelta(0)), "due"),
        (lambda store: deliveries.channels_at_work(store, NOW, timedelta(0)), "in_doubt"),
        (lambda store: deliveries.next_opening(store, NOW, timedelta(minutes=1)), "due"),
        (deliveries.orphans, "in_doubt"),
        (lambda store: deliveries.unknown_due(store, NOW, most=3), "in_doubt"),
        (lambda store: deliveries.waiting_for(store, ["email"]), "due"),
    ],
    ids=["due", "at work", "at work, in doubt", "next opening", "orphans", "unknown", "waiting"],
)
def test_a_question_of_each_beat_uses_the_index_of_unfinished_rows(
    store: Store, ask: Callable[[Store], object], index: str
) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    ask(store)
    store.db.conn.set_trace_callback(None)
    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any(f"INDEX deliveries_{index}" in step for step in plan), plan
    assert not [step for step in plan if step == "SCAN d"]


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENT])
def test_rows_in_any_state_but_sent_are_found_by_an_index_of_such_rows(
    store: Store, state: State
) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    deliveries.listed(store, state=state)
    store.db.conn.set_trace_callback(None)
    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any(
        f"INDEX deliveries_{index}" in step
        for index in ("due", "in_doubt", "unsent")
        for step in plan
    )


def test_counting_all_states_reads_no_row(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    deliveries.counts(store)
    store.db.conn.set_trace_callback(None)
    plan = [row[3] for sql in asked for row in store.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert plan
    assert not [step for step in plan if "deliveries" in step and "INDEX" not in step]


def test_what_waits_for_a_person_is_counted_by_an_index_of_its_own(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    doubts.doubts(store)
    store.db.conn.set_trace_callback(None)
    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any("INDEX deliveries_unsent (state=?)" in step for step in plan), plan
