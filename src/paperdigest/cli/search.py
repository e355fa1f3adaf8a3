"""`paperdigest search`: the papers of history that an expression finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import hit_json, paper_json, say
from paperdigest.cli.expression import ExpressionCommand, parsed
from paperdigest.cli.session import Span, json_option, now_option, opened
from paperdigest.core import words

if TYPE_CHECKING:
    from paperdigest.flow.search import Found


@click.command(cls=ExpressionCommand)
@click.argument("expr")
@click.option("--since", type=Span(), help="Only papers first seen in that time: 30d, 2 weeks.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Papers shown."
)
@now_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    expr: str,
    since: timedelta | None,
    limit: int,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Find papers of all that was ever ingested, the strongest first.

    EXPR is an expression as in `query =`: words, "phrases", AND, OR, -without, title:word, prefix*.
    """
    from paperdigest.flow.search import search

    query = parsed(expr)
    with opened(ctx, write=False, now=now, past=True) as (app, store):
        after = None if since is None else app.clock() - since
        found = search(store, query, since=after, until=now, limit=limit)
    if as_json:
        papers = [
            {**paper_json(one.paper), "hits": [hit_json(hit) for hit in one.hits]}
            for one in found.papers
        ]
        say({"query": expr, "total": found.total, "papers": papers})
    else:
        _print(found, since)


def _print(found: Found, since: timedelta | None) -> None:
    from paperdigest.cli.marked import echo_paper

    within = "" if since is None else f" first seen in {words.span(since)}"
    shown = f", the first {len(found.papers)}:" if len(found.papers) < found.total else ""
    click.echo(f"{found.total:,} of {words.count_papers(found.searched)}{within}{shown}")
    for number, one in enumerate(found.papers, 1):
        click.echo()
        echo_paper(one.paper, one.hits, f"{number:>3}  ", one.paper.id)
