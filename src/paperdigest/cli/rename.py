"""`paperdigest rename`: a reader is called otherwise, and the history goes on."""

from __future__ import annotations

import click

from paperdigest.cli.session import opened, opened_app


@click.command()
@click.argument("old")
@click.argument("new")
@click.pass_context
def command(ctx: click.Context, old: str, new: str) -> None:
    """Rename a subscriber's file, and say in it whose history goes on.

    What OLD was sent is not sent again; what waits goes to NEW; what was paused or stopped stays so.
    """
    from paperdigest.config.folders import shown
    from paperdigest.config.renaming import rename_file

    with opened(ctx, write=True) as (app, store):
        app.register(
            store, app.clock()
        )  # whoever has not been seen yet has no history to take over
        path = rename_file(app.settings.path.parent, old, new)
    with opened_app(ctx) as app, app.open_store(write=True) as store:
        app.register(store, app.clock())
    click.echo(f'{old} is {new} now: {shown(path)}, where formerly = "{old}" may stay or go')
