"""The shapes of `--json` answers, and small tables for people. Keys may be added, never renamed or removed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from paperdigest.cli.terminal import one_line
from paperdigest.core.paper import Paper
from paperdigest.core.query import Hit
from paperdigest.core.text import display


def say(data: dict[str, Any]) -> None:
    """Print one JSON object on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def paper_json(paper: Paper) -> dict[str, Any]:
    """Return a paper; title and abstract as displayed, so that hits point into them."""
    return {
        "id": paper.id,
        "ids": list(paper.ids),
        "title": display(paper.title),
        "abstract": display(paper.abstract),
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "venue": paper.venue,
        "url": paper.url,
        "links": [{"rel": link.rel, "url": link.url} for link in paper.links],
        "votes": paper.votes,
        "rank": paper.rank,
        "published_at": iso(paper.published_at),
        "first_seen_at": iso(paper.first_seen_at),
        "version": paper.version,
        "sources": list(paper.sources),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit; offsets are code points into the displayed text."""
    return {
        "term": hit.term,
        "field": str(hit.field),
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
    }


def iso(at: datetime | None) -> str | None:
    """Return a time as ISO 8601, or None."""
    return None if at is None else at.isoformat()


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> None:
    """Print rows in columns as wide as they need; the last one is not padded."""
    if not rows:
        return
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo((indent + "  ".join([*cells, row[-1]])).rstrip())
