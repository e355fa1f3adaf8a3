"""`formerly` says that a name is only a new one: what was sent under the old name is not sent again, and nothing
is left out, also where that is said late."""

from __future__ import annotations

import logging

import pytest

from house import ADA, CONFIG, House
from paperdigest.cli.check import warnings_from_history
from paperdigest.store import digests, subscribers
from paperdigest.store.suppressions import EVERYTHING, Suppression, suppress, suppressions

FORMERLY_ADA = 'formerly = "ada"\n'
#: The first digest of a name that nobody said is only a new one looks back over this, and repeats it.
SHORT = 'backfill = "1 day"\n'


@pytest.fixture
def renamed(house: House) -> House:
    """Ada was sent a paper; then her file is called zoe.toml, and the service has seen that."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=2)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", SHORT + ADA)
    house.run()
    return house


def said_late(house: House, text: str = SHORT + ADA) -> None:
    house.write("subscriptions/zoe.toml", FORMERLY_ADA + text)


def names(house: House) -> set[str]:
    with house.app.open_store(write=False) as store:
        return set(subscribers.registered(store))


def test_what_the_old_name_was_sent_is_not_sent_again(renamed: House) -> None:
    said_late(renamed, ADA)
    renamed.drop("tuesday.jsonl", "Reading paper maps aloud")
    renamed.wait(days=1)

    renamed.run()

    assert renamed.titles() == [["Folding paper maps again"], ["Reading paper maps aloud"]]


def test_what_came_between_the_two_names_is_sent(house: House) -> None:
    """Later than the old name's last digest, and before what the new one's first digest looked back over."""
    house.write("subscriptions/ada.toml", ADA.replace("daily 08:00", "weekly mon 08:00"))
    house.drop("friday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(hours=1)
    house.drop("later.jsonl", "Paper maps of the moon")
    house.ingest()
    house.wait(days=2)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", SHORT + ADA)
    house.drop("sunday.jsonl", "Reading paper maps aloud")
    house.run()
    said_late(house)
    house.wait(days=1)

    house.run()

    assert house.titles() == [
        ["Folding paper maps again"],
        ["Reading paper maps aloud"],
        ["Paper maps of the moon"],
    ]


def test_what_both_names_were_sent_stands_in_the_ledger_once(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", ADA)
    house.wait(days=1)
    house.run()
    assert house.titles() == [["Folding paper maps again"]] * 2
    said_late(house, ADA)
    house.wait(days=1)

    assert house.run().digests == ()
    with house.app.open_store(write=False) as store:
        (row,) = [row for name, row in subscribers.registered(store).items() if name == "zoe"]
        assert len(digests.outcomes_for(store, row.id, [1])) == 1
        assert len(digests.digests_of(store, row.id)) == 2


def test_the_old_name_is_gone_and_the_history_is_the_new_ones(renamed: House) -> None:
    said_late(renamed)
    renamed.run()

    assert names(renamed) == {"zoe"}


def test_what_waited_for_the_old_name_is_in_the_next_digest(house: House) -> None:
    """It was composed, and could not be sent before the name went."""
    nothing_back = 'backfill = "0 days"\n' + ADA
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:no/folder"))
    house.write("no", "a file where a folder should be")
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", nothing_back)
    house.wait(days=1)
    house.run()
    assert house.titles() == []
    said_late(house, nothing_back)

    house.run()
    house.wait(days=1)
    house.run()

    assert house.titles() == [["Folding paper maps again"]]


@pytest.mark.parametrize("stopped", ["ada", "zoe"])
def test_who_was_stopped_under_either_name_stays_stopped(renamed: House, stopped: str) -> None:
    with renamed.app.open_store() as store, store.transaction():
        for name, row in subscribers.registered(store).items():
            kind = "stopped" if name == stopped else "paused"
            suppress(store, Suppression(row.id, EVERYTHING, kind), renamed.now)
    said_late(renamed)
    renamed.run()

    with renamed.app.open_store(write=False) as store:
        assert [held.kind for held in suppressions(store).values()] == ["stopped"]


def test_that_a_history_went_over_is_logged_once(
    renamed: House, caplog: pytest.LogCaptureFixture
) -> None:
    said_late(renamed)
    with caplog.at_level(logging.INFO, "paperdigest.flow.register"):
        renamed.run()
        renamed.wait(days=1)
        renamed.run()

    said = [line.getMessage() for line in caplog.records if line.name.endswith("register")]
    assert said == ["subscriber-renamed subscriber=zoe formerly=ada"]


def test_an_old_name_that_was_never_known_changes_nothing(renamed: House) -> None:
    renamed.write("subscriptions/zoe.toml", 'formerly = "eva"\n' + SHORT + ADA)
    renamed.run()

    assert names(renamed) == {"ada", "zoe"}


@pytest.mark.parametrize("newcomer", ["abe", "zoe"])
def test_who_is_still_there_is_not_taken_over(house: House, newcomer: str) -> None:
    """Not by a file that is read first, nor while the own file is broken."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.write(f"subscriptions/{newcomer}.toml", FORMERLY_ADA + ADA)
    house.write("subscriptions/ada.toml", ADA + "\nnonsense =")
    house.wait(days=1)
    house.run()

    with house.app.open_store(write=False) as store:
        row = subscribers.registered(store)["ada"]
        assert row.gone_at is None
        assert len(digests.outcomes_for(store, row.id, [1])) == 1


def test_a_reader_of_the_main_file_does_not_take_over_one_of_a_file(house: House) -> None:
    house.run()
    topic = '[[subscriber.topic]]\nname = "Maps"\nkeywords = "paper map"\n'
    inline = f'[[subscriber]]\nname = "zoe"\nformerly = "ada"\ndeliver = "file:zoe"\n{topic}'
    house.write("paperdigest.toml", CONFIG + inline)
    house.wait(days=1)
    house.run()

    assert names(house) == {"ada", "zoe"}


def test_only_the_first_of_two_who_say_the_same_takes_a_name_over(house: House) -> None:
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", FORMERLY_ADA + ADA)
    house.write("subscriptions/eva.toml", FORMERLY_ADA + ADA)
    house.run()

    assert names(house) == {"eva", "zoe"}


def test_others_may_write_between_two_renames(house: House) -> None:
    """Each may take a while, and a transaction keeps everybody else from writing."""
    for name in ("ada", "eva"):
        house.write(f"subscriptions/{name}.toml", ADA)
    for name in ("zoe", "yan"):
        house.write(f"subscriptions/{name}.toml", ADA)
    house.run()
    for old, new in (("ada", "zoe"), ("eva", "yan")):
        (house.folder / f"subscriptions/{old}.toml").unlink()
        house.write(f"subscriptions/{new}.toml", f'formerly = "{old}"\n' + ADA)
    asked: list[str] = []
    with house.app.open_store() as store:
        store.db.conn.set_trace_callback(asked.append)
        house.app.register(store, house.now)
        store.db.conn.set_trace_callback(None)

    assert names(house) == {"zoe", "yan"}
    went_over = [at for at, sql in enumerate(asked) if sql.startswith("UPDATE lanes SET subscri")]
    first, second = went_over
    assert "COMMIT" in asked[first:second]


# ------------------------------------------------------------------------------------------------ check

QUESTION = 'if zoe is who ada was, add formerly = "ada"'


def warned(house: House) -> str:
    with house.app.open_store(write=False) as store:
        return "\n".join(warnings_from_history(house.app.settings, store, house.now))


def called_zoe(house: House, text: str = ADA) -> None:
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/zoe.toml", text)


def test_check_asks_whether_a_newcomer_is_one_who_left(house: House) -> None:
    house.run()
    called_zoe(house)

    assert QUESTION in warned(house)


def test_check_asks_so_also_after_the_service_has_seen_the_new_name(renamed: House) -> None:
    assert QUESTION in warned(renamed)


@pytest.mark.parametrize("seen", [False, True])
def test_check_asks_no_more_once_it_is_said(renamed: House, *, seen: bool) -> None:
    said_late(renamed)
    if seen:
        renamed.run()

    assert "ada" not in warned(renamed)


def test_check_asks_nothing_of_a_newcomer_who_is_served_elsewhere(house: House) -> None:
    house.run()
    called_zoe(house, ADA.replace("file:outbox", "file:zoe"))

    said = warned(house)

    assert "if zoe is" not in said
    assert '"ada" left the config' in said


def test_check_asks_nothing_of_whoever_was_there_before(house: House) -> None:
    house.write("subscriptions/zoe.toml", ADA)
    house.run()
    house.wait(days=3)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.reload()

    assert "if zoe is" not in warned(house)


def test_check_asks_nothing_long_after(renamed: House) -> None:
    """Who left and who came is known by then."""
    renamed.wait(days=40)

    assert "ada" not in warned(renamed)
