"""`paperdigest demo`: a working folder with invented papers; the main job runs once, to files."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperdigest.core import words
from paperdigest.core.errors import UsageError
from paperdigest.resources import data_dir

if TYPE_CHECKING:
    from paperdigest.flow.compose import ComposeReport

_FOLDER = Path("paperdigest-demo")
_CONFIG = "paperdigest.toml"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path), default=_FOLDER)
def command(folder: Path) -> int:
    """Make FOLDER (default: paperdigest-demo) with invented papers and three invented subscribers, read two
    dumps, and deliver each subscriber's digest to files.

    A folder that a demo made before gets fresh dumps and is run again: what was sent stays sent.
    """
    folder = folder.resolve()
    _fill(folder)
    return _run(folder)


def _fill(folder: Path) -> None:
    """Write the demo's files; refuse a folder that holds something else. Nothing is overwritten."""
    samples = data_dir("config") / "demo"
    if folder.exists() and any(folder.iterdir()) and not (folder / ".paperdigest-demo").exists():
        raise UsageError(
            f"{folder} holds something else · name an empty folder: paperdigest demo DIR"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for sample in sorted(samples.rglob("*")):
        if sample.is_file():
            place = folder / sample.relative_to(samples)
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                shutil.copyfile(sample, place)
                # Older than the ten seconds after which a file counts as written to the end.
                os.utime(place, (0, 0))
    (folder / ".paperdigest-demo").touch()


def _run(folder: Path) -> int:
    from paperdigest.app import App
    from paperdigest.cli.ingest import print_report
    from paperdigest.store.locks import FileLock

    app = App.at(folder / _CONFIG)
    try:
        with (
            app.open_store() as store,
            FileLock(app.settings.storage / "service.lock").holding(),
        ):
            now = app.clock()
            ingested = app.ingest(store, now, every=True)
            composed = app.compose(store, now)
            app.deliver(store)
    finally:
        app.close()
    print_report(ingested)
    _print(folder, composed)
    return 0


def _print(folder: Path, composed: ComposeReport) -> None:
    for done in composed.digests:
        click.echo(f"{done.subscriber}: {words.count_papers(done.papers)}")
    if not composed.digests:
        click.echo("nothing new: every paper was sent before, and no paper is sent twice")
    pages = sorted(folder.glob("outbox/**/digest.html"))
    for page in pages:
        click.echo(f"  {page}")
    program = shlex.quote(_program())
    click.echo("\nOpen one of the pages, then try:")
    click.echo(f"  cd {shlex.quote(os.path.relpath(folder))}")
    click.echo(f"  {program} run --once            # again: nothing is sent twice")
    click.echo(f"  {program} preview ada --since 7d")
    click.echo(f'  {program} why "paper maps" ada  # why a paper was sent')
    click.echo(f"  edit subscriptions/ada.toml, add a keyword, then: {program} send ada")


def _program() -> str:
    """Return how this program is called from anywhere: by name if it is on the path, else in full."""
    if shutil.which("paperdigest"):
        return "paperdigest"
    return str(Path(sys.argv[0]).absolute())
