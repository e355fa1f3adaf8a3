"""Where a request really goes: to the proxy of the environment, or straight to an address that was looked
up once, checked and kept. Whether and what is asked is `http`'s matter.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from urllib.request import getproxies, proxy_bypass

import httpx2

from paperdigest.core.errors import SourceError
from paperdigest.http_words import shown

#: Returns the addresses of a name, as numbers, the best first. Raises OSError or UnicodeError.
Resolve = Callable[[str], tuple[str, ...]]

_TLS_KEPT = 3600  # seconds: certificates that are trusted change while a service runs
_EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


def look_up(host: str) -> tuple[str, ...]:
    """Ask the system for the addresses of a host."""
    return _addresses(host, 0)


class Route(httpx2.BaseTransport):
    """The way of one fetch, over all its redirects. What is promised:

    - The server of the fetch's own address may be anywhere, this machine too: whoever writes the config may
      name what they can reach. Nobody else may: a redirect leads to public addresses only, unless it stays
      with that server or `allow_private`.
    - A name is looked up once a fetch, and the connection goes to the very addresses that were checked;
      what the name means a moment later (DNS rebinding) does not matter. Certificates are checked against
      the name.
    - Through a proxy it is the proxy that looks names up; here only addresses written as numbers, and
      "localhost", are checked then.
    """

    def __init__(self, url: str, *, allow_private: bool, resolve: Resolve) -> None:
        self._url = url
        self._allow_private = allow_private
        self._resolve = resolve
        self._pins: dict[str, tuple[str, ...]] = {}
        self._tls = _tls()
        self._wires: dict[str, httpx2.HTTPTransport] = {}

    def open(self, hop: str, seconds: float) -> None:
        """Look the hop's host up and check it; to be called before it is asked.

        Raises SourceError for a private address, OSError, UnicodeError and httpx2.ConnectTimeout when there
        is none in time.
        """
        url = httpx2.URL(hop)
        host = _host(url)
        if _proxy(url):
            addresses = _literal(host)
        else:
            if host not in self._pins:
                self._pins[host] = _in_time(self._resolve, host, seconds)
            addresses = self._pins[host]
        free = self._allow_private or _server(url) == _server(httpx2.URL(self._url))
        if not free and not all(_is_public(address) for address in addresses):
            raise SourceError(
                f"{shown(self._url)}: redirects to a private address"
                " · give that address itself if it is meant, or allow_private = true"
            )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request on its way (httpx's own interface)."""
        proxy = _proxy(request.url)
        if proxy:
            return self._wire(proxy).handle_request(request)
        *others, last = self._pins[_host(request.url)]
        for address in others:
            try:
                return self._wire().handle_request(_pinned(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # the next address may be reached: IPv6 is often broken where IPv4 works
        return self._wire().handle_request(_pinned(request, last))

    def close(self) -> None:
        """Close what is open."""
        for wire in self._wires.values():
            wire.close()

    def _wire(self, proxy: str = "") -> httpx2.HTTPTransport:
        if proxy not in self._wires:
            try:
                self._wires[proxy] = httpx2.HTTPTransport(verify=self._tls, proxy=proxy or None)
            except (ImportError, ValueError, httpx2.InvalidURL) as error:
                # The words of a proxy's address may hold a password, its kind does not.
                kind = proxy.partition(":")[0][:20]
                raise SourceError(
                    f'{shown(self._url)}: the proxy of the environment cannot be used (its kind is "{kind}")'
                ) from error
        return self._wires[proxy]


def _tls() -> ssl.SSLContext:
    """Return what connections are made safe with, the same for all fetches of an hour: to read the certificates
    that are trusted takes as long as many an answer."""
    named = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return _tls_of(named, int(time.monotonic() // _TLS_KEPT))


@lru_cache(maxsize=1)
def _tls_of(named: tuple[str | None, ...], hour: int) -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _pinned(request: httpx2.Request, address: str) -> httpx2.Request:
    """Return the same request to that address. Its Host header is written already."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _host(request.url)},
    )


def _host(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii")


def _server(url: httpx2.URL) -> tuple[str, int]:
    """Return host and port. 80 counts as 443: to move on to https is not to move to another server."""
    port = url.port or 443  # None for the scheme's own
    return _host(url), 443 if port == 80 else port


def _proxy(url: httpx2.URL) -> str:
    """Return the proxy that the environment names for this address; "" for none."""
    host = _host(url)
    if proxy_bypass(f"{host}:{url.port}" if url.port and ":" not in host else host):
        return ""
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all") or ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def proxy_shown(address: str) -> str:
    """Return the proxy that is asked for this address, without user and password; "" for none."""
    try:
        return shown(_proxy(httpx2.URL(address)))
    except (httpx2.InvalidURL, ValueError):
        return ""


def _in_time(resolve: Resolve, host: str, seconds: float) -> tuple[str, ...]:
    """Look a name up, waiting so long: the system's own patience has no limit that could be set."""
    found: list[tuple[str, ...] | Exception] = []

    def ask() -> None:
        try:
            found.append(resolve(host))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    answer = found[0] if found else httpx2.ConnectTimeout("the name was not found in time")
    if isinstance(answer, Exception):
        raise answer
    if not answer:
        raise socket.gaierror(f"no address of {host}")
    return answer


def _literal(host: str) -> tuple[str, ...]:
    """Return the address that a host is already, in any spelling; none for a name."""
    if host == "localhost" or host.endswith(".localhost"):
        return ("127.0.0.1",)
    try:
        return _addresses(host, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return ()


def _addresses(host: str, flags: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or _inside(ip) or ip
    return ip.is_global and not ip.is_multicast


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a gateway would make of it (RFC 6052; RFC 4291, 2.5.5.1)."""
    if any(ip in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
