"""Bad input through the program: a clear message, the stated exit code, nothing lost, nothing half-written."""

from __future__ import annotations

import gzip
import os
import sqlite3
from pathlib import Path

import pytest

from house import House
from paperdigest.store import history
from program import Program

ABSTRACT = "We fold maps along their creases and measure the loss of ink. " * 9
DUMP = "\n".join(
    line
    for n in range(6)
    for line in (f"On Folding Paper Map Number {n} by Hand", f"{n}: {ABSTRACT}")
)


def papers(house: House) -> int:
    with house.app.open_store(write=False) as store:
        return history.paper_count(store)


REFUSED = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 40, "not text"),
    "invalid UTF-8": (DUMP.encode() + b"\n\xff\xfe broken \xff", "UTF-8"),
    "a header alone": (b"Get trending papers in your email inbox!\nSubscribe\n", "no papers"),
    "a truncated archive": (gzip.compress(os.urandom(5000) + DUMP.encode())[:-900], "gz"),
}


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_goes_to_quarantine_with_its_reason(
    house: House, program: Program, data: bytes, said: str
) -> None:
    house.drop_bytes("bad.txt", data)
    house.drop("good.jsonl", "Folding paper maps again")

    answer = program("run", "--once")

    assert answer.code == 4
    assert said in answer.out
    assert (house.folder / "quarantine" / "bad.txt").exists()
    assert list((house.folder / "quarantine").glob("*.reason"))
    assert not (house.folder / "inbox" / "bad.txt").exists()
    assert papers(house) == 1


@pytest.mark.parametrize("dump", [DUMP.replace("\n", "\r\n"), "\ufeff" + DUMP], ids=["CRLF", "BOM"])
def test_line_ends_and_byte_order_marks_do_not_matter(
    house: House, program: Program, dump: str
) -> None:
    house.drop_bytes("dump.txt", dump.encode())

    assert program("ingest").code == 0
    assert papers(house) == 6


def test_a_missing_abstract_in_the_middle_does_not_shift_the_rest(
    house: House, program: Program
) -> None:
    lines = DUMP.split("\n")
    del lines[5]
    house.drop_bytes("dump.txt", "\n".join(lines).encode())

    program("ingest")

    with house.app.open_store(write=False) as store:
        found = history.papers(store, history.paper_keys(store)).values()
    assert {one.title[-9:-8]: one.abstract[:1] for one in found} == {
        "0": "0",
        "1": "1",
        "2": "",
        "3": "3",
        "4": "4",
        "5": "5",
    }


def test_a_100_megabyte_line_is_refused(house: House, program: Program) -> None:
    path = house.folder / "inbox" / "line.txt"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    os.utime(path, (0, 0))

    answer = program("ingest")

    assert answer.code == 4
    assert "64 MB" in answer.out


def test_a_symlink_and_a_pipe_are_refused(house: House, program: Program, tmp_path: Path) -> None:
    (house.folder / "inbox" / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(house.folder / "inbox" / "pipe.txt")
    house.drop("good.jsonl", "Folding paper maps again")

    answer = program("ingest")

    assert answer.code in (0, 4)
    assert papers(house) == 1


def test_a_database_of_another_program_is_left_alone(house: House, program: Program) -> None:
    other = sqlite3.connect(house.folder / "paperdigest.db")
    other.execute("CREATE TABLE cats (name TEXT)")
    other.close()
    before = (house.folder / "paperdigest.db").read_bytes()

    answer = program("run", "--once")

    assert answer.code == 1
    assert "not a paperdigest database" in answer.err
    assert (house.folder / "paperdigest.db").read_bytes() == before


def test_a_database_of_a_newer_version_is_left_alone(house: House, program: Program) -> None:
    program("ingest")
    newer = sqlite3.connect(house.folder / "paperdigest.db")
    newer.execute("PRAGMA user_version = 99")
    newer.close()

    answer = program("run", "--once")

    assert answer.code == 1
    assert "newer" in answer.err


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may read everything: permissions cannot be tested as root"
)
def test_a_file_without_permission_is_named_and_left(house: House, program: Program) -> None:
    path = house.drop("secret.jsonl", "Folding paper maps again")
    path.chmod(0)

    answer = program("ingest")

    assert answer.code == 4
    assert "secret.jsonl" in answer.out
    assert path.exists()


def test_the_same_bytes_under_another_name_are_a_no_op(house: House, program: Program) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    program("ingest")
    house.drop("copy.jsonl", "Folding paper maps again")

    answer = program("ingest", "--json").json

    assert answer["sources"][0]["files"][0]["status"] == "duplicate"
    assert papers(house) == 1
