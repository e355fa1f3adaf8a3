"""Forgetting a person: nothing of them is left in the files of the database, and the counts stay."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from house import ADA, CONFIG, NO_MAIL, House
from paperdigest.cli import forget as forget_command
from paperdigest.core.errors import LockHeld
from paperdigest.core.ports import Form, Message, Outcome, Part, Sent
from paperdigest.flow.forget import find, forget, scrub
from paperdigest.store import deliveries, erasure, subscribers, suppressions
from paperdigest.store.locks import DELIVER_LOCK, FileLock
from paperdigest.store.suppressions import Suppression
from program import Program

WITH_MAIL = (
    'operator = "file:ops"\n'
    + CONFIG
    + """
[email]
host = "127.0.0.1"
port = 9
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""
)
ZERLINA = """
deliver = ["quist@zmail.example", "file:outbox"]
schedule = "daily 07:53"
timezone = "Pacific/Chatham"

[[topic]]
name = "Zirconium"
keywords = ["paper map", "{word}"]

[[topic]]
name = "Zebras"
keywords = ["zebrafish"]
schedule = "weekly sun 06:47"
"""
#: What says something about her. The rest of what she had, papers and times, others had too.
TRACES = (b"zerlina", b"quist", b"zmail", b"zirconium", b"zebras", b"chatham", b"07:53", b"06:47")


@pytest.fixture
def lived(house: House) -> House:
    """A house in which zerlina read for a week, with all that the ledger can say of a person; she has left."""
    house.write("paperdigest.toml", WITH_MAIL)
    for day in range(4):
        house.write("subscriptions/zerlina.toml", ZERLINA.replace("{word}", f"zword{day}"))
        house.drop(f"day{day}.jsonl", f"Folding paper maps on day {day}", f"Zebrafish, part {day}")
        house.run()
        house.wait(days=2)
    house.write("subscriptions/zerlina.toml", "deliver = 7\n")  # both she and the operator are told
    house.run()
    house.write("subscriptions/zerlina.toml", ZERLINA)
    with house.app.open_store() as store, store.transaction():
        id_ = subscribers.registered(store)["zerlina"].id
        target = "email:quist@zmail.example"
        suppressions.suppress(
            store, Suppression(id_, target, "paused", None, "quist said so"), house.now
        )
    (house.folder / "subscriptions/zerlina.toml").unlink()
    house.reload()
    return house


def database_bytes(house: House) -> bytes:
    """Return all files of the database as they are now, in lower case."""
    found = sorted(house.app.settings.storage.glob("paperdigest.db*"))
    return b"".join(path.read_bytes() for path in found).lower()


def figures(house: House) -> tuple[int, int, int]:
    with house.app.open_store(write=False) as store:
        (digests, papers) = store.rows("SELECT count(*), sum(papers) FROM digests")[0]
        return digests, papers, sum(deliveries.counts(store).values())


def test_nothing_of_a_forgotten_person_is_left_in_the_bytes_of_the_database(
    lived: House, program: Program
) -> None:
    before = database_bytes(lived)
    assert [trace for trace in TRACES if trace not in before] == []

    # Beside another connection, as beside the service: the last one to close would empty the log itself.
    with lived.app.open_store():
        said = program("forget", "zerlina", "--yes")
        after = database_bytes(lived)

    assert said.code == 0
    assert [trace for trace in TRACES if trace in after] == []


def test_a_digest_of_theirs_that_could_not_be_made_is_forgotten(
    house: House, program: Program
) -> None:
    house.write("paperdigest.toml", 'operator = "file:ops"\n' + CONFIG + NO_MAIL)
    house.write("subscriptions/zerlina.toml", ZERLINA)
    house.drop("a.jsonl", "Folding paper maps")
    assert program("run", "--once", "--now", house.now.isoformat()).code == 4
    assert b"digest fails zerlina" in database_bytes(house)
    (house.folder / "subscriptions/zerlina.toml").unlink()
    house.reload()

    assert program("forget", "zerlina", "--yes").code == 0

    assert b"zerlina" not in database_bytes(house)


def test_what_an_earlier_change_left_in_free_space_goes_too(lived: House, program: Program) -> None:
    """Where SQLite is built without it, what is deleted or updated stays in the file until it is used again."""
    file = lived.app.settings.storage / "paperdigest.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("PRAGMA secure_delete = OFF")
        other.execute("INSERT INTO facts VALUES ('old', ?)", ["once there was zerlina " * 50_000])
        other.commit()
        other.execute("DELETE FROM facts WHERE name = 'old'")
    assert b"once there was zerlina" in database_bytes(lived)

    with lived.app.open_store():
        program("forget", "zerlina", "--yes")
        assert b"once there was zerlina" not in database_bytes(lived)


def test_no_frozen_bytes_of_hers_or_about_her_are_left(lived: House, program: Program) -> None:
    program("forget", "zerlina", "--yes")

    with lived.app.open_store(write=False) as store:
        rows = store.rows(
            "SELECT s.name FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
            " WHERE d.payload IS NOT NULL GROUP BY s.name"
        )
    assert rows == [("ada",)]


def test_the_counts_stay_under_a_nameless_stub(lived: House, program: Program) -> None:
    lived.run()  # she is known to have left
    before = figures(lived)
    with lived.app.open_store(write=False) as store:
        id_ = subscribers.registered(store)["zerlina"].id

    said = program("forget", "zerlina", "--yes")

    assert figures(lived) == before
    with lived.app.open_store(write=False) as store:
        stub = subscribers.registered(store)[f"(forgotten {id_})"]
        (told, rows, outcomes) = erasure.counts_of(store, id_)
        assert (stub.last_good.deliver, stub.last_good.topics, outcomes) == ((), (), 0)
        targets = erasure.targets_of(store, id_)
    assert targets == {"email:", "file:"}
    assert f"zerlina is forgotten: {told} digests and {rows} deliveries stay as numbers" in said.out


def test_what_had_not_gone_out_is_dropped(lived: House, program: Program) -> None:
    with lived.app.open_store(write=False) as store:
        id_ = subscribers.registered(store)["zerlina"].id
        waiting = [
            row for row in deliveries.listed(store, subscriber_id=id_) if row.state == "retry"
        ]
        assert waiting

    program("forget", "zerlina", "--yes")

    with lived.app.open_store(write=False) as store:
        states = {row.id: row.state for row in deliveries.listed(store, subscriber_id=id_)}
    assert {states[row.id] for row in waiting} == {"dropped"}


def test_the_others_go_on_and_the_next_run_knows_nothing_of_her(
    lived: House, program: Program
) -> None:
    program("forget", "zerlina", "--yes")
    before = len(lived.digests())
    lived.wait(days=1)
    lived.drop("later.jsonl", "Folding paper maps later")

    report = lived.run()

    assert [digest.subscriber for digest in report.digests] == ["ada"]
    assert len(lived.digests()) == before + 1
    assert not any(trace in database_bytes(lived) for trace in TRACES)


def test_a_name_in_the_config_is_not_forgotten(house: House, program: Program) -> None:
    house.run()

    said = program("forget", "ada", "--yes")

    assert said.code == 2
    assert '"ada" is still in the config · take them out first' in said.err


def test_a_subscriber_whose_file_cannot_be_read_is_in_the_config(
    house: House, program: Program
) -> None:
    house.run()
    house.write("subscriptions/ada.toml", "deliver = 7\n")

    assert "still in the config" in program("forget", "ada", "--yes").err


@pytest.mark.parametrize("name", ["nobody", "(operator)", "(forgotten 1)"])
def test_who_is_not_known_cannot_be_forgotten(lived: House, program: Program, name: str) -> None:
    program("forget", "zerlina", "--yes")

    said = program("forget", name, "--yes")

    assert (said.code, f'there is no subscriber "{name}"' in said.err) == (2, True)


def test_it_asks_first(lived: House, program: Program) -> None:
    said = program("forget", "zerlina")

    assert said.code == 2
    assert "email:quist@zmail.example" in said.err
    assert "paperdigest forget zerlina --yes" in said.err
    assert b"zerlina" in database_bytes(lived)


def test_the_address_of_an_only_subscriber_goes_from_what_the_operator_was_told_too(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", ADA.replace('"file:outbox"', '"quist@zmail.example"'))
    house.write("paperdigest.toml", WITH_MAIL.replace('operator = "file:ops"\n', ""))
    house.drop_bytes("broken.jsonl", b"\x00\x01")  # of which the operator, who is ada, is told
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.reload()
    assert b"zmail" in database_bytes(house)

    with house.app.open_store():
        assert program("forget", "ada", "--yes").code == 0
        assert b"zmail" not in database_bytes(house)


def test_a_damaged_notice_is_erased_as_if_it_named_the_person(
    lived: House, program: Program
) -> None:
    """What it says cannot be told, and could still be told by who mends it. It is not sent any more."""
    with lived.app.open_store() as store, store.transaction():
        (id_,) = store.rows("SELECT min(id) FROM deliveries WHERE target = 'file:ops'")[0]
        store.write(
            "UPDATE deliveries SET state = 'retry', payload = x'00ff11' WHERE id = ?", [id_]
        )
        store.write(
            "UPDATE digests SET title = 'Word' WHERE id ="
            " (SELECT digest_id FROM deliveries WHERE id = ?)",
            [id_],
        )

    said = program("forget", "zerlina", "--yes")

    with lived.app.open_store(write=False) as store:
        left = store.rows("SELECT state, payload FROM deliveries WHERE id = ?", [id_])
    assert (said.code, left) == (0, [("dropped", None)])


def test_a_damaged_notice_takes_no_sound_one_with_it(house: House, program: Program) -> None:
    house.write("paperdigest.toml", 'operator = ["file:ops", "file:other"]\n' + CONFIG)
    house.drop_bytes("broken.jsonl", b"\x00\x01")
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.reload()
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'retry'")
        store.write("UPDATE deliveries SET payload = x'00ff11' WHERE target = 'file:ops'")

    program("forget", "ada", "--yes")

    with house.app.open_store(write=False) as store:
        states = dict(store.rows("SELECT target, state FROM deliveries"))
    assert (states["file:ops"], states["file:other"]) == ("dropped", "retry")


def test_an_address_that_another_subscriber_uses_stays_theirs(
    lived: House, program: Program
) -> None:
    program("forget", "zerlina", "--yes")

    with lived.app.open_store(write=False) as store:
        ada = subscribers.registered(store)["ada"]
        assert ada.last_good.deliver == ("file:outbox",)
        assert {row.target for row in deliveries.listed(store, subscriber_id=ada.id)} == {
            "file:outbox"
        }


def test_while_another_process_reads_it_says_so_and_ends_the_work_later(
    lived: House, program: Program
) -> None:
    with lived.app.open_store() as store, lived.app.open_store(write=False) as other:
        lived.app.register(store, lived.now)
        forget(store, find(store, "zerlina", {"ada"}), ("file:ops",), lived.now)
        store.db.conn.execute("PRAGMA busy_timeout = 10")
        with other.reading():
            other.rows("SELECT 1 FROM subscribers")
            with pytest.raises(LockHeld, match="read by another process"):
                scrub(store)

    said = program("forget", "zerlina", "--yes")

    assert (said.code, "writing the file anew" in said.out) == (0, True)
    assert not any(trace in database_bytes(lived) for trace in TRACES)
    assert program("forget", "zerlina", "--yes").code == 2


def test_nobody_is_forgotten_while_messages_are_in_hand(
    lived: House, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_command, "_PATIENCE", 0.0)
    with FileLock(lived.app.settings.storage / DELIVER_LOCK).holding():
        said = program("forget", "zerlina", "--yes")

    assert said.code == 5
    assert b"zerlina" in database_bytes(lived)


class Slow:
    """A channel during whose preparing somebody is forgotten by another process."""

    name = "file"
    forms = frozenset(Form)
    on_unknown = "hold"

    def __init__(self, house: House) -> None:
        self.house = house
        self.called = 0

    def prepare(self, message: Message, target: str, *, key: str, at: datetime) -> tuple[Part, ...]:
        self.called += 1
        with self.house.app.open_store() as store:
            forget(store, find(store, "ada", ()), (), self.house.now)
        return (Part(target, 0, key, b"all about ada"),)

    def send(self, part: Part, after: str) -> Outcome:
        return Sent()

    def close(self) -> None:
        pass


def test_a_digest_in_the_making_is_not_written_for_who_was_just_forgotten(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.app.channel("file")
    slow = house.app._channels["file"] = Slow(house)

    report = house.compose()

    assert (slow.called, report.digests) == (1, ())
    with house.app.open_store(write=False) as store:
        assert store.rows("SELECT count(*) FROM deliveries") == [(0,)]


def test_a_sound_database_without_free_pages_is_left(lived: House, program: Program) -> None:
    program("forget", "zerlina", "--yes")

    with lived.app.open_store(write=False) as store:
        assert store.rows("PRAGMA integrity_check") == [("ok",)]
        assert store.rows("PRAGMA foreign_key_check") == []
        assert store.rows("PRAGMA freelist_count") == [(0,)]
