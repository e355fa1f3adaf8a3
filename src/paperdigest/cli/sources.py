"""`paperdigest sources`: the sources and what they brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.session import json_option, opened_app
from paperdigest.core import words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.digest import SourceLine
    from paperdigest.store.connection import Store
    from paperdigest.store.receipts import Receipt

_MOST_READS = 10
_DAY = timedelta(days=1)


@click.command()
@click.argument("name", required=False)
@json_option
@click.pass_context
def command(ctx: click.Context, name: str | None, as_json: bool) -> None:
    """List the sources, what they brought and what ails them; with NAME, what that one was asked last."""
    with opened_app(ctx) as app:
        told = source_states(app, app.clock())
        reads = _reads(app, name, [one["name"] for one in told]) if name else []
    if name:
        told = [one for one in told if one["name"] == name]
        if as_json:
            say({"sources": told, "reads": [_read_json(read) for read in reads]})
            return
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
                words.count_papers(one["papers"]),
                f"last read well {(one['last_success_at'] or 'never')[:16]}",
                ailing(one),
            )
            for one in told
        ]
    )
    _show_reads(reads)


def _reads(app: App, name: str, known: list[str]) -> list[Receipt]:
    from paperdigest.store.connection import NoHistory
    from paperdigest.store.receipts import last_receipts

    if name not in known:
        raise UsageError(f'no source "{name}" · there are {", ".join(known) or "none"}')
    try:
        with app.open_store(write=False) as store:
            return last_receipts(store, name, _MOST_READS)
    except NoHistory:
        return []


def _read_json(read: Receipt) -> dict[str, Any]:
    return {
        "asked": read.name,
        "at": iso(read.at),
        "status": read.status,
        "reason": read.reason,
        "format": read.format,
        "bytes": read.bytes,
        "papers": read.papers,
        "new": read.new,
        "revised": read.revised,
        "unchanged": read.unchanged,
        "merged": read.merged,
        "rejected": read.rejected,
        "newest_id": read.newest_id,
        "newest_at": iso(read.newest_at),
        "rejects": [{"place": place, "reason": reason} for place, reason in read.rejects],
    }


def _show_reads(reads: list[Receipt]) -> None:
    for read in reads:
        click.echo(f"  {read.at:%Y-%m-%d %H:%M} UTC  {read.status}  {read.name}")
        for line in _read_lines(read):
            click.echo(f"      {line}")


def _read_lines(read: Receipt) -> Iterator[str]:
    if read.status == "accepted":
        counts = ", ".join(
            f"{count:,} {what}"
            for what, count in (
                ("new", read.new),
                ("revised", read.revised),
                ("unchanged", read.unchanged),
                ("merged", read.merged),
                ("rejected", read.rejected),
            )
            if count
        )
        yield f"{read.papers:,} papers ({counts or 'none'}), {read.bytes:,} bytes, {read.format}"
    if read.newest_at is not None:
        yield f"newest: {read.newest_id or 'without an id'}, {read.newest_at:%Y-%m-%d}"
    if read.reason:
        yield read.reason
    for place, reason in read.rejects:
        yield f"record {place}: {reason}"


def ailing(one: dict[str, Any]) -> str:
    """Return why a source is not well, for people, and since when; "" for one that is well or was never read."""
    match one["status"]:
        case "partial":
            return f"{one['said']} in the last 24 hours"
        case "stale":
            return str(one["said"])
    return str(one["error"])  # in full: a digest's words are cut


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
    looked_at = LookedAt(store, app.views, now)
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
        "said": line.said,
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
        "said": "",
    }
