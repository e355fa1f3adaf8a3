"""`paperdigest ingest`: read the sources now, or one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import say, table
from paperdigest.cli.progress import progress_bar
from paperdigest.cli.session import json_option, opened
from paperdigest.cli.terminal import one_line
from paperdigest.core import words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.flow.ingest_report import IngestReport, SourceReport


@click.command()
@click.argument("source", nargs=-1)
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="Read this file; it is not moved. - is standard input.",
)
@click.option("--format", "wanted", default="auto", show_default=True, help="The file's format.")
@click.option("--baseline", is_flag=True, help="Take everything into history without news.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    source: tuple[str, ...],
    file: Path | None,
    wanted: str,
    baseline: bool,
    as_json: bool,
) -> int:
    """Read every source now, only the named SOURCEs, or one file."""
    if file is None and wanted != "auto":
        raise UsageError("--format goes with --file")
    if file is not None:
        _check_file(file, wanted)
    with opened(ctx, write=True) as (app, store):
        known = [settings.name for settings in app.settings.sources]
        for name in source:
            if name not in known:
                raise UsageError(f'no source "{name}" · there are {", ".join(known) or "none"}')
        now = app.clock()
        if file is None:
            with progress_bar() as progress:
                report = app.ingest(
                    store, now, names=source, every=not source, baseline=baseline, progress=progress
                )
        else:
            from paperdigest.one_file import ingest_file

            chosen = source[0] if source else _inbox(app)
            with progress_bar() as progress:
                report = ingest_file(
                    app, store, file, wanted, chosen, now, baseline=baseline, progress=progress
                )
    if as_json:
        say(report.to_json())
    else:
        print_report(report)
    return 4 if report.partly_failed else 0


def _check_file(file: Path, wanted: str) -> None:
    """Raise UsageError for what can be told before anything is opened."""
    from paperdigest.sources.formats import is_known

    if str(file) != "-" and not file.exists():
        raise UsageError(f"{file}: no such file")
    if not is_known(wanted):
        raise UsageError(f'unknown format "{wanted}" · leave --format away: it is told by content')


def _inbox(app: App) -> str:
    """Return the source that a file dropped by hand counts for: the first inbox, if there is one."""
    inboxes = [settings.name for settings in app.settings.sources if settings.kind == "inbox"]
    return inboxes[0] if inboxes else "file"


def print_report(report: IngestReport) -> None:
    """Print one line per source and one per file that was not simply taken."""
    if not report.sources:
        click.echo("no source was read")
        return
    table([(done.name, done.status, _counts(done)) for done in report.sources])
    for done in report.sources:
        for file in done.files:
            if file.reason:
                click.echo(one_line(f"  {file.path}: {file.status}: {file.reason}"))
        if done.error:
            click.echo(one_line(f"  {done.name}: {done.error}"))


def _counts(done: SourceReport) -> str:
    names = ("papers", "new", "revised", "unchanged", "merged", "rejected")
    counts = [(name, done.total(name)) for name in names]
    told = [
        words.count_papers(count) if name == "papers" else f"{count:,} {name}"
        for name, count in counts
        if count
    ]
    return ", ".join(told) or "nothing new"
