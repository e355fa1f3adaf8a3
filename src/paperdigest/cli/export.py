"""`paperdigest export`: the papers of history as a file that other programs read."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

import click

from paperdigest.cli.expression import ExpressionCommand, parsed
from paperdigest.cli.session import Span, now_option, opened
from paperdigest.cli.terminal import plain
from paperdigest.core.errors import PaperdigestError
from paperdigest.render.exported import FORMS


@click.command(cls=ExpressionCommand)
@click.argument("expr", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="jsonl",
    show_default=True,
    help="jsonl: what `ingest` reads again.",
)
@click.option("--since", type=Span(), help="Only papers first seen in that time: 30d, 2 weeks.")
@now_option
@click.pass_context
def command(
    ctx: click.Context, expr: str | None, form: str, since: timedelta | None, now: datetime | None
) -> None:
    """Write the papers of history to standard output, in the order in which they came.

    EXPR is an expression as for `search`: only the papers that it finds.
    """
    from paperdigest.flow.exporting import exported

    query = None if expr is None else parsed(expr)
    with opened(ctx, write=False, now=now, past=True) as (app, store):
        after = None if since is None else app.clock() - since
        with closing(exported(store, query, since=after, until=now)) as papers:
            _write(FORMS[form](papers))


def _write(pieces: Iterable[str]) -> None:
    """Write to a file or pipe in UTF-8 exactly what there is; to a terminal what does nothing there."""
    stream = plain(sys.stdout)
    if stream.isatty():
        for piece in pieces:
            click.echo(piece.replace("\r\n", "\n"), nl=False)
        return
    try:
        for piece in pieces:
            stream.buffer.write(piece.encode("utf-8", "replace"))
        stream.buffer.flush()
    except BrokenPipeError:
        raise  # whoever reads has had enough
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PaperdigestError(f"standard output cannot be written ({reason})") from None
