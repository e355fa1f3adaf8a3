"""`paperdigest query test`: the figures, then the papers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import hit_json, paper_json, say
from paperdigest.cli.expression import parsed
from paperdigest.cli.marked import echo_papers, width
from paperdigest.cli.session import opened
from paperdigest.core import words
from paperdigest.core.schedule import zone

if TYPE_CHECKING:
    from paperdigest.core.query import Query
    from paperdigest.core.trial import Trial

_BAR = 40
_MOST_DAYS = 31  # beyond it a line is a week


def run(
    ctx: click.Context,
    expr: str,
    *,
    since: timedelta,
    limit: int,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Try the expression and print what came of it."""
    from paperdigest.flow.trial import trial

    query = parsed(expr)
    with opened(ctx, write=False, now=now, past=True) as (app, store):
        here = zone(app.settings.timezone)
        until = app.clock()
        tried = trial(store, query, expr, since=until - since, until=until, zone=here, limit=limit)
    if as_json:
        say(_json(expr, query, tried))
    else:
        _print(query, tried, since)


def _json(expr: str, query: Query, tried: Trial) -> dict[str, Any]:
    return {
        "query": expr,
        "reading": query.reading,
        "matched": tried.matched,
        "searched": tried.searched,
        "papers": [
            {**paper_json(paper), "hits": [hit_json(hit) for hit in hits]}
            for paper, hits in tried.papers
        ],
        "per_day": [
            {"date": day.isoformat(), "matched": matched} for day, matched in tried.per_day
        ],
        "warnings": list(tried.advice.warnings),
        "phrase": {"text": tried.phrase, "matched": tried.as_phrase} if tried.phrase else None,
        "forms": [
            {
                "term": form.term.name,
                "add": form.add.name,
                "said": form.said,
                "papers": form.defined,
                "brings": form.brings,
            }
            for form in tried.advice.forms
        ],
        "alone": [{"term": name, "matched": found} for name, found in tried.alone],
        "near_misses": [
            {"term": miss.term.name, "says": miss.says, "papers": miss.papers}
            for miss in tried.advice.near_misses
        ],
    }


def _print(query: Query, tried: Trial, since: timedelta) -> None:
    click.echo(f"{query.reading}\n")
    share = f" of {words.count_papers(tried.searched)} first seen in {words.span(since)}"
    none = "no papers first seen in that time"
    click.echo(f"{words.number(tried.matched)}{share}" if tried.searched else none)
    for line in _other_ways(tried) if tried.searched else ():
        click.echo(f"  {line}")
    for warning in tried.advice.warnings:
        click.echo(f"! {warning}")
    _print_days(tried.per_day)
    echo_papers(tried.papers)
    more = tried.matched - len(tried.papers)
    if more and tried.papers:
        click.echo(f"\nand {words.number(more)} more · --limit {tried.matched} shows all")


def _other_ways(tried: Trial) -> list[str]:
    lines = []
    at_least = "at least " if tried.advice.partial else ""
    if tried.phrase:
        lines.append(
            f"as words: {words.number(tried.matched)} · as the phrase "
            f'"{tried.phrase}": {words.number(tried.as_phrase)}, '
            f'what keywords = ["{tried.phrase}"] does'
        )
    if tried.alone:
        each = (f"{name} {words.number(found)}" for name, found in tried.alone)
        lines.append(f"each alone: {words.DOT.join(each)}")
    lines += [
        f'"{form.said}": adding {form.add.name} brings {at_least}{words.number(form.brings)} more'
        for form in tried.advice.forms
    ]
    lines += [
        f'{at_least}{words.number(miss.papers)} more say "{miss.says}"'
        for miss in tried.advice.near_misses
    ]
    return lines


def _print_days(per_day: Sequence[tuple[date, int]]) -> None:
    """Print a bar for each day with a match; for weeks from their Monday when there are many days."""
    weekly = len(per_day) > _MOST_DAYS
    counts: Counter[date] = Counter()
    for day, matched in per_day:
        counts[day - timedelta(days=day.weekday()) if weekly else day] += matched
    shown = {day: matched for day, matched in counts.items() if matched}
    if len(per_day) < 2 or not shown:
        return
    most = max(shown.values())
    room = min(_BAR, width() - 30)
    click.echo()
    for day, matched in shown.items():
        name = f"{words.weekday(day)[:3]} {words.short_date(day):>6}"
        bar = _block() * max(1, matched * room // most)
        click.echo(f"  {'week of ' if weekly else ''}{name}  {bar} {words.number(matched)}")


def _block() -> str:
    try:
        "▇".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "#"
    return "▇"
