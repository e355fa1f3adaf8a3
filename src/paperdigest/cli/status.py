"""`paperdigest status`: how everything stands, for people and for health checks."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from paperdigest import __version__, machine
from paperdigest.cli.answers import iso, say, table
from paperdigest.cli.moved import left_behind
from paperdigest.cli.service_signs import ails, in_words, of_wrong_config
from paperdigest.cli.session import json_option, opened_app
from paperdigest.cli.sources import ailing, source_states
from paperdigest.core import words
from paperdigest.core.errors import ConfigError, PaperdigestError

if TYPE_CHECKING:
    from datetime import datetime

    from paperdigest.app import App
    from paperdigest.flow.attention import Want
    from paperdigest.store.connection import Store

#: States that a person should look at.
TROUBLED = ("failed", "unknown")


@click.command()
@click.option(
    "--healthy", is_flag=True, help="Print nothing more than needed; end with 1 if something ails."
)
@json_option
@click.pass_context
def command(ctx: click.Context, healthy: bool, as_json: bool) -> int:
    """Say how everything stands: papers, sources, subscribers, deliveries."""
    if healthy and not as_json:
        return _healthy(ctx)
    with _naming_the_service(ctx), opened_app(ctx) as app:
        told = _status(app, app.clock())
    if as_json:
        say(told)
    else:
        _print(told)
    return 1 if healthy and not told["healthy"] else 0


@contextmanager
def _naming_the_service(ctx: click.Context) -> Iterator[None]:
    """Where the config is wrong, say besides who goes on with the one before."""
    try:
        yield
    except ConfigError:
        if said := of_wrong_config(ctx.obj.config_path, os.environ):
            click.echo(said, err=True)
        raise


def _healthy(ctx: click.Context) -> int:
    """Say in a word whether all is well, or what is not; whatever goes wrong is an answer, too."""
    try:
        with opened_app(ctx) as app:
            found = _status(app, app.clock(), brief=True)["ails"]
    except PaperdigestError as error:
        found = [str(error)]
    click.echo("\n".join(found) or "healthy")
    return 1 if found else 0


def _status(app: App, now: datetime, *, brief: bool = False) -> dict[str, Any]:
    """Return how everything stands; `brief`: only what ails, without a look at every reader and row."""
    sources = source_states(app, now)
    told: dict[str, Any] = {
        "healthy": True,
        "version": __version__,
        "database": str(app.database),
        "papers": 0,
        "sources": sources,
        "subscribers": len(app.settings.subscribers),
        "due": [],
        "deliveries": {},
        "quarantined": 0 if brief else _quarantined(app),
        "waits": [],
        "ails": [
            *ails(app.settings.storage, now),
            *left_behind(app),
            *_ails_of_config(app),
            *_ails_of_templates(app),
            *_ails_of_sources(sources),
        ],
        "service": "" if brief else in_words(app.settings.storage),
    }
    _from_store(app, now, told, brief=brief)
    told["healthy"] = not told["ails"]
    return told


def _from_store(app: App, now: datetime, told: dict[str, Any], *, brief: bool) -> None:
    from paperdigest.flow.attention import wants
    from paperdigest.store import gauges
    from paperdigest.store.connection import NoHistory

    waits = list(_of_disk(app))
    try:
        with app.open_store(write=False) as store:
            here = machine.host_id()
            waits += wants(store, app.operator(), now, keep=app.settings.backup.keep, here=here)
            if brief:
                told["deliveries"] = gauges.outbox(store, now).counts
            else:
                told |= _in_full(app, store, now)
    except NoHistory:
        told["next"] = []
    told["waits"] = [asdict(want) for want in waits]
    told["ails"] += map(str, waits)
    told["ails"] += [
        f"{words.count(count, 'delivery', 'deliveries')} {state} · paperdigest deliveries --state {state}"
        for state, count in told["deliveries"].items()
        if state in TROUBLED and count
    ]


def _in_full(app: App, store: Store, now: datetime) -> dict[str, Any]:
    from paperdigest.flow.due import due, standings
    from paperdigest.store import deliveries, history

    readers = app.readers(store)
    return {
        "papers": history.paper_count(store),
        "subscribers": len(readers),
        "deliveries": deliveries.counts(store),
        "due": [
            {"subscriber": work.subscriber.name, "slot": work.slot.name}
            for work in due(store, readers, now)
        ],
        "next": [
            {
                "subscriber": found.subscriber.name,
                "slot": found.next_slot.name if found.next_slot else "at once",
                "why_not": found.why_not,
                "last_digest_at": iso(found.lane.last_digest_at),
            }
            for found in standings(store, readers, now)
        ],
    }


def _of_disk(app: App) -> Iterator[Want]:
    from paperdigest.flow.attention import Want

    disk = app.disk()
    if disk.is_low:
        yield Want("disk", disk.folder, str(disk), f"du -h {shlex.quote(disk.folder)}")


def _quarantined(app: App) -> int:
    from paperdigest.sources.quarantine import refused
    from paperdigest.wiring import quarantine_folder

    return len(refused(quarantine_folder(app.settings)))


def _ails_of_config(app: App) -> list[str]:
    return [str(problem) for broken in app.settings.broken for problem in broken.problems]


def _ails_of_templates(app: App) -> list[str]:
    """Return what is wrong with the user's own; without any nothing is even looked at."""
    folder = app.settings.templates
    if not os.path.lexists(folder):
        return []
    from paperdigest.render.checks import unusable

    return [f"templates: {error} · paperdigest templates check" for error in unusable(folder)]


def _ails_of_sources(sources: list[dict[str, Any]]) -> list[str]:
    return [
        f"source {one['name']}: {one['status']}" + (f" ({said})" if (said := ailing(one)) else "")
        for one in sources
        if one["status"] in ("failed", "stale")
    ]


def _print(told: dict[str, Any]) -> None:
    click.echo(
        f"{told['database']}: {words.count_papers(told['papers'])}, {words.count(told['subscribers'], 'subscriber')}"
    )
    click.echo(f"service: {told['service']}")
    table(
        [
            (one["name"], one["status"], f"{one['new']:,} new in 24 hours", ailing(one))
            for one in told["sources"]
        ],
        indent="  ",
    )
    for one in told["next"][:50]:
        click.echo(f"  {one['subscriber']}: {one['why_not'] or 'next ' + one['slot']}")
    waiting = {state: count for state, count in told["deliveries"].items() if count}
    if waiting:
        click.echo(
            "deliveries: " + ", ".join(f"{count:,} {state}" for state, count in waiting.items())
        )
    if told["quarantined"]:
        files = f"{words.count(told['quarantined'], 'refused file')} in quarantine/"
        click.echo(f"{files} · paperdigest quarantine list")
    for ail in told["ails"]:
        click.echo(f"! {ail}")
    if not told["ails"]:
        click.echo("healthy")
