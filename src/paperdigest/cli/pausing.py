"""`paperdigest pause`, `resume` and `stop`: kept in the store, so they hold at once, beside the service too."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from paperdigest.cli.session import one_reader, opened
from paperdigest.core.errors import UsageError
from paperdigest.core.target import named, short

if TYPE_CHECKING:
    from paperdigest.core.subscription import Subscriber


@click.command()
@click.argument("subscriber", required=False)
@click.argument("target", required=False)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The first day with digests again."
)
@click.pass_context
def pause(
    ctx: click.Context, subscriber: str | None, target: str | None, until: datetime | None
) -> None:
    """Hold back SUBSCRIBER's digests, or only those to TARGET. Nothing is lost."""
    _suppress(ctx, subscriber, target, "paused", until)


@click.command()
@click.argument("subscriber", required=False)
@click.argument("target", required=False)
@click.pass_context
def stop(ctx: click.Context, subscriber: str | None, target: str | None) -> None:
    """Send nothing more to SUBSCRIBER, or to TARGET, until `resume`."""
    _suppress(ctx, subscriber, target, "stopped", None)


@click.command()
@click.argument("subscriber", required=False)
@click.argument("target", required=False)
@click.pass_context
def resume(ctx: click.Context, subscriber: str | None, target: str | None) -> None:
    """Let SUBSCRIBER's digests go out again, or those to TARGET."""
    from paperdigest.store import subscribers, suppressions

    with opened(ctx, write=True) as (app, store):
        app.register(store, app.clock())
        reader = one_reader(app.readers(store), subscriber)
        id_ = subscribers.registered(store)[reader.name].id
        with store.transaction():
            lifted = suppressions.lift(store, id_, _target(reader, target))
        left = [one for one in reader.deliver if suppressions.suppressions_of(store, id_, one)]
    for one in left if target is None else ():
        bare = short(one)
        click.echo(
            f"{bare} stays stopped by the reader · undo: paperdigest resume {reader.name} {bare}"
        )
    if lifted:
        click.echo(f"{_whom(reader.name, target)} gets digests again")
    elif not left or target is not None:
        click.echo(f"{_whom(reader.name, target)} was neither paused nor stopped by command")
    if reader.pause is not None:
        click.echo("note: the config pauses this subscriber too, under pause")


def _suppress(
    ctx: click.Context,
    subscriber: str | None,
    target: str | None,
    kind: str,
    until: datetime | None,
) -> None:
    from paperdigest.store import subscribers, suppressions

    with opened(ctx, write=True) as (app, store):
        app.register(store, app.clock())
        reader = one_reader(app.readers(store), subscriber)
        id_ = subscribers.registered(store)[reader.name].id
        held = suppressions.Suppression(
            id_,
            _target(reader, target),
            kind,
            None if until is None else until.date(),
            "by command",
        )
        with store.transaction():
            suppressions.suppress(store, held, app.clock())
    click.echo(
        f"{_whom(reader.name, target)}: {held} · undo: paperdigest resume {reader.name} {target or ''}".rstrip()
    )


def _target(reader: Subscriber, target: str | None) -> str:
    from paperdigest.store.suppressions import EVERYTHING

    if target is None:
        return EVERYTHING
    if known := named(target, reader.deliver):
        return known
    raise UsageError(
        f'"{target}" is not a target of {reader.name} · there are {", ".join(reader.deliver)}'
    )


def _whom(name: str, target: str | None) -> str:
    return name if target is None else f"{name} at {target}"
