"""`paperdigest subscribers`: who gets what, and when next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option, opened_app
from paperdigest.core.target import short

if TYPE_CHECKING:
    from datetime import datetime

    from paperdigest.app import App
    from paperdigest.core.subscription import Subscriber
    from paperdigest.store.connection import Store
    from paperdigest.store.suppressions import Suppression


@click.command()
@click.option("--topic", help="Only those who have a topic of this name.")
@json_option
@click.pass_context
def command(ctx: click.Context, topic: str | None, as_json: bool) -> None:
    """List the subscribers with their targets, topics and next digests."""
    with opened_app(ctx) as app:
        readers, standing, held = _standing(app)
    chosen = [
        reader
        for reader in readers
        if topic is None or any(own.name.casefold() == topic.casefold() for own in reader.topics)
    ]
    told = [
        _told(reader, standing.get(reader.name, ("", "")), held.get(reader.name, ()))
        for reader in chosen
    ]
    if as_json:
        say({"subscribers": told})
        return
    for one in told:
        click.echo(
            f"{one['name']}  {', '.join(one['deliver'])}  {one['schedule']} {one['timezone']}"
        )
        click.echo(f"  {one['state'] or 'next ' + (one['next'] or 'as soon as something matches')}")
        for line in filter(None, map(_line, held.get(one["name"], ()))):
            click.echo(
                f"  {line} · undo: paperdigest resume {one['name']} {line.partition(' ')[0]}"
            )
        for own in one["topics"]:
            click.echo(f"  - {own}")
    if not told:
        click.echo("no subscriber" + (f' has a topic "{topic}"' if topic else " is set up"))


def _standing(
    app: App,
) -> tuple[tuple[Subscriber, ...], dict[str, tuple[str, str]], dict[str, tuple[Suppression, ...]]]:
    """Return the readers; by name (next slot, why not); by name what is paused or stopped by command."""
    from paperdigest.flow.due import standings
    from paperdigest.store.connection import NoHistory

    try:
        with app.open_store(write=False) as store:
            readers = app.readers(store)
            now = app.clock()
            found = standings(store, readers, now)
            held = _held(store, readers, now)
    except NoHistory:
        return app.settings.subscribers, {}, {}
    standing = {
        one.subscriber.name: (one.next_slot.name if one.next_slot else "at once", one.why_not)
        for one in found
    }
    return readers, standing, held


def _held(
    store: Store, readers: Sequence[Subscriber], now: datetime
) -> dict[str, tuple[Suppression, ...]]:
    """Return what is in force for each reader now: for the whole of them (target ""), then target by target."""
    from paperdigest.core.schedule import zone
    from paperdigest.store import subscribers, suppressions

    every = suppressions.suppressions(store)
    ids = {row.name: row.id for row in subscribers.registered(store).values()} if every else {}
    return {
        reader.name: tuple(
            one
            for target in (suppressions.EVERYTHING, *reader.deliver)
            if (one := every.get((ids[reader.name], target))) is not None
            and one.holds(now.astimezone(zone(reader.timezone)).date())
        )
        for reader in readers
        if reader.name in ids
    }


def _line(held: Suppression) -> str:
    """Return "ada@example.org paused (by command)"; "" for the whole subscriber, whose state says it."""
    return f"{short(held.target)} {held}" if held.target else ""


def _told(
    reader: Subscriber, standing: tuple[str, str], held: tuple[Suppression, ...]
) -> dict[str, Any]:
    return {
        "name": reader.name,
        "deliver": list(reader.deliver),
        "schedule": reader.schedule,
        "timezone": reader.timezone,
        "topics": [topic.name for topic in reader.topics],
        "next": standing[0],
        "state": standing[1],
        "suppressed": [
            {
                "target": one.target,
                "kind": one.kind,
                "until": one.until.isoformat() if one.until else None,
                "reason": one.reason,
            }
            for one in held
        ],
    }
