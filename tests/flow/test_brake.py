"""The brake: a run that would send far more than usual is composed, held and told of, until a person decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from house import ADA, CONFIG, START, House, titles_of
from paperdigest.core.notices import held_reason
from paperdigest.core.subscription import Subscriber
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.flow import brake, resolve
from paperdigest.flow import compose as composing
from paperdigest.flow.brake import Brake, Load
from paperdigest.flow.why import why
from paperdigest.logs import Event
from paperdigest.store import deliveries, digests, history, runs, subscribers
from paperdigest.store.connection import Store, open_memory
from paperdigest.store.deliveries import Delivery
from paperdigest.store.digests import DigestRow
from program import Program

WITH_OPERATOR = 'operator = "file:ops"\n' + CONFIG
FLOOD = 620  # more than 500, and more than ten times what anybody here usually gets


def papers(name: str, count: int) -> list[str]:
    return [f"Paper maps of {name}, sheet {number} of the survey" for number in range(count)]


def usual_days(house: House, days: int = 3) -> None:
    """Let some ordinary days pass: two papers each."""
    for day in range(days):
        house.drop(f"day{day}.jsonl", *papers(f"day {day}", 2))
        house.run()
        house.wait(days=1)


def flooded(house: House) -> composing.ComposeReport:
    house.drop("flood.jsonl", *papers("the flood", FLOOD))
    return house.run()


@pytest.fixture
def held(house: House) -> House:
    """A house in which the fourth day's run is held."""
    house.write("paperdigest.toml", WITH_OPERATOR)
    usual_days(house)
    report = flooded(house)
    assert report.held is not None
    return house


def rows(house: House, state: str) -> list[Delivery]:
    with house.app.open_store(write=False) as store:
        return deliveries.listed(store, state=state)


def answers(house: House) -> set[str]:
    """Return what `why` answers for the papers of the flood."""
    with house.app.open_store(write=False) as store:
        reader = house.app.readers(store)[0]
        found = history.find_papers(store, "the flood", limit=FLOOD)
        assert len(found) == FLOOD
        return {why(store, reader, key, paper, house.now).answer for key, paper in found[::40]}


def outcomes(house: House) -> dict[str, int]:
    """Return outcome → how many papers of the newest digest with papers have it."""
    with house.app.open_store(write=False) as store:
        return dict(
            store.rows(
                "SELECT outcome, count(*) FROM outcomes WHERE digest_id IN"
                " (SELECT digest_id FROM run_digests) GROUP BY outcome"
            )
        )


def decide(house: House, what: Callable[[Store, int, datetime], int], run: int = 1) -> int:
    with house.app.open_store() as store, store.transaction():
        return what(store, run, house.now)


def titles_sent(house: House) -> set[str]:
    return {title for digest in house.titles() for title in digest}


# ------------------------------------------------------------------ what is held


def test_a_run_far_above_the_usual_is_held_with_a_reason_that_names_it_and_both_commands(
    held: House,
) -> None:
    (row,) = rows(held, "held")

    assert (row.subscriber, row.attempts, row.error) == ("ada", 0, held_reason(1))
    assert "paperdigest release 1" in row.error
    assert "paperdigest drop 1" in row.error
    assert not any("the flood" in title for title in titles_sent(held))


def test_the_run_says_how_many_papers_for_how_many_readers_and_what_is_usual(held: House) -> None:
    with held.app.open_store(write=False) as store:
        (run,) = runs.held(store)

    assert (run.papers, run.readers, run.usual, run.at) == (FLOOD, 1, 2, held.now)


def test_the_log_has_it_as_one_event(house: House, caplog: pytest.LogCaptureFixture) -> None:
    usual_days(house)
    flooded(house)

    events = [one.msg for one in caplog.records if isinstance(one.msg, Event)]
    assert [one.keys["run"] for one in events if one.name == "run-held"] == [1]


def test_the_operator_is_told_once(held: House) -> None:
    for _ in range(3):
        held.wait(hours=1)
        held.run()

    (notice,) = held.digests("ops")
    assert notice["title"] == "Run 1 is held: it would send 620 papers to 1 reader"
    told = " ".join(notice["notes"])
    assert "about 2 papers" in told
    assert "paperdigest release 1" in told
    assert "paperdigest drop 1" in told


def test_status_and_deliveries_and_run_once_show_it(house: House, program: Program) -> None:
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", FLOOD))

    said = program("run", "--once", "--json", "--now", house.now.isoformat())

    assert (said.code, said.json["held"]) == (4, 1)
    line = "run 1 is held: 620 papers to 1 reader, usually 2"
    assert any(ail.startswith(line) for ail in program("status", "--json").json["ails"])
    assert program("status", "--healthy").code == 1
    (row,) = program("deliveries", "--state", "held", "--json").json["deliveries"]
    assert row["error"] == held_reason(1)


def test_a_crash_after_holding_does_not_cost_the_operator_the_notice(house: House) -> None:
    house.write("paperdigest.toml", WITH_OPERATOR)
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", FLOOD))
    house.ingest()
    with broken("compose.committed=raise"), pytest.raises(FailpointReached):
        house.compose()

    house.run()

    assert len(house.digests("ops")) == 1
    assert not any("the flood" in title for title in titles_sent(house))


def test_the_readers_go_on_and_get_what_is_new_while_a_run_is_held(held: House) -> None:
    before = len(held.digests())
    for day in range(4, 7):
        held.wait(days=1)
        held.drop(f"day{day}.jsonl", *papers(f"day {day}", 2))
        held.run()

    assert [sorted(titles) for titles in held.titles()[before:]] == [
        papers(f"day {day}", 2) for day in range(4, 7)
    ]
    assert len(rows(held, "held")) == 1


# ------------------------------------------------------------------ what is decided


def test_released_it_goes_out_as_it_was_composed(held: House) -> None:
    with held.app.open_store(write=False) as store:
        frozen = store.rows("SELECT payload FROM deliveries WHERE state = 'held'")
    held.wait(days=6)  # longer than a row is tried for

    assert decide(held, brake.release) == 1
    held.deliver()

    (row,) = [row for row in rows(held, "sent") if row.subscriber == "ada"][:1]
    with held.app.open_store(write=False) as store:
        assert store.rows("SELECT payload FROM deliveries WHERE id = ?", [row.id]) == frozen
    assert any("the flood" in title for title in titles_sent(held))
    assert answers(held) <= {"sent", "listed", "over limit"}


def test_what_had_no_room_in_a_held_digest_waits_for_the_decision_too(held: House) -> None:
    assert outcomes(held)["over limit"] > 50
    before = len(held.digests())
    held.wait(days=1)
    held.run()
    assert len(held.digests()) == before

    decide(held, brake.release)
    held.wait(days=1)
    held.run()

    assert len(held.digests()) == before + 2


def test_what_had_no_room_comes_however_long_the_run_was_held(held: House) -> None:
    """It waits 14 days for a digest: from the release on, for until then it could be in none."""
    held.wait(days=30)
    decide(held, brake.release)
    held.deliver()
    for _ in range(2):
        held.wait(days=1)
        held.run()

    named = {title for one in held.digests() for title in titles_of(one)}
    assert len([title for title in named if "the flood" in title]) == FLOOD


def test_dropped_its_papers_are_answered_for_and_never_come_back(held: House) -> None:
    assert decide(held, brake.drop) == 1

    assert set(outcomes(held)) == {"dropped"}
    assert answers(held) == {"dropped"}
    for _ in range(3):
        held.wait(days=1)
        held.run()
    assert not any("the flood" in title for title in titles_sent(held))
    (row,) = rows(held, "dropped")
    assert row.error == "run 1 was dropped by command"


def test_a_released_row_is_tried_for_as_long_as_any_other(house: House) -> None:
    usual_days(house)
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))
    nobody = '[email]\nhost = "127.0.0.1"\nport = 9\ntls = "none"\nauth = "none"\n'
    house.write("paperdigest.toml", WITH_OPERATOR + nobody + 'from = "papers@example.org"\n')
    flooded(house)
    (row,) = rows(house, "held")
    house.wait(days=6)  # other rows are given up after five

    decide(house, brake.release)
    house.deliver()

    assert [(found.id, found.attempts) for found in rows(house, "retry")] == [(row.id, 1)]


def test_what_was_released_is_not_held_a_second_time_for_what_still_waits_of_it(
    house: House,
) -> None:
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", 2 * FLOOD))
    house.run()
    assert outcomes(house)["over limit"] > brake.MOST
    decide(house, brake.release)
    house.wait(days=1)

    assert house.run().held is None


def test_what_was_dropped_is_no_measure_of_what_is_usual(held: House) -> None:
    decide(held, brake.drop)
    for number in range(2, 6):
        held.wait(days=1)
        held.drop(f"again{number}.jsonl", *papers(f"another flood {number}", FLOOD))
        report = held.run()
        assert report.held is not None
        assert (report.held.id, report.held.usual) == (number, 2)
        decide(held, brake.drop, number)


@pytest.mark.parametrize(
    ("command", "told"),
    [("release", "1 delivery goes out with the next run"), ("drop", "1 delivery dropped")],
)
def test_the_commands_say_what_they_did(
    held: House, program: Program, command: str, told: str
) -> None:
    said = program(command, "1")

    assert (said.code, said.out) == (0, f"run 1: {told}\n")


@pytest.mark.parametrize("command", ["release", "drop"])
def test_a_run_is_decided_once(held: House, program: Program, command: str) -> None:
    assert program("drop", "1").code == 0

    said = program(command, "1")
    assert (said.code, "run 1 was dropped already · held now: none" in said.err) == (2, True)
    assert "there is no run 7" in program(command, "7").err


def test_a_row_that_a_person_sent_by_hand_keeps_its_fate(held: House) -> None:
    (row,) = rows(held, "held")
    with held.app.open_store() as store, store.transaction():
        resolve.again(store, row.id, held.now)
    held.deliver()

    assert decide(held, brake.drop) == 0

    assert row.id in [found.id for found in rows(held, "sent")]
    assert "dropped" not in outcomes(held)


# ------------------------------------------------------------------ what is not held


def test_the_first_run_of_all_is_never_held(house: House) -> None:
    assert flooded(house).held is None
    assert len(house.digests()) == 1


def test_a_dry_run_is_not_held(house: House, program: Program) -> None:
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", FLOOD))

    said = program("run", "--once", "--dry-run", "--json", "--now", house.now.isoformat())

    assert (said.json["held"], said.json["digests"][0]["papers"]) == (None, FLOOD)


def test_what_a_person_asks_for_is_not_held(house: House) -> None:
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", FLOOD))
    house.ingest()

    assert house.compose("ada").held is None
    house.deliver()
    assert any("the flood" in title for title in titles_sent(house))


def test_many_new_readers_are_not_held(house: House) -> None:
    usual_days(house)
    house.drop("week.jsonl", *papers("a good week", 15))
    house.run()
    for number in range(50):
        house.write(f"subscriptions/new{number}.toml", ADA.replace("outbox", "lab"))

    report = house.run()

    assert sum(digest.papers for digest in report.digests) > 50 * 15
    assert report.held is None


def test_new_readers_do_not_excuse_a_flood_for_the_others(house: House) -> None:
    usual_days(house)
    for number in range(3):
        house.write(f"subscriptions/new{number}.toml", ADA.replace("outbox", "lab"))

    report = flooded(house)

    assert report.held is not None
    assert report.held.readers == 4


def test_after_a_long_time_switched_off_proportionally_more_is_not_held(house: House) -> None:
    usual_days(house)
    house.wait(days=320)
    house.drop("year.jsonl", *papers("a year off", FLOOD))

    assert house.run().held is None


# ------------------------------------------------------------------ many readers


def test_a_round_of_several_transactions_is_weighed_before_each(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first readers are in the bounds, the flood begins with the third: it and what follows is held."""
    monkeypatch.setattr(composing, "LANES_PER_TRANSACTION", 2)
    config = "".join(
        f'[[subscriber]]\nname = "{name}"\ndeliver = "file:{name}"\n'
        f'[[subscriber.topic]]\nname = "Maps"\nkeywords = {json.dumps(words)}\n'
        for name, words in (
            ("a", ["day"]),
            ("b", ["day"]),
            ("c", ["day", "flood"]),
            ("d", ["day"]),
            ("e", ["day", "flood"]),
        )
    )
    house.write("paperdigest.toml", CONFIG + config)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.reload()
    usual_days(house)
    house.drop("day9.jsonl", *papers("day 9", 2))

    report = flooded(house)

    assert sorted({row.subscriber for row in rows(house, "held")}) == ["c", "d", "e"]
    assert report.held is not None
    assert (report.held.papers, report.held.readers, report.held.usual) == (2 * FLOOD + 6, 3, 6)
    assert len(house.digests("a")) == 4


def test_a_round_broken_off_by_a_crash_lets_nothing_of_the_flood_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "LANES_PER_TRANSACTION", 1)
    for name in ("ben", "cyd"):
        house.write(f"subscriptions/{name}.toml", ADA)
    usual_days(house)
    house.drop("flood.jsonl", *papers("the flood", FLOOD))
    house.ingest()
    with broken("compose.committed=raise@2"), pytest.raises(FailpointReached):
        house.compose()

    house.deliver()
    house.run()

    assert not any("the flood" in title for title in titles_sent(house))
    assert len(rows(house, "held")) == 3


# ------------------------------------------------------------------ the measure


def weighed(past: Sequence[Sequence[int]], now: Sequence[tuple[int, int]]) -> bool:
    """Say whether a round is held in which lane N, whose past digests held `past[N]` papers, gets
    `now[N]`: (papers, slots)."""
    with open_memory() as store, store.transaction():
        lanes = []
        for number in range(len(now)):
            reader = Subscriber(f"reader{number}")
            id_ = subscribers.register(store, reader, change=0, now=START)
            subscribers.open_lane(store, id_, "main", bookmark=0, now=START)
            lanes.append(subscribers.lanes(store)[(id_, "main")])

        def put(lane: subscribers.Lane, slot: str, count: int) -> int:
            times = (START, START, START)
            row = (lane.subscriber_id, lane.id, slot, "digest", "t", count, 0, 0)
            return digests.insert_digest(store, DigestRow(0, *row, *times))

        for lane, counts in zip(lanes, past, strict=False):
            for number, count in enumerate(counts):
                put(lane, f"past {number}", count)
        watch = Brake(store, START, on=True)
        watch.weigh(
            [
                Load(put(lane, "now", count), lane.subscriber_id, lane.id, count, slots)
                for lane, (count, slots) in zip(lanes, now, strict=True)
            ]
        )
        return watch.ended() is not None


@pytest.mark.parametrize(
    ("past", "now", "held"),
    [
        ([[50]], [(500, 1)], False),
        ([[49]], [(500, 1)], False),
        ([[50]], [(501, 1)], True),
        ([[51]], [(510, 1)], False),
        ([[51]], [(511, 1)], True),
        ([[51]], [(511, 2)], False),
        ([[900, 900, 900, 60, 60, 60, 60, 60, 60, 60, 60]], [(601, 1)], True),
        ([[60, 60, 60, 60, 900, 900, 900, 900, 900]], [(601, 1)], False),
        ([[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], [(501, 1)], True),
        ([[30], [30]], [(600, 1), (0, 1)], False),
        ([[30], []], [(300, 1), (1000, 1)], False),
        ([[30], []], [(300, 1), (1501, 1)], True),
        ([[], []], [(9000, 1), (9000, 1)], False),
    ],
    ids=[
        "five hundred are let through",
        "five hundred are let through, however few are usual",
        "ten times and one more, and more than five hundred",
        "ten times",
        "more than ten times",
        "twice as much stands for two days",
        "only the last eight count",
        "the median, not the mean or the last",
        "empty digests are no measure",
        "lanes make up for each other",
        "a first digest of a thousand papers is let through",
        "a first digest of many more is not",
        "nothing to compare with",
    ],
)
def test_what_is_held(
    past: Sequence[Sequence[int]], now: list[tuple[int, int]], held: bool
) -> None:
    assert weighed(past, now) is held


def test_a_flood_lets_nobody_go_ahead_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first readers of many have a transaction to themselves, too small a one to be held for its size."""
    monkeypatch.setattr(composing, "LANES_AT_FIRST", 1)
    for name in ("ben", "cyd"):
        house.write(f"subscriptions/{name}.toml", ADA)
    usual_days(house)
    each = brake.MOST // 2
    house.drop("flood.jsonl", *papers("the flood", each))

    report = house.run()

    assert report.held is not None
    assert report.held.papers == 3 * each
    assert not any("the flood" in title for title in titles_sent(house))
