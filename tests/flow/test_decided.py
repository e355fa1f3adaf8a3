"""What a person decides about messages never loses a paper, and repeats one only where the row says so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from house import ADA, House
from paperdigest.core.errors import UsageError
from paperdigest.core.ports import Refused, Retry, Sent, Unknown
from paperdigest.flow import resolve
from paperdigest.store import deliveries
from paperdigest.store.connection import open_store
from program import Program
from slack_house import SEVEN, hooked, named, outcomes, rows, shown, states, subscribed
from slack_server import FakeSlack
from wire import Wire, wired


@pytest.fixture
def composed(house: House) -> House:
    """A house with one paper read, whose digest is about to be composed."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    return house


def decide(house: House, what: str, id_: int) -> None:
    with house.app.open_store() as store, store.transaction():
        getattr(resolve, what)(store, id_, house.now)


# ------------------------------------------------------------------ what may have arrived


def test_retry_leaves_alone_what_may_have_arrived(composed: House, program: Program) -> None:
    wire = wired(composed, Wire(Unknown("no answer")))
    composed.deliver()
    with pytest.raises(UsageError, match=r"may have arrived .* paperdigest resolve 1"):
        decide(composed, "retry", 1)
    composed.deliver()

    assert (states(composed)[0], len(wire.handed)) == ("unknown", 1)


def test_what_a_person_sends_again_and_is_then_refused_does_not_come_with_the_next_digest(
    composed: House,
) -> None:
    wired(composed, Wire(Unknown("no answer"), Refused("550")))
    composed.deliver()
    decide(composed, "again", 1)
    composed.deliver()

    assert states(composed)[0] == "held"
    assert outcomes(composed) == {"sent": 1}


def test_what_is_never_there_when_looked_for_ends_after_five_days(house: House) -> None:
    with FakeSlack(*["internal_error"] * 900) as slack:
        subscribed(house, slack)
        house.run()
        for _ in range(14):
            house.wait(hours=12)
            house.deliver()

    assert states(house)[0] == "failed"
    assert outcomes(house)["undeliverable"] == 7


# ------------------------------------------------------------------ parts


def test_a_part_is_not_tried_without_the_message_it_hangs_below(house: House) -> None:
    with FakeSlack("invalid_blocks") as slack:
        subscribed(house, slack)
        house.run()
        with pytest.raises(UsageError, match=r"hangs below delivery 1, which is failed"):
            decide(house, "retry", 2)

    assert outcomes(house) == {"undeliverable": 7}


def test_dropping_one_part_leaves_the_papers_of_another_for_the_next_digest(house: House) -> None:
    many = [f"Paper map number {n:02}, told at such length that few fit " * 6 for n in range(20)]
    with FakeSlack("ok", "invalid_blocks", "429 3000") as slack:
        subscribed(house, slack)
        (house.folder / "inbox" / "monday.jsonl").unlink()
        house.drop("many.jsonl", *({"title": one, "abstract": one * 9} for one in many))
        house.run()
        assert states(house)[:3] == ["sent", "failed", "retry"]
        before = outcomes(house)["undeliverable"]
        decide(house, "drop", 3)

    assert outcomes(house)["undeliverable"] == before


def test_a_first_message_that_a_person_found_gives_its_threads_papers_back(house: House) -> None:
    with FakeSlack("take and drop") as slack:
        slack.scopes.remove("channels:history")
        subscribed(house, slack)
        config = (house.folder / "paperdigest.toml").read_text()
        house.write("paperdigest.toml", config.replace("[slack]", '[slack]\non_unknown = "hold"'))
        house.run()
        house.wait(minutes=20)
        house.deliver()
        assert states(house)[:2] == ["held", "pending"]
        decide(house, "was_sent", 1)
        assert states(house)[:2] == ["sent", "failed"]
        house.wait(days=1)
        house.run()

    assert sorted(title for message in slack.posted for title in shown(message)) == SEVEN


# ------------------------------------------------------------------ several targets


def test_papers_that_one_target_had_no_room_for_and_another_refused_come_again(
    house: House,
) -> None:
    with FakeSlack() as slack:
        hooked(house, slack, "slack-webhook:team", "file:outbox")
        house.ingest()
        house.compose()
        with house.app.open_store() as store, store.transaction():
            store.write("UPDATE deliveries SET payload = NULL WHERE target = 'file:outbox'")
        house.deliver()

    had = len(named(slack.posted))
    assert states(house) == ["sent", "failed"]
    assert outcomes(house)["undeliverable"] == 40 - had > 0


# ------------------------------------------------------------------ digests that overtake each other


def test_a_digest_of_which_a_part_went_out_later_is_not_sent_again(house: House) -> None:
    both = ADA + '\n[[topic]]\nname = "Graphs"\nkeywords = ["graph"]\n'
    house.write("subscriptions/ada.toml", both)
    house.drop("monday.jsonl", "Folding paper maps again", "A graph of graphs")
    house.ingest()
    wire = wired(house, Wire(Refused("550")))
    house.deliver()
    house.write("subscriptions/ada.toml", ADA)
    house.app._channels["file"] = wire
    house.wait(days=1)
    house.compose("ada")
    house.deliver()
    with pytest.raises(UsageError, match="later digest"):
        decide(house, "retry", 1)


def test_a_digest_taken_up_again_while_the_next_is_drafted_has_its_papers_alone(
    composed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paperdigest.flow import compose as composing

    wire = wired(composed, Wire(Refused("550")))
    composed.deliver()
    composed.wait(days=1)
    before = composing._drafts

    def drafted(*args: object) -> object:
        yield from before(*args)  # type: ignore[arg-type]
        decide(composed, "retry", 1)

    monkeypatch.setattr(composing, "_drafts", drafted)
    composed.compose()
    monkeypatch.undo()
    composed.deliver()

    assert len([part for part, _ in wire.handed if part.key.endswith(".0")]) == 2
    assert outcomes(composed) == {"sent": 1}


# ------------------------------------------------------------------ days, and looks


def test_the_days_of_trying_begin_anew_when_a_person_asks_for_it(composed: House) -> None:
    wired(composed, Wire(Refused("550"), Retry("450 later")))
    composed.deliver()
    composed.wait(days=6)
    decide(composed, "retry", 1)
    composed.deliver()

    assert states(composed)[0] == "retry"


def test_many_rows_in_doubt_do_not_keep_a_new_one_waiting(house: House) -> None:
    for number in range(8):
        house.write(f"subscriptions/r{number}.toml", ADA.replace("outbox", f"out{number}"))
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    wire = wired(house, Wire(*[Unknown("no answer")] * 9))
    house.deliver()
    house.wait(minutes=20)
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'pending' WHERE id = 9")
    wire.handed.clear()
    wire.answers = [Sent()] * 20
    house.deliver()

    assert wire.handed[0][0].key == rows(house)[8].key
    assert len(wire.handed) == 9


def test_a_database_made_between_two_releases_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "paperdigest.db"
    open_store(path, write=True).close()
    with closing(sqlite3.connect(path)) as old:
        for statement in (
            "DROP TABLE ways",
            "DROP TABLE run_digests",
            "DROP TABLE runs",
            "ALTER TABLE outcomes DROP COLUMN part",
            "ALTER TABLE deliveries DROP COLUMN by_hand",
            "ALTER TABLE deliveries DROP COLUMN left_out",
            "ALTER TABLE digests DROP COLUMN overtaken",
            *(f"DROP INDEX deliveries_{name}" for name in ("payloads", "unsent", "in_doubt")),
            "DELETE FROM _sqlite_migrations WHERE name = 'm004_parts'",
            "PRAGMA user_version = 3",
        ):
            old.execute(statement)
        old.commit()

    with open_store(path, write=True) as store:
        assert store.rows("SELECT * FROM ways") == store.rows("SELECT * FROM runs") == []
        assert deliveries.counts(store)["sent"] == 0
