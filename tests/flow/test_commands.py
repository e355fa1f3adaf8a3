"""Each command as a person calls it, and the shape of its JSON answer."""

from __future__ import annotations

import json
import os

import pytest

from house import ADA, CONFIG, House
from paperdigest.cli import COMMANDS, run_command
from paperdigest.store.locks import SERVICE_LOCK, FileLock
from program import Program

MAPS = ("Folding paper maps", "Tearing paper maps")
NOW = ("--now", "2026-11-20T10:30:00+01:00")


def test_run_once_says_what_it_did_and_the_second_time_why_not_and_when_next(
    house: House, program: Program
) -> None:
    house.drop("monday.jsonl", *MAPS)

    first = program("run", "--once", *NOW)
    second = program("run", "--once", *NOW)

    assert (first.code, second.code) == (0, 0)
    assert "2 papers" in first.out
    assert "ada  nothing due · 0 waiting · next Sat 21 Nov 08:00 Europe/Berlin" in second.out


def test_run_once_json_has_the_stated_shape(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)

    said = program("run", "--once", "--json", *NOW).json

    assert {"ingest", "digests", "deliveries", "next"} <= set(said)
    assert said["digests"][0] | {"deliveries": []} == {
        "subscriber": "ada",
        "slot": "2026-11-20T10:30 Europe/Berlin",
        "kind": "digest",
        "papers": 2,
        "deliveries": [],
    }
    assert said["deliveries"]["sent"] == 1
    source = said["ingest"]["sources"][0]
    assert (source["name"], source["status"], source["new"]) == ("pages", "ok", 2)
    assert source["files"][0]["status"] == "accepted"


def test_waiting_papers_are_counted_with_the_command_that_sends_them(
    house: House, program: Program
) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once", *NOW)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")

    said = program("run", "--once", *NOW)

    assert "1 waiting" in said.out
    assert "now: paperdigest send ada" in said.out


def test_a_dry_run_writes_moves_and_sends_nothing(house: House, program: Program) -> None:
    dump = house.drop("monday.jsonl", *MAPS)

    said = program("run", "--once", "--dry-run", *NOW)

    assert "2 papers" in said.out
    assert dump.exists()
    assert not list(house.folder.glob("outbox/*"))
    assert program("run", "--once", "--json", *NOW).json["digests"][0]["papers"] == 2


def test_now_before_the_last_slot_is_a_usage_error(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once", *NOW)

    said = program("run", "--once", "--now", "2026-11-01T00:00:00+01:00")

    assert said.code == 2
    assert "before the last digest" in said.err


@pytest.mark.parametrize("now", ["yesterday", "2026-11-20T10:30:00"])
def test_now_needs_a_time_with_an_offset(program: Program, now: str) -> None:
    assert program("run", "--once", "--now", now).code == 2


def test_send_sends_what_waits_as_a_slot_of_its_own(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once")
    house.drop("tuesday.jsonl", "Reading paper maps aloud")
    program("ingest")

    said = program("send", "ada")

    assert said.code == 0
    assert "ada  1 paper, as slot" in said.out
    assert len(house.digests()) == 2
    assert "nothing is waiting" in program("send", "ada").out


def test_send_test_uses_the_real_channels_and_leaves_no_trace_in_the_ledger(
    house: House, program: Program
) -> None:
    said = program("send", "--test")

    assert said.code == 0
    assert len(house.digests()) == 1
    assert program("deliveries", "--json").json == {"deliveries": []}


def test_preview_marks_every_hit_and_writes_nothing(house: House, program: Program) -> None:
    house.drop(
        "monday.jsonl", {"title": "Folding paper maps", "abstract": "A Paper-Map is folded."}
    )
    program("ingest")

    said = program("preview", "--json").json

    paper = said["topics"][0]["papers"][0]
    assert [(hit["field"], hit["text"]) for hit in paper["hits"]] == [
        ("title", "paper maps"),
        ("abstract", "Paper-Map"),
    ]
    assert all(
        paper[hit["field"]][hit["start"] : hit["end"]] == hit["text"] for hit in paper["hits"]
    )
    assert "*paper maps*" in program("preview").out
    assert program("run", "--once", "--json").json["digests"][0]["papers"] == 1


@pytest.mark.parametrize("form", ["text", "html", "slack", "json"])
def test_preview_shows_every_form(house: House, program: Program, form: str) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("ingest")

    said = program("preview", "--format", form)

    assert said.code == 0
    assert "Folding" in said.out


def test_preview_since_shows_what_was_sent_already(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once")

    assert "nothing is waiting" in program("preview").err
    assert program("preview", "--since", "7d", "--json").json["topics"][0]["total"] == 2


def test_why_answers_for_any_pair(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS, "Sorting socks all day")
    house.write("subscriptions/ada.toml", ADA + 'exclude = "tearing"\n')
    program("run", "--once")

    assert program("why", "Folding", "ada", "--json").json["answer"] == "sent"
    assert program("why", "Sorting", "--json").json["answer"] == "not matched"
    assert program("why", "Tearing", "--json").json["answer"] == "excluded"
    assert '"paper maps" in the title' in program("why", "Folding").out


def test_why_of_an_unknown_paper_is_a_usage_error(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("ingest")

    said = program("why", "no such title anywhere")

    assert said.code == 2
    assert "no paper" in said.err


def test_show_finds_a_paper_by_part_of_its_title_and_lists_several(
    house: House, program: Program
) -> None:
    house.drop(
        "monday.jsonl",
        {"title": "Folding paper maps", "id": "arxiv:2611.00001"},
        "Tearing paper maps",
    )
    program("ingest")

    assert "arxiv:2611.00001" in program("show", "folding").out
    assert len(program("show", "paper maps", "--json").json["papers"]) == 2


def test_show_cites_every_paper_that_it_finds(house: House, program: Program) -> None:
    house.drop(
        "monday.jsonl",
        {"title": "Folding paper maps", "id": "arxiv:2611.00001"},
        {"title": "Tearing paper maps", "id": "arxiv:2611.00002"},
    )
    program("ingest")

    entries = program("show", "paper maps", "--cite", "bibtex").out
    assert entries.count("@misc{") == 2
    assert "  eprint = {2611.00001},\n" in entries
    assert program("show", "folding", "--cite", "ris").out.startswith("TY  - UNPB\nTI  - Folding")
    assert program("show", "folding", "--cite", "ris", "--json").code == 2


def test_show_tells_what_a_new_version_changed(house: House, program: Program) -> None:
    record = {"title": "Folding paper maps", "id": "arxiv:2611.00001v1", "abstract": "It is small."}
    house.drop("monday.jsonl", record)
    program("ingest")
    assert "new (pages)" not in program("show", "folding").out
    house.drop("tuesday.jsonl", record | {"id": "arxiv:2611.00001v2", "abstract": "It is large."})
    program("ingest")

    said = program("show", "folding")

    assert "revised (pages)\n    abstract: It is [-small.-] {+large.+}\n" in said.out
    assert program("show", "folding", "--json").json["changes"][1]["summary"] == {
        "abstract": {"gone": ["It is small."], "came": ["It is large."]},
        "version": 2,
    }


def test_a_wrong_merge_is_undone_by_command(house: House, program: Program) -> None:
    house.drop(
        "monday.jsonl",
        {"title": "Folding paper maps at home", "id": "arxiv:2611.00001"},
        {"title": "Tearing paper maps at work", "id": "doi:10.1000/x"},
        {"title": "Folding maps", "id": "arxiv:2611.00001", "ids": ["doi:10.1000/x"], "venue": "M"},
    )
    program("ingest")
    assert len(program("show", "paper maps", "--json").json.get("papers", [0])) == 1

    said = program("paper", "split", "2611.00001")

    assert said.code == 0
    assert "They are two papers from now on." in said.out
    assert len(program("show", "paper maps", "--json").json["papers"]) == 2
    assert program("paper", "split", "2611.00001").code == 2
    assert program("paper", "split", "paper maps").code == 2


def test_what_was_parted_stays_apart_when_one_of_the_two_becomes_part_of_a_third(
    house: House, program: Program
) -> None:
    both = {"title": "Tearing", "id": "doi:10.1000/b", "ids": ["pmid:7399300"], "venue": "M"}
    house.drop(
        "monday.jsonl",
        {"title": "Folding paper maps at home", "id": "arxiv:2611.00001"},
        {"title": "Tearing paper maps at work", "id": "doi:10.1000/b"},
        {"title": "Gluing paper maps at night", "id": "pmid:7399300"},
        both,
    )
    program("ingest")
    program("paper", "split", "doi:10.1000/b")
    house.drop(
        "tuesday.jsonl",
        {"title": "Gluing", "id": "arxiv:2611.00001", "ids": ["pmid:7399300"], "venue": "N"},
        both | {"abstract": "Told again."},
    )

    program("ingest")

    one, other = (program("show", id_, "--json").json for id_ in ("2611.00001", "doi:10.1000/b"))
    assert "pmid:7399300" in one["ids"]
    assert not {"pmid:7399300", "arxiv:2611.00001"} & set(other["ids"])


def test_status_counts_and_is_healthy(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once")

    said = program("status", "--json").json

    assert (said["healthy"], said["papers"], said["subscribers"]) == (True, 2, 1)
    assert said["deliveries"]["sent"] == 1
    assert said["sources"][0]["name"] == "pages"
    assert program("status", "--healthy").code == 0


def test_status_names_a_broken_subscription(house: House, program: Program) -> None:
    program("run", "--once")
    house.write("subscriptions/ada.toml", 'deliver = "file:outbox"\ntopics = 1\n')

    said = program("status", "--healthy")

    assert said.code == 1
    assert "ada.toml:2:1" in said.out


@pytest.mark.parametrize("where", ["", '[storage]\ndir = "kept"\n'])
def test_status_of_a_wrong_config_says_that_the_service_goes_on_with_the_one_before(
    house: House, program: Program, where: str
) -> None:
    house.write("paperdigest.toml", CONFIG + where)
    lock = house.app.settings.storage / SERVICE_LOCK
    lock.parent.mkdir(exist_ok=True)
    (house.folder / "paperdigest.toml").write_text(CONFIG.replace("Berlin", "Berlyn") + where)

    alone = program("status")
    with FileLock(lock).holding(0):
        beside = program("status")

    assert (alone.code, beside.code) == (3, 3)
    assert "paperdigest.toml:" in alone.err
    assert "service" not in alone.err
    assert f"pid {os.getpid()}" in beside.err
    assert "goes on with the config as it was" in beside.err
    assert alone.err in beside.err


def test_before_the_first_run_reading_commands_say_so(program: Program) -> None:
    assert program("status").code == 0
    assert program("sources").code == 0
    assert "no history yet" in program("preview").err


def test_subscribers_history_and_deliveries_list_what_there_is(
    house: House, program: Program
) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once", *NOW)

    assert program("subscribers", "--json").json["subscribers"][0]["topics"] == ["Maps"]
    assert program("history", "--json").json["digests"][0]["papers"] == 2
    one = program("history", "ada", "2026-11-20", "--json").json
    assert [paper["outcome"] for paper in one["content"]] == ["sent", "sent"]
    row = program("deliveries", "--json").json["deliveries"][0]
    assert {"id", "key", "subscriber", "slot", "target", "part", "state", "attempts"} <= set(row)
    assert row["state"] == "sent"


def test_pause_resume_and_stop_hold_at_once(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("pause", "ada", "--until", "2036-01-01")

    assert "paused until 2036-01-01" in program("run", "--once").out
    assert house.digests() == []

    program("resume", "ada")
    program("run", "--once")
    assert len(house.digests()) == 1

    program("stop", "ada", "outbox")
    assert "stopped" in program("run", "--once").out


def test_retry_and_resolve_refuse_what_is_settled(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS)
    program("run", "--once")

    assert program("retry", "1").code == 2
    assert program("resolve", "1", "drop").code == 2
    assert program("retry", "99").code == 2


def test_a_subscriber_must_be_named_where_there_are_several(house: House, program: Program) -> None:
    house.write("subscriptions/ben.toml", ADA)
    program("ingest")

    said = program("preview")

    assert said.code == 2
    assert "ada, ben" in said.err


def test_a_second_run_beside_the_service_ends_with_5_and_names_its_holder(
    house: House, program: Program
) -> None:
    from paperdigest.store.locks import FileLock

    with FileLock(house.app.settings.storage / "service.lock").holding():
        said = program("run", "--once")

    assert said.code == 5
    assert "pid" in said.err


def test_commands_that_change_rows_work_beside_the_service(house: House, program: Program) -> None:
    from paperdigest.store.locks import FileLock

    house.drop("monday.jsonl", *MAPS)
    with FileLock(house.app.settings.storage / "service.lock").holding():
        assert program("ingest").code == 0
        assert program("pause", "ada").code == 0
        assert program("status").code == 0


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert run_command([name, "--help"]) == 0
        assert "Usage: paperdigest" in capsys.readouterr().out


def test_a_mistyped_command_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["statsu"]) == 2
    assert 'did you mean "status"' in capsys.readouterr().err


def test_json_errors_are_one_object_on_standard_output(house: House, program: Program) -> None:
    house.write("paperdigest.toml", "timezone = 1\n")

    said = program("status", "--json")

    assert said.code == 3
    assert "message" in json.loads(said.out)["error"]


def test_check_names_a_broken_template_with_its_file(house: House, program: Program) -> None:
    house.write("templates/subject.txt.j2", "{{ digest.titel }}")

    said = program("check")

    assert said.code == 3
    assert "subject.txt.j2" in said.err


def test_check_does_not_take_the_operator_for_a_lost_subscriber(
    house: House, program: Program
) -> None:
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    program("run", "--once")

    assert "left the config" not in program("check").err


def test_one_paper_is_one(house: House, program: Program) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    archive = house.folder / "kept.tar.gz"
    program("backup", str(archive))

    assert "  1 paper  " in program("sources").out
    assert ": 1 paper, as of " in program("restore", str(archive), "--replace").out
