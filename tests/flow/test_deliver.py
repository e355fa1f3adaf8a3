"""What becomes of a message whose delivery fails, is cut off, or is no longer wanted."""

from __future__ import annotations

from datetime import datetime

import pytest

from house import ADA, House
from paperdigest.core.errors import LockHeld, UsageError
from paperdigest.core.ports import Outcome, Part, Refused, Retry, Sent, Unknown
from paperdigest.failpoints import broken
from paperdigest.flow import resolve
from paperdigest.flow.standing import reasons
from paperdigest.flow.why import why
from paperdigest.store import deliveries, history
from paperdigest.store.deliveries import Delivery
from paperdigest.store.locks import FileLock
from wire import Wire, wired


@pytest.fixture
def composed(house: House) -> House:
    """A house with one digest in the outbox."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.app.channel("file")
    return house


def rows(house: House) -> list[Delivery]:
    with house.app.open_store(write=False) as store:
        return deliveries.listed(store)


def states(house: House) -> list[str]:
    return [row.state for row in reversed(rows(house))]


def answer(house: House) -> str:
    with house.app.open_store(write=False) as store:
        key, paper = history.find_papers(store, "Folding")[0]
        return why(store, house.app.readers(store)[0], key, paper, house.now).answer


def test_a_temporary_failure_goes_out_with_a_later_run_with_the_same_bytes(composed: House) -> None:
    wire = wired(composed, Wire(Retry("the server is down")))
    composed.deliver()
    assert states(composed) == ["retry"]
    assert answer(composed) == "pending"

    composed.wait(days=1)
    composed.deliver()

    assert states(composed) == ["sent"]
    assert answer(composed) == "sent"
    assert [part for part, _ in wire.handed] == [wire.handed[0][0]] * 2


def test_a_retry_waits_its_time(composed: House) -> None:
    wire = wired(composed, Wire(Retry("the server is down")))
    composed.deliver()
    composed.wait(minutes=14)
    composed.deliver()
    assert len(wire.handed) == 1

    composed.wait(minutes=3)
    composed.deliver()
    assert len(wire.handed) == 2


def test_after_five_days_of_failures_the_papers_return_to_the_next_digest(composed: House) -> None:
    wire = wired(composed, Wire(*[Retry("the server is down")] * 100))
    composed.deliver()
    for _ in range(6):
        composed.wait(days=1)
        composed.deliver()
    assert states(composed) == ["failed"]

    wire.answers.clear()
    composed.run()

    assert states(composed) == ["failed", "sent"]
    assert answer(composed) == "sent"


def test_a_refusal_is_final_and_gives_the_papers_back(composed: House) -> None:
    wired(composed, Wire(Refused("no such mailbox")))
    composed.deliver()
    assert states(composed) == ["failed"]
    assert answer(composed) == "undeliverable"

    composed.wait(days=1)
    composed.run()

    assert states(composed) == ["failed", "sent"]


def test_an_unknown_outcome_is_sent_once_more_after_a_grace_time_with_the_same_bytes(
    composed: House,
) -> None:
    wire = wired(composed, Wire(Unknown("no answer"), Unknown("no answer")))
    composed.deliver()
    composed.wait(minutes=10)
    composed.deliver()
    assert (states(composed), len(wire.handed)) == (["unknown"], 1)

    composed.wait(minutes=6)
    composed.deliver()
    assert [part for part, _ in wire.handed] == [wire.handed[0][0]] * 2

    composed.wait(days=1)
    composed.deliver()
    # The third is the word about it: the one reader is the operator.
    assert (states(composed), len(wire.handed)) == (["held", "sent"], 3)


def test_an_unknown_outcome_is_held_where_the_config_says_so(composed: House) -> None:
    wire = wired(composed, Wire(Unknown("no answer"), on_unknown="hold"))
    composed.deliver()
    composed.wait(days=1)
    composed.deliver()

    # The second is the word about it.
    assert (states(composed), len(wire.handed)) == (["held", "sent"], 2)


class Looking(Wire):
    """A channel that can be read back."""

    def __init__(self, *answers: Outcome, found: Outcome) -> None:
        super().__init__(*answers)
        self.found = found

    def look_back(self, part: Part, after: str, since: datetime) -> Outcome:
        return self.found


@pytest.mark.parametrize(
    ("found", "state", "times"),
    [
        (Sent("it is there"), "sent", 1),
        (Retry("it is not there"), "sent", 2),
        (Unknown("no scope"), "sent", 2),
    ],
    ids=["there", "not there", "cannot tell"],
)
def test_a_channel_that_can_be_read_back_is_asked_first(
    composed: House, found: Outcome, state: str, times: int
) -> None:
    wire = wired(composed, Looking(Unknown("no answer"), found=found))
    composed.deliver()
    composed.wait(minutes=16)
    composed.deliver()

    assert (states(composed), len(wire.handed)) == ([state], times)


def test_a_row_found_in_sending_is_not_blindly_sent_again(composed: House) -> None:
    wire = wired(composed, Wire())
    with composed.app.open_store() as store, store.transaction():
        deliveries.claim(store, [1], composed.now, process="a process that was killed")

    composed.deliver()

    assert (states(composed), wire.handed) == (["unknown"], [])


def test_parts_below_go_out_after_their_parent_and_get_its_receipt(composed: House) -> None:
    wire = wired(composed, Wire(parts=3))
    composed.deliver()

    assert [(part.number, after) for part, after in wire.handed] == [
        (0, ""),
        (1, "receipt 0"),
        (2, "receipt 0"),
    ]


def test_parts_wait_while_their_parent_failed_for_now(composed: House) -> None:
    wire = wired(composed, Wire(Retry("busy"), parts=2))
    composed.deliver()

    assert [part.number for part, _ in wire.handed] == [0]
    assert states(composed) == ["retry", "pending"]


def test_parts_of_a_refused_parent_end_with_it(composed: House) -> None:
    wired(composed, Wire(Refused("no such channel"), parts=2))
    composed.deliver()

    assert states(composed) == ["failed", "failed"]


def test_a_target_that_left_the_config_gets_nothing_more(composed: House) -> None:
    wire = wired(composed, Wire())
    composed.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:elsewhere"))
    composed.deliver()

    assert wire.handed == []
    assert states(composed) == ["dropped"]
    assert answer(composed) == "undeliverable"


def test_the_config_may_change_between_compose_and_deliver_without_touching_the_bytes(
    composed: House,
) -> None:
    wire = wired(composed, Wire())
    composed.write("templates/subject.txt.j2", "Something else")
    composed.app._channels["file"] = wire
    composed.deliver()

    assert b"Something else" not in wire.handed[0][0].payload


def test_only_one_process_delivers(composed: House) -> None:
    wired(composed, Wire())
    with (
        FileLock(composed.app.settings.storage / "deliver.lock").holding(),
        pytest.raises(LockHeld),
    ):
        composed.deliver()

    assert states(composed) == ["pending"]


def test_a_stop_between_two_messages_leaves_the_rest_for_the_next_run(house: House) -> None:
    house.write("subscriptions/ben.toml", ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.app.channel("file")
    wire = wired(house, Wire())

    with house.app.open_store() as store:
        house.app.deliver(store, lambda: len(wire.handed) > 0)
    assert sorted(states(house)) == ["retry", "sent"]

    house.deliver()
    assert states(house) == ["sent", "sent"]


def test_retrying_a_failed_delivery_takes_its_papers_back(composed: House) -> None:
    wire = wired(composed, Wire(Refused("mailbox full")))
    composed.deliver()
    assert answer(composed) == "undeliverable"

    with composed.app.open_store() as store, store.transaction():
        resolve.again(store, 1, composed.now)
    composed.deliver()
    composed.wait(days=1)
    composed.run()

    assert (states(composed), len(wire.handed)) == (["sent"], 2)
    assert answer(composed) == "sent"


def test_retrying_is_refused_once_a_later_digest_has_the_papers(composed: House) -> None:
    wired(composed, Wire(Refused("mailbox full")))
    composed.deliver()
    composed.wait(days=1)
    composed.run()

    with (
        composed.app.open_store() as store,
        store.transaction(),
        pytest.raises(UsageError, match="later digest"),
    ):
        resolve.again(store, 1, composed.now)


def test_dropping_a_failed_delivery_drops_its_papers_for_good(composed: House) -> None:
    wire = wired(composed, Wire(Refused("mailbox full"), parts=2))
    composed.deliver()
    with composed.app.open_store() as store, store.transaction():
        resolve.drop(store, 1, composed.now)

    composed.wait(days=1)
    composed.run()

    assert len(wire.handed) == 1
    assert answer(composed) == "dropped"


def test_a_round_that_could_not_write_down_what_it_sent_leaves_no_row_behind(
    composed: House,
) -> None:
    wire = wired(composed, Wire())
    with composed.app.open_store() as store, store.transaction():
        deliveries.claim(store, [1], composed.now, process=composed.app.process)

    composed.deliver()
    assert states(composed) == ["unknown"]
    composed.wait(minutes=16)
    composed.deliver()

    assert (states(composed), len(wire.handed)) == (["sent"], 1)


def test_a_reader_added_while_the_outbox_is_emptied_gets_theirs(composed: House) -> None:
    wire = wired(composed, Wire())
    old_app = composed.app
    composed.write("subscriptions/bob.toml", ADA)
    composed.app._channels["file"] = wire
    composed.compose()

    with old_app.open_store() as store:
        old_app._channels["file"] = wire
        old_app.deliver(store)

    assert states(composed) == ["sent", "sent"]


def test_a_withdrawn_notice_that_failed_comes_with_the_next_digest(house: House) -> None:
    paper = {"id": "arxiv:2611.00001", "title": "Folding paper maps again", "abstract": "Creases."}
    house.drop("monday.jsonl", paper)
    house.run()
    house.wait(days=1)
    house.drop("tuesday.jsonl", {**paper, "withdrawn": True})
    house.ingest()
    house.app.channel("file")
    wire = wired(house, Wire(Refused("mailbox full")))
    house.deliver()

    house.wait(days=1)
    house.run()

    assert len(wire.handed) == 2
    assert b"Withdrawn: Folding paper maps again" in wire.handed[1][0].payload


class Blind(Wire):
    """A wire that can be asked what arrived, and breaks over the question."""

    def look_back(self, part: Part, after: str, since: datetime) -> Outcome:
        raise RuntimeError("out of order")


def test_a_look_back_that_breaks_sends_nothing_again_and_ends_with_a_person(
    composed: House,
) -> None:
    wire = wired(composed, Blind(Unknown("no answer")))
    composed.deliver()
    for _ in range(9):
        composed.wait(days=1)
        composed.deliver()

    assert [row.target for row in rows(composed) if row.state == "held"] == ["file:outbox"]
    assert [part.key for part, _ in wire.handed].count(wire.handed[0][0].key) == 1


def test_a_file_in_doubt_is_written_again_as_often_as_it_takes(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()
    for _ in range(3):
        with broken("file.write=raise"):
            house.deliver()
        house.wait(minutes=20)
    house.deliver()

    assert states(house) == ["sent"]
    assert house.titles() == [["Folding paper maps again"]]


def test_a_row_that_a_person_sends_again_says_that_it_may_come_twice(composed: House) -> None:
    wired(composed, Wire(Unknown("no answer"), on_unknown="hold"))
    composed.deliver()
    composed.wait(minutes=20)
    composed.deliver()
    with composed.app.open_store() as store, store.transaction():
        resolve.again(store, 1, composed.now)
    composed.deliver()

    with composed.app.open_store(write=False) as store:
        row = deliveries.by_ids(store, [1])[0]
        (said,) = reasons(store, [row], composed.now, composed.app.channel)
    assert (row.state, row.resent, row.by_hand) == ("sent", 0, 1)
    assert "may have it twice" in said


def test_a_row_that_surely_did_not_go_says_no_such_thing(composed: House) -> None:
    wired(composed, Wire(Retry("busy")))
    composed.deliver()
    with composed.app.open_store() as store, store.transaction():
        resolve.again(store, 1, composed.now)

    assert rows(composed)[-1].by_hand == 0


def test_what_comes_within_one_second_can_be_sent_at_once_each_time(house: House) -> None:
    for number in range(3):
        house.drop(f"{number}.jsonl", f"Paper map number {number}")
        house.ingest()
        house.compose("ada")
    house.deliver()

    assert sorted(house.titles()) == [[f"Paper map number {number}"] for number in range(3)]
