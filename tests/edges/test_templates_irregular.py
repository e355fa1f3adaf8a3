"""What stands where templates would and is none is named, and no bundled one takes its place silently; copies come whole,
with what they were copied from, or not at all.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from own_templates import CONFIG
from paperdigest.cli import run_command
from paperdigest.core.errors import TemplateError
from paperdigest.render import Renderer, check
from paperdigest.render.checks import tried, unusable
from paperdigest.render.copies import ORIGINALS, changed_since

NAME = "entry.html.j2"
Make = Callable[[Path], object]
STRANGE: dict[str, tuple[Make, str]] = {
    "a folder": (Path.mkdir, "is a folder"),
    "a dangling link": (lambda path: path.symlink_to("nothing"), "is a link to nothing"),
    "a link in a circle": (lambda path: path.symlink_to(path.name), "is nothing that can be read"),
    "a pipe": (os.mkfifo, "is no plain file"),
}
strange = pytest.mark.parametrize(("make", "said"), STRANGE.values(), ids=STRANGE)


@strange
def test_what_has_a_templates_name_and_is_no_file_is_named(
    tmp_path: Path, make: Make, said: str
) -> None:
    make(tmp_path / NAME)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / NAME}: this is to be a template, and {said}")
    assert list(map(str, unusable(tmp_path))) == [str(problem)]


@strange
def test_it_is_not_passed_over_in_favour_of_a_bundled_one(
    tmp_path: Path, make: Make, said: str
) -> None:
    make(tmp_path / NAME)
    renderer, problems = tried(tmp_path)
    assert renderer is None
    assert [said in str(problem) for problem in problems] == [True]
    with pytest.raises(TemplateError, match=said):
        Renderer(tmp_path)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("x"),
        lambda path: path.symlink_to("nothing"),
        os.mkfifo,
    ],
    ids=["a file", "a dangling link", "a pipe"],
)
def test_a_folder_of_templates_that_is_none_is_named(tmp_path: Path, make: Make) -> None:
    folder = tmp_path / "templates"
    make(folder)
    (problem,) = check(folder)
    assert str(problem).startswith(f"{folder}: this is to be the folder of your templates, and ")
    assert tried(folder)[0] is None


def test_links_to_files_and_to_folders_are_as_good_as_those(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a").write_text("Mine {{ title.text }}")
    (tmp_path / "mine" / NAME).symlink_to("a")
    (tmp_path / "templates").symlink_to("mine")
    assert check(tmp_path / "templates") == []
    assert Renderer(tmp_path / "templates").templates.own == {NAME}


@pytest.fixture
def closed() -> Iterator[Path]:
    """Return a folder that whoever runs this block may not look into."""
    if sys.platform != "linux":
        pytest.skip("needs another user to be")
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "templates"
        folder.mkdir()
        (folder / NAME).write_text("{{ title.text }}")
        folder.chmod(0)
        user = os.geteuid()
        if not user:
            os.seteuid(65534)
        yield folder
        os.seteuid(user)
        folder.chmod(0o700)


def test_a_folder_that_cannot_be_looked_into_is_named(closed: Path) -> None:
    (problem,) = check(closed)
    said = "this is to be the folder of your templates, and cannot be read (Permission denied)"
    assert str(problem) == f"{closed}: {said}"
    assert changed_since(closed) == []


# ------------------------------------------------------------------ the command


@pytest.fixture
def templates(tmp_path: Path) -> Callable[..., int]:
    """Run `paperdigest templates …` over a config of its own; returns the exit code."""
    path = tmp_path / "paperdigest.toml"
    path.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    return lambda *words: run_command(["--config", str(path), *words])


@strange
def test_the_commands_name_it_and_end_with_3(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Make, said: str
) -> None:  # fmt: skip
    (tmp_path / "templates").mkdir()
    make(tmp_path / "templates" / NAME)
    for words in (("templates", "check"), ("check",)):
        assert templates(*words) == 3
        assert said in capsys.readouterr().err
    assert templates("status", "--healthy") == 1
    assert said in capsys.readouterr().out


def test_the_commands_name_a_folder_that_is_none(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "templates").write_text("x")
    for words in (("templates", "check"), ("check",)):
        assert templates(*words) == 3
        assert "and is none" in capsys.readouterr().err
    assert templates("templates", "copy", NAME) == 2
    assert f"{tmp_path / 'templates'} cannot be written" in capsys.readouterr().err


def test_a_damaged_original_is_only_another_text(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("templates", "copy", NAME) == 0
    (tmp_path / "templates" / ORIGINALS / NAME).write_bytes(b"one \xff\nline")
    assert templates("templates", "check") == 0
    assert f"{NAME}: the bundled one has changed" in capsys.readouterr().out
    assert templates("templates", "check", "--seen") == 0
    assert templates("templates", "check") == 0
    assert "has changed" not in capsys.readouterr().out


def test_a_copy_that_is_no_text_any_more_is_a_mistake_and_no_crash(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates("templates", "copy", NAME)
    (tmp_path / "templates" / ORIGINALS / NAME).write_text("another")
    (tmp_path / "templates" / NAME).write_bytes(b"\xff")
    assert templates("templates", "check") == 3
    assert f"{NAME}:1: this is not UTF-8" in capsys.readouterr().err


def test_no_copy_stays_where_what_it_came_from_cannot_be_kept(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / ORIGINALS).write_text("in the way")
    assert templates("templates", "copy", NAME) == 2
    assert f"{folder / ORIGINALS} cannot be written (Not a directory)" in capsys.readouterr().err
    assert not (folder / NAME).exists()
    (folder / ORIGINALS).unlink()
    assert templates("templates", "copy", NAME) == 0
