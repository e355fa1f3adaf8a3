"""`export`: the papers of history as files, read by the same program again and by others."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from house import CONFIG, House
from program import Program, Said
from running import command


@pytest.fixture
def stocked(house: House) -> House:
    house.drop("monday.jsonl", "Folding paper maps again", "Reading sea charts")
    house.ingest()
    house.wait(days=2)
    house.drop(
        "tuesday.jsonl",
        {"title": r"Maps of $\alpha$ decay", "id": "arxiv:2611.00007v2", "votes": 3},
    )
    house.ingest()
    return house


def titles(said: Said) -> list[str]:
    assert said.code == 0
    return [json.loads(line)["title"] for line in said.out.splitlines()]


def test_all_papers_come_in_the_order_in_which_they_came(stocked: House, program: Program) -> None:
    assert titles(program("export")) == [
        "Folding paper maps again",
        "Reading sea charts",
        r"Maps of $\alpha$ decay",
    ]


def test_an_expression_takes_the_papers_that_it_finds(stocked: House, program: Program) -> None:
    assert titles(program("export", "maps -charts")) == [
        "Folding paper maps again",
        r"Maps of $\alpha$ decay",
    ]
    assert titles(program("export", "-maps charts")) == ["Reading sea charts"]


def test_since_takes_the_newer_ones(stocked: House, program: Program) -> None:
    now = stocked.now.isoformat()
    assert titles(program("export", "--since", "1d", "--now", now)) == [r"Maps of $\alpha$ decay"]
    assert titles(program("export", "maps", "--since", "1d", "--now", now)) == [
        r"Maps of $\alpha$ decay"
    ]


def test_an_expression_that_is_wrong_is_shown_where_and_nothing_is_written(
    stocked: House, program: Program
) -> None:
    said = program("export", "maps (")
    assert (said.code, said.out) == (3, "")
    assert "^" in said.err


@pytest.mark.parametrize(
    ("form", "begins"),
    [("bibtex", "@misc{"), ("ris", "TY  - "), ("csv", "id,ids,title,abstract,authors,")],
)
def test_other_forms_are_for_other_programs(
    stocked: House, program: Program, form: str, begins: str
) -> None:
    said = program("export", "--format", form)
    assert said.code == 0
    assert said.out.startswith(begins)
    assert "Maps of α decay" in said.out


def test_a_table_has_a_row_for_each_paper(stocked: House, program: Program) -> None:
    rows = list(csv.DictReader(io.StringIO(program("export", "--format", "csv").out, newline="")))
    assert [row["votes"] for row in rows] == ["", "", "3"]


def test_another_house_reads_what_one_exported_and_exports_the_same(
    stocked: House, program: Program, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = program("export").out
    other = another(tmp_path_factory.mktemp("other"), written)
    again = Program(other, program.capsys)("export").out
    assert again == written


def another(folder: Path, dump: str) -> Path:
    """Return a house that has read a dump."""
    (folder / "paperdigest.toml").write_text(CONFIG)
    (folder / "inbox").mkdir()
    (folder / "inbox" / "papers.jsonl").write_text(dump, "utf-8")
    house = House(folder)
    house.ingest()
    house.close()
    return folder


def test_a_history_without_papers_is_an_empty_file(house: House, program: Program) -> None:
    house.ingest()
    said = program("export")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_whoever_has_read_enough_may_leave(house: House) -> None:
    papers = [{"title": f"Map {number}", "abstract": "fold " * 1_000} for number in range(100)]
    house.drop("large.jsonl", *papers)
    house.ingest()
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1; exit 0', "sh", *command(house, "export")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_a_full_disk_is_told_in_one_line(stocked: House) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(stocked, "export"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "paperdigest: standard output cannot be written (no space left on device)"
    ]
