"""`paperdigest query`: what an expression means, what it would have found, what a change would change."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from paperdigest.cli.answers import say
from paperdigest.cli.expression import ExpressionCommand, parsed
from paperdigest.cli.session import Span, json_option, now_option

MONTH = timedelta(days=30)
since_option = click.option(
    "--since", type=Span(), default=MONTH, help='How far back: 7d, "2 weeks"; 30d unless said.'
)


@click.group()
def command() -> None:
    """Try an expression on what history has, explain it, or see what changed words gain and lose."""


@command.command(cls=ExpressionCommand)
@click.argument("expr")
@json_option
def explain(expr: str, *, as_json: bool) -> None:
    """Say how EXPR is read.

    For each term it says what is looked for, where, and what counts as the same.
    """
    from paperdigest.cli.marked import width
    from paperdigest.core.outline import outline, tree_json

    query = parsed(expr)
    if as_json:
        say({"query": expr, "reading": query.reading, "tree": tree_json(query.root)})
        return
    click.echo(f"{query.reading}\n")
    for line in outline(query.root, width()):
        click.echo(line)


@command.command(cls=ExpressionCommand)
@click.argument("expr")
@since_option
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True)
@now_option
@json_option
@click.pass_context
def test(
    ctx: click.Context,
    expr: str,
    since: timedelta,
    limit: int,
    now: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Say what EXPR would have found lately.

    Counts and shows the papers of the last days that it takes, and says what to know before it is put
    to use: other forms, near misses, terms that find nothing.
    """
    from paperdigest.cli.query_test import run

    run(ctx, expr, since=since, limit=limit, now=now, as_json=as_json)


@command.command()
@click.argument("subscriber", required=False)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@since_option
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True)
@now_option
@json_option
@click.pass_context
def diff(
    ctx: click.Context,
    subscriber: str | None,
    file: Path | None,
    since: timedelta,
    limit: int,
    now: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Say what changed words gain and lose.

    Compares SUBSCRIBER's topics as last used with the config now, or with FILE, a subscriptions file
    that is not in place yet.
    """
    from paperdigest.cli.query_diff import run

    run(ctx, subscriber, file, since=since, limit=limit, now=now, as_json=as_json)
