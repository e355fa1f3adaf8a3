"""The command line. Commands are imported only when they are called: `--help` answers in under 0.2 s."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from paperdigest import __version__
from paperdigest.core.errors import PaperdigestError, QueryError

#: name → (module under paperdigest.cli, attribute, one line of help)
COMMANDS = {
    "demo": (
        "demo",
        "command",
        "Make a working folder with invented papers and run the main job once.",
    ),
    "init": ("init", "command", "Write a config to start from."),
    "check": ("check", "command", "Check the config, every problem at once."),
    "config": ("config", "command", "Show the config, its path or its schema."),
    "secret": ("secret", "command", "Store a password or token outside the config."),
    "ingest": ("ingest", "command", "Read the sources now, or one file."),
    "run": ("run", "command", "Run as a service; with --once, do what is due and end."),
    "send": ("send", "command", "Send what is waiting now."),
    "preview": ("preview", "command", "Show the next digest without sending it."),
    "why": ("why", "command", "Say why a subscriber did or did not get a paper."),
    "query": ("query", "command", "Try an expression, explain it, or see what changed words do."),
    "search": ("search", "command", "Find papers of all that was ever ingested."),
    "similar": ("similar", "command", "Show the papers most like one of them."),
    "show": ("show", "command", "Show one paper as history knows it."),
    "export": ("export", "command", "Write papers as JSON Lines, CSV, BibTeX or RIS."),
    "paper": ("paper", "command", "Undo a merge of two papers that are not one."),
    "status": ("status", "command", "Say how everything stands."),
    "doctor": ("doctor", "command", "Examine the machine and all that is needed on it."),
    "sources": ("sources", "command", "List the sources and what they brought."),
    "subscribers": (
        "subscribers",
        "command",
        "List the subscribers, their topics and next digests.",
    ),
    "history": ("history", "command", "List past digests, or what one of them held."),
    "deliveries": ("deliveries", "command", "List what was sent and what waits in the outbox."),
    "retry": ("outbox", "retry", "Try deliveries again now that did not go out."),
    "resolve": ("outbox", "resolve_", "Say what became of deliveries nobody knows about."),
    "release": ("brake", "release", "Send a run after all that was held for its size."),
    "drop": ("brake", "drop", "Give a run up that was held for its size."),
    "quarantine": (
        "quarantine",
        "command",
        "See refused files, read them once more, or throw them away.",
    ),
    "pause": ("pausing", "pause", "Hold a subscriber's digests back for a while."),
    "resume": ("pausing", "resume", "Let digests go out again."),
    "stop": ("pausing", "stop", "Stop a subscriber or one target for good."),
    "rename": ("rename", "command", "Let a subscriber be called otherwise; the history goes on."),
    "forget": ("forget", "command", "Erase what is known of a subscriber who left the config."),
    "backup": ("backup", "command", "Make a backup of the database and the config now."),
    "restore": ("restore", "command", "Put a backup back in place."),
    "templates": ("templates", "command", "List, copy or check the digest templates."),
}


@dataclass(slots=True)
class Session:
    """What the options before the command say."""

    config_path: Path | None = None


class _ReaderLeft(Exception):
    """Whoever reads what is written past `terminal` has had enough, as of an export. Not the OSError, which click takes for
    a failure."""


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError:
            raise _ReaderLeft from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderLeft from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        found: click.Command = getattr(
            importlib.import_module(f"paperdigest.cli.{module}"), attribute
        )
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # From the table, so that help does not import every command.
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            hint = f' · did you mean "{close[0]}"?' if close else " · paperdigest --help lists them"
            ctx.fail(f'no such command "{args[0]}"{hint}')
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="The config file.")
@click.option("-v", "--verbose", count=True, help="Say more on standard error; twice: why, too.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on standard error.")
@click.version_option(__version__, prog_name="paperdigest")
@click.pass_context
def cli(ctx: click.Context, config_path: Path | None, verbose: int, quiet: bool) -> None:
    """Read feeds and dumps of research papers; send each subscriber one digest of what is new."""
    from paperdigest import logs

    ctx.obj = Session(config_path)
    logs.setup("ERROR" if quiet else ("WARNING", "INFO", "DEBUG")[min(verbose, 2)])


def main(args: list[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that the interface names."""
    from paperdigest.cli.terminal import stay_harmless

    stay_harmless()
    sys.exit(run_command(args))


def run_command(args: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from paperdigest.cli.terminal import harmless_streams

    with harmless_streams():
        return _run(args)


def _run(args: list[str] | None) -> int:
    wanted_json = "--json" in (sys.argv[1:] if args is None else args)
    try:
        result = cli.main(args, prog_name="paperdigest", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PaperdigestError as error:
        return _fail(error, wanted_json=wanted_json)
    except _ReaderLeft:
        from paperdigest.cli.terminal import write_no_more

        write_no_more(sys.stdout)
        return 0
    return result if isinstance(result, int) else 0


def _fail(error: PaperdigestError, *, wanted_json: bool) -> int:
    if wanted_json:
        click.echo(json.dumps({"error": _as_json(error)}, ensure_ascii=False))
    elif isinstance(error, QueryError) and error.text:
        from paperdigest.core.caret import caret

        for line in caret(error.text, error.column, error.length):
            click.echo(f"  {line}", err=True)
    click.echo(f"paperdigest: {error}", err=True)
    return error.exit_code


def _as_json(error: PaperdigestError) -> dict[str, object]:
    if isinstance(error, QueryError):
        return {
            "message": error.message,
            "hint": error.hint,
            "column": error.column,
            "length": error.length,
        }
    return {"message": str(error)}
