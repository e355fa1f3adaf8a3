"""`paperdigest forget`: erase a person's data, for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from paperdigest.cli.session import opened
from paperdigest.core import words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.flow.forget import Forgettable
    from paperdigest.store.connection import Store

#: Seconds that the command waits for another process to finish sending.
_PATIENCE = 30.0


@click.command()
@click.argument("subscriber")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, subscriber: str, yes: bool) -> None:
    """Erase all that is known of SUBSCRIBER, who is no longer in the config. The counts stay.

    The database is written anew for that, which needs as much room again for a while.
    """
    from paperdigest.flow.forget import find, scrub
    from paperdigest.store import erasure, subscribers

    with opened(ctx, write=True) as (app, store):
        app.register(store, app.clock())
        if subscribers.named(store, subscriber) is None and erasure.to_be_scrubbed(store):
            click.echo("the rows were erased before; writing the file anew")
            scrub(store)
            return
        who = find(store, subscriber, _configured(app))
        _ask(who, yes=yes)
        _erase(app, store, who)
    click.echo(
        f"{who.name} is forgotten: {words.count(who.digests, 'digest')} and"
        f" {words.count(who.deliveries, 'delivery', 'deliveries')} stay as numbers, nothing else"
    )
    folders = [target.partition(":")[2] for target in who.targets if target.startswith("file:")]
    if folders:
        click.echo(f"note: digests delivered to {words.names(folders)} lie there still")


def _configured(app: App) -> set[str]:
    settings = app.settings
    return {reader.name for reader in settings.subscribers} | {one.name for one in settings.broken}


def _ask(who: Forgettable, *, yes: bool) -> None:
    what = (
        f"Erase {who.name} ({words.names(who.targets) or 'no address'}): {words.count_papers(who.papers)},"
        f" {words.count(who.digests, 'digest')}. This cannot be undone."
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{what} · to go on: paperdigest forget {who.name} --yes")
    click.confirm(f"{what} Go on?", abort=True)


def _erase(app: App, store: Store, who: Forgettable) -> None:
    from paperdigest.flow.forget import forget, scrub
    from paperdigest.store.locks import DELIVER_LOCK, FileLock

    # While nobody delivers: a row in hand would be written again with what was just erased.
    with FileLock(app.settings.storage / DELIVER_LOCK).holding(_PATIENCE):
        forget(store, who, app.settings.operator, app.clock())
    scrub(store)
