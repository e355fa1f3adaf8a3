"""`paperdigest doctor`: looks at everything that a year of service needs, and says what to do. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from paperdigest.cli.answers import say
from paperdigest.cli.session import json_option
from paperdigest.cli.terminal import one_line
from paperdigest.core import words
from paperdigest.core.examination import (
    EXAMINATIONS,
    OVER_THE_NETWORK,
    Finding,
    Grade,
    counted,
    told,
)

if TYPE_CHECKING:
    from paperdigest.cli.probes import Probed
    from paperdigest.config import Settings
    from paperdigest.doctor.look import Look

#: What a finding is shown with, as wide as the widest.
MARKS: Mapping[Grade, str] = {
    Grade.OK: "OK     ",
    Grade.ADVICE: "ADVICE ",
    Grade.TROUBLE: "TROUBLE",
}
#: With any trouble; advice alone is none.
TROUBLED = 4


@click.command()
@click.option(
    "--network", is_flag=True, help="Also ask mail, Slack, every source, and for the page."
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, network: bool, as_json: bool) -> int:
    """Examine this machine and everything paperdigest needs on it, and say what to do. Changes nothing.

    Ends with 4 when something is in trouble, with 0 when there is at most advice.
    """
    from paperdigest.doctor.installation import installation
    from paperdigest.doctor.visit import visit

    found = visit(installation(ctx.obj.config_path, os.environ), _look(), network=network)
    if as_json:
        findings = tuple(found)
        say(as_answer(findings, network=network))
    else:
        findings = tuple(_shown(found))
        for line in closing_lines(findings, network=network):
            click.echo(line)
    return TROUBLED if counted(findings)[Grade.TROUBLE] else 0


def line(finding: Finding) -> str:
    """Return the one line of a finding."""
    return f"{MARKS[finding.grade]}  {one_line(f'{finding.examination}: {finding}')}"


def closing_lines(findings: Sequence[Finding], *, network: bool) -> Iterator[str]:
    """Yield how much there is to do, and what was not asked."""
    count = counted(findings)
    bad, mild = count[Grade.TROUBLE], count[Grade.ADVICE]
    parts = [words.count(bad, "trouble")] if bad else []
    parts += [words.count(mild, "piece of advice", "pieces of advice")] if mild else []
    yield words.names(parts) or "all is well"
    left = not_examined(findings, network=network)
    if left:
        yield f"not examined, for what is wrong above: {words.names(left)}"
    if not network:
        yield "mail, Slack, sources and the page were not asked: paperdigest doctor --network"


def not_examined(findings: Sequence[Finding], *, network: bool) -> list[str]:
    """Return which examinations had nothing to look at: without a config there is no storage, in a damaged
    database there are no papers."""
    done = {finding.examination for finding in findings}
    asked = (name for name in EXAMINATIONS if network or name not in OVER_THE_NETWORK)
    return [name for name in asked if name not in done]


def as_answer(findings: Sequence[Finding], *, network: bool) -> dict[str, Any]:
    """Return the answer of --json. Keys may be added, never renamed or removed."""
    count = counted(findings)
    return {
        "ok": not count[Grade.TROUBLE],
        "network": network,
        "trouble": count[Grade.TROUBLE],
        "advice": count[Grade.ADVICE],
        "not_examined": not_examined(findings, network=network),
        "findings": [
            {
                "examination": finding.examination,
                "grade": str(finding.grade),
                "found": finding.found,
                "do": finding.do,
            }
            for finding in findings
        ],
    }


def _shown(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Print each as it comes: the network may take its time."""
    for finding in findings:
        click.echo(line(finding))
        yield finding


def _look() -> Look:
    from paperdigest.doctor.look import Look
    from paperdigest.doctor.network import page_of

    return Look(channels=_channels, feeds=_feeds, server=_server, page=page_of)


def _channels(settings: Settings) -> Iterator[Finding]:
    from paperdigest.cli.probes import probe_channels

    return _judged("channels", probe_channels(settings), "only the folder, which asks nobody")


def _feeds(settings: Settings) -> Iterator[Finding]:
    from paperdigest.cli.probes import probe_sources

    return _judged("feeds", probe_sources(settings), "only folders, which ask nobody")


def _judged(examination: str, probed: Iterable[Probed], none: str) -> Iterator[Finding]:
    """Give each answer its grade. What asks nobody is told in one line."""
    anybody = False
    for one in probed:
        anybody = True
        mild = Grade.ADVICE if one.warns else Grade.OK
        yield told(examination, f"{one.name}: {one.says}", mild if one.ok else Grade.TROUBLE)
    if not anybody:
        yield Finding(examination, none)


def _server(settings: Settings) -> tuple[str, datetime | None]:
    from paperdigest.app import App
    from paperdigest.doctor.network import host_of, server_to_ask, time_of

    app = App(settings)
    try:
        server = server_to_ask(app)
    finally:
        app.close()
    return host_of(server), time_of(server) if server else None
