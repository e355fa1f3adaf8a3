"""Asks a server one question of which the head of its answer matters, whatever its status: what its clock says,
whether a page is there. Never follows a redirect, never asks twice. Papers are fetched by `http`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx2

from paperdigest import __version__
from paperdigest.core.errors import SourceError
from paperdigest.http_route import Resolve, Route, look_up
from paperdigest.http_watch import Watch
from paperdigest.http_words import FAULTS, failure_words, shown
from paperdigest.politeness import SHARED, Turns

#: Seconds to connect, between two reads, and in all.
_CONNECT, _READ, _TOTAL = 10.0, 10.0, 20.0
#: Bytes of a body that are looked at.
BEGINNING: Final = 16_384
_HEADERS: Final = {"user-agent": f"paperdigest/{__version__}", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Reached:
    """What came. Header names are in small letters; `body` is its beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def ask(
    url: str, method: str = "GET", *, resolve: Resolve = look_up, turns: Turns = SHARED
) -> Reached:
    """Ask once, when it is this host's turn. Raises SourceError where nothing answers."""
    watch = Watch(_TOTAL)
    route = Route(url, allow_private=True, resolve=resolve)
    with httpx2.Client(transport=route, follow_redirects=False) as client:
        try:
            with turns.turn(urlsplit(url).hostname or ""), watch:
                route.open(url, watch.within(_CONNECT))
                return _answer(client, method, url, watch)
        except FAULTS as error:
            words = watch.words if watch.passed else failure_words(error)
            raise SourceError(f"{shown(url)}: {words}") from error


def _answer(client: httpx2.Client, method: str, url: str, watch: Watch) -> Reached:
    timeout = httpx2.Timeout(watch.within(_READ), connect=watch.within(_CONNECT))
    with client.stream(
        method, url, headers=_HEADERS, timeout=timeout, extensions={"trace": watch.see}
    ) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= BEGINNING:
                break
        return Reached(response.status_code, headers, bytes(body[:BEGINNING]))
