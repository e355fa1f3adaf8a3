"""The demo on an empty machine: invented papers in, three readers' digests out."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperdigest.cli import run_command


def test_the_demo_delivers_to_three_readers_and_prints_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["demo", str(tmp_path / "demo")]) == 0

    printed = capsys.readouterr().out
    pages = sorted((tmp_path / "demo" / "outbox").glob("*/*/digest.html"))
    assert {page.parent.parent.name for page in pages} == {"ada", "ben", "reading-group"}
    assert all(str(page) in printed for page in pages)


def test_the_dumps_of_the_demo_overlap_and_every_paper_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["demo", str(tmp_path / "demo")])

    assert "24 papers, 20 new, 4 unchanged" in capsys.readouterr().out


def test_a_demo_run_again_sends_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["demo", str(tmp_path / "demo")])
    capsys.readouterr()

    assert run_command(["demo", str(tmp_path / "demo")]) == 0
    assert "nothing new" in capsys.readouterr().out


def test_a_folder_with_other_things_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("mine")

    assert run_command(["demo", str(tmp_path)]) == 2
    assert "something else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
