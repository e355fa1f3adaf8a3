"""The ledger on disk moves as its table says, and in no other way."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import paperdigest.store
from house import House
from paperdigest.core.ledger import LEDGER, OPEN, Event, State
from paperdigest.store import deliveries, moves
from transitions import after

_WRITES_STATE = re.compile(r"UPDATE deliveries SET (?:[\w ?,=':\"\n]*\bstate =|\{)")


@pytest.fixture
def composed(house: House) -> House:
    """A house with one row in its outbox."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()
    return house


def test_a_row_moves_by_an_event_exactly_where_the_table_says(composed: House) -> None:
    with composed.app.open_store() as store:
        for state, event in product(State, Event):
            with store.transaction():
                store.write("UPDATE deliveries SET state = ?", [state])
                moved = moves.settle(store, 1, event, now=composed.now)
            expected = after(state, event)
            row = deliveries.by_ids(store, [1])[0]
            assert (moved, row.state) == (expected is not None, expected or state), (state, event)


def test_a_claim_of_a_row_that_is_not_due_takes_nothing(composed: House) -> None:
    with composed.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'held'")
        moves.take(store, [1], process="this one", now=composed.now)
        row = deliveries.by_ids(store, [1])[0]

    assert (row.state, row.attempts, row.claimed_at) == ("held", 0, None)


def test_only_one_module_writes_states() -> None:
    folder = Path(paperdigest.store.__file__).parent
    sources = {path.name: path.read_text() for path in folder.glob("*.py")}
    writers = {name for name, text in sources.items() if _WRITES_STATE.search(text)}
    assert writers == {"moves.py"}


def test_the_index_of_what_is_due_holds_the_open_states(composed: House) -> None:
    with composed.app.open_store(write=False) as store:
        row = store.row("SELECT sql FROM sqlite_schema WHERE name = 'deliveries_due'")
    assert row is not None
    named = re.findall(r"'(\w+)'", row[0])
    assert set(named) == {state.value for state in OPEN}
    assert f"IN {tuple(named)}" in deliveries._OPEN  # or the index would not be used


def test_the_states_of_the_table_are_those_of_the_database(composed: House) -> None:
    with composed.app.open_store(write=False) as store:
        row = store.row("SELECT sql FROM sqlite_schema WHERE name = 'deliveries'")
    assert row is not None
    check = re.search(r"state IN\s*\(([^)]*)\)", row[0])
    assert check is not None
    assert set(re.findall(r"'(\w+)'", check[1])) == {state.value for state in State}
    assert {change.to for change in LEDGER.values()} == set(State)
