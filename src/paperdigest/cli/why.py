"""`paperdigest why`: why a subscriber did or did not get a paper."""

from __future__ import annotations

from datetime import datetime

import click

from paperdigest.cli.answers import say
from paperdigest.cli.deliveries import delivery_json
from paperdigest.cli.papers import found_papers
from paperdigest.cli.session import json_option, now_option, one_reader, opened
from paperdigest.core.text import display


@click.command()
@click.argument("paper")
@click.argument("subscriber", required=False)
@now_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, paper: str, subscriber: str | None, now: datetime | None, as_json: bool
) -> None:
    """Say why SUBSCRIBER did or did not get PAPER (an id, an address or part of a title)."""
    from paperdigest.flow.why import why

    with opened(ctx, write=False, now=now) as (app, store):
        reader = one_reader(app.readers(store), subscriber)
        answers = [
            (known, why(store, reader, key, known, app.clock()))
            for key, known in found_papers(store, paper)
        ]
    if as_json:
        told = [
            {
                "paper": known.id,
                "title": display(known.title),
                "subscriber": reader.name,
                "answer": answer.answer,
                "because": list(answer.because),
                "deliveries": [delivery_json(row) for row in answer.deliveries],
            }
            for known, answer in answers
        ]
        say(told[0] if len(told) == 1 else {"papers": told})
        return
    from paperdigest.cli.marked import title

    for known, answer in answers:
        click.echo(f"{title(known)}\n  {reader.name}: {answer.answer}")
        for line in answer.because:
            click.echo(f"  {line}")
        for row in answer.deliveries:
            click.echo(
                f"  delivery {row.id} {row.target} part {row.part}: {row.state} {row.error}".rstrip()
            )
