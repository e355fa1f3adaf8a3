"""Whoever follows docs/operating.md and the pages beside it finds each file, page and command that is named there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from paperdigest.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "deploy" / "README.md",
    ROOT / "docs" / "operating.md",
    *sorted((ROOT / "docs" / "deploy").glob("*.md")),
)
FOLDERS = ("systemd", "cron", "launchd", "github-actions", "container")
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as they are made from them."""
    heads = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(page: Path) -> list[list[str]]:
    """Return every call of paperdigest in the page's blocks and inline code, word by word."""
    text = page.read_text("utf-8")
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    lines += re.findall(r"`(paperdigest [^`]+)`", text)
    found = []
    for line in lines:
        call = re.search(r"(?:^|[/ ])paperdigest((?: --config \S+)? [a-z].*)", line)
        if call and not re.search(
            r"systemctl|compose|docker|systemd-run|install ", line[: call.start() + 1]
        ):
            found.append(shlex.split(call[1].split(" >")[0], comments=True))
    return found


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    missing = []
    for place, anchor in _LINK.findall(page.read_text("utf-8")):
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(f"{place}#{anchor}")

    assert missing == []


@each_page
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"(?<![\w./(])deploy/[\w./-]*\w", page.read_text("utf-8")))

    assert [name for name in named if not (ROOT / name).exists()] == []


def known(words: list[str]) -> set[str]:
    """Return the options of the command that the words begin with. Fails where it is no command."""
    command: click.Command | None = cli
    for word in words:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(click.Context(cli), word)
        assert command is not None, words
    assert command is not None
    return {name for option in command.params for name in option.opts}


@each_page
def test_every_command_is_one(page: Path) -> None:
    for words in commands(page):
        call = words[2:] if words[0] == "--config" else words
        assert {word for word in call if word.startswith("--")} <= known(call), words


def test_commands_are_found_at_all() -> None:
    assert ["run", "--once"] in commands(ROOT / "docs" / "operating.md")


def test_the_index_names_each_folder_and_its_page() -> None:
    index = (ROOT / "deploy" / "README.md").read_text("utf-8")

    assert all(f"`{name}/`" in index and f"deploy/{name}.md" in index for name in FOLDERS)


def test_no_file_of_deploy_is_without_a_page_that_names_it() -> None:
    told = "".join(page.read_text("utf-8") for page in PAGES)
    files = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]

    assert [
        path.name for path in files if path.name not in told and path.parent.name != "user"
    ] == ["Containerfile.dockerignore"]


def test_operating_installs_what_the_unit_starts() -> None:
    unit = (ROOT / "deploy" / "systemd" / "paperdigest.service").read_text("utf-8")
    (program,) = re.findall(r"(?m)^ExecStart=(\S+)/bin/paperdigest run$", unit)

    assert f"sh deploy/install {program}\n" in (ROOT / "docs" / "operating.md").read_text("utf-8")
