"""`paperdigest templates`: which there are, a copy to change, and whether the changed ones work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option
from paperdigest.core.errors import UsageError

if TYPE_CHECKING:
    from paperdigest.render.copies import Changed


@click.group("templates")
def command() -> None:
    """See, copy and check the templates of a digest."""


@command.command("list")
@json_option
@click.pass_context
def list_templates(context: click.Context, *, as_json: bool) -> None:
    """Show every template and where it is read from."""
    from paperdigest.render.checks import own_templates
    from paperdigest.render.environments import NAMES, where

    folder = _folder(context)
    own = own_templates(folder)
    if as_json:
        rows = [
            {"name": name, "path": str(where(name, folder)), "own": name in own} for name in NAMES
        ]
        say({"folder": str(folder), "templates": rows})
        return
    width = max(map(len, NAMES))
    for name in NAMES:
        click.echo(f"{name:{width}}  {where(name, folder) if name in own else 'bundled'}")
    click.echo(f"\nto change one: paperdigest templates copy NAME (it goes to {folder})")


@command.command("copy")
@click.argument("name")
@click.pass_context
def copy_template(context: click.Context, name: str) -> None:
    """Copy a bundled template to your own folder, where it is used instead. Never overwrites."""
    from difflib import get_close_matches

    from paperdigest.render.copies import copy
    from paperdigest.render.environments import NAMES

    if name not in NAMES:
        near = get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]}?" if near else "paperdigest templates list shows them"
        raise UsageError(f"no template is called {name!r} · {hint}")
    target = _folder(context) / name
    try:
        copy(name, target.parent)
    except FileExistsError as error:
        raise UsageError(
            f"{target} is there already · change that file, or move it away first"
        ) from error
    except OSError as error:
        raise UsageError(f"{_named(error, target)} cannot be written ({error.strerror})") from error
    click.echo(f"{target}\nafter changing it: paperdigest templates check")


@command.command("check")
@click.option(
    "--seen", is_flag=True, help="What changed in the bundled ones is known now; say no more of it."
)
@json_option
@click.pass_context
def check_templates(context: click.Context, *, seen: bool, as_json: bool) -> None:
    """Fill in every template with a sample and tell what is wrong, with file and line; and what changed in the
    bundled ones since yours were copied."""
    from paperdigest.render.checks import check, own_templates

    folder = _folder(context)
    problems = [str(problem) for problem in check(folder)]
    changed = _changed(folder, unread_is_wrong=not problems)
    if seen:
        _note(folder)
    if as_json:
        say({"ok": not problems, "problems": problems, "changed": [asdict(one) for one in changed]})
    else:
        if problems:
            click.echo("\n".join(problems), err=True)
        else:
            count = len(own_templates(folder))
            which = f"{count} of your own" if count else "all bundled"
            click.echo(f"all templates work ({which})")
        if not seen:
            _tell_changed(changed)
    if problems:
        context.exit(3)


def _tell_changed(changed: Sequence[Changed]) -> None:
    for one in changed:
        since = f"paperdigest {one.since}" if one.since else "it"
        click.echo(
            f"\n{one.name}: the bundled one has changed since yours was copied from {since}:"
        )
        click.echo("\n".join(one.difference))
    if changed:
        click.echo("\nonce yours has what it needs of that: paperdigest templates check --seen")


def _note(folder: Path) -> None:
    from paperdigest.render.copies import seen

    try:
        seen(folder)
    except OSError as error:
        raise UsageError(f"{_named(error, folder)} cannot be written ({error.strerror})") from error


def _changed(folder: Path, *, unread_is_wrong: bool) -> list[Changed]:
    from paperdigest.render.copies import changed_since

    try:
        return changed_since(folder)
    except OSError as error:
        if not unread_is_wrong:  # said among the problems
            return []
        raise UsageError(f"{_named(error, folder)} cannot be read ({error.strerror})") from error


def _named(error: OSError, otherwise: Path) -> str:
    """Return which file the error is about."""
    return str(error.filename or otherwise)


def _folder(context: click.Context) -> Path:
    import os

    from paperdigest.config import find_config, load

    return load(find_config(context.obj.config_path, os.environ)).templates
