"""Pages shown in a browser, where there is one: their paths are printed in any case."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click

from paperdigest.core.errors import PaperdigestError, UsageError


class NoBrowser(PaperdigestError):
    """A page was written and could not be shown."""


def must_be_page(form: str, *, given: bool, as_json: bool) -> None:
    """Raise UsageError for what cannot be opened. `given`: the form was asked for, and is not the usual one."""
    other = "--json" if as_json else f"--format {form}" if given and form != "html" else ""
    if other:
        raise UsageError(f"--open shows the page in HTML · leave out {other}, or --open")


def open_pages(pages: Sequence[str]) -> None:
    """Write each page to a file of the caller's own, print its path, and open them all. Raises NoBrowser."""
    files = [_written(html) for html in pages]
    for file in files:
        click.echo(file)
    if not all(_is_shown(file.as_uri()) for file in files):
        them = "that file" if len(files) == 1 else "these files"
        raise NoBrowser(
            f"no browser could be opened here · open {them} yourself, or where you have a browser"
        )


def _written(html: str) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="paperdigest-", suffix=".html", delete=False, encoding="utf-8"
    ) as file:
        file.write(html)
    return Path(file.name)


def _is_shown(address: str) -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # One that takes over the terminal (lynx, w3m) needs a terminal, unless somebody chose it for this ($BROWSER).
    takes_over = type(browser) is webbrowser.GenericBrowser and "BROWSER" not in os.environ
    if takes_over and not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return browser.open(address)
