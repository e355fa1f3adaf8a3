"""`paperdigest restore`: a backup becomes the database again, and a person says what may go out."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import iso, say
from paperdigest.cli.session import json_option, opened_app
from paperdigest.core import restoring, words
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.store.archive import Manifest


@dataclass(frozen=True, slots=True)
class _Done:
    """What a restore came to. `aside` is where the old database lies, `config` where the backup's config is, ""
    where it is the one in force; `waiting` counts the messages of the outbox; `other` is the machine that used the
    database last, "" if it was this one."""

    manifest: Manifest
    aside: Path | None
    config: Path | None
    papers: int
    waiting: int
    other: str
    secrets: tuple[str, ...]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Move the database that is there aside.")
@json_option
@click.pass_context
def command(ctx: click.Context, file: Path, replace: bool, as_json: bool) -> int:
    """Put the backup FILE back in place; its config too, where there is none.

    Nothing is sent before a person has said what became of that which went out since the backup:
    `run --assume-sent` or `run --resend`.
    """
    with ExitStack() as undo:
        placed = _config_placed(ctx, file, undo)
        with opened_app(ctx) as app:
            done = _restore(app, file, replace=replace, in_place=undo.pop_all)
            if as_json:
                say(_json(app, done))
            else:
                _print(app, done, placed)
    return 0


def _config_placed(ctx: click.Context, file: Path, undo: ExitStack) -> Path | None:
    """Put the backup's config in place where there is none; return its main file. `undo` takes it back."""
    from paperdigest.config import find_config
    from paperdigest.core.errors import ConfigError
    from paperdigest.putting_back import config_into

    asked: Path | None = ctx.obj.config_path
    if asked is None:
        try:
            find_config(None, os.environ)
        except ConfigError:
            asked = Path("paperdigest.toml")
    if asked is None or asked.exists():
        return None
    ctx.obj.config_path = asked.absolute()
    return config_into(file, asked.absolute(), undo)


def _restore(app: App, file: Path, *, replace: bool, in_place: Callable[[], object]) -> _Done:
    """Restore the database. `in_place` is told once it has taken its place: from then on nothing is taken back."""
    from paperdigest import machine, putting_back
    from paperdigest.flow import host, restored
    from paperdigest.store import restore
    from paperdigest.store.history import paper_count
    from paperdigest.store.restored import waiting

    if restore.existing(app.database) and not replace:
        raise UsageError(
            f"{app.database} is there already · to move it aside, not to delete it:"
            f" paperdigest restore {file} --replace"
        )
    now, settings = app.clock(), app.settings
    with restore.unpacked(file, settings.storage, free=app.free) as found:
        marks = restored.mark(now, found.manifest.made_at)
        aside = restore.put_in_place(found, app.database, marks, now)
        in_place()
        config = None
        if putting_back.differs(found.config, settings.folder, settings.path):
            config = putting_back.beside(found.config, settings.storage, now)
    with app.open_store(write=False) as store:
        last = host.last_used_on(store)
        other = last is not None and last.id not in ("", machine.host_id())
        return _Done(
            found.manifest,
            aside,
            config,
            paper_count(store),
            waiting(store),
            last.name if last is not None and other else "",
            tuple(_missing_secrets(app)),
        )


def _missing_secrets(app: App) -> list[str]:
    """Return the secrets that are to be set again. None is read, and no program that a config from anywhere names
    is run."""
    return [f"{name} ({ref.where})" for name, ref in app.settings.secrets() if ref.is_missing()]


def _json(app: App, done: _Done) -> dict[str, object]:
    return {
        "database": str(app.database),
        "made_at": iso(done.manifest.made_at),
        "host": done.manifest.host,
        "schema": done.manifest.schema,
        "papers": done.papers,
        "waiting": done.waiting,
        "moved_aside": None if done.aside is None else str(done.aside),
        "config": None if done.config is None else str(done.config),
        "missing_secrets": list(done.secrets),
        "take_over_from": done.other,
        "commands": _commands(done),
    }


def _commands(done: _Done) -> list[str]:
    more = " --take-over" if done.other else ""
    return [f"paperdigest run --once {how}{more}" for how in ("--assume-sent", "--resend")]


def _print(app: App, done: _Done, placed: Path | None) -> None:
    made = restoring.moment(done.manifest.made_at)
    on = f", made on {done.manifest.host}" if done.manifest.host else ""
    click.echo(f"{app.database} is restored: {words.count_papers(done.papers)}, as of {made}{on}")
    if done.aside is not None:
        click.echo(f"what was there lies in {done.aside}")
    if placed is not None:
        click.echo(f"the config is restored too: {placed}")
    if done.config is not None:
        click.echo(f"the config is left as it is; the backup's is another one, in {done.config}")
    if done.secrets:
        click.echo(f"secrets are in no backup · to be set again: {', '.join(done.secrets)}")
    if done.other:
        click.echo(restoring.other_machine(done.other))
    click.echo()
    click.echo(restoring.may_have_gone(done.manifest.made_at, done.waiting))
    click.echo("nothing goes out until you say what did:")
    sent, again = _commands(done)
    click.echo(f"  {sent}   it went out, none of it again")
    click.echo(f"  {again}   it may not have gone out; some of it may come twice")
    click.echo(restoring.FILES_SINCE)
    click.echo(restoring.BY_HAND)
