"""Who has to be looked at: what is remembered from look to look finds the same work as looking at everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from house import ADA, START, House
from paperdigest.core.errors import StoreError
from paperdigest.core.subscription import Subscriber
from paperdigest.flow import agenda as module
from paperdigest.flow.agenda import Agenda
from paperdigest.flow.due import Work, due
from paperdigest.store import subscribers
from paperdigest.store.connection import Store
from paperdigest.store.suppressions import EVERYTHING, Suppression, lift, suppress

READERS = {
    "ada": ADA,
    "alert": ADA.replace("daily 08:00", "at once") + "alert = true\n",
    "night": 'quiet = "22:00-07:00"\n' + ADA.replace("daily 08:00", "at once"),
    "tokyo": 'timezone = "Asia/Tokyo"\n' + ADA.replace("daily 08:00", "mon,thu 07:30,18:00"),
    "hourly": ADA.replace("daily 08:00", "hourly"),
    "monthly": ADA.replace("daily 08:00", "monthly 31 09:00"),
    "apart": ADA + '\n[[topic]]\nname = "Later"\nkeywords = "number 3"\nschedule = "weekly mon"\n',
    "both": ADA + '\n[[topic]]\nname = "Often"\nkeywords = "folding"\nschedule = "hourly"\n',
}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 60 * 40)),
        st.tuples(st.just("turn back"), st.integers(1, 300)),
        st.tuples(st.sampled_from(["drop", "compose", "edit"]), st.just(0)),
        st.tuples(st.sampled_from(["pause", "resume"]), st.integers(0, len(READERS) - 1)),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return (tmp_path_factory.mktemp(f"agenda{number}") for number in range(10_000))


def do(house: House, what: str, how: int, number: int) -> None:
    """Let one thing happen."""
    name = list(READERS)[how % len(READERS)]
    match what:
        case "wait":
            house.wait(minutes=how)
        case "turn back":
            house.wait(minutes=-how)
        case "drop":
            house.drop(f"{number}.jsonl", f"A paper map, folded in way number {number}")
            house.ingest()
        case "compose":
            house.compose()
        case "edit":
            again = ADA.replace("daily 08:00", f"daily {number % 24:02}:10")
            house.write("subscriptions/ada.toml", again)
        case "pause" | "resume":
            with house.app.open_store() as store, store.transaction():
                id_ = subscribers.registered(store)[name].id
                until = date(2026, 11, 20) + timedelta(days=number)
                held = Suppression(id_, EVERYTHING, "paused", until)
                if what == "pause":
                    suppress(store, held, house.now)
                else:
                    lift(store, id_, EVERYTHING)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_what_is_remembered_finds_what_looking_at_everybody_finds(
    folders: Iterator[Path], steps: list[tuple[str, int]]
) -> None:
    house = House.built(next(folders), **READERS)
    agenda = Agenda()
    try:
        for number, (what, how) in enumerate([("compose", 0), *steps]):
            do(house, what, how, number)
            with house.app.open_store() as store:
                house.app.register(store, house.now)
                readers = house.app.readers(store)
                found = agenda.due(store, readers, house.now)
                assert found == due(store, readers, house.now), (number, what, how)
    finally:
        house.close()


def test_nobody_is_looked_at_between_two_slots(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    looked: list[int] = []

    def look(store: Store, wanted: Sequence[Subscriber], now: datetime) -> list[Work]:
        looked.append(len(wanted))
        return due(store, wanted, now)

    monkeypatch.setattr(module, "due", look)
    agenda = Agenda()

    with house.app.open_store(write=False) as store:
        readers = house.app.readers(store)
        for minute in range(5):
            agenda.due(store, readers, house.now + timedelta(minutes=minute))

    assert looked == [1]


def test_the_next_slot_of_all_is_known(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    agenda = Agenda()

    with house.app.open_store(write=False) as store:
        agenda.due(store, house.app.readers(store), house.now)

    # START is Friday 09:30 UTC; ada's next 08:00 in Berlin is 07:00 UTC of the day after.
    assert agenda.next_after(house.now) == START.replace(hour=7, minute=0) + timedelta(days=1)


def test_a_look_that_breaks_off_takes_nobodys_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    agenda = Agenda()
    with house.app.open_store(write=False) as store:
        readers = house.app.readers(store)
        agenda.due(store, readers, house.now)
        house.wait(days=1)

        def break_off(*_: object) -> list[Work]:
            raise StoreError("the disk is away")

        with monkeypatch.context() as broken:
            broken.setattr(module, "due", break_off)
            with pytest.raises(StoreError):
                agenda.due(store, readers, house.now)

        assert agenda.due(store, readers, house.now) == due(store, readers, house.now) != []
