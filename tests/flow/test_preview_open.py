"""`preview --open`: the page in a browser where there is one, and never a word in the dark where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from house import House
from program import Program

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a browser")


@pytest.fixture
def filled(house: House) -> House:
    house.drop("monday.jsonl", "Folding paper maps")
    house.ingest()
    house.close()
    return house


def preview(
    house: House, *words: str, browser: Path | None = None, path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Call the program over ssh, as it were: no screen, and no browsers but this one."""
    own = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    env = {**own, "PATH": path, "TMPDIR": str(house.folder)}
    env.pop("BROWSER", None)
    if browser is not None:
        env["BROWSER"] = f"{browser} %s"
    config = house.folder / "paperdigest.toml"
    command = [sys.executable, "-m", "paperdigest", "--config", str(config), "preview", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def program(folder: Path, name: str) -> Path:
    """Return a program that writes down what it is called with."""
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n')
    path.chmod(0o755)
    return path


def test_the_page_opens_in_the_browser_and_its_path_is_printed(
    filled: House, tmp_path: Path
) -> None:
    done = preview(filled, "--open", browser=program(tmp_path, "browser"))
    assert (done.returncode, done.stderr) == (0, "")
    page = Path(done.stdout.strip())
    assert Path(unquote(urlsplit((tmp_path / "opened").read_text().strip()).path)) == page
    assert "Folding paper maps" in page.read_text(encoding="utf-8").replace("</b>", "").replace(
        '<b class="hit" style="background-color:#fbedb0">', ""
    )


def test_without_a_browser_the_path_is_printed_and_it_is_said(filled: House) -> None:
    done = preview(filled, "--open")
    assert done.returncode == 1
    assert Path(done.stdout.strip()).is_file()
    assert done.stderr == (
        "paperdigest: no browser could be opened here"
        " · open that file yourself, or where you have a browser\n"
    )


def test_a_browser_that_fails_is_no_browser(filled: House) -> None:
    done = preview(filled, "--open", browser=Path("/usr/bin/false"))
    assert done.returncode == 1
    assert "no browser could be opened" in done.stderr


def test_a_browser_for_terminals_is_not_started_in_a_pipe(filled: House, tmp_path: Path) -> None:
    program(tmp_path, "lynx")
    done = preview(filled, "--open", path=str(tmp_path))
    assert done.returncode == 1
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    "words", [("--format", "text"), ("--format", "slack"), ("--format", "json")]
)
def test_what_is_no_page_cannot_be_opened(
    filled: House, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    done = Program(filled.folder, capsys)("preview", "--open", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"paperdigest: --open shows the page in HTML · leave out {' '.join(words)}, or --open\n"
    )


def test_an_answer_for_programs_cannot_be_opened(
    filled: House, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Program(filled.folder, capsys)("preview", "--open", "--json")
    assert done.code == 2
    assert "leave out --json, or --open" in done.json["error"]["message"]


def test_html_can_be_asked_for_by_name(filled: House, tmp_path: Path) -> None:
    done = preview(filled, "--open", "--format", "html", browser=program(tmp_path, "browser"))
    assert done.returncode == 0
    assert Path(done.stdout.strip()).is_file()
