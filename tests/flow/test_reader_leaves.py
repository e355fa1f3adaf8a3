"""Whoever reads the output may leave before its end, as `head` does: what a command found is in its exit code all the same."""

from __future__ import annotations

import os
import subprocess

import pytest

from house import House
from running import command

BROKEN = "one\n{% if %}"


def code(house: House, *words: str, unread: str = "stdout") -> int:
    """Run a command whose reader has left before it wrote anything; return its exit code."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command(house, *words),
        stdout=writer if unread == "stdout" else subprocess.DEVNULL,
        stderr=writer if unread == "stderr" else subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert "Traceback" not in (done.stderr or "")
    assert "BrokenPipeError" not in (done.stderr or "")
    return done.returncode


@pytest.fixture
def broken(house: House) -> House:
    """Return a house with a template that cannot be used."""
    (house.folder / "templates").mkdir()
    (house.folder / "templates" / "entry.html.j2").write_text(BROKEN)
    return house


@pytest.mark.parametrize("unread", ["stdout", "stderr"])
@pytest.mark.parametrize("words", [("check",), ("check", "--json"), ("templates", "check")])
def test_a_check_ends_with_3_though_nobody_reads_it(
    broken: House, words: tuple[str, ...], unread: str
) -> None:
    assert code(broken, *words, unread=unread) == 3


def test_status_ends_with_1_though_nobody_reads_it(broken: House) -> None:
    assert code(broken, "status", "--healthy") == 1


@pytest.mark.parametrize("words", [("check",), ("status",), ("export",), ("templates", "list")])
def test_what_went_well_ends_with_0(house: House, words: tuple[str, ...]) -> None:
    house.drop("a.jsonl", *(f"Paper map number {n}" for n in range(9)))
    house.ingest()
    assert code(house, *words) == 0
