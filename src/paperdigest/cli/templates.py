"""`paperdigest templates`: which there are, a copy to change, and whether the changed ones work."""

from __future__ import annotations

from pathlib import Path

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option
from paperdigest.core.errors import UsageError


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

    from paperdigest.render.environments import NAMES, where

    if name not in NAMES:
        near = get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]}?" if near else "paperdigest templates list shows them"
        raise UsageError(f"no template is called {name!r} · {hint}")
    target = _folder(context) / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(where(name, None).read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise UsageError(
            f"{target} is there already · change that file, or move it away first"
        ) from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror})") from error
    click.echo(f"{target}\nafter changing it: paperdigest templates check")


@command.command("check")
@json_option
@click.pass_context
def check_templates(context: click.Context, *, as_json: bool) -> None:
    """Fill in every template with a sample and tell what is wrong, with file and line."""
    from paperdigest.render.checks import check, own_templates

    folder = _folder(context)
    problems = [str(problem) for problem in check(folder)]
    if as_json:
        say({"ok": not problems, "problems": problems})
    elif problems:
        click.echo("\n".join(problems), err=True)
    else:
        count = len(own_templates(folder))
        click.echo(
            f"all templates work ({count} of your own)"
            if count
            else "all templates work (all bundled)"
        )
    if problems:
        context.exit(3)


def _folder(context: click.Context) -> Path:
    import os

    from paperdigest.config import find_config, load

    return load(find_config(context.obj.config_path, os.environ)).templates
