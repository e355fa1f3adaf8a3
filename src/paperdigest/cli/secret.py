"""`paperdigest secret set`: a password or token into a file of its own, without showing it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

from paperdigest.core.errors import PaperdigestError, UsageError

_MOST = 65_536


@click.group()
def command() -> None:
    """Store a password or token outside the config."""


@command.command("set")
@click.argument("name")
@click.pass_context
def set_secret(ctx: click.Context, name: str) -> None:
    """Read a secret without echo, or from standard input, and store it as secrets/NAME beside the config."""
    from paperdigest.config import find_config
    from paperdigest.config.secrets import FOLDER, check_name, write_secret

    check_name(name)
    folder = find_config(ctx.obj.config_path, os.environ).parent
    value = _asked(name)
    fault = ""
    try:
        write_secret(folder, name, value)
    except OSError as error:
        fault = f"{folder / FOLDER} cannot be written ({(error.strerror or str(error)).lower()})"
    if fault:
        raise PaperdigestError(fault)
    click.echo(f"stored in {_shown(folder / FOLDER / name)}")
    click.echo(f"in paperdigest.toml: {_line(name, f'{FOLDER}/{name}')}")


def _asked(name: str) -> bytes:
    if sys.stdin.isatty():
        text = click.prompt(name, hide_input=True, default="", show_default=False, err=True)
        value = str(text).encode("utf-8", "replace")
    else:
        value = sys.stdin.buffer.read(_MOST + 1)
    if not value.strip():
        raise UsageError("nothing was given · the secret is not stored")
    return value


def _line(name: str, path: str) -> str:
    place = f'{{ file = "{path}" }}'
    if webhook := re.search(r"webhook[-_.]?(.*)", name, re.IGNORECASE):
        key = re.sub(r"[^A-Za-z0-9_-]", "-", webhook[1]) or "team"
        return f"below [slack.webhooks] write {key} = {place}"
    if "slack" in name.lower():
        return f"below [slack] write token = {place}"
    if "ping" in re.split(r"[-_.]", name.lower()):
        return f"below [health] write ping = {place}"
    key = "token" if "token" in name.lower() else "password"
    return f"below [email] write {key} = {place}"


def _shown(path: Path) -> str:
    from paperdigest.config.folders import shown

    return shown(path)
