"""`paperdigest retry` and `resolve`: what a person decides about deliveries that did not simply go out."""

from __future__ import annotations

import click

from paperdigest.cli.session import opened

_DECIDED = {
    "sent": "counts as sent",
    "resend": "goes out with the next run",
    "drop": "is not sent any more",
}


@click.command()
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.pass_context
def retry(ctx: click.Context, ids: tuple[int, ...]) -> None:
    """Try deliveries again now: the same bytes, at the next run."""
    from paperdigest.flow import resolve

    with opened(ctx, write=True) as (app, store):
        with store.transaction():
            rows = [resolve.retry(store, id_, app.clock()) for id_ in ids]
        for row in rows:
            click.echo(f"delivery {row.id} to {row.target} goes out with the next run")


@click.command("resolve")
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.argument("verdict", type=click.Choice(["sent", "resend", "drop"]))
@click.pass_context
def resolve_(ctx: click.Context, ids: tuple[int, ...], verdict: str) -> None:
    """Say what became of deliveries: they were sent, send them again, or drop them.

    All or none: one that is not there or needs no decision leaves the others as they are.
    """
    from paperdigest.flow import resolve

    verdicts = {"sent": resolve.was_sent, "resend": resolve.again, "drop": resolve.drop}
    with opened(ctx, write=True) as (app, store):
        with store.transaction():
            rows = [verdicts[verdict](store, id_, app.clock()) for id_ in ids]
        for row in rows:
            click.echo(f"delivery {row.id} to {row.target}: {_DECIDED[verdict]}")
