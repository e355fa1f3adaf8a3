"""`paperdigest history`: past digests, or what one of them held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.deliveries import delivery_json
from paperdigest.cli.session import json_option, one_reader, opened
from paperdigest.core import words
from paperdigest.core.errors import UsageError
from paperdigest.core.text import display

if TYPE_CHECKING:
    from paperdigest.store.connection import Store
    from paperdigest.store.digests import DigestRow


@click.command()
@click.argument("subscriber", required=False)
@click.argument("slot", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@json_option
@click.pass_context
def command(
    ctx: click.Context, subscriber: str | None, slot: str | None, limit: int, as_json: bool
) -> None:
    """List SUBSCRIBER's past digests; with SLOT (or any part of its name) what that one held."""
    from paperdigest.store import digests, subscribers

    with opened(ctx, write=False) as (app, store):
        reader = one_reader(app.readers(store), subscriber)
        row = subscribers.registered(store).get(reader.name)
        rows = (
            []
            if row is None
            else digests.digests_of(store, row.id, limit=100_000 if slot else limit)
        )
        if slot is None:
            _list(reader.name, rows, as_json=as_json)
            return
        named = [found for found in rows if slot in found.slot]
        if not named:
            raise UsageError(
                f'{reader.name} has no digest of "{slot}" · paperdigest history {reader.name} lists them'
            )
        _one(store, named[0], as_json=as_json)


def _list(name: str, rows: list[DigestRow], *, as_json: bool) -> None:
    if as_json:
        say({"subscriber": name, "digests": [_row(row) for row in rows]})
    elif not rows:
        click.echo(f"{name} has had no digest yet")
    else:
        table([(row.slot, words.count_papers(row.papers), row.title) for row in rows])


def _one(store: Store, row: DigestRow, *, as_json: bool) -> None:
    from paperdigest.store import deliveries, digests, history

    outcomes = digests.outcomes_of_digest(store, row.id)
    papers = history.papers(store, [outcome.paper_key for outcome in outcomes])
    sent = deliveries.listed(store, digest_id=row.id, limit=10_000)
    told = [
        {
            "id": papers[outcome.paper_key].id,
            "title": display(papers[outcome.paper_key].title),
            "outcome": outcome.outcome,
            "topic": outcome.topic,
        }
        for outcome in outcomes
        if outcome.paper_key in papers
    ]
    if as_json:
        say({**_row(row), "content": told, "deliveries": [delivery_json(one) for one in sent]})
        return
    click.echo(f"{row.slot}  {row.title}")
    for one in told:
        click.echo(f"  {one['outcome']:<10}  {one['topic']}: {one['title']}")
    for delivery in sent:
        click.echo(
            f"  {delivery.target} part {delivery.part}: {delivery.state} {delivery.error}".rstrip()
        )


def _row(row: DigestRow) -> dict[str, Any]:
    return {
        "slot": row.slot,
        "kind": row.kind,
        "title": row.title,
        "papers": row.papers,
        "composed_at": iso(row.composed_at),
        "covers": {"from": iso(row.covers_from), "until": iso(row.covers_until)},
    }
