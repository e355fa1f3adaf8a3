"""An expression as an argument: it may begin with a dash, and an error in it shows where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paperdigest.core.errors import QueryError

if TYPE_CHECKING:
    from paperdigest.core.query import Query


class ExpressionCommand(click.Command):
    """A command whose arguments may look like options: `-survey multimodal` is an expression."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move what begins with one dash behind `--`, where nothing is taken for an option."""
        if "--" in args:
            return super().parse_args(ctx, args)
        dashed = [arg for arg in args if _is_dashed(arg)]
        rest = [arg for arg in args if not _is_dashed(arg)]
        try:
            return super().parse_args(ctx, [*rest, *(["--", *dashed] if dashed else [])])
        except click.NoSuchOption as error:
            # `--a` is no option, but nor is it one mistyped: what is wrong with it is said of a query.
            unknown = next((arg for arg in rest if arg.startswith(error.option_name)), "")
            if error.possibilities or not unknown or dashed:
                raise
            rest.remove(unknown)
            try:
                return super().parse_args(ctx, [*rest, "--", unknown])
            except click.UsageError:
                raise error from None
        except click.UsageError as error:
            if "unexpected extra argument" in error.format_message():
                raise click.UsageError(
                    "write the whole expression in single quotes: '…'", ctx
                ) from None
            raise


def _is_dashed(arg: str) -> bool:
    return len(arg) > 1 and arg[0] == "-" and arg[1] != "-" and arg != "-h"


def parsed(text: str) -> Query:
    """Return the query of an expression. Raises QueryError that knows its text."""
    from paperdigest.core.expression import parse_query

    try:
        return parse_query(text)
    except QueryError as error:
        error.text = text
        raise
