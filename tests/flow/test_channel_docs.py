"""What docs/email.md and docs/slack.md show works as it stands there, and the Slack app asks for what is used."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click
import pytest

from house import CONFIG, House
from paperdigest.channels.slack_survey import SCOPES
from paperdigest.cli import cli
from program import Program

ROOT = Path(__file__).parents[2]
PAGES = ("email.md", "slack.md")
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [body for _, kind, body in _BLOCK.findall(text) if kind == language]


def cases(language: str) -> list[object]:
    return [
        pytest.param(block, id=f"{page} {number}")
        for page in PAGES
        for number, block in enumerate(blocks(page, language), 1)
    ]


@pytest.mark.parametrize("block", cases("toml"))
def test_every_block_of_config_passes_the_check(
    house: House, program: Program, monkeypatch: pytest.MonkeyPatch, block: str
) -> None:
    text = "\n".join(line.removeprefix("   ") for line in block.splitlines())
    for name in re.findall(r'file = "(secrets/[\w-]+)"', text):
        house.write(name, "a secret").chmod(0o600)
    for tool in re.findall(r'command = \["(\w+)"', text):
        house.write(f"bin/{tool}", "#!/bin/sh\necho a-token\n").chmod(0o700)
    monkeypatch.setenv("PATH", f"{house.folder / 'bin'}:{os.environ['PATH']}")
    if "slack:" in text:
        text += '\n[slack]\ntoken = { env = "SLACK_TOKEN" }\n'
        monkeypatch.setenv("SLACK_TOKEN", "xoxb-1")
    (house.folder / "paperdigest.toml").write_text(CONFIG + text, "utf-8")

    said = program("check")

    assert said.code == 0, said.err


@pytest.mark.parametrize("block", cases("sh"))
def test_every_command_is_one(block: str) -> None:
    for line in block.splitlines():
        program, *words = shlex.split(line)
        assert program == "paperdigest"
        command: click.Command = cli
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, line
            command = found
        command.make_context("paperdigest", words).close()


def test_the_manifest_asks_for_the_scopes_that_are_used_each_with_a_reason() -> None:
    text = (ROOT / "deploy" / "slack-manifest.yaml").read_text("utf-8")
    asked = re.findall(r"^ +- ([\w:.]+) +# \w.+$", text, re.MULTILINE)
    assert asked == list(SCOPES)
