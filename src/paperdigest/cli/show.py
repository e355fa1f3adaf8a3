"""`paperdigest show`: one paper as history knows it."""

from __future__ import annotations

import textwrap

import click

from paperdigest.cli.answers import paper_json, say
from paperdigest.cli.papers import found_papers
from paperdigest.cli.session import json_option, opened
from paperdigest.core.paper import Paper
from paperdigest.core.text import display


@click.command()
@click.argument("paper")
@json_option
@click.pass_context
def command(ctx: click.Context, paper: str, as_json: bool) -> None:
    """Show PAPER (an id, an address or part of a title); several are listed."""
    with opened(ctx, write=False) as (_, store):
        papers = [known for _, known in found_papers(store, paper)]
    if as_json:
        say(
            paper_json(papers[0])
            if len(papers) == 1
            else {"papers": [paper_json(known) for known in papers]}
        )
    elif len(papers) == 1:
        _show(papers[0])
    else:
        for known in papers:
            click.echo(f"{known.id}  {display(known.title)}")


def _show(paper: Paper) -> None:
    click.echo(display(paper.title))
    facts = (
        ("authors", ", ".join(paper.authors)),
        ("categories", ", ".join(paper.categories)),
        ("venue", paper.venue),
        ("published", f"{paper.published_at:%Y-%m-%d}" if paper.published_at else ""),
        ("first seen", f"{paper.first_seen_at:%Y-%m-%d %H:%M} UTC" if paper.first_seen_at else ""),
        ("sources", ", ".join(paper.sources)),
        ("place", f"{paper.rank} of {paper.rank_of}" if paper.rank else ""),
        ("votes", "" if paper.votes is None else str(paper.votes)),
        ("version", "" if paper.version is None else str(paper.version)),
        ("state", "withdrawn" if paper.withdrawn else ""),
        ("address", paper.url),
        ("ids", ", ".join(paper.ids)),
    )
    for name, value in facts:
        if value:
            click.echo(f"  {name:<11}{value}")
    if paper.abstract:
        click.echo()
        click.echo(textwrap.fill(display(paper.abstract), 78, break_long_words=False))
