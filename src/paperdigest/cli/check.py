"""`paperdigest check`: every problem of every file at once, what the config means, and what may not be meant."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.moved import left_behind
from paperdigest.cli.session import json_option

if TYPE_CHECKING:
    from datetime import datetime

    from paperdigest.cli.probes import Probed
    from paperdigest.config import Examined, SecretRef, Settings
    from paperdigest.core.subscription import Topic
    from paperdigest.store.connection import Store


@dataclass(slots=True)
class Report:
    """What check found. `secrets` are (key, where, what is wrong or "")."""

    config: Path
    examined: Examined
    secrets: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    network: tuple[Probed, ...] = ()
    templates: list[str] = field(default_factory=list)  # what is wrong with the user's own

    @property
    def exit_code(self) -> int:
        """3: something is broken; 4: something does not answer."""
        broken = self.examined.problems or self.examined.broken or self.templates
        if broken or any(fault for _, _, fault in self.secrets):
            return 3
        return 4 if any(not probed.ok for probed in self.network) else 0


@click.command()
@click.option("--network", is_flag=True, help="Also log in to mail and Slack, and ask every feed.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, network: bool, as_json: bool) -> int:
    """Check the config: every problem of every file at once, with its place and what to do."""
    from paperdigest.config import examine, find_config

    path = find_config(ctx.obj.config_path, os.environ)
    report = Report(path, examine(path))
    if report.examined.settings is not None:
        _look_further(report, report.examined.settings, network=network)
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        _print(report)
    return report.exit_code


def warnings_from_history(settings: Settings, store: Store, now: datetime) -> Iterator[str]:
    """Yield what only the stored history shows."""
    from paperdigest.flow.renames import rename_warnings
    from paperdigest.flow.warnings import topic_warnings

    broken = [each.name for each in settings.broken]
    yield from rename_warnings(store, settings.subscribers, now, broken=broken)
    yield from topic_warnings(store, settings.subscribers, now)


def _look_further(report: Report, settings: Settings, *, network: bool) -> None:
    from paperdigest.config.warn import warnings

    report.warnings.extend(warnings(settings))
    for key, secret in settings.secrets():
        fault, warning = _fetched(secret)
        report.secrets.append((key, secret.where, fault))
        if warning:
            report.warnings.append(f"{key}: {warning}")
    report.warnings.extend(_history_warnings(settings))
    if os.path.lexists(settings.templates):
        from paperdigest.render import check

        report.templates = [str(error) for error in check(settings.templates)]
    if network:
        from paperdigest.cli.probes import probe_all

        report.network = tuple(probe_all(settings))


def _fetched(secret: SecretRef) -> tuple[str, str]:
    """Return (fault, warning); a credential cannot be looked at outside the service."""
    from paperdigest.config.secrets import SecretError, SecretKind

    try:
        secret.resolve()
    except SecretError as error:
        outside = secret.kind is SecretKind.CREDENTIAL and not os.environ.get(
            "CREDENTIALS_DIRECTORY"
        )
        return ("", str(error)) if outside else (str(error), "")
    return "", ""


def _history_warnings(settings: Settings) -> list[str]:
    from paperdigest.app import App
    from paperdigest.core.errors import StoreError

    app = App(settings)
    if not app.database.exists():
        return list(left_behind(app))
    try:
        with app.open_store(write=False) as store:
            return list(warnings_from_history(settings, store, app.clock()))
    except StoreError as error:
        return [str(error)]


def _print(report: Report) -> None:
    for problem in _problems(report.examined):
        click.echo(str(problem), err=True)
    for mistake in report.templates:
        click.echo(mistake, err=True)
    settings = report.examined.settings
    if settings is not None:
        _print_settings(report.config, settings)
    for key, where, fault in report.secrets:
        click.echo(f"{key}: {fault}" if fault else f"OK  {key}: *** from {where}", err=bool(fault))
    for probed in report.network:
        click.echo(f"{probed.mark}  {probed.name}: {probed.says}", err=not probed.ok)
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)


def _print_settings(path: Path, settings: Settings) -> None:
    from paperdigest.config.folders import shown

    click.echo(f"OK  {shown(path)}  ({settings.timezone})")
    for source in settings.sources:
        click.echo(f"OK  source {source.name}: {source.kind}, {_when(source)}")
    for subscriber in settings.subscribers:
        targets = ", ".join(subscriber.deliver)
        click.echo(
            f"OK  {subscriber.name}: {subscriber.schedule} {subscriber.timezone} to {targets}"
        )
        for topic in subscriber.topics:
            click.echo(f"      {topic.name}: {reading(topic)}")


def _as_json(report: Report) -> dict[str, Any]:
    settings = report.examined.settings
    return {
        "ok": report.exit_code == 0,
        "config": str(report.config),
        "problems": [asdict(problem) for problem in _problems(report.examined)],
        "sources": []
        if settings is None
        else [
            {"name": source.name, "kind": source.kind, "when": _when(source)}
            for source in settings.sources
        ],
        "subscribers": []
        if settings is None
        else [
            {
                "name": subscriber.name,
                "deliver": list(subscriber.deliver),
                "schedule": subscriber.schedule,
                "timezone": subscriber.timezone,
                "topics": [
                    {"name": topic.name, "reading": reading(topic)} for topic in subscriber.topics
                ],
            }
            for subscriber in settings.subscribers
        ],
        "broken": [broken.name for broken in report.examined.broken],
        "secrets": [
            {"key": key, "where": where, "found": not fault, "error": fault}
            for key, where, fault in report.secrets
        ],
        "warnings": report.warnings,
        "templates": report.templates,
        "network": [asdict(probed) for probed in report.network],
    }


def _problems(examined: Examined) -> list[Any]:
    return [*examined.problems, *(each for broken in examined.broken for each in broken.problems)]


def _when(source: Any) -> str:
    from paperdigest.config.toml import duration_text

    return source.schedule or f"every {duration_text(source.every)}"


def reading(topic: Topic) -> str:
    """Return what a topic takes, in words."""
    wants = [_any_of(topic.keywords), *(f"with {_any_of(group)}" for group in topic.require)]
    parts = [part for part in wants if part]
    if topic.authors:
        parts.append(("or " if parts else "") + f"by {_any_of(topic.authors)}")
    if topic.expression:
        parts.append(("or " if parts else "") + _expressed(topic))
    if topic.categories:
        parts.append(f"in {_any_of(topic.categories)}")
    if topic.sources:
        parts.append(f"from {_any_of(topic.sources)}")
    if topic.exclude:
        parts.append(f"without {_any_of(topic.exclude)}")
    if topic.trending:
        parts.insert(0, f"the {topic.trending} highest" + (" of" if parts else ""))
    if topic.schedule:
        parts.append(f"· {topic.schedule}")
    return " ".join(parts)


def _expressed(topic: Topic) -> str:
    """Return how the expression is read, in brackets where more is asked for."""
    from paperdigest.core.expression import parse_query
    from paperdigest.core.tree import And, Or

    query = parse_query(topic.expression)
    more = topic.query != query or topic.trending
    return f"({query.reading})" if more and isinstance(query.root, And | Or) else query.reading


def _any_of(words: tuple[str, ...]) -> str:
    return " or ".join(f'"{word}"' for word in words)
