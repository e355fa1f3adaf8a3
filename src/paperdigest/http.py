"""The one way to fetch an address: one GET with limits on time, size, expansion and redirects.

Never retries. What the errors say is worded in `http_words`; what the bytes mean is the sources' work.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx2

from paperdigest import __version__
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.http_words import failure_words, http_date, retry_after, shown, status_words

__all__ = ["Answer", "Limits", "fetch", "shown"]

_USER_AGENT = f"paperdigest/{__version__}"
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.8"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take: seconds to connect, between two reads and in all; bytes as sent and unpacked."""

    connect: float = 10.0
    read: float = 10.0
    total: float = 60.0
    sent: int = 20 * 1024 * 1024
    unpacked: int = 50 * 1024 * 1024
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. `status` is 200, or 304 for unchanged (no data). Header names are in small letters.

    `url` is where it came from in the end.
    """

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    allow_private: bool = False,
    limits: Limits | None = None,
) -> Answer:
    """Fetch `url`; `etag` and `last_modified` are what the last answer said of itself.

    The address itself may be anywhere, also on this machine; a redirect may not lead to a private
    address unless it stays on the same server or `allow_private`. Raises SourceError; RefusedInput when
    the answer is too large or expands too far.
    """
    limits = limits or Limits()
    asked = _headers(etag, last_modified)
    timeout = httpx2.Timeout(limits.read, connect=limits.connect)
    hop = url
    with (
        _Watch(limits.total) as watch,
        httpx2.Client(timeout=timeout, follow_redirects=False) as client,
    ):
        for _ in range(limits.redirects + 1):
            _check_scheme(hop, url)
            answer = _ask(client, hop, asked, watch, limits)
            if answer.status not in _REDIRECTS:
                return answer
            hop = _redirected(
                url, hop, answer.headers.get("location", ""), allow_private=allow_private
            )
    raise SourceError(f"{shown(url)}: more than {limits.redirects} redirects")


def _headers(etag: str, last_modified: str) -> dict[str, str]:
    asked = {"user-agent": _USER_AGENT, "accept": _ACCEPT, "accept-encoding": "gzip, deflate"}
    if etag:
        asked["if-none-match"] = etag
    if last_modified:
        asked["if-modified-since"] = last_modified
    return asked


def _ask(
    client: httpx2.Client, url: str, asked: dict[str, str], watch: _Watch, limits: Limits
) -> Answer:
    try:
        with client.stream("GET", url, headers=asked, extensions={"trace": watch.see}) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            if response.status_code in _REDIRECTS or response.status_code == 304:
                conditional = "if-none-match" in asked or "if-modified-since" in asked
                _expect(
                    response.status_code != 304 or conditional, url, response.status_code, headers
                )
                return Answer(response.status_code, b"", headers, url)
            _expect(response.status_code in (200, 203), url, response.status_code, headers)
            raw = _body(response, url, watch, limits)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        words = watch.words if watch.passed else failure_words(error)
        raise SourceError(f"{shown(url)}: {words}") from error
    return Answer(
        200, _unpacked(raw, headers.get("content-encoding", ""), url, limits), headers, url
    )


def _expect(good: bool, url: str, status: int, headers: Mapping[str, str]) -> None:
    if good:
        return
    now = http_date(headers.get("date", "")) or datetime.now(UTC)
    wish = retry_after(headers.get("retry-after", ""), now)
    raise SourceError(f"{shown(url)} answers {status_words(status)}", retry_after=wish)


def _body(response: httpx2.Response, url: str, watch: _Watch, limits: Limits) -> bytes:
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > limits.sent:
            raise RefusedInput(f"{shown(url)}: larger than {limits.sent // 2**20} MB")
        if watch.passed:
            raise SourceError(f"{shown(url)}: {watch.words}")
    if watch.passed:  # a connection that was cut at the deadline may look like one that ended
        raise SourceError(f"{shown(url)}: {watch.words}")
    return bytes(raw)


def _unpacked(raw: bytes, encoding: str, url: str, limits: Limits) -> bytes:
    """Undo the content encoding: gzip or deflate, the latter also without its zlib header (RFC 9110, 8.4.1)."""
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return raw
    if named not in ("gzip", "x-gzip", "deflate"):
        raise SourceError(
            f'{shown(url)}: the answer is packed as "{named[:40]}", which was not asked for'
        )
    wbits = (
        -zlib.MAX_WBITS if named == "deflate" and not _has_zlib_header(raw) else zlib.MAX_WBITS + 32
    )
    data, rest = bytearray(), raw
    while rest:
        stream = zlib.decompressobj(wbits)
        try:
            data += stream.decompress(rest, limits.unpacked + 1 - len(data))
        except zlib.error as error:
            raise SourceError(f"{shown(url)}: the answer cannot be unpacked ({named})") from error
        if len(data) > limits.unpacked:
            raise RefusedInput(f"{shown(url)}: unpacks to more than {limits.unpacked // 2**20} MB")
        if not stream.eof:
            raise SourceError(f"{shown(url)}: the answer is cut off")
        rest = stream.unused_data
    return bytes(data)


def _has_zlib_header(raw: bytes) -> bool:
    # RFC 1950, 2.2: method 8, and the first two bytes are a multiple of 31.
    return len(raw) >= 2 and raw[0] & 0x0F == 8 and (raw[0] * 256 + raw[1]) % 31 == 0


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


def _redirected(url: str, hop: str, location: str, *, allow_private: bool) -> str:
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
    if (
        not allow_private
        and _server(to) != _server(url)
        and _is_private(urlsplit(to).hostname or "")
    ):
        raise SourceError(
            f"{shown(url)}: redirects to a private address · give that address itself if it is meant"
        )
    return to


def _server(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _is_private(host: str) -> bool:
    """Say whether any address of the host is not a public one."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False  # no address at all: the request itself will say so, or a proxy knows better
    return any(not _public(str(entry[4][0])) for entry in found)


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


# ------------------------------------------------------------------ the deadline


class _Watch:
    """Ends a fetch at its deadline, whatever it waits for then.

    Time-outs of the client run from one read to the next, so a server that sends a byte now and then
    would be read for ever; at the deadline the connection is cut under it.
    """

    def __init__(self, seconds: float) -> None:
        self.words = f"took longer than {seconds:g} s"
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    @property
    def passed(self) -> bool:
        """Whether the deadline is over."""
        return time.monotonic() >= self._end

    def see(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a connection (httpx's `trace` extension)."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            connection = info["return_value"].get_extra_info("socket")
            if isinstance(connection, socket.socket):
                with self._lock:
                    self._sockets.append(connection)
                if self.passed:
                    self._cut()

    def _cut(self) -> None:
        with self._lock:
            for connection in self._sockets:
                try:
                    # The plain socket's own shutdown: that of a TLS socket would pull the session from under the reader.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                except OSError:
                    continue  # closed already

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()
