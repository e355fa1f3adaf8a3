"""Refused files: seen with their reasons, read once more when mended, thrown away."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from house import House
from paperdigest.sources.inbox_exit import quarantine
from paperdigest.sources.quarantine import refused as refused_files
from program import Program

BAD = b"\x00\x01\x02 no text"


@pytest.fixture
def refused(house: House, program: Program) -> House:
    house.drop_bytes("monday.jsonl", BAD)
    assert program("ingest").code == 4
    return house


def quarantine_of(house: House) -> Path:
    return house.app.settings.storage / "quarantine"


def test_a_refused_file_is_listed_with_its_reason_and_where_it_lay(
    refused: House, program: Program
) -> None:
    said = program("quarantine", "list")
    (one,) = program("quarantine", "list", "--json").json["quarantine"]

    assert "monday.jsonl" in said.out
    assert "not text" in said.out
    assert one["from"] == str(refused.folder / "inbox" / "monday.jsonl")
    assert one["bytes"] == len(BAD)


def test_nothing_refused_is_said(house: House, program: Program) -> None:
    assert program("quarantine", "list").out == "nothing was refused\n"
    assert program("quarantine", "list", "--json").json == {"quarantine": []}


def test_a_mended_file_is_read_once_more(refused: House, program: Program) -> None:
    held = quarantine_of(refused) / "monday.jsonl"
    held.write_bytes(b'{"title": "Folding paper maps"}\n')
    os.utime(held, (0, 0))

    said = program("quarantine", "retry", "monday.jsonl")

    assert said.code == 0
    assert "1 new" in said.out
    assert program("quarantine", "list").out == "nothing was refused\n"
    assert "Folding paper maps" in program("show", "folding").out


@pytest.mark.parametrize(
    "name", ["a\nfrom b.jsonl", "\x1b[31m\u202e.jsonl", os.fsdecode(b"\xff.jsonl")]
)
def test_a_file_of_any_name_goes_back_to_where_it_came_from(
    house: House, program: Program, name: str
) -> None:
    house.drop_bytes(name, BAD)
    program("ingest")
    program("quarantine", "retry", "--all")

    (one,) = program("quarantine", "list", "--json").json["quarantine"]
    assert one["from"] == str(house.folder / "inbox" / name)


def test_what_a_file_says_of_itself_does_not_pass_for_where_it_came_from(house: House) -> None:
    """It would be put there."""
    path = house.drop_bytes("a.txt", BAD)
    folder = house.folder / "quarantine"
    quarantine(path, folder, f"odd word\nfrom {house.folder / 'secrets' / 'x'}\n")
    (one,) = refused_files(folder)
    assert one.origin == path
    assert one.reason.startswith("odd word\\u000afrom ")


def test_a_file_that_is_still_bad_is_refused_again_and_lost_nowhere(
    refused: House, program: Program
) -> None:
    said = program("quarantine", "retry", "--all")

    assert said.code == 4
    (one,) = program("quarantine", "list", "--json").json["quarantine"]
    assert one["name"] == "monday.jsonl"


def test_a_file_is_thrown_away_with_its_reason(refused: House, program: Program) -> None:
    program("quarantine", "drop", "monday.jsonl")

    assert list(quarantine_of(refused).iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retry",), "name the files, or give --all"),
        (("drop", "friday.jsonl"), 'no refused file "friday.jsonl" · there are monday.jsonl'),
        (("drop", "monday.jsonl", "--all"), "name the files, or give --all"),
    ],
)
def test_what_is_meant_must_be_said(
    refused: House, program: Program, words: tuple[str, ...], said: str
) -> None:
    done = program("quarantine", *words)
    assert done.code == 2
    assert said in done.err


def test_a_file_whose_inbox_is_gone_stays(refused: House, program: Program) -> None:
    shutil.rmtree(refused.folder / "inbox")

    said = program("quarantine", "retry", "--all")

    assert said.code == 1
    assert "the folder it came from is not there any more" in said.err
    assert program("quarantine", "list", "--json").json["quarantine"]
