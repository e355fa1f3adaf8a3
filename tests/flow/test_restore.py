"""A backup becomes the database again: what is held, what a person decides, and that nothing comes twice."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlite_utils import Database

from house import ADA, CONFIG, MAIL, NO_MAIL, House
from paperdigest import care, startup
from paperdigest.core.errors import StoreDamaged, StoreError
from paperdigest.core.ledger import State
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.flow import host, restored
from paperdigest.flow.restored import Undecided
from paperdigest.startup import Decision
from paperdigest.store import deliveries, restore
from paperdigest.store.backup import Backup, before_migration
from paperdigest.store.locks import SERVICE_LOCK, FileLock
from paperdigest.store.lost import refuse_lost
from paperdigest.store.schema import SCHEMA_VERSION, migrations
from program import Program
from running import eventually
from slack_server import FakeSlack
from smtp_server import HostileSmtp

AT_ONCE = ADA.replace("daily 08:00", "at once")
BY_MAIL = AT_ONCE.replace("file:outbox", "ada@example.org")
TITLE = re.compile(r"\*Paper map\* number (\d+)")


def backed_up(house: House) -> Backup:
    with house.app.open_store() as store:
        return care.back_up(house.app, store, house.now)[0]


def put_back(house: House, made: Backup) -> None:
    """Restore as the command does, by the clock of the house."""
    app = house.app
    with restore.unpacked(made.file, app.settings.storage, free=app.free) as found:
        marks = restored.mark(house.now, found.manifest.made_at)
        restore.put_in_place(found, app.database, marks, house.now)
    house.reload()


def decide(house: House, decision: Decision) -> str:
    with house.app.open_store() as store:
        return startup.ready(house.app, store, decision)


def files_again(house: House) -> None:
    """Put what was read back into the inbox, as the command advises."""
    for file in (house.folder / "inbox/done").rglob("*.jsonl"):
        file.rename(house.folder / "inbox" / file.name)


def rows(house: House) -> list[deliveries.Delivery]:
    with house.app.open_store(write=False) as store:
        return list(reversed(deliveries.listed(store)))


def numbers_in(mails: list[bytes]) -> Counter[int]:
    """Return how many mails name each paper."""
    found: Counter[int] = Counter()
    for mail in mails:
        body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
        assert body is not None
        found.update({int(number) for number in TITLE.findall(body.get_content())})
    return found


@contextmanager
def by_mail(house: House, **answers: list[str]) -> Iterator[HostileSmtp]:
    with HostileSmtp(answers) as server:
        house.write("paperdigest.toml", CONFIG + MAIL.format(port=server.port))
        house.write("subscriptions/ada.toml", BY_MAIL)
        yield server
        house.close()


# ------------------------------------------------------------------ nothing before it is decided


@pytest.fixture
def undecided(house: House) -> House:
    """A house that sent one paper, was backed up, sent another, and was restored."""
    house.write("subscriptions/ada.toml", AT_ONCE)
    house.drop("1.jsonl", "Paper map number 1")
    house.run()
    house.wait(minutes=1)
    made = backed_up(house)
    house.wait(hours=1)
    house.drop("2.jsonl", "Paper map number 2")
    house.run()
    house.wait(hours=1)
    house.app.database.unlink()
    put_back(house, made)
    return house


@pytest.mark.parametrize("command", [("run", "--once"), ("run",), ("send",)])
def test_nothing_goes_out_before_it_is_decided_and_the_answer_says_how(
    undecided: House, program: Program, command: tuple[str, ...]
) -> None:
    answer = program(*command)

    assert answer.code == 3
    assert "restored from a backup of 2026-11-20 09:31 UTC" in answer.err
    assert "paperdigest run --once --assume-sent" in answer.err
    assert "paperdigest run --once --resend" in answer.err
    assert undecided.titles() == [["Paper map number 1"], ["Paper map number 2"]]


def test_no_way_to_the_outbox_leads_round_the_decision(undecided: House) -> None:
    with pytest.raises(Undecided):
        undecided.deliver()


def test_a_dry_run_shows_what_would_be_and_decides_nothing(
    undecided: House, program: Program
) -> None:
    assert program("run", "--once", "--dry-run").code == 0
    assert program("run", "--once", "--dry-run", "--resend").code == 2
    assert program("run", "--once").code == 3


def test_status_says_that_it_waits_and_for_which_commands(
    undecided: House, program: Program
) -> None:
    waits = program("status", "--json").json["waits"]

    assert [(one["what"], one["command"]) for one in waits if one["what"] == "restored"] == [
        (
            "restored",
            "paperdigest run --once --assume-sent, or paperdigest run --once --resend",
        )
    ]
    healthy = program("status", "--healthy")
    assert (healthy.code, "paperdigest run --once --assume-sent" in healthy.out) == (1, True)


def test_a_decision_that_nothing_waits_for_changes_nothing_and_is_said(
    house: House, program: Program
) -> None:
    house.drop("1.jsonl", "Paper map number 1")
    answer = program("run", "--once", "--assume-sent")

    assert (answer.code, house.titles()) == (0, [["Paper map number 1"]])
    assert "nothing to decide" in answer.err


# ------------------------------------------------------------------ assume sent


def test_assumed_sent_what_went_out_since_is_known_and_never_sent_again(undecided: House) -> None:
    files_again(undecided)
    said = decide(undecided, Decision.ASSUME_SENT)
    undecided.run()

    assert said == "restored: 1 message counted as sent, none of them goes out"
    assert undecided.titles() == [["Paper map number 1"], ["Paper map number 2"]]
    assert [(row.state, row.error) for row in rows(undecided)][1:] == [
        (State.SENT, "restored from a backup, and taken as sent since by command")
    ]


def test_assumed_sent_what_comes_later_is_sent(undecided: House) -> None:
    files_again(undecided)
    decide(undecided, Decision.ASSUME_SENT)
    undecided.wait(hours=1)
    undecided.drop("3.jsonl", "Paper map number 3")
    undecided.run()

    assert undecided.titles()[2:] == [["Paper map number 3"]]


def test_assumed_sent_a_lane_that_was_not_due_since_loses_nothing(house: House) -> None:
    house.drop("1.jsonl", "Paper map number 1")
    house.run()  # its first digest, on Friday
    made = backed_up(house)
    house.wait(hours=2)
    house.drop("2.jsonl", "Paper map number 2")
    house.ingest()
    put_back(house, made)
    files_again(house)
    decide(house, Decision.ASSUME_SENT)
    house.wait(days=1)
    house.run()

    assert house.titles() == [["Paper map number 1"], ["Paper map number 2"]]


@pytest.mark.parametrize(("due_since", "times"), [(True, 1), (False, 2)])
def test_assumed_sent_what_was_sent_by_hand_is_known_only_where_a_digest_fell_due_since(
    house: House, *, due_since: bool, times: int
) -> None:
    """Nothing else tells of it; docs/backup.md and the answer of restore say so."""
    house.drop("1.jsonl", "Paper map number 1")
    house.run()
    made = backed_up(house)
    house.wait(hours=2)
    house.drop("2.jsonl", "Paper map number 2")
    house.ingest()
    house.compose("ada")
    house.deliver()
    house.wait(days=1 if due_since else 0)
    put_back(house, made)
    files_again(house)
    decide(house, Decision.ASSUME_SENT)
    house.wait(days=1)
    house.run()

    assert Counter(map(tuple, house.titles()))["Paper map number 2",] == times


def test_the_answer_of_restore_says_what_was_sent_by_hand_may_come_again(
    house: House, program: Program
) -> None:
    house.run()
    made = backed_up(house)
    house.close()

    said = program("restore", str(made.file), "--replace").out

    assert "What `paperdigest send` sent by hand since the backup is not known" in said


def test_what_waited_when_the_backup_was_made_counts_as_sent_too(house: House) -> None:
    house.drop("1.jsonl", "Paper map number 1")
    house.ingest()
    house.compose()
    made = backed_up(house)
    house.deliver()
    put_back(house, made)
    decide(house, Decision.ASSUME_SENT)
    house.run()

    assert [row.state for row in rows(house)] == [State.SENT]
    assert len(house.titles()) == 1


def test_far_more_than_usual_since_the_backup_is_not_held_by_the_brake(house: House) -> None:
    for day in range(3):
        house.drop(f"{day}.jsonl", f"Paper map number {day}")
        house.run()
        house.wait(days=1)
    made = backed_up(house)
    house.drop("much.jsonl", *(f"Paper map number {n}" for n in range(100, 720)))
    house.ingest()
    put_back(house, made)
    files_again(house)
    decide(house, Decision.ASSUME_SENT)
    before = len(house.titles())
    house.run()

    assert {row.state for row in rows(house)} == {State.SENT}
    assert len(house.titles()) == before


@pytest.mark.parametrize("place", ["ingest.commit", "compose.commit", "compose.committed"])
def test_broken_off_while_deciding_nothing_is_decided_and_it_can_be_done_again(
    undecided: House, place: str
) -> None:
    files_again(undecided)
    with broken(f"{place}=raise"), pytest.raises(FailpointReached):
        decide(undecided, Decision.ASSUME_SENT)
    undecided.reload()
    with pytest.raises(Undecided):
        undecided.deliver()

    decide(undecided, Decision.ASSUME_SENT)
    undecided.run()

    assert undecided.titles() == [["Paper map number 1"], ["Paper map number 2"]]


def test_a_digest_that_cannot_be_composed_decides_nothing(undecided: House) -> None:
    files_again(undecided)
    undecided.write("paperdigest.toml", CONFIG + NO_MAIL)
    undecided.write("subscriptions/ada.toml", BY_MAIL)

    with pytest.raises(StoreError, match="nothing was decided: mend the digest of ada"):
        decide(undecided, Decision.ASSUME_SENT)
    with pytest.raises(Undecided):
        undecided.deliver()


def test_a_source_that_cannot_be_read_is_named_for_it_may_bring_the_same_again(
    undecided: House,
) -> None:
    config = (undecided.folder / "paperdigest.toml").read_text()
    more = '[[source]]\nname = "gone"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\n'
    undecided.write("paperdigest.toml", f"{config}\n{more}")

    assert "what gone brought since could not be read" in decide(undecided, Decision.ASSUME_SENT)


HELD = {
    "quiet": f'quiet = "00:00-23:59"\n{AT_ONCE}',
    "pause in the config": f"pause = {{ until = 2026-11-24 }}\n{AT_ONCE}",
}


@pytest.mark.parametrize("how", HELD)
def test_assumed_sent_it_counts_for_a_reader_too_who_is_held_just_now(
    undecided: House, how: str
) -> None:
    files_again(undecided)
    undecided.write("subscriptions/ada.toml", HELD[how])
    decide(undecided, Decision.ASSUME_SENT)
    undecided.write("subscriptions/ada.toml", AT_ONCE)
    undecided.run()

    assert undecided.titles() == [["Paper map number 1"], ["Paper map number 2"]]


@pytest.mark.parametrize("target", [(), ("file:outbox",)])
def test_assumed_sent_it_counts_for_a_reader_too_who_was_paused_by_command(
    undecided: House, program: Program, target: tuple[str, ...]
) -> None:
    files_again(undecided)
    assert program("pause", "ada", *target).code == 0
    decide(undecided, Decision.ASSUME_SENT)
    assert program("resume", "ada", *target).code == 0
    undecided.run()

    assert undecided.titles() == [["Paper map number 1"], ["Paper map number 2"]]


def test_assumed_sent_nothing_counts_for_a_reader_who_was_stopped(
    undecided: House, program: Program
) -> None:
    files_again(undecided)
    assert program("stop", "ada").code == 0
    decide(undecided, Decision.ASSUME_SENT)

    assert len(rows(undecided)) == 1


# ------------------------------------------------------------------ send again


def test_resent_what_waited_goes_out_with_the_same_bytes(house: House) -> None:
    with by_mail(house) as server:
        house.drop("1.jsonl", "Paper map number 1")
        house.ingest()
        house.compose()
        made = backed_up(house)
        house.deliver()
        put_back(house, made)
        said = decide(house, Decision.RESEND)
        house.deliver()

    assert said == "restored: 1 message that waited may go out once more"
    assert len(server.messages) == 2
    assert len(set(server.messages)) == 1


def test_resent_what_slack_has_already_is_found_there_and_not_posted_again(house: House) -> None:
    with FakeSlack() as slack:
        house.write("secrets/slack-token", "xoxb-1")
        more = f'[slack]\ntoken = {{ file = "secrets/slack-token" }}\napi_url = "{slack.api_url}"\n'
        house.write("paperdigest.toml", f"{CONFIG}\n{more}")
        house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "slack:#papers"))
        house.drop("1.jsonl", "Paper map number 1")
        house.ingest()
        house.compose()
        made = backed_up(house)
        house.deliver()
        posted = len(slack.posted)
        put_back(house, made)
        decide(house, Decision.RESEND)
        house.deliver()
        house.close()

    assert rows(house)[0].state is State.SENT
    assert posted == len([one for one in slack.posted if not one.get("thread_ts")]) == 1


def test_a_message_composed_after_a_restore_never_has_the_key_of_another_that_went_out(
    house: House,
) -> None:
    """Numbers are used again. With the same key a mail program would hide the new message as a copy."""
    house.write("subscriptions/ada.toml", AT_ONCE)
    house.drop("1.jsonl", "Paper map number 1")
    house.run()
    made = backed_up(house)
    house.drop("2.jsonl", "Paper map number 2")
    house.run()
    lost = rows(house)[1]
    put_back(house, made)
    decide(house, Decision.RESEND)
    house.drop("other.jsonl", "Paper map number 99")
    house.run()
    new = rows(house)[1]

    assert (new.slot, new.target, new.part) == (lost.slot, lost.target, lost.part)
    assert new.key != lost.key


# ------------------------------------------------------------------ the file itself


def test_a_database_that_is_there_is_only_replaced_on_demand_and_never_deleted(
    house: House, program: Program
) -> None:
    house.run()
    made = backed_up(house)
    house.drop("2.jsonl", "Paper map number 2")
    house.ingest()
    before = house.app.database.read_bytes()

    refused = program("restore", str(made.file))
    assert refused.code == 2
    assert f"paperdigest restore {made.file} --replace" in refused.err
    assert house.app.database.read_bytes() == before

    done = program("restore", str(made.file), "--replace", "--json")
    assert Path(done.json["moved_aside"], "paperdigest.db").read_bytes() == before
    assert done.json["papers"] == 0


def test_a_damaged_database_can_be_replaced(house: House, program: Program) -> None:
    house.run()
    made = backed_up(house)
    house.app.database.write_bytes(b"\xff" * 100_000)

    assert program("restore", str(made.file), "--replace").code == 0
    assert program("run", "--once", "--resend").code == 0


def test_killed_between_old_and_new_nothing_runs_and_the_command_can_be_given_again(
    house: House, program: Program
) -> None:
    house.run()
    made = backed_up(house)
    with broken("restore.aside=raise"), pytest.raises(FailpointReached):
        put_back(house, made)

    with pytest.raises(StoreDamaged, match="is gone or empty"):
        house.app.open_store()
    assert program("restore", str(made.file)).code == 0


def test_what_a_broken_off_restore_moved_aside_is_known_for_the_newest_state(
    house: House, program: Program, tmp_path: Path
) -> None:
    """With no backup beside it and nothing ever delivered, the folder is the only trace."""
    house.ingest()
    with house.app.open_store() as store:
        made, _ = care.back_up(house.app, store, house.now, target=tmp_path / "mine.tar.gz")
    with broken("restore.aside=raise"), pytest.raises(FailpointReached):
        put_back(house, made)

    aside = "replaced-20261120T093000Z"
    assert [path.name for path in house.folder.glob("replaced-*")] == [aside]
    answer = program("run", "--once")

    assert answer.code == 1
    assert f"{aside} lie beside it · {aside} may hold the newest state" in answer.err
    assert not house.app.database.exists()


@pytest.mark.parametrize("trace", ["paperdigest.db-wal", "paperdigest.db-shm", "restoring"])
def test_what_a_kill_leaves_of_a_database_keeps_a_new_one_from_being_made(
    house: House, trace: str
) -> None:
    (house.folder / trace).mkdir() if trace == "restoring" else (house.folder / trace).touch()

    with pytest.raises(StoreDamaged, match=rf"{trace} lie beside it.*move {trace} away"):
        house.app.open_store()

    assert not house.app.database.exists()


def test_a_database_that_came_while_its_traces_were_looked_at_is_not_lost(house: House) -> None:
    house.run()

    refuse_lost(house.app.database)


def test_a_restored_database_is_not_one_whose_run_was_killed(house: House) -> None:
    """The backup was made in the middle of a run; its copy was examined whole."""
    with house.app.open_store() as store:
        host.begin(store, "the service")
    put_back(house, backed_up(house))

    with house.app.open_store() as store:
        assert host.begin(store, "next")


def test_while_the_service_runs_nothing_is_restored(house: House, program: Program) -> None:
    house.run()
    made = backed_up(house)
    with FileLock(house.folder / SERVICE_LOCK).holding():
        answer = program("restore", str(made.file), "--replace")

    assert answer.code == 5
    assert "is running as the service" in answer.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_left_to_that_user(house: House, program: Program) -> None:
    house.run()
    made = backed_up(house)
    os.chown(house.folder, 12345, -1)

    answer = program("restore", str(made.file), "--replace")

    assert answer.code == 1
    assert "belongs to #12345 · use: sudo -u #12345" in answer.err


def test_a_restored_database_is_as_private_and_as_safe_as_a_new_one(house: House) -> None:
    house.run()
    put_back(house, backed_up(house))

    assert house.app.database.stat().st_mode & 0o777 == 0o600
    with house.app.open_store() as store:
        assert store.row("PRAGMA journal_mode") == ("wal",)
    assert not (house.folder / "restoring").exists()


def test_what_was_kept_before_an_upgrade_can_be_restored_and_is_upgraded_again(
    house: House, program: Program
) -> None:
    house.run()
    older = house.folder / "older.db"
    with closing(sqlite3.connect(older)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        migrations.apply(Database(plain, execute_plugins=False), stop_before="m004_parts")
        plain.execute("PRAGMA user_version = 3")
        plain.commit()
    kept = before_migration(older, SCHEMA_VERSION, "0", free=lambda _: 10**9)

    assert program("restore", str(kept), "--replace").code == 0
    assert program("run", "--once", "--resend").code == 0


# ------------------------------------------------------------------ the config


def test_on_a_new_machine_the_config_comes_back_with_the_database(
    house: House,
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    house.run()
    made = backed_up(house)
    new = tmp_path / "new"
    new.mkdir()
    monkeypatch.chdir(new)

    answer = Program(new, capsys)("restore", str(made.file))

    assert answer.code == 0, answer.err
    assert (new / "subscriptions/ada.toml").read_text() == ADA
    assert (new / "paperdigest.db").exists()
    assert "the config is restored too" in answer.out


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a new machine, where the command is given."""
    folder = tmp_path / "new"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_no_config_is_placed_where_the_database_in_the_backup_is_damaged(
    house: House, new: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.run()

    def ruined(database: Path, *_: object) -> None:
        database.write_bytes(database.read_bytes()[:-16384] + b"\xff" * 16384)

    monkeypatch.setattr("paperdigest.store.backup.check_copy", ruined)
    made = backed_up(house)

    answer = Program(new, capsys)("restore", str(made.file))

    assert answer.code == 1
    assert "damaged · nothing was changed" in answer.err
    assert list(new.iterdir()) == []


def test_a_config_whose_database_cannot_be_placed_is_taken_back(
    house: House, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.run()
    made = backed_up(house)
    (new / "paperdigest.db").write_bytes(b"precious")

    answer = Program(new, capsys)("restore", str(made.file))

    assert answer.code == 2
    assert "is there already" in answer.err
    assert [path.name for path in new.iterdir()] == ["paperdigest.db"]


def test_a_config_is_taken_back_where_the_last_step_fails_and_stays_after_it(
    house: House, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.run()
    made = backed_up(house)
    program = Program(new / "deep", capsys)
    with broken("restore.aside=raise"), pytest.raises(FailpointReached):
        program("restore", str(made.file))
    left = {path.name for path in (new / "deep").rglob("*")}

    assert program("restore", str(made.file)).code == 0
    assert left <= {"service.lock", "write.lock"}
    assert (new / "deep/subscriptions/ada.toml").read_text() == ADA


def test_a_config_is_not_placed_where_one_of_its_files_is_there_already(
    house: House, new: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.run()
    made = backed_up(house)
    (new / "subscriptions").mkdir()
    (new / "subscriptions/ada.toml").write_text("mine")

    answer = Program(new, capsys)("restore", str(made.file))

    assert answer.code == 1
    assert "ada.toml is there already · nothing was changed" in answer.err
    assert [path.name for path in new.iterdir()] == ["subscriptions"]
    assert (new / "subscriptions/ada.toml").read_text() == "mine"


def test_a_restore_runs_no_command_that_the_backups_config_names(
    house: House, new: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = new.parent / "ran"
    more = (
        f'[slack]\ntoken = {{ command = ["touch", "{ran}"] }}\n'
        '[slack.webhooks]\nteam = { env = "PAPERDIGEST_TEAM" }\nother = { env = "PAPERDIGEST_OTHER" }\n'
    )
    house.write("paperdigest.toml", f"{CONFIG}\n{more}")
    house.run()
    made = backed_up(house)
    ran.unlink(missing_ok=True)
    monkeypatch.setenv("PAPERDIGEST_TEAM", "https://hooks.example.org/1")

    told = Program(new, capsys)("restore", str(made.file), "--json").json

    assert not ran.exists()
    assert told["missing_secrets"] == ["[slack.webhooks] other ($PAPERDIGEST_OTHER)"]


def test_a_config_that_is_there_stays_and_the_other_one_lies_beside_it(
    house: House, program: Program
) -> None:
    house.run()
    made = backed_up(house)
    house.write("subscriptions/ada.toml", AT_ONCE)

    told = program("restore", str(made.file), "--replace", "--json").json

    assert (house.folder / "subscriptions/ada.toml").read_text() == AT_ONCE
    assert Path(told["config"], "subscriptions/ada.toml").read_text() == ADA


def test_a_config_that_is_the_same_is_not_mentioned(house: House, program: Program) -> None:
    house.run()
    made = backed_up(house)

    assert program("restore", str(made.file), "--replace", "--json").json["config"] is None


def test_secrets_that_are_to_be_set_again_are_named(house: House, program: Program) -> None:
    house.write("secrets/slack-token", "xoxb-1")
    more = '[slack]\ntoken = { file = "secrets/slack-token" }\n'
    house.write("paperdigest.toml", f"{CONFIG}\n{more}")
    house.run()
    made = backed_up(house)
    (house.folder / "secrets/slack-token").unlink()

    answer = program("restore", str(made.file), "--replace")

    assert "to be set again: [slack] token (secrets/slack-token)" in answer.out


# ------------------------------------------------------------------ gone, and elsewhere


@pytest.mark.parametrize("command", [("run", "--once"), ("status",), ("ingest",)])
def test_a_database_that_is_gone_is_never_made_anew(
    house: House, program: Program, command: tuple[str, ...]
) -> None:
    house.run()
    made = backed_up(house)
    house.app.database.unlink()

    answer = program(*command)

    assert answer.code == 1
    assert f"paperdigest restore {made.file}" in answer.err
    assert not house.app.database.exists()


def test_an_emptied_database_is_one_that_is_gone(house: House, program: Program) -> None:
    house.run()
    house.app.database.write_bytes(b"")

    assert program("run", "--once").code == 1
    assert house.app.database.stat().st_size == 0


def test_who_wants_to_begin_anew_is_told_how(house: House) -> None:
    house.run()
    house.app.database.unlink()
    with pytest.raises(StoreDamaged, match=r"to begin anew.*move deliver.lock away"):
        house.app.open_store()

    (house.folder / "deliver.lock").unlink()

    house.app.open_store().close()


ELSEWHERE = host.Host("0123456789abcdef", "papers-1")


def test_a_database_last_used_on_another_machine_asks_before_it_sends(
    house: House, program: Program
) -> None:
    with house.app.open_store() as store:
        host.claim(store, ELSEWHERE, house.now)

    answer = program("run", "--once")
    assert answer.code == 3
    assert "was last used on papers-1 (2026-11-20 09:30 UTC)" in answer.err
    assert "paperdigest run --once --take-over" in answer.err
    assert program("send").code == 3
    assert program("send", "--test").code == 3
    assert not house.digests()

    assert program("run", "--once", "--take-over").code == 0
    assert program("run", "--once").code == 0


def test_a_restore_on_another_machine_names_the_commands_that_go_on_here(
    house: House, program: Program
) -> None:
    with house.app.open_store() as store:
        host.claim(store, ELSEWHERE, house.now)
    made = backed_up(house)

    told = program("restore", str(made.file), "--replace", "--json").json

    assert told["take_over_from"] == "papers-1"
    assert told["commands"] == [
        "paperdigest run --once --assume-sent --take-over",
        "paperdigest run --once --resend --take-over",
    ]


def test_status_names_the_other_machine_and_the_command(house: House, program: Program) -> None:
    with house.app.open_store() as store:
        host.claim(store, ELSEWHERE, house.now)

    answer = program("status", "--healthy")

    assert answer.code == 1
    assert "last used on papers-1 (2026-11-20 09:30 UTC)" in answer.out
    assert "paperdigest run --once --take-over" in answer.out
    assert program("run", "--once", "--take-over").code == 0
    assert program("status", "--healthy").code == 0


@pytest.mark.parametrize(
    ("hours", "told"), [(23, "2026-11-20 09:30 UTC"), (25, "2026-11-21 10:30 UTC")]
)
def test_the_last_use_is_noted_once_a_day(house: House, hours: int, told: str) -> None:
    with house.app.open_store() as store:
        host.claim(store, ELSEWHERE, house.now)
        house.wait(hours=hours)
        host.claim(store, ELSEWHERE, house.now)
        with pytest.raises(host.OtherHost, match=told):
            host.claim(store, host.Host("another", "papers-2"), house.now)


def test_the_service_that_runs_on_notes_that_it_uses_the_database(house: House) -> None:
    with house.app.open_store() as store:
        startup.ready(house.app, store)
        house.wait(days=9)
        care.look_after(house.app, store, house.now)
        with pytest.raises(host.OtherHost, match="2026-11-29 09:30 UTC"):
            host.claim(store, ELSEWHERE, house.now)


def test_a_machine_without_an_id_of_its_own_asks_nobody(house: House) -> None:
    """A container has a new name at each start."""
    with house.app.open_store() as store:
        host.claim(store, ELSEWHERE, house.now)
        host.claim(store, host.Host("", "3f9c"), house.now)
        assert host.last_used_on(store) == ELSEWHERE


# ------------------------------------------------------------------ under load

_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from paperdigest.cli import run_command
folder = Path({folder!r})
number = 0
while True:
    number += 1
    beside = folder / f"{{number}}.new"
    beside.write_text('{{"title": "Paper map number %d"}}\\n' % number)
    import os
    os.utime(beside, (0, 0))
    beside.rename(folder / "inbox" / f"{{number:05}}.jsonl")
    run_command(["--config", str(folder / "paperdigest.toml"), "run", "--once", "--json"])
    print("round", number, file=sys.stderr, flush=True)
"""


def test_a_backup_under_load_goes_on_without_repeating_a_message(
    house: House, program: Program
) -> None:
    with by_mail(house) as server:
        code = _WRITER.format(tests=str(Path(__file__).parents[1]), folder=str(house.folder))
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as writer:
            try:
                rounds_pass(writer, 4)
                file = program("backup", "--json").json["file"]
                at_backup = set(numbers_in(list(server.messages)))
                # Not by rounds: some that passed while the backup was made are still to be read.
                eventually(lambda: len(numbers_in(list(server.messages))) > len(at_backup) + 2)
            finally:
                writer.kill()
        lost = numbers_in(list(server.messages))
        for path in house.folder.glob("paperdigest.db*"):
            path.unlink()

        assert program("restore", file).code == 0
        files_again(house)
        assert program("run", "--once", "--assume-sent").code == 0
        house.drop("after.jsonl", "Paper map number 77777")
        assert program("run", "--once").code == 0
        came = numbers_in(list(server.messages))

    assert len(at_backup) >= 3
    assert len(lost) > len(at_backup)  # some of it was sent after the backup
    assert set(came.values()) == {1}
    assert set(came) == set(lost) | {77777}


def rounds_pass(writer: subprocess.Popen[str], count: int) -> None:
    assert writer.stderr is not None
    for line in writer.stderr:
        count -= line.startswith("round")
        if not count:
            return
    pytest.fail("the writer ended")
