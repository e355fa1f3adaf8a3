"""`paperdigest query diff`: what changed words gain and lose, topic by topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import hit_json, iso, paper_json, say
from paperdigest.cli.marked import echo_paper
from paperdigest.cli.session import one_reader, opened
from paperdigest.core import words
from paperdigest.core.changed import gains_and_losses
from paperdigest.core.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.query import Query
    from paperdigest.core.subscription import Subscriber
    from paperdigest.flow.difference import Difference, Moved
    from paperdigest.store.connection import Store


def run(
    ctx: click.Context,
    subscriber: str | None,
    file: Path | None,
    *,
    since: timedelta,
    limit: int,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Compare and print."""
    from paperdigest.flow.difference import differences

    if file is None and subscriber is not None and subscriber.endswith(".toml"):
        file, subscriber = Path(subscriber), None
    with opened(ctx, write=False, now=now, past=True) as (app, store):
        reader = _reader(app, store, subscriber, file)
        start = app.clock() - since
        found = differences(store, reader, start, limit, until=now)
    if as_json:
        topics = [_json(one) for one in found]
        say({"subscriber": reader.name, "since": iso(start), "topics": topics})
    elif not found:
        click.echo(f"{reader.name}: the topics ask for what they last asked for")
    for one in () if as_json else found:
        _print(reader.name, one, words.span(since))


def _reader(app: App, store: Store, name: str | None, file: Path | None) -> Subscriber:
    """Return the reader whose topics are looked at: as in the file, or as in the config now."""
    readers = app.readers(store)
    if file is None:
        _refuse_broken(app, readers, name)
        return one_reader(readers, name)
    from paperdigest.config import read_draft

    if name is None and any(reader.name == file.stem for reader in readers):
        name = file.stem
    reader = one_reader(readers, name)
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    return replace(read_draft(file, app.settings), name=reader.name, formerly=reader.formerly)


def _refuse_broken(app: App, readers: Sequence[Subscriber], name: str | None) -> None:
    """Raise ConfigError where the reader's file is broken: its last good version shows no change."""
    names = {reader.name for reader in readers} | {one.name for one in app.settings.broken}
    if name is None and len(names) == 1:
        name = names.pop()
    if any(reader.name == name for reader in app.settings.subscribers):
        return
    for one in app.settings.broken:
        if one.name == name:
            raise ConfigError(one.problems)


def _json(one: Difference) -> dict[str, Any]:
    return {
        "name": one.topic.name,
        "change": one.topic.change,
        "before": _reading(one.topic.before),
        "after": _reading(one.topic.after),
        "gains": one.gains,
        "loses": one.loses,
        "gained": [_moved_json(moved) for moved in one.gained],
        "lost": [_moved_json(moved) for moved in one.lost],
    }


def _reading(query: Query | None) -> str | None:
    return None if query is None else query.reading


def _moved_json(moved: Moved) -> dict[str, Any]:
    hits = [hit_json(hit) for hit in moved.hits]
    return {**paper_json(moved.paper), "hits": hits, "because": moved.because}


def _print(name: str, one: Difference, period: str) -> None:
    note = {"added": "  new topic", "removed": "  topic removed"}.get(one.topic.change, "")
    click.echo(
        f"{name} / {one.topic.name}  {gains_and_losses(one.gains, one.loses)} in {period}{note}"
    )
    for label, query in (("before", one.topic.before), ("now", one.topic.after)):
        if query is not None:
            click.echo(f"  {label:<7}{query.reading}")
    _print_side("+", one.gained, one.gains)
    _print_side("−", one.lost, one.loses)
    click.echo()


def _print_side(sign: str, moved: Sequence[Moved], total: int) -> None:
    for paper in moved:
        echo_paper(paper.paper, paper.hits, f"  {sign}  ", paper.because, brief=True)
    if total > len(moved):
        more = words.count(total - len(moved), "more paper")
        click.echo(f"  {sign}  and {more} · --limit {total}")
