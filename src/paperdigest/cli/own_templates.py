"""What a command says of the user's own templates: that they cannot be used, or could not make a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.flow.compose import ComposeReport


def fail(app: App, composed: ComposeReport) -> bool:
    """Say whether the shipped templates had to do the work of the user's."""
    return bool(app.wrong_templates or composed.faults)


def print_failing(composed: ComposeReport) -> None:
    """Print whose digests the shipped templates made, and why."""
    for name, reason in composed.faults:
        click.echo(f"{name}  made by the templates that come with the program: {reason}")


def print_wrong(app: App) -> None:
    """Print what is wrong with the user's templates, on standard error."""
    for problem in app.wrong_templates:
        click.echo(f"templates set aside: {problem} · paperdigest templates check", err=True)


def as_json(app: App, composed: ComposeReport) -> dict[str, Any]:
    """Return what goes into a report's object."""
    return {
        "wrong_templates": list(app.wrong_templates),
        "failing_templates": [
            {"subscriber": name, "reason": reason} for name, reason in composed.faults
        ],
    }
