"""`paperdigest sources`: the sources and what they brought."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.session import json_option, opened_app

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.digest import SourceLine
    from paperdigest.store.connection import Store


_DAY = timedelta(days=1)


@click.command()
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the sources, what they brought and what ails them."""
    with opened_app(ctx) as app:
        told = source_states(app, app.clock())
    if as_json:
        say({"sources": told})
        return
    if not told:
        click.echo("no source is set up · add a [[source]] to the config")
    table(
        [
            (
                one["name"],
                one["kind"],
                one["status"],
                f"{one['papers']:,} papers",
                f"last read well {(one['last_success_at'] or 'never')[:16]}",
                one["error"],
            )
            for one in told
        ]
    )


def source_states(app: App, now: datetime) -> list[dict[str, Any]]:
    """Return what is known of every configured source; a database that is not there yet knows nothing."""
    from paperdigest.store.connection import NoHistory

    try:
        with app.open_store(write=False) as store:
            return _states(app, store, now)
    except NoHistory:
        return [_never(source.name, source.kind) for source in app.settings.sources]


def _states(app: App, store: Store, now: datetime) -> list[dict[str, Any]]:
    from paperdigest.core.schedule import zone
    from paperdigest.flow.looked_at import LookedAt
    from paperdigest.store import history

    known = history.source_states(store)
    looked_at = LookedAt(store, app.press.sources)
    day_ago = history.new_papers_since(store, now - _DAY)
    lines = looked_at.lines(now - _DAY, now, zone(app.settings.timezone))
    kinds = {source.name: source.kind for source in app.settings.sources}
    return [
        _state(line, kinds[line.name], known.get(line.name), day_ago.get(line.name, 0))
        for line in lines
    ]


def _state(line: SourceLine, kind: str, known: Any, new: int) -> dict[str, Any]:
    if known is None:
        return _never(line.name, kind)
    return {
        "name": line.name,
        "kind": kind,
        "status": line.status,
        "last_success_at": iso(known.last_success_at),
        "papers": known.papers,
        "new": new,
        "error": known.error,
    }


def _never(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "status": "unread",
        "last_success_at": None,
        "papers": 0,
        "new": 0,
        "error": "",
    }
