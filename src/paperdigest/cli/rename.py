"""`paperdigest rename`: a reader is called otherwise, and the history goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paperdigest.cli.session import opened, opened_app
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App


@click.command()
@click.argument("old")
@click.argument("new")
@click.pass_context
def command(ctx: click.Context, old: str, new: str) -> None:
    """Rename a subscriber's file, and say in it whose history goes on.

    What OLD was sent is not sent again; what waits goes to NEW; what was paused or stopped stays so.
    """
    from paperdigest.config.renaming import rename_file

    with opened(ctx, write=True) as (app, store):
        app.register(
            store, app.clock()
        )  # whoever has not been seen yet has no history to take over
        _must_be_whole(app, old)
        folder, broken = app.settings.path.parent, {one.name for one in app.settings.broken}
        put_back = rename_file(folder, old, new)
    with opened_app(ctx) as app:
        problems = [one for one in app.settings.broken if one.name not in broken]
        if problems or new not in {reader.name for reader in app.settings.subscribers}:
            put_back()
            told = "; ".join(str(problem) for one in problems for problem in one.problems)
            raise UsageError(
                f"{old} cannot be {new}: {told or 'the name is taken'} · nothing was changed"
            )
        with app.open_store(write=True) as store:
            app.register(store, app.clock())
    click.echo(f'{old} is {new} now · formerly = "{old}" in the file may stay or go')


def _must_be_whole(app: App, name: str) -> None:
    """Raise UsageError for a file that is set aside: under another name its last good version would be lost."""
    for one in app.settings.broken:
        if one.name == name:
            problems = "; ".join(map(str, one.problems))
            raise UsageError(f"{name} is set aside: {problems} · mend that first")
