"""`paperdigest show`: one paper as history knows it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import click

from paperdigest.cli.answers import iso, paper_json, say
from paperdigest.cli.papers import found_papers
from paperdigest.cli.session import json_option, opened
from paperdigest.core.errors import UsageError
from paperdigest.core.paper import Change, Paper
from paperdigest.core.text import display
from paperdigest.core.word_changes import sentence_changes, word_changes, word_diff

_WORDS = {"gone": "gone", "came": "new", "order": "in this order"}


@click.command()
@click.argument("paper")
@click.option(
    "--cite", "form", type=click.Choice(["bibtex", "ris"]), help="As a reference manager takes it."
)
@json_option
@click.pass_context
def command(ctx: click.Context, paper: str, form: str | None, as_json: bool) -> None:
    """Show PAPER (an id, an address or part of a title); several are listed."""
    from paperdigest.store.changes import told_of

    if form and as_json:
        raise UsageError("--cite and --json are two forms · leave one out")

    with opened(ctx, write=False) as (_, store):
        found = found_papers(store, paper)
        papers = [known for _, known in found]
        told = told_of(store, found[0][0]) if len(found) == 1 else []
    if form:
        _cite(papers, form)
    elif as_json:
        say(
            paper_json(papers[0]) | {"changes": [_change_json(*one) for one in told]}
            if len(papers) == 1
            else {"papers": [paper_json(known) for known in papers]}
        )
    elif len(papers) == 1:
        _show(papers[0])
        _show_changes(told)
    else:
        for known in papers:
            click.echo(f"{known.id}  {display(known.title)}")


def _cite(papers: list[Paper], form: str) -> None:
    from paperdigest.core import citing

    click.echo(citing.bibtex(papers) if form == "bibtex" else citing.ris(papers), nl=False)


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


def _change_json(change: Change, summary: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "at": iso(change.at),
        "source": change.source,
        "summary": summary,
    }


def _show_changes(told: list[tuple[Change, dict[str, Any]]]) -> None:
    if not any(summary for _, summary in told):
        return  # that it was new once says the line "first seen"
    click.echo()
    for change, summary in told:
        click.echo(f"  {change.at:%Y-%m-%d}  {change.kind} ({change.source})")
        for line in _summary_lines(summary):
            click.echo(textwrap.fill(line, 78, initial_indent="    ", subsequent_indent="      "))


def _summary_lines(summary: dict[str, Any]) -> Iterator[str]:
    """Yield what went and what came: words among those that stayed, names and the rest a line each."""
    for name, change in summary.items():
        if not isinstance(change, dict):
            yield f"{name}: {', '.join(change) if isinstance(change, list) else change}"
        elif name == "title":
            yield f"title: {word_diff(word_changes(change['gone'], change['came']))}"
        elif name == "abstract":
            told = sentence_changes(change["gone"], change["came"])
            yield from (f"abstract: {word_diff(pieces)}" for pieces in told)
        else:
            for what, said in change.items():
                if said:
                    yield f"{name}, {_WORDS[what]}: {', '.join(said)}"
