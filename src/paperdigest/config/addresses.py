"""Addresses of the web and of hosts, as they may be written in a config. Pure; nothing is looked up."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from paperdigest.config.complaint import wrong
from paperdigest.core.secret import mask_parameters

_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\x00-\x1f\x7f]")
#: What begins a path in `listen`.
UNIX = "unix:"
_LONGEST_PUBLIC_URL = 200
_LONGEST_SOCKET = 103  # sun_path in unix(7), and one less than macOS has
_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")


def web_address(text: str) -> str:
    """Return an address of the web: http or https, with a host, without blanks."""
    plain = text.strip()
    try:
        parts = urlsplit(plain)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken [::1], a port that is no number
        good = False
    if not good or _NOT_IN_ADDRESSES.search(plain):
        raise wrong(
            "this is not an address of the web", "write it in full, beginning with https://"
        )
    return plain


def public_url(text: str) -> str:
    """Return the address of our own pages without a slash at its end; "" is none."""
    if not text:
        return ""
    plain = _encrypted(text).rstrip("/")
    if not plain.isascii():  # it goes into mail headers
        raise wrong("this address is not in ASCII", "write its host as xn--…, its path with %")
    if any(sign in plain for sign in "?#@\\"):
        raise wrong("links are made by adding to this address", "write it without ?, # and @")
    if len(plain) > _LONGEST_PUBLIC_URL:
        what = f"this address has more than {_LONGEST_PUBLIC_URL} characters"
        raise wrong(what, "it goes into a mail header: give it a shorter path")
    return plain


def listen_or_not(text: str) -> str:
    """Return where a server of ours listens that nobody reaches through a proxy; "" is nowhere."""
    return _listen(text, "") if text.strip() else ""


def secret_address(text: str) -> str:
    """Return an address of which no word may be shown."""
    return _encrypted(text)


def listen(text: str) -> str:
    """Return where a server of ours listens: a host of this machine with a port, or a path of a socket.

    Anything that another machine could reach is refused: there is no TLS here.
    """
    return _listen(text, ", and put a reverse proxy with TLS before it")


def _listen(text: str, else_: str) -> str:
    plain = text.strip()
    if plain.startswith(UNIX):
        return _socket(plain)
    name, colon, port = plain.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or not 0 < int(port) < 65_536:
        raise wrong(
            "this is not a host with a port",
            'write it like "127.0.0.1:8710" or "unix:/run/paperdigest/web.sock"',
        )
    if not is_loopback(name) or name == "::1":
        hint = f'write "127.0.0.1:{port}"{else_}'
        raise wrong("only this machine itself may reach this page directly", hint)
    return plain


def _socket(plain: str) -> str:
    path = plain.removeprefix(UNIX)
    if not path.startswith("/") or not path.isprintable() or path.endswith("/"):
        hint = 'write it like "unix:/run/paperdigest/web.sock"'
        raise wrong("this is not the full path of a socket", hint)
    if len(path.encode()) > _LONGEST_SOCKET:
        raise wrong(f"this path has more than {_LONGEST_SOCKET} bytes", "give the socket another")
    return plain


def api_url(text: str) -> str:
    """Return the address of an API with a slash at its end."""
    return _encrypted(text).rstrip("/") + "/"


def search(text: str) -> str:
    """Return a search address with its {title}; "" is none."""
    if not text:
        return ""
    if "{title}" not in text:
        raise wrong("a search address needs {title}", 'like "https://example.org/search?q={title}"')
    if set("{}") & set(text.replace("{title}", "")):
        raise wrong("a search address knows {title} only", "write other braces as %7B and %7D")
    web_address(text.replace("{title}", "title"))
    return text.strip()


def host(text: str) -> str:
    """Return the name or number of a server, without port or user."""
    plain = text.strip()
    name, colon, port = plain.rpartition(":")
    if colon and port.isdecimal() and ":" not in name:
        raise wrong("a host is written without its port", f'host = "{name}" and port = {port}')
    if not plain or not plain.isprintable() or any(sign in plain for sign in "/@ "):
        raise wrong("this is not a host", 'write the name alone, like "smtp.example.org"')
    return plain


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine."""
    return host in ("localhost", "::1", "[::1]") or bool(_LOOPBACK.fullmatch(host))


def without_password(address: str) -> str:
    """Return an address with what stands before its @ masked, and parameters that look secret, for showing."""
    return mask_parameters(re.sub(r"(?<=://)[^/?#@\s]*@", "***@", address))


def _encrypted(text: str) -> str:
    plain = web_address(text)
    if not plain.startswith("https://") and not is_loopback(urlsplit(plain).hostname or ""):
        raise wrong("this address is not encrypted", "write https://")
    return plain
