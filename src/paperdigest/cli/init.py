"""`paperdigest init`: a working folder to start from. Asks nothing, never overwrites."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from paperdigest.config.starter import Wishes, Written


@click.command()
@click.argument("folder", required=False, default=".", type=click.Path(path_type=Path))
@click.option(
    "--email", default="", metavar="ADDR", help="Where digests are to go once mail is set up."
)
@click.option(
    "--arxiv", default="", metavar="CATS", help="arXiv categories to read: 'cs.CV cs.LG'."
)
@click.option(
    "--keywords", default="", metavar="'A, B'", help="What to look for, parted by commas."
)
def command(folder: Path, *, email: str, arxiv: str, keywords: str) -> None:
    """Write a config to start from into FOLDER (default: here). It works unedited.

    Files that are there already are left as they are.
    """
    from paperdigest.config.starter import machine_zone, wishes, write_starter

    wanted = wishes(email, arxiv, keywords)  # refuses before anything is written
    written = write_starter(folder, wanted, machine_zone(os.environ))
    _print(folder, wanted, written)


def _print(folder: Path, wanted: Wishes, written: Written) -> None:
    if written.fresh:
        click.echo(f"written: {', '.join(written.fresh)}")
    if written.kept:
        click.echo(f"kept as they were: {', '.join(written.kept)}")
    click.echo("edit: subscriptions/me.toml (what you look for), paperdigest.toml (what is read)")
    if wanted.email:
        click.echo(
            f"digests go to the folder outbox/ for now; for {wanted.email}: fill in [email] in paperdigest.toml,"
            " then change deliver in subscriptions/me.toml"
        )
    elsewhere = folder.absolute() != Path.cwd()
    first = "paperdigest"
    if elsewhere:
        first += f" --config {shlex.quote(str(folder / 'paperdigest.toml'))}"
    click.echo("next:")
    for rest in ("check", "run --once", "run"):
        click.echo(f"  {first} {rest}")
