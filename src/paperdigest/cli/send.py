"""`paperdigest send`: what is waiting, now; or a sample through the real channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from paperdigest.cli import own_templates
from paperdigest.cli.answers import say
from paperdigest.cli.breaking_off import ends_in_order, message_in_hand
from paperdigest.cli.session import json_option, one_reader, opened
from paperdigest.core import words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.ledger import State
    from paperdigest.flow.compose import Composed, ComposeReport
    from paperdigest.store.connection import Store
    from paperdigest.store.deliveries import Delivery


@click.command()
@click.argument("subscriber", nargs=-1)
@click.option("--test", is_flag=True, help="Send a sample through the real channels instead.")
@json_option
@click.pass_context
def command(ctx: click.Context, subscriber: tuple[str, ...], test: bool, as_json: bool) -> int:
    """Send what is waiting to each SUBSCRIBER (default: all) as a slot of its own."""
    from paperdigest.flow.due import standings
    from paperdigest.startup import ready

    with ends_in_order(), opened(ctx, write=True) as (app, store):
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
        states, troubles = _delivered(app, store, waits=bool(composed.digests))
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
                **own_templates.as_json(app, composed),
            }
        )
    else:
        _print(composed, hindrances)
        for name, reason in composed.failed:
            click.echo(f"{name}  not composed: {reason}")
        own_templates.print_failing(composed)
        for row, state, error in troubles:
            click.echo(f"  {row.subscriber} {row.target}: {state}: {error}")
    own_templates.print_wrong(app)
    return 4 if troubles or composed.failed or own_templates.fail(app, composed) else 0


def _delivered(
    app: App, store: Store, *, waits: bool
) -> tuple[Mapping[str, int], Sequence[tuple[Delivery, State, str]]]:
    """Empty the outbox; return how many rows came to which end, and those that did not go out. A service that is
    there does so by itself within seconds: its other messages need not wait for a person's command."""
    from paperdigest.app import DeliversElsewhere
    from paperdigest.cli.service_signs import serving

    held: object = serving(app.settings.storage)
    if held is None:
        try:
            with message_in_hand() as stop:
                report = app.deliver(store, stop)
        except DeliversElsewhere as elsewhere:
            held = elsewhere
        else:
            return report.states, report.troubles
    if waits:
        click.echo(f"left to who delivers already: {held}", err=True)
    return {}, ()


def _print(composed: ComposeReport, hindrances: Mapping[str, str]) -> None:
    done: dict[str, list[Composed]] = {}
    for digest in composed.digests:
        done.setdefault(digest.subscriber, []).append(digest)
    failed = {name for name, _ in composed.failed}
    for name, hindrance in hindrances.items():
        for digest in done.get(name, ()):
            click.echo(f"{name}  {words.count_papers(digest.papers)}, as slot {digest.slot}")
        if name not in done and name not in failed:
            click.echo(f"{name}  {hindrance or 'nothing is waiting'}")
