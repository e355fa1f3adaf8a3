"""What each beat asks of the outbox reads the rows that are not finished, not the millions that are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paperdigest.store import deliveries
from paperdigest.store.connection import Store, open_store

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as made:
        yield made


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: deliveries.due(store, NOW),
        lambda store: deliveries.next_opening(store, NOW, timedelta(minutes=1)),
        deliveries.orphans,
        lambda store: deliveries.unknown_due(store, NOW),
        lambda store: deliveries.waiting_for(store, ["email"]),
    ],
    ids=["due", "next opening", "orphans", "unknown", "waiting"],
)
def test_a_question_of_each_beat_uses_the_index_of_unfinished_rows(
    store: Store, ask: Callable[[Store], object]
) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    ask(store)
    store.db.conn.set_trace_callback(None)
    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any("INDEX deliveries_due" in step for step in plan), plan
    assert not [step for step in plan if step == "SCAN d"]
