"""Asks others for the doctor: a server what time it is, and our own page whether it is there."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from paperdigest import politeness
from paperdigest.app import TURNS, App
from paperdigest.config import Settings
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.examine_network import Page
from paperdigest.core.unsubscribe import PATH
from paperdigest.http import origin
from paperdigest.http_ask import ask
from paperdigest.http_words import http_date

#: No link of ours ends like this, and what is said of one that leads nowhere is ours alone.
_NO_LINK = "doctor"
_OURS = b"This link leads nowhere"


def server_to_ask(app: App) -> str:
    """Return the address of a server that is asked anyway, the first source's; else our own page's; "" for none."""
    for source in app.settings.sources:
        try:
            made = app.source(source.name)
        except PaperdigestError:
            continue  # what is wrong with a source is told elsewhere
        url = str(getattr(made, "url", "") or getattr(made, "feed_url", ""))
        if url.startswith(("http://", "https://")):
            return f"{origin(url)}/"
    return f"{origin(app.settings.public_url)}/" if app.settings.public_url else ""


def time_of(server: str) -> datetime | None:
    """Return what a server's clock says; None where it does not say. Raises SourceError."""
    return http_date(ask(server, "HEAD").headers.get("date", ""))


def page_of(settings: Settings) -> Page | None:
    """Return what is at the address of the unsubscribe page; None where the config has none."""
    if not settings.public_url:
        return None
    politeness.keep_in(settings.storage / TURNS)
    url = f"{settings.public_url.rstrip('/')}{PATH}"
    try:
        found = ask(url + _NO_LINK)
    except PaperdigestError as error:
        return Page(url, said=str(error).partition(": ")[2] or str(error))
    return Page(url, found.status, found.status == 404 and _OURS in found.body)


def host_of(server: str) -> str:
    """Return the server's name for people."""
    return urlsplit(server).hostname or server
