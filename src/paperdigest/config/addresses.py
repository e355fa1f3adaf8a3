"""Addresses of the web and of hosts, as they may be written in a config. Pure; nothing is looked up."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from paperdigest.config.complaint import wrong

_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\x00-\x1f\x7f]")
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
    return _encrypted(text).rstrip("/") if text else ""


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
    """Return an address with what stands before its @ masked, for showing."""
    return re.sub(r"(?<=://)[^/?#@\s]*@", "***@", address)


def _encrypted(text: str) -> str:
    plain = web_address(text)
    if not plain.startswith("https://") and not is_loopback(urlsplit(plain).hostname or ""):
        raise wrong("this address is not encrypted", "write https://")
    return plain
