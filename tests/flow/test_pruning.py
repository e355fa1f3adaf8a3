"""Old rows of the ledger go, and nobody notices: no paper comes back, and what is composed later is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import NOW
from house import ADA, CONFIG, House
from paperdigest.core.ledger import ENDED, State
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.pruning import BATCH, KEEP_PAYLOADS, prune
from paperdigest.rounds import AppRounds
from paperdigest.store import digests, history, pruning, runs, subscribers
from paperdigest.store.connection import Store, open_store
from paperdigest.store.instants import to_instant
from paperdigest.store.locks import WRITE_LOCK, FileLock
from program import Program

KEEP = timedelta(days=60)
OLD = NOW - timedelta(days=100)
LANES = 3


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as made:
        furnish(made)
        yield made


def furnish(store: Store) -> None:
    """Write a reader with three lanes and a thousand papers."""
    with store.transaction():
        id_ = subscribers.register(store, Subscriber("ada"), change=0, now=OLD)
        for name in ("main", "hourly", "at once")[:LANES]:
            subscribers.open_lane(store, id_, name, bookmark=0, now=OLD)
        store.write_many(
            "INSERT INTO papers (key, id, title, first_seen_at) VALUES (?, ?, ?, 0)",
            [(key, f"x:{key}", f"Paper {key}") for key in range(1, 1_001)],
        )


def put(store: Store, **over: Any) -> int:
    """Write a digest that was sent long ago, with its row and one paper; return its id."""
    told: dict[str, Any] = {
        "lane": 1,
        "kind": "digest",
        "papers": 1,
        "composed_at": OLD,
        "states": ("sent",),
        "ended_at": None,
        "run": None,
    } | over
    at = to_instant(told["composed_at"])
    ended = at if told["ended_at"] is None else to_instant(told["ended_at"])
    with store.transaction():
        newest = store.row(
            "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'digests'"
        )
        id_ = 1 if newest is None else int(newest[0])
        store.write(
            "INSERT INTO digests (id, subscriber_id, lane_id, slot, kind, title, papers, from_change,"
            " until_change, covers_from_at, covers_until_at, composed_at)"
            " VALUES (?, 1, ?, ?, ?, '', ?, 0, 0, ?, ?, ?)",
            [id_, told["lane"], f"slot {id_}", told["kind"], told["papers"], at, at, at],
        )
        store.write_many(
            "INSERT INTO deliveries (key, digest_id, subscriber_id, lane_id, slot, target, part, state,"
            " not_before_at, claimed_at, sent_at, created_at, payload)"
            " VALUES (?, ?, 1, ?, ?, 'email:a@b', ?, ?, 0, ?, ?, ?, x'00')",
            [
                (f"{id_} {part}", id_, told["lane"], f"slot {id_}", part, state, *when, at)
                for part, state in enumerate(told["states"])
                for when in [(ended, ended if state == "sent" else None)]
            ],
        )
        if told["papers"]:
            store.write(
                "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, digest_id,"
                " change, at) VALUES (1, ?, 'new', 'sent', 'Maps', ?, ?, 0, ?)",
                [id_, told["lane"], id_, at],
            )
        if told["run"] is not None:
            store.write(
                "INSERT INTO runs (id, state, papers, readers, usual, at) VALUES (?, ?, 1, 1, 1, 0)",
                [id_, told["run"]],
            )
            store.write("INSERT INTO run_digests (digest_id, run) VALUES (?, ?)", [id_, id_])
    return id_


def put_last(store: Store, lane: int = 1) -> None:
    """Write the last digests of a lane: those that stay whatever their age."""
    for _ in range(pruning.LAST):
        put(store, lane=lane)


def ids(store: Store) -> set[int]:
    return {id_ for (id_,) in store.rows("SELECT id FROM digests")}


def test_an_old_digest_goes_with_its_deliveries_and_leaves_its_outcome(store: Store) -> None:
    id_ = put(store)
    put_last(store)

    assert prune(store, NOW, KEEP).digests == 1

    assert id_ not in ids(store)
    assert store.row("SELECT count(*) FROM deliveries WHERE digest_id = ?", [id_]) == (0,)
    (outcome,) = digests.outcomes_for(store, 1, [id_])
    assert (outcome.outcome, outcome.digest_id) == ("sent", None)


def test_an_old_notice_about_papers_goes_and_is_none_of_the_last_digests(store: Store) -> None:
    old, notice = put(store), put(store, kind="notice")
    for _ in range(pruning.LAST - 1):
        put(store)
    put(store, kind="notice", composed_at=NOW)

    assert prune(store, NOW, KEEP).digests == 1

    assert notice not in ids(store)
    assert old in ids(store)


@pytest.mark.parametrize(
    "what",
    [
        {"composed_at": NOW - KEEP},
        {"kind": "notice", "papers": 0},
        {"run": "held"},
        {"ended_at": NOW - timedelta(days=59)},
        *({"states": ("sent", state)} for state in State if state not in ENDED),
    ],
    ids=str,
)
def test_a_digest_stays_that_something_may_still_ask_about(
    store: Store, what: dict[str, Any]
) -> None:
    id_ = put(store, **what)
    put_last(store)

    prune(store, NOW, KEEP)

    assert id_ in ids(store)


def test_the_last_digests_of_a_lane_stay_whatever_their_age(store: Store) -> None:
    put_last(store, lane=1)
    put_last(store, lane=2)
    before = ids(store)

    prune(store, NOW, KEEP)

    assert ids(store) == before


def test_a_digest_that_held_nothing_goes_though_it_is_the_last(store: Store) -> None:
    put(store, kind="empty", papers=0)

    assert prune(store, NOW, KEEP).digests == 1


def test_an_upkeep_that_is_stopped_goes_on_where_it_was(store: Store) -> None:
    for _ in range(BATCH + 3):
        put(store)
    put_last(store)
    looks = iter([False, False, False, True])  # two for the bytes, one for digests
    first = prune(store, NOW, KEEP, stop=lambda: next(looks, True))

    rest = prune(store, NOW, KEEP)

    assert (first.digests, rest.digests) == (BATCH, 3)


def test_a_ledger_that_was_walked_over_is_left_alone_for_a_day(store: Store) -> None:
    prune(store, NOW, KEEP)
    put(store)
    put_last(store)

    assert prune(store, NOW + timedelta(hours=23), KEEP).digests == 0
    assert prune(store, NOW + timedelta(hours=25), KEEP).digests == 1


def test_a_walk_ended_by_a_clock_that_was_ahead_puts_nothing_off(store: Store) -> None:
    prune(store, NOW + timedelta(days=1000), KEEP)
    put(store)
    put_last(store)

    assert prune(store, NOW, KEEP).digests == 1


def test_others_can_write_between_two_steps(store: Store) -> None:
    for _ in range(BATCH + 1):
        put(store)
    put_last(store)
    assert store.path is not None
    lock = FileLock(store.path.parent / WRITE_LOCK)
    free = []

    def look() -> bool:
        with suppress(Exception), lock.holding(0):
            free.append(True)
        return False

    prune(store, NOW, KEEP, stop=look)

    assert len(free) >= 4


@pytest.mark.parametrize(
    ("way", "open_at", "trouble", "stays"),
    [
        ("slack:U1", OLD, "", False),
        ("slack:U1", NOW - timedelta(days=1), "", True),
        ("slack:U1", OLD, "invite the bot", True),
        ("slack", OLD, "", True),
    ],
)
def test_a_target_that_nothing_went_to_for_so_long_is_forgotten_with_its_pace(
    store: Store, way: str, open_at: datetime, trouble: str, stays: bool
) -> None:
    with store.transaction():
        store.write(
            "INSERT INTO ways (way, open_at, trouble) VALUES (?, ?, ?)",
            [way, to_instant(open_at), trouble],
        )

    prune(store, NOW, KEEP)

    assert store.row("SELECT count(*) FROM ways") == (int(stays),)


def test_bytes_go_after_a_month_and_the_row_stays(store: Store) -> None:
    put(store, composed_at=NOW - KEEP_PAYLOADS - timedelta(days=1))
    put(store, composed_at=NOW - KEEP_PAYLOADS + timedelta(days=1))
    put(store, composed_at=OLD, states=("failed", "held", "unknown"))

    assert prune(store, NOW, KEEP).payloads == 1

    assert store.row("SELECT count(payload), count(*) FROM deliveries") == (4, 5)


def test_whose_bytes_may_go_is_read_from_an_index_of_those_that_have_some(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    with store.transaction():
        pruning.forget_payloads(store, NOW, 100)
    store.db.conn.set_trace_callback(None)
    update = next(sql for sql in asked if sql.startswith("UPDATE deliveries"))
    plan = [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {update}")]
    assert any("INDEX deliveries_payloads" in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN")]


def test_a_wrong_merge_can_still_be_undone_when_its_digest_is_gone(house: House) -> None:
    house.drop("a.jsonl", {"id": "arxiv:2611.00001", "title": "Folding paper maps of old towns"})
    house.drop("b.jsonl", {"id": "doi:10.1000/b", "title": "Reading paper maps in the dark rooms"})
    house.run()
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE outcomes SET outcome = 'dropped'")
    same = "Reading paper maps in the dark rooms"
    house.drop("c.jsonl", {"id": "arxiv:2611.00001", "ids": ["doi:10.1000/b"], "title": same})
    house.ingest()
    with house.app.open_store() as store:
        assert len(history.paper_keys(store)) == 1
        with store.transaction():
            every = [id_ for (id_,) in store.rows("SELECT id FROM digests")]
            store.write("UPDATE outcomes SET digest_id = NULL")
            store.write("DELETE FROM deliveries")
            store.write_many("DELETE FROM digests WHERE id = ?", [(id_,) for id_ in every])
        from paperdigest.store import merges

        with store.transaction():
            assert merges.part(store, history.paper_keys(store)[0], house.now) is not None
        assert store.row("SELECT count(*) FROM outcomes") == (2,)


# ------------------------------------------------------------------ whatever the ledger holds

AGES = st.integers(0, 150).map(lambda days: timedelta(days=days))
DIGESTS = st.fixed_dictionaries(
    {
        "lane": st.integers(1, LANES),
        "kind": st.sampled_from(["digest", "digest", "alert", "empty", "notice"]),
        "papers": st.integers(0, 3),
        "composed_at": AGES.map(lambda age: NOW - age),
        "states": st.lists(st.sampled_from(["sent", "sent", *map(str, State)]), max_size=2),
        "ended_at": st.none() | AGES.map(lambda age: NOW - age),
        "run": st.sampled_from([None, None, None, "held", "released", "dropped"]),
    }
)


def usual(store: Store) -> list[float | None]:
    """Return what the brake takes for usual in each lane."""
    newest = max(ids(store), default=0) + 1
    return [
        runs.usual(store, 1, lane, before=newest, last=pruning.LAST) for lane in range(1, LANES + 1)
    ]


def outcomes(store: Store) -> list[tuple[Any, ...]]:
    return store.rows(
        "SELECT subscriber_id, paper_key, reason, outcome, topic, lane_id, change, at FROM outcomes"
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(DIGESTS, max_size=40), st.integers(0, 5))
def test_pruning_takes_nothing_that_anyone_needs(
    made: list[dict[str, Any]], killed_at: int
) -> None:
    with TemporaryDirectory() as folder, open_store(Path(folder) / "p.db", write=True) as store:
        furnish(store)
        for one in made:
            put(store, **one)
        open_rows = "SELECT id FROM deliveries WHERE state NOT IN ('sent', 'failed', 'dropped')"
        before = (usual(store), outcomes(store), store.rows(open_rows))
        young = {id_ for id_, one in enumerate(made, 1) if one["composed_at"] >= NOW - KEEP}

        looks = iter(range(killed_at))
        prune(store, NOW, KEEP, stop=lambda: next(looks, None) is None)
        prune(store, NOW, KEEP)

        assert (usual(store), outcomes(store), store.rows(open_rows)) == before
        assert young <= ids(store)
        assert store.rows("PRAGMA foreign_key_check") == []


# ------------------------------------------------------------------ the whole program, with and without

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 2, 8, 30])),
        st.tuples(st.just("drop"), st.integers(1, 6)),
        st.tuples(st.just("again"), st.integers(0, 3)),
        st.tuples(st.just("edit"), st.sampled_from(["paper map", "paper boat"])),
    ),
    min_size=2,
    max_size=6,
)
ALERT = '\n[[topic]]\nname = "Urgent"\nkeywords = "burning map"\nalert = true\n'
LIMITED = 'limit = 2\nsend_empty = "true"\n' + ADA + ALERT


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose reader had more digests than stay by themselves, the last one long ago."""
    house = House.built(tmp_path_factory.mktemp("year"), ada=LIMITED)
    for number in range(pruning.LAST + 2):
        house.drop(f"{number}.jsonl", f"A paper map, number {number}", f"A burning map of {number}")
        house.run()
        house.wait(days=1)
    house.wait(days=70)
    yield house
    house.close()


def play(year: House, folder: Path, steps: list[tuple[str, Any]], *, pruned: bool) -> list[object]:
    """Return what the reader has and what is recorded, after these steps."""
    house = House(Path(shutil.copytree(year.folder, folder / "house")), year.now)
    dumped: list[list[str]] = [["A paper map, number 0"]]
    for number, (step, value) in enumerate([("wait", 1), *steps]):
        if step == "wait":
            house.wait(days=value)
        elif step == "edit":
            house.write("subscriptions/ada.toml", LIMITED.replace("paper map", value))
        elif step == "drop":
            told = [f"A paper map or paper boat, later number {number} {n}" for n in range(value)]
            dumped.append([*told, f"A burning map of the later year {number}"])
            house.drop(f"later{number}.jsonl", *dumped[-1])
        else:
            house.drop(f"later{number}.jsonl", *dumped[value % len(dumped)])
        if pruned:
            with house.app.open_store() as store:
                prune(store, house.now, KEEP)
        house.run()
    with house.app.open_store(write=False) as store:
        recorded, left = outcomes(store), len(ids(store))
    shown = house.digests()
    house.close()
    assert left < len(shown) if pruned else left == len(shown)
    return [shown, recorded]


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(steps=STEPS)
def test_what_is_composed_and_sent_is_the_same_with_and_without(
    year: House, steps: list[tuple[str, Any]]
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert play(year, Path(one), steps, pruned=True) == play(
            year, Path(other), steps, pruned=False
        )


def test_upkeep_prunes_as_the_config_says_and_why_still_knows(
    year: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(Path(shutil.copytree(year.folder, tmp_path / "house")), year.now)
    said = Program(house.folder, capsys)
    AppRounds(house.app).upkeep(house.now)
    assert len(said("history", "--json").json["digests"]) == 2 * (pruning.LAST + 2)

    house.write("paperdigest.toml", CONFIG + '[storage]\nkeep_deliveries = "60 days"\n')
    house.wait(days=1)
    AppRounds(house.app).upkeep(house.now)

    left = said("history", "--json").json["digests"]
    assert len(left) == 2 * pruning.LAST
    told = said("why", "A paper map, number 0", "--json").json
    assert (told["answer"], told["deliveries"]) == ("sent", [])
    house.close()


def test_who_runs_it_by_cron_has_it_pruned_too(
    year: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(Path(shutil.copytree(year.folder, tmp_path / "house")), year.now)
    said = Program(house.folder, capsys)
    later = year.now + timedelta(days=400)

    assert said("run", "--once", "--now", later.isoformat()).code == 0

    assert len(said("history", "--json").json["digests"]) < 2 * (pruning.LAST + 2)
    house.close()


def test_an_old_slot_is_never_composed_again(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps")
    house.run()
    house.wait(days=500)
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE outcomes SET digest_id = NULL")
        store.write("DELETE FROM deliveries")
        store.write("DELETE FROM digests")
    house.now = datetime(2026, 11, 20, 9, 31, tzinfo=UTC)

    assert house.compose().digests == ()
