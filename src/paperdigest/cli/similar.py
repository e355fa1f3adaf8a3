"""`paperdigest similar`: the papers of history nearest to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import paper_json, say
from paperdigest.cli.papers import found_papers
from paperdigest.cli.session import json_option, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paperdigest.core.paper import Paper
    from paperdigest.flow.similar import NearPaper


@click.command()
@click.argument("paper")
@click.option(
    "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Papers shown."
)
@json_option
@click.pass_context
def command(ctx: click.Context, paper: str, limit: int, as_json: bool) -> None:
    """Show the papers most like PAPER (an id, an address or part of a title), and the words they share."""
    from paperdigest.flow.similar import similar

    with opened(ctx, write=False) as (_, store):
        named = found_papers(store, paper)
        near = similar(store, named[0][0], limit) if len(named) == 1 else ()
    if len(named) > 1:
        _ask_which([one for _, one in named], as_json=as_json)
    elif as_json:
        say({"paper": paper_json(named[0][1]), "papers": [_json(one) for one in near]})
    else:
        _print(named[0][1], near)


def _json(near: NearPaper) -> dict[str, Any]:
    return {**paper_json(near.paper), "score": round(near.score, 4), "shared": list(near.shared)}


def _ask_which(papers: Sequence[Paper], *, as_json: bool) -> None:
    if as_json:
        say({"candidates": [paper_json(one) for one in papers], "papers": []})
        return
    from paperdigest.cli.marked import title

    click.echo("several papers are called so; give one's id:")
    for one in papers:
        click.echo(f"  {one.id}  {title(one)}")


def _print(paper: Paper, near: Sequence[NearPaper]) -> None:
    from paperdigest.cli.marked import echo_paper, title

    click.echo(f"like {paper.id}  {title(paper)}")
    if not near:
        click.echo("nothing in history shares a word that matters")
    for number, one in enumerate(near, 1):
        click.echo()
        shared = f"{one.score:.2f} · {', '.join(one.shared)} · {one.paper.id}"
        echo_paper(one.paper, (), f"{number:>3}  ", shared)
