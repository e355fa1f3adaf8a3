"""`paperdigest subscribers`: who gets what, and when next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option, opened_app

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.subscription import Subscriber


@click.command()
@click.option("--topic", help="Only those who have a topic of this name.")
@json_option
@click.pass_context
def command(ctx: click.Context, topic: str | None, as_json: bool) -> None:
    """List the subscribers with their targets, topics and next digests."""
    with opened_app(ctx) as app:
        readers, standing = _standing(app)
    chosen = [
        reader
        for reader in readers
        if topic is None or any(own.name.casefold() == topic.casefold() for own in reader.topics)
    ]
    told = [_told(reader, standing.get(reader.name, ("", ""))) for reader in chosen]
    if as_json:
        say({"subscribers": told})
        return
    for one in told:
        click.echo(
            f"{one['name']}  {', '.join(one['deliver'])}  {one['schedule']} {one['timezone']}"
        )
        click.echo(f"  {one['state'] or 'next ' + (one['next'] or 'as soon as something matches')}")
        for own in one["topics"]:
            click.echo(f"  - {own}")
    if not told:
        click.echo("no subscriber" + (f' has a topic "{topic}"' if topic else " is set up"))


def _standing(app: App) -> tuple[tuple[Subscriber, ...], dict[str, tuple[str, str]]]:
    from paperdigest.flow.due import standings
    from paperdigest.store.connection import NoHistory

    try:
        with app.open_store(write=False) as store:
            readers = app.readers(store)
            found = standings(store, readers, app.clock())
    except NoHistory:
        return app.settings.subscribers, {}
    return readers, {
        one.subscriber.name: (one.next_slot.name if one.next_slot else "at once", one.why_not)
        for one in found
    }


def _told(reader: Subscriber, standing: tuple[str, str]) -> dict[str, Any]:
    return {
        "name": reader.name,
        "deliver": list(reader.deliver),
        "schedule": reader.schedule,
        "timezone": reader.timezone,
        "topics": [topic.name for topic in reader.topics],
        "next": standing[0],
        "state": standing[1],
    }
