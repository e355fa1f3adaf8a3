"""`paperdigest send`: what is waiting, now; or a sample through the real channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option, one_reader, opened
from paperdigest.core import words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.flow.compose import ComposeReport


@click.command()
@click.argument("subscriber", nargs=-1)
@click.option("--test", is_flag=True, help="Send a sample through the real channels instead.")
@json_option
@click.pass_context
def command(ctx: click.Context, subscriber: tuple[str, ...], test: bool, as_json: bool) -> int:
    """Send what is waiting to each SUBSCRIBER (default: all) as a slot of its own."""
    from paperdigest.app import DeliversElsewhere
    from paperdigest.flow.due import standings
    from paperdigest.startup import ready

    with opened(ctx, write=True) as (app, store):
        now = app.clock()
        ready(app, store)
        app.register(store, now)
        readers = app.readers(store)
        chosen = [one_reader(readers, name) for name in subscriber] or list(readers)
        if not chosen:
            raise UsageError("there is no subscriber to send to")
        if test:
            from paperdigest.cli.sample import send_samples

            return send_samples(app, store, chosen, now, as_json=as_json)
        hindrances = {one.subscriber.name: one.why_not for one in standings(store, chosen, now)}
        composed = app.compose(store, now, forced=frozenset(reader.name for reader in chosen))
        try:
            delivered = app.deliver(store)
            states, troubles = dict(delivered.states), delivered.troubles
        except DeliversElsewhere as held:
            click.echo(f"the running service will deliver them: {held}", err=True)
            states, troubles = {}, []
    if as_json:
        say(
            {
                "digests": [
                    {"subscriber": done.subscriber, "slot": done.slot, "papers": done.papers}
                    for done in composed.digests
                ],
                "deliveries": states,
                "failed": [
                    {"subscriber": name, "reason": reason} for name, reason in composed.failed
                ],
            }
        )
    else:
        _print(composed, hindrances)
        for name, reason in composed.failed:
            click.echo(f"{name}  not composed: {reason}")
        for row, state, error in troubles:
            click.echo(f"  {row.subscriber} {row.target}: {state}: {error}")
    return 4 if troubles or composed.failed else 0


def _print(composed: ComposeReport, hindrances: Mapping[str, str]) -> None:
    done = {digest.subscriber: digest for digest in composed.digests}
    failed = {name for name, _ in composed.failed}
    for name, hindrance in hindrances.items():
        if name in done:
            click.echo(
                f"{name}  {words.count_papers(done[name].papers)}, as slot {done[name].slot}"
            )
        elif name not in failed:
            click.echo(f"{name}  {hindrance or 'nothing is waiting'}")
