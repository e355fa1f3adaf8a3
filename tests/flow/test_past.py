"""What readers were sent before is read for many of them at once, by what is indexed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW
from paperdigest.core.digest import Digest
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.due import Work
from paperdigest.flow.past import Past
from paperdigest.store import digests, subscribers
from paperdigest.store.connection import Store, open_store
from paperdigest.store.digests import DigestRow, Outcome
from paperdigest.store.instants import to_instant
from paperdigest.store.past import brought

DAY = timedelta(days=1)
SLOT = Slot("2026-11-20T08:00 UTC", NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as made:
        with made.transaction():
            made.write_many(
                "INSERT INTO papers (key, id, title, first_seen_at) VALUES (?, ?, ?, ?)",
                [(key, f"x:{key}", f"Paper {key}", to_instant(NOW)) for key in range(1, 400)],
            )
        yield made


def reader(store: Store, name: str) -> Work:
    """Return the lane of a new reader, due now."""
    one = Subscriber(name)
    with store.transaction():
        id_ = subscribers.register(store, one, change=0, now=NOW)
        subscribers.open_lane(store, id_, subscribers.MAIN, bookmark=0, now=NOW)
    lane = subscribers.lanes(store)[id_, subscribers.MAIN]
    return Work(one, lane, (), {}, SLOT, (SLOT,), one.deliver)


def sent(store: Store, work: Work, days: int, papers: dict[str, int], kind: str = "digest") -> None:
    """Write a digest of so many days ago: how many papers of each outcome."""
    at, reader = NOW - days * DAY, work.lane.subscriber_id
    first = 1 + 20 * days
    with store.transaction():
        row = DigestRow(0, reader, work.lane.id, f"{kind} {days}", kind, "", 0, 0, 0, at, at, at)
        id_ = digests.insert_digest(store, row)
        outcomes = [outcome for outcome, count in papers.items() for _ in range(count)]
        digests.record_outcomes(
            store,
            [
                Outcome(reader, first + n, "new", each, "Maps", work.lane.id, id_, 1, at)
                for n, each in enumerate(outcomes)
            ],
        )


def digest() -> Digest:
    return Digest("ada", SLOT.name, "digest", "", NOW, NOW - DAY, NOW)


def test_what_was_named_counts_and_nothing_else(store: Store) -> None:
    ada = reader(store, "ada")
    sent(store, ada, 1, {"sent": 2, "listed": 1, "over limit": 4, "undeliverable": 1})
    sent(store, ada, 2, {"sent": 3}, kind="notice")
    sent(store, ada, 9, {"sent": 5})

    found = brought(store, [(ada.lane.subscriber_id, NOW - 7 * DAY)])

    assert [(one.at, one.topic, one.papers) for one in found[ada.lane.subscriber_id]] == [
        (NOW - DAY, "Maps", 3)
    ]


def test_each_reader_is_looked_back_for_from_a_moment_of_its_own(store: Store) -> None:
    ada, ben = reader(store, "ada"), reader(store, "ben")
    for one in (ada, ben):
        sent(store, one, 5, {"sent": 2})
        sent(store, one, 1, {"sent": 1})
    ids = [one.lane.subscriber_id for one in (ada, ben)]

    found = brought(store, [(ids[0], NOW - 7 * DAY), (ids[1], NOW - 3 * DAY)])

    assert [[one.papers for one in found[id_]] for id_ in ids] == [[2, 1], [1]]


def test_nobody_is_asked_about_without_a_question(store: Store) -> None:
    assert brought(store, []) == {}


def test_a_round_of_readers_is_one_question_a_hundred_and_each_has_counts_of_their_own(
    store: Store,
) -> None:
    works = [reader(store, f"reader{number:03}") for number in range(103)]
    for number, work in enumerate(works):
        sent(store, work, 1, {"sent": 1 + number % 5})
        sent(store, work, 2, {"sent": 1})
    asked: list[str] = []
    past = Past(store, works, NOW)
    store.db.conn.set_trace_callback(asked.append)

    counts = [[day.papers for day in past.counted(work, digest()).per_day] for work in works]

    store.db.conn.set_trace_callback(None)
    assert [some[-3:] for some in counts] == [[1, 1 + number % 5, 0] for number in range(103)]
    assert sum("FROM asked" in sql for sql in asked) == 2


def test_the_question_goes_by_the_indexes_of_readers_and_of_digests(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    brought(store, [(1, NOW), (2, NOW)])
    store.db.conn.set_trace_callback(None)

    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any(
        "INDEX digests_subscriber (subscriber_id=? AND composed_at>?)" in step for step in plan
    )
    assert any("INDEX outcomes_digest (digest_id=?)" in step for step in plan)
