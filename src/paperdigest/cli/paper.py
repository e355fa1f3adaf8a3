"""`paperdigest paper split`: undo a merge of two papers that are not one."""

from __future__ import annotations

import click

from paperdigest.cli.papers import found_papers
from paperdigest.cli.session import opened
from paperdigest.core.errors import UsageError
from paperdigest.core.text import display


@click.group()
def command() -> None:
    """Put right what history has wrong about a paper."""


@command.command()
@click.argument("paper")
@click.pass_context
def split(ctx: click.Context, paper: str) -> None:
    """Undo the last merge into PAPER (an id, an address or part of a title)."""
    from paperdigest.store import history
    from paperdigest.store.merges import part

    with opened(ctx, write=True) as (app, store):
        found = found_papers(store, paper)
        if len(found) > 1:
            several = ", ".join(known.id for _, known in found)
            raise UsageError(f'"{paper}" names several papers: {several} · give an id')
        ((key, known),) = found
        with store.transaction():
            gone = part(store, key, app.clock())
        if gone is None:
            raise UsageError(f"{known.id} was never merged with another paper")
        for one in history.papers(store, [key, gone]).values():
            click.echo(f"{one.id}  {display(one.title)}")
    click.echo("They are two papers from now on.")
