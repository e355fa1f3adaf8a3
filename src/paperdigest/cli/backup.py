"""`paperdigest backup`: a copy of the database and the config, now."""

from __future__ import annotations

import click

from paperdigest.cli.answers import iso, say
from paperdigest.cli.session import json_option, opened_app


@click.command()
@click.argument("file", required=False, type=click.Path())
@json_option
@click.pass_context
def command(ctx: click.Context, file: str | None, as_json: bool) -> int:
    """Make a backup while everything goes on: as FILE, or beside the database, where the newest ones are kept.

    It holds the database, the config, subscriptions, topics and templates, and never a secret.
    """
    from paperdigest.care import back_up
    from paperdigest.store.backup import target_of

    with opened_app(ctx) as app:
        app.open_store(write=False).close()  # nothing is made where there is nothing to back up
        now = app.clock()
        target = target_of(file, now) if file is not None else None
        with app.open_store() as store:
            made, left_out = back_up(app, store, now, target=target)
    if as_json:
        say(
            {
                "file": str(made.file),
                "bytes": made.size,
                "made_at": iso(made.manifest.made_at),
                "schema": made.manifest.schema,
                "files": [member.name for member in made.manifest.members],
                "left_out": list(left_out),
                "removed": list(made.removed),
            }
        )
        return 0
    click.echo(f"{made.file} · {_size(made.size)} · examined and sound")
    for path in left_out:
        click.echo(f"not in it: {path}", err=True)
    for name in made.removed:
        click.echo(f"removed: {name}, as {app.settings.backup.keep} are kept")
    return 0


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} kB"
