"""`paperdigest release` and `drop`: what a person decides about a run that the brake holds."""

from __future__ import annotations

import click

from paperdigest.cli.session import opened
from paperdigest.core import words


@click.command()
@click.argument("run", type=click.IntRange(1), metavar="RUN")
@click.pass_context
def release(ctx: click.Context, run: int) -> None:
    """Let held run RUN go out, as it was composed."""
    from paperdigest.flow import brake

    with opened(ctx, write=True) as (app, store), store.transaction():
        rows = brake.release(store, run, app.clock())
    click.echo(f"run {run}: {_deliveries(rows)} with the next run")


@click.command()
@click.argument("run", type=click.IntRange(1), metavar="RUN")
@click.pass_context
def drop(ctx: click.Context, run: int) -> None:
    """Give held run RUN up: nothing of it is sent, and its papers do not come back."""
    from paperdigest.flow import brake

    with opened(ctx, write=True) as (app, store), store.transaction():
        rows = brake.drop(store, run, app.clock())
    click.echo(f"run {run}: {words.count(rows, 'delivery', 'deliveries')} dropped")


def _deliveries(rows: int) -> str:
    return "1 delivery goes out" if rows == 1 else f"{words.number(rows)} deliveries go out"
