"""`paperdigest config`: which file is in force, what it means, and its schema."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from paperdigest.cli.session import json_option


@click.group()
def command() -> None:
    """Show the config, its path or its schema."""


@command.command("path")
@click.pass_context
def path(ctx: click.Context) -> None:
    """Print which config file is in force."""
    click.echo(str(_found(ctx)))


@command.command("show")
@json_option
@click.pass_context
def show(ctx: click.Context, *, as_json: bool) -> None:
    """Print the settings in force, defaults included; secrets as ***."""
    from paperdigest.config import load
    from paperdigest.config.effective import effective, effective_toml

    settings = load(_found(ctx))
    if as_json:
        click.echo(json.dumps(effective(settings), ensure_ascii=False))
    else:
        click.echo(effective_toml(settings), nl=False)
    for broken in settings.broken:
        click.echo(f"set aside: {broken.file} · paperdigest check says why", err=True)


@command.command("schema")
@click.option("--subscriber", is_flag=True, help="The schema of a file in subscriptions/ instead.")
def schema(*, subscriber: bool) -> None:
    """Print the JSON Schema of paperdigest.toml, for editors."""
    from paperdigest.config.schema import main_schema, subscriber_schema

    made = subscriber_schema() if subscriber else main_schema()
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


def _found(ctx: click.Context) -> Path:
    from paperdigest.config import find_config

    return find_config(ctx.obj.config_path, os.environ)
