"""`paperdigest deliveries`: what was sent and what waits in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.session import json_option, opened
from paperdigest.core.ledger import State

if TYPE_CHECKING:
    from paperdigest.store.deliveries import Delivery


@click.command()
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="Only rows in this state."
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@json_option
@click.pass_context
def command(ctx: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    """List deliveries, newest first."""
    from paperdigest.core.schedule import zone
    from paperdigest.flow.standing import reasons
    from paperdigest.store import deliveries

    with opened(ctx, write=False) as (app, store):
        rows = deliveries.listed(store, state=state or "", limit=limit)
        now = app.clock().astimezone(zone(app.settings.timezone))
        told = reasons(store, rows, now, app.channel)
    if as_json:
        answers = [
            {**delivery_json(row), "reason": reason} for row, reason in zip(rows, told, strict=True)
        ]
        say({"deliveries": answers})
        return
    if not rows:
        click.echo("no deliveries" + (f" in state {state}" if state else " yet"))
    table(
        [
            (
                str(row.id),
                row.subscriber,
                row.slot,
                row.target,
                f"part {row.part}",
                row.state,
                reason,
            )
            for row, reason in zip(rows, told, strict=True)
        ]
    )


def delivery_json(row: Delivery) -> dict[str, Any]:
    """Return a delivery without its bytes."""
    return {
        "id": row.id,
        "key": row.key,
        "subscriber": row.subscriber,
        "slot": row.slot,
        "target": row.target,
        "part": row.part,
        "state": row.state,
        "attempts": row.attempts,
        "not_before_at": iso(row.not_before_at),
        "sent_at": iso(row.sent_at),
        "error": row.error,
    }
