"""The service's care for its database: the nightly backup, the weekly examination, what the operator hears, what a
start looks at, and that a damaged or deleted database stops it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from house import CONFIG, House
from machine.breaking import files_no_larger_than
from paperdigest import care, machine, startup
from paperdigest.cli.beginning import Decided, begun
from paperdigest.core.errors import StoreDamaged, StoreError, StoreFull
from paperdigest.failpoints import CONSENT, GUARD, PLAN
from paperdigest.flow import backups, host
from paperdigest.flow.attention import wants
from paperdigest.rounds import AppRounds
from paperdigest.store import archive, backup, history
from paperdigest.store.connection import open_store
from paperdigest.store.locks import FileLock
from paperdigest.store.schema import SCHEMA_VERSION, migrations
from program import Program
from running import PATIENCE, command, said, service

OPERATOR = 'operator = "file:ops"\n'


def upkeep(house: House) -> None:
    with house.app.open_store() as store:
        care.look_after(house.app, store, house.now)


def archives(house: House) -> list[str]:
    return sorted(path.name for path in (house.folder / "backups").glob("*.tar.gz"))


def told(house: House) -> list[str]:
    return [digest["title"] for digest in house.digests("ops")]


def much(house: House) -> None:
    """Fill a few hundred pages."""
    house.drop(
        "much.jsonl", *({"title": f"Map {n}", "abstract": "fold " * 400} for n in range(300))
    )
    house.ingest()


def damage(database: Path) -> None:
    """Overwrite a page in the middle."""
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(size // 16384 // 2 * 16384)
        file.write(b"\xff" * 16384)


# ------------------------------------------------------------------ nightly


def test_a_backup_is_made_each_night_and_one_for_all_that_were_missed(house: House) -> None:
    house.run()
    upkeep(house)
    made = [len(archives(house))]
    for hours in (17, 2, 22, 24 * 5, 1):  # Friday 10:30 in Berlin, then 03:30, 05:30, …
        house.wait(hours=hours)
        upkeep(house)
        made.append(len(archives(house)))

    assert made == [0, 1, 1, 2, 3, 3]


def test_with_none_to_keep_none_is_made_and_nobody_is_told(house: House) -> None:
    house.write("paperdigest.toml", f"{OPERATOR}{CONFIG}[backup]\nkeep = 0\n")
    house.run()
    for _ in range(5):
        house.wait(days=1)
        upkeep(house)
        house.deliver()

    assert not archives(house)
    assert told(house) == []


def test_after_three_days_without_a_backup_the_operator_is_told_and_when_there_is_one_again(
    house: House,
) -> None:
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    house.run()
    upkeep(house)
    with FileLock(house.folder / backup.LOCK).holding():  # something holds it, day after day
        for _ in range(4):
            house.wait(days=1)
            upkeep(house)
            house.deliver()
    late = told(house)
    upkeep(house)
    house.deliver()

    assert set(late) == {"No backup was made since 20 Nov 10:30"}
    assert Counter(told(house)) - Counter(late) == {"There is a backup again": 1}


def test_after_a_long_absence_nobody_is_told_before_a_backup_was_tried(
    house: House, program: Program
) -> None:
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    house.run()
    upkeep(house)
    house.wait(days=9)
    house.deliver()
    with house.app.open_store(write=False) as store:
        assert not list(wants(store, house.app.operator(), house.now))
    upkeep(house)
    house.deliver()

    assert told(house) == []


def test_after_a_long_absence_a_backup_that_fails_then_is_told(house: House) -> None:
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    house.run()
    upkeep(house)
    house.wait(days=9)
    (house.folder / "backups").write_text("in the way")
    upkeep(house)
    house.deliver()

    assert told(house) == ["No backup was made since 20 Nov 10:30"]


def test_a_disk_too_full_for_a_backup_is_told_at_once(house: House, program: Program) -> None:
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    house.run()
    upkeep(house)
    house.wait(days=1)
    house.free = 50_500_000  # enough for a day's work
    upkeep(house)
    house.deliver()

    assert told(house) == ["No backup was made since 20 Nov 10:30"]
    waits = program("status", "--json").json["waits"]
    assert [(one["what"], one["command"]) for one in waits] == [("backup", "paperdigest backup")]
    assert "50 MB free" in waits[0]["said"]


def test_the_services_upkeep_makes_the_backup(house: House) -> None:
    house.run()
    rounds = AppRounds(house.app)
    rounds.upkeep(house.now)
    house.wait(days=1)
    rounds.upkeep(house.now)
    rounds.close()

    assert len(archives(house)) == 1


def test_run_once_makes_the_backup_that_is_due(house: House, program: Program) -> None:
    program("run", "--once", "--now", "2026-11-20T10:30:00+01:00")
    program("run", "--once", "--now", "2026-11-21T04:00:00+01:00")

    assert archives(house) == ["paperdigest-20261121T030000Z.tar.gz"]


def test_a_stop_breaks_the_nightly_backup_off_and_the_next_upkeep_makes_it(house: House) -> None:
    house.run()
    upkeep(house)
    house.wait(days=1)
    with house.app.open_store() as store:
        care.look_after(house.app, store, house.now, stop=lambda: True)
    assert not archives(house)

    upkeep(house)

    assert len(archives(house)) == 1


# ------------------------------------------------------------------ examination


def test_once_a_week_the_whole_database_is_examined(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    house.run()
    days = []
    for day in range(16):
        caplog.clear()
        upkeep(house)
        if any("examined" in record.getMessage() for record in caplog.records):
            days.append(day)
        house.wait(days=1)

    assert days == [7, 14]


def test_damage_is_found_by_the_weekly_examination(house: House) -> None:
    much(house)
    house.write("paperdigest.toml", f"{CONFIG}[backup]\nkeep = 0\n")
    upkeep(house)
    house.wait(days=8)
    damage(house.app.database)

    with pytest.raises(StoreDamaged, match="paperdigest restore FILE --replace"):
        upkeep(house)


def test_damage_is_found_by_the_nightly_backup(house: House) -> None:
    much(house)
    upkeep(house)
    house.wait(days=1)
    damage(house.app.database)

    with pytest.raises(StoreDamaged, match=r"paperdigest\.db is damaged"):
        upkeep(house)
    assert not archives(house)


@pytest.mark.skipif(
    sqlite3.sqlite_version_info >= (3, 44), reason="the examination itself finds it then"
)
def test_damage_of_the_search_index_alone_is_told_at_once_and_stops_nothing(house: House) -> None:
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    house.drop("1.jsonl", "Paper map number 1")
    house.run()
    with house.app.open_store() as store:
        house.app.take_into_index(store)
    upkeep(house)
    house.wait(days=1)
    with closing(sqlite3.connect(house.app.database)) as conn:
        conn.execute("UPDATE search_data SET block = x'00ff00ff00ff' WHERE id > 10")
        conn.commit()
    upkeep(house)
    house.deliver()

    assert told(house) == ["No backup was made since 20 Nov 10:30"]
    assert not archives(house)


# ------------------------------------------------------------------ starts and stops


def test_a_run_that_was_killed_is_known_to_the_next_one(house: House) -> None:
    with house.app.open_store() as store:
        assert host.begin(store, "one")
        host.end(store)
        assert host.begin(store, "two")  # and here it dies
        assert not host.begin(store, "three")


def test_after_an_unclean_stop_nothing_is_sent_before_the_check_is_done(house: House) -> None:
    house.drop("1.jsonl", "Paper map number 1")
    house.ingest()
    house.compose()
    sound = startup.Soundness(house.app.database, ended_well=False)
    rounds = AppRounds(house.app, sound=sound)
    seen = []

    def look() -> bool:
        seen.append(house.titles())
        if len(seen) == 2:
            sound.start()
        return False

    rounds.deliver(house.now, look)
    rounds.close()

    assert seen[:2] == [[], []]
    assert house.titles() == [["Paper map number 1"]]


@pytest.mark.parametrize("ends", [StoreFull("no room"), KeyboardInterrupt()])
def test_a_run_that_ends_with_an_error_is_no_unclean_stop(
    house: House, ends: BaseException
) -> None:
    with house.app.open_store() as store:
        with pytest.raises(type(ends)), begun(house.app, store, Decided(None, False)):
            raise ends
        assert host.begin(store, "next")


def test_a_run_that_found_damage_is_one(house: House) -> None:
    with house.app.open_store() as store:
        with pytest.raises(StoreDamaged), begun(house.app, store, Decided(None, False)):
            raise StoreDamaged("damaged")
        assert not host.begin(store, "next")


def test_who_waits_for_the_check_hears_a_stop(house: House) -> None:
    sound = startup.Soundness(house.app.database, ended_well=False)
    assert not sound.lets_send(lambda: True)


def test_a_full_disk_does_not_keep_a_run_from_beginning(house: House) -> None:
    """What waits may still go out, and the operator hears of the disk."""
    with house.app.open_store() as store:
        assert startup.begin(house.app, store)
        startup.end(house.app)
        with files_no_larger_than(1):
            assert not startup.begin(house.app, store)


def test_a_full_disk_keeps_nobody_from_going_on_who_used_the_database_before(house: House) -> None:
    with house.app.open_store() as store:
        startup.ready(house.app, store)
        house.wait(days=2)
        with files_no_larger_than(1):
            startup.ready(house.app, store)


def test_after_a_clean_stop_nothing_waits_for_the_check(house: House) -> None:
    sound = startup.Soundness(house.app.database, ended_well=True)
    assert sound.lets_send()


def test_a_check_that_breaks_in_itself_is_logged_and_keeps_nothing_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    sound = startup.Soundness(house.folder / "no\0name", ended_well=False)
    sound.start()
    sound.join()

    assert sound.lets_send(lambda: True)
    assert any(line.startswith("not-checked") for line in caplog.messages)


def test_damage_that_the_check_of_a_start_finds_stops_the_sending(house: House) -> None:
    much(house)
    damage(house.app.database)
    sound = startup.Soundness(house.app.database, ended_well=True)
    sound.start()
    sound.join()

    with pytest.raises(StoreDamaged):
        sound.lets_send()


def test_run_once_after_a_kill_checks_first_and_sends_nothing_from_a_damaged_database(
    house: House, program: Program
) -> None:
    program("run", "--once")
    much(house)
    house.compose()
    with house.app.open_store() as store:
        host.begin(store, "killed")
    house.reload()
    damage(house.app.database)

    answer = program("run", "--once")

    assert answer.code == 1
    assert "is damaged" in answer.err


def test_a_damaged_database_stops_the_service_with_1_and_words_on_how_to_restore(
    house: House,
) -> None:
    much(house)
    damage(house.app.database)
    ended = subprocess.run(command(house, "run"), capture_output=True, text=True, check=False)
    before = house.app.database.read_bytes()

    assert ended.returncode == 1
    assert "paperdigest restore FILE --replace" in ended.stderr
    assert house.app.database.read_bytes() == before


def test_a_database_deleted_under_the_service_stops_it_and_is_not_made_anew(house: House) -> None:
    house.drop("1.jsonl", "Paper map number 1")
    with service(house) as process:
        said(process, "state=sent")
        for path in house.folder.glob("paperdigest.db*"):
            path.unlink()
        assert "is gone or empty" in said(process, "StoreDamaged")
        assert process.wait(PATIENCE) == 1

    assert not house.app.database.exists()
    assert len(house.titles()) == 1


def test_the_service_ends_well_on_sigterm_and_not_on_sigkill(house: House) -> None:
    ended_well = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        with service(house) as process:
            said(process, "started")
            process.send_signal(number)
            process.wait(PATIENCE)
        with open_store(house.app.database, write=False) as store:
            ended_well.append(not store.rows("SELECT 1 FROM facts WHERE name = 'running since'"))

    assert ended_well == [True, False]


# ------------------------------------------------------------------ which machine


def test_a_machine_is_told_by_its_own_id_which_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "machine-id"
    file.write_text("0123456789abcdef0123456789abcdef\n")

    id_ = machine.host_id([tmp_path / "none", file], [])

    assert len(id_) == 16
    assert id_ not in file.read_text()
    assert id_ == machine.host_id([file], [tmp_path])


@pytest.mark.parametrize("text", ["", "uninitialized\n", "0" * 32])
def test_a_container_without_an_id_is_not_told_by_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "machine-id"
    file.write_text(text)

    assert machine.host_id([file], [tmp_path]) == ""
    assert machine.host_id([file], []) != ""  # a machine that has only a name


# ------------------------------------------------------------------ upgrades


def older(path: Path) -> None:
    """Make a database as the version before left it, with a row of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        old = Database(plain, execute_plugins=False)
        migrations.apply(old, stop_before=f"m{SCHEMA_VERSION:03}_parts")
        old.execute("INSERT INTO facts (name, value) VALUES ('mine', 'kept')")
        old.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
        plain.commit()


def mine(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute("SELECT value FROM facts WHERE name = 'mine'").fetchall()


def test_before_an_upgrade_the_database_is_kept_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "paperdigest.db"
    older(path)
    open_store(path, write=True).close()

    kept = tmp_path / "backups" / f"before-schema-{SCHEMA_VERSION}.tar.gz"
    into = tmp_path / "into"
    into.mkdir()
    made = archive.extract(kept, into, free=machine.free_bytes)

    assert made.schema == SCHEMA_VERSION - 1
    assert mine(into / "paperdigest.db") == [("kept",)]


def test_a_new_database_has_nothing_to_keep(tmp_path: Path) -> None:
    open_store(tmp_path / "paperdigest.db", write=True).close()
    assert not (tmp_path / "backups").exists()


def test_where_it_cannot_be_kept_it_is_not_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "paperdigest.db"
    older(path)
    (tmp_path / "backups").write_text("in the way")

    with pytest.raises(StoreError, match="backups"):
        open_store(path, write=True)

    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION - 1,)


@pytest.mark.parametrize("place", ["backup.copied", "backup.rename", "migrate.commit"])
def test_killed_in_the_middle_of_an_upgrade_it_is_done_by_the_next_run(
    house: House, place: str
) -> None:
    older(house.app.database)
    broken = {PLAN: f"{place}=kill", GUARD: CONSENT}
    killed = subprocess.run(
        command(house, "run", "--once"),
        env={**os.environ, **broken},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with open_store(house.app.database, write=False) as store:
        assert store.row("PRAGMA user_version") == (SCHEMA_VERSION - 1,)

    again = subprocess.run(
        command(house, "run", "--once"), capture_output=True, text=True, check=False
    )

    assert again.returncode == 0, again.stderr
    assert mine(house.app.database) == [("kept",)]
    assert archives(house) == [f"before-schema-{SCHEMA_VERSION}.tar.gz"]
    assert not (house.folder / "backups/unfinished").exists()


def test_the_last_backup_counts_however_it_was_made(house: House, program: Program) -> None:
    house.run()
    assert program("backup").code == 0
    with house.app.open_store() as store:
        found = backups.standing(store)
    assert found is not None
    assert machine.wall_clock() - found.since < timedelta(minutes=1)


# ------------------------------------------------------------------ what goes with age


def receipts(house: House) -> list[str]:
    with house.app.open_store(write=False) as store:
        return [one.name for one in history.receipts_since(store, house.now - timedelta(days=9999))]


def test_receipts_go_after_400_days_and_the_last_one_of_a_source_stays(house: House) -> None:
    for name in ("1.jsonl", "2.jsonl"):
        house.drop(name, f"Paper map number {name}")
        house.ingest()
    house.wait(days=399)
    with house.app.open_store() as store:
        house.app.prune(store, house.now)
    young = receipts(house)
    house.wait(days=2)
    with house.app.open_store() as store:
        house.app.prune(store, house.now)

    assert [Path(name).name for name in young] == ["1.jsonl", "2.jsonl"]
    assert [Path(name).name for name in receipts(house)] == ["2.jsonl"]


def test_a_file_that_comes_again_after_its_receipt_went_brings_nothing_again(house: House) -> None:
    for name in ("1.jsonl", "2.jsonl"):
        house.drop(name, f"Paper map number {name}")
        house.run()
    house.wait(days=401)
    with house.app.open_store() as store:
        house.app.prune(store, house.now)
    house.drop("again.jsonl", "Paper map number 1.jsonl")
    report = house.ingest()

    assert (report.total("new"), report.total("unchanged")) == (0, 1)
