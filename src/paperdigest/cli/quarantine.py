"""`paperdigest quarantine`: the files that were refused, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.ingest import print_report
from paperdigest.cli.progress import progress_bar
from paperdigest.cli.session import json_option, opened, opened_app
from paperdigest.cli.terminal import one_line
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.sources.quarantine import Refused


@click.group()
def command() -> None:
    """See the files that were refused, read them once more, or throw them away."""


@command.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the refused files, each with its reason."""
    with opened_app(ctx) as app:
        found = _refused(app)
    if as_json:
        say({"quarantine": [_answer(one) for one in found]})
    elif not found:
        click.echo("nothing was refused")
    else:
        table([(one.name, f"{one.at:%Y-%m-%d %H:%M}", f"{one.size:,} bytes") for one in found])
        for one in found:
            click.echo(one_line(f"  {one.name}: {one.reason}"))


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.pass_context
def retry(ctx: click.Context, names: tuple[str, ...], every: bool) -> int:
    """Put files back where they came from and read them once more."""
    from paperdigest.sources.quarantine import put_back

    with opened(ctx, write=True) as (app, store):
        back = [put_back(one) for one in _chosen(app, names, every=every)]
        inboxes = _inboxes_of(app, back)
        with progress_bar() as progress:
            report = app.ingest(store, app.clock(), names=inboxes, progress=progress)
    print_report(report)
    return 4 if report.partly_failed else 0


@command.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.pass_context
def drop(ctx: click.Context, names: tuple[str, ...], every: bool) -> None:
    """Delete refused files."""
    from paperdigest.sources.quarantine import drop as delete

    with opened_app(ctx) as app:
        for one in _chosen(app, names, every=every):
            delete(one)
            click.echo(one_line(f"{one.name} is deleted"))


def _refused(app: App) -> list[Refused]:
    from paperdigest.sources.quarantine import refused
    from paperdigest.wiring import quarantine_folder

    return refused(quarantine_folder(app.settings))


def _chosen(app: App, names: Sequence[str], *, every: bool) -> list[Refused]:
    found = {one.name: one for one in _refused(app)}
    if every and not names:
        return list(found.values())
    if every or not names:
        raise UsageError("name the files, or give --all")
    for name in names:
        if name not in found:
            there = ", ".join(found) or "none"
            raise UsageError(f'no refused file "{name}" · there are {there}')
    return [found[name] for name in dict.fromkeys(names)]


def _inboxes_of(app: App, files: Sequence[Path]) -> list[str]:
    """Return the inboxes that these files lie in now."""
    folders = {file.parent.resolve() for file in files}
    return [
        settings.name
        for settings in app.settings.sources
        if isinstance(path := settings.options.get("path"), Path) and path.resolve() in folders
    ]


def _answer(one: Refused) -> dict[str, object]:
    return {
        "name": one.name,
        "reason": one.reason,
        "from": str(one.origin) if one.origin else "",
        "bytes": one.size,
        "at": iso(one.at),
    }
