"""`paperdigest retry` and `resolve`: what a person decides about deliveries that did not simply go out."""

from __future__ import annotations

import click

from paperdigest.cli.session import opened
from paperdigest.core.errors import UsageError

_RETRY = ("retry", "failed", "held", "unknown")
_VERDICTS = {"sent": "sent", "resend": "retry", "drop": "dropped"}


@click.command()
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.pass_context
def retry(ctx: click.Context, ids: tuple[int, ...]) -> None:
    """Try deliveries again now: the same bytes, at the next run."""
    with opened(ctx, write=True) as (app, store):
        from paperdigest.store import deliveries

        now = app.clock()
        with store.transaction():
            for row in deliveries.by_ids(store, ids):
                if row.state not in _RETRY:
                    raise UsageError(
                        f"delivery {row.id} is {row.state} · only {', '.join(_RETRY)} can be retried"
                    )
                deliveries.settle(
                    store, row.id, "retry", now=now, error=row.error, not_before_at=now
                )
                click.echo(f"delivery {row.id} to {row.target} goes out with the next run")


@click.command()
@click.argument("id_", type=int, metavar="ID")
@click.argument("verdict", type=click.Choice(list(_VERDICTS)))
@click.pass_context
def resolve(ctx: click.Context, id_: int, verdict: str) -> None:
    """Say what became of delivery ID: it was sent, send it again, or drop it."""
    with opened(ctx, write=True) as (app, store):
        from paperdigest.store import deliveries, digests

        now = app.clock()
        with store.transaction():
            row = deliveries.by_ids(store, (id_,))[0]
            if row.state not in ("held", "unknown", "retry", "failed", "pending"):
                raise UsageError(f"delivery {id_} is {row.state} · there is nothing to resolve")
            error = "" if verdict == "sent" else f"{verdict} by command"
            deliveries.settle(
                store, id_, _VERDICTS[verdict], now=now, error=error, not_before_at=now
            )
            if verdict == "drop" and deliveries.reached_nobody(store, row.digest_id):
                # Dropped by a person: the papers do not come back, and the ledger says why.
                digests.drop(store, row.digest_id)
    click.echo(f"delivery {id_}: {_VERDICTS[verdict]}")
