"""The one way to fetch an address: GETs one at a time, with limits on time, size, expansion and redirects.

Never retries. Where a request may go is `http_route`'s matter, when it may go `politeness`'s; what the
errors say is worded in `http_words`; what the bytes mean is the sources' work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2

from paperdigest import __version__
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.http_packing import unpacked
from paperdigest.http_route import Resolve, Route, look_up, proxy_shown
from paperdigest.http_watch import Watch
from paperdigest.http_words import (
    FAULTS,
    contact_words,
    failure_words,
    http_date,
    longest_retry_after,
    shown,
    status_words,
)
from paperdigest.politeness import SHARED, Turn, Turns

__all__ = ["Answer", "Limits", "Validators", "fetch", "introduce", "origin", "shown"]

_ASKED = {
    "user-agent": f"paperdigest/{__version__}",
    "accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.8",
    "accept-encoding": "gzip, deflate",
}
_GOOD = frozenset({200, 203})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take: seconds to connect, between two reads and in all; bytes as sent and unpacked.

    Waiting for one's turn with a host is not in `total`; it has a limit of its own.
    """

    connect: float = 10.0
    read: float = 10.0
    total: float = 60.0
    sent: int = 20 * 1024 * 1024
    unpacked: int = 50 * 1024 * 1024
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier answer said of itself, to be sent back to the server that said it and to no other.

    `origin` is that server as `origin` writes it; "" for the server of the fetch's own address.
    """

    etag: str = ""
    last_modified: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. `status` is 200, or 304 for unchanged (no data). Header names are in small letters.

    `url` is where it came from in the end.
    """

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


def introduce(contact: str) -> None:
    """Name whom a server may turn to, an address of mail or of the web; called once, at start.

    Servers see it in every User-Agent. "" and what is no such address leave the program's name alone.
    """
    _ASKED["user-agent"] = f"paperdigest/{__version__}{contact_words(contact)}"


def origin(url: str) -> str:
    """Return the server of an address: scheme, host and port, nothing secret."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def fetch(
    url: str,
    validators: Validators | None = None,
    *,
    allow_private: bool = False,
    limits: Limits | None = None,
    resolve: Resolve = look_up,
    turns: Turns = SHARED,
    good: frozenset[int] = _GOOD,
) -> Answer:
    """Fetch `url`, following redirects, each waiting for its turn with its host.

    `allow_private` lets redirects lead to private addresses, which otherwise only the address itself may
    be (see `Route`). `resolve` looks names up and `turns` makes it wait, for tests to replace. `good` are the
    statuses that bring what was asked for; the answer says 200 for each of them. Raises SourceError,
    with the server's own wish when to come back; RefusedInput when the answer is too large or expands too far.
    """
    limits = limits or Limits()
    route = Route(url, allow_private=allow_private, resolve=resolve)
    with httpx2.Client(transport=route, follow_redirects=False) as client:
        asking = _Asking(
            url, client, route, Watch(limits.total), limits, validators or Validators(), turns, good
        )
        hop = url
        for _ in range(limits.redirects + 1):
            answer = asking.ask(hop)
            if answer.status not in _REDIRECTS:
                return answer
            hop = _redirected(url, hop, answer.headers.get("location", ""))
    raise SourceError(f"{shown(url)}: more than {limits.redirects} redirects")


@dataclass(frozen=True, slots=True)
class _Asking:
    """One fetch: what all its requests share."""

    url: str
    client: httpx2.Client
    route: Route
    watch: Watch
    limits: Limits
    validators: Validators
    turns: Turns
    good: frozenset[int]

    def ask(self, hop: str) -> Answer:
        """Ask once. The answer may be a redirect, without its body."""
        _check_scheme(hop, self.url)
        with self.watch, self._in_words(hop):
            self.route.open(hop, self.watch.within(self.limits.connect))
        with self.turns.turn(urlsplit(hop).hostname or "") as turn, self.watch:
            with self._in_words(hop):
                answer, encoding = self._answer(hop, turn)
            data = unpacked(answer.data, encoding, hop, most=self.limits.unpacked, watch=self.watch)
        return Answer(answer.status, data, answer.headers, hop)

    def _answer(self, hop: str, turn: Turn) -> tuple[Answer, str]:
        """Return what came and how it is packed."""
        conditions = self._conditions(hop)
        read, connect = self.limits.read, self.limits.connect
        timeout = httpx2.Timeout(self.watch.within(read), connect=self.watch.within(connect))
        with self.client.stream(
            "GET",
            hop,
            headers=_ASKED | conditions,
            timeout=timeout,
            extensions={"trace": self.watch.see},
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            status = response.status_code
            if status in _REDIRECTS or (status == 304 and conditions):
                return Answer(status, b"", headers), ""
            if status not in self.good:
                raise _refusal(hop, response, turn)
            return Answer(200, self._body(response, hop), headers), headers.get(
                "content-encoding", ""
            )

    def _conditions(self, hop: str) -> dict[str, str]:
        # Of another server's document they mean nothing: its 304 could hide papers never seen.
        said = self.validators
        if origin(hop) != (said.origin or origin(self.url)):
            return {}
        both = {"if-none-match": said.etag, "if-modified-since": said.last_modified}
        return {name: value for name, value in both.items() if value}

    def _body(self, response: httpx2.Response, hop: str) -> bytes:
        raw = bytearray()
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) > self.limits.sent:
                raise RefusedInput(f"{shown(hop)}: larger than {self.limits.sent // 2**20} MB")
            self.watch.check(hop)
        self.watch.check(hop)  # a connection cut at the deadline may look like one that ended
        return bytes(raw)

    @contextmanager
    def _in_words(self, hop: str) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            words = self.watch.words if self.watch.passed else failure_words(error)
            proxy = proxy_shown(hop)
            by = f" (asked through the proxy {proxy})" if proxy else ""
            raise SourceError(f"{shown(hop)}: {words}{by}") from error


def _refusal(hop: str, response: httpx2.Response, turn: Turn) -> SourceError:
    """Return the error for a status that brings no document."""
    # By the server's own clock where it tells it: a wrong one must not stretch or swallow the wish.
    now = http_date(response.headers.get("date", "")) or datetime.now(UTC)
    wish = longest_retry_after(response.headers.get_list("retry-after"), now)
    if wish is not None and response.status_code == 429:
        turn.rest(wish)  # it means the client, not the document: other sources are to wait as well
    return SourceError(
        f"{shown(hop)} answers {status_words(response.status_code)}", retry_after=wish
    )


# ------------------------------------------------------------------ redirects


def _check_scheme(hop: str, url: str) -> None:
    try:
        parts = urlsplit(hop)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        led = "" if hop == url else " it redirects to something else:"
        raise SourceError(f"{shown(url)}:{led} only http and https addresses are read")


def _redirected(url: str, hop: str, location: str) -> str:
    """Return where a redirect leads. Raises SourceError where it must not lead."""
    if not location:
        raise SourceError(f"{shown(hop)}: redirects to nowhere")
    try:
        to = str(httpx2.URL(hop).join(location))
    except (httpx2.InvalidURL, ValueError) as error:
        raise SourceError(f"{shown(hop)}: redirects to an address that is none") from error
    _check_scheme(to, url)
    if urlsplit(hop).scheme == "https" and urlsplit(to).scheme != "https":
        raise SourceError(f"{shown(url)}: redirects from https to http")
    return to
