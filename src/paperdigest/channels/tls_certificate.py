"""What a server's certificate says of itself, once it was verified: whose it is, by whom, until when."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any

from paperdigest.core import words
from paperdigest.core.survey import Finding
from paperdigest.core.text import clean

#: Names are the server's own words: this much of one is shown.
_LONGEST = 100


def certificate(sock: object) -> Finding | None:
    """Return the certificate of a connection's other side; None without TLS. It names no end that cannot be read.

    https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.getpeercert
    """
    told: dict[str, Any] | None = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    if not told:
        return None
    until = _instant(told.get("notAfter"))
    end = f", until {words.day_and_year(until.date())}" if until is not None else ""
    return Finding(
        "certificate", f"{_whose(told)} by {_name(told.get('issuer'))}{end}", until=until
    )


def _whose(told: dict[str, Any]) -> str:
    """Return the first name that holds, which is not the common name any more (RFC 9525, 2)."""
    names = [
        value for kind, value in told.get("subjectAltName", ()) if kind in ("DNS", "IP Address")
    ]
    return _shown(names[0]) if names else _name(told.get("subject"))


def _name(parts: Any) -> str:
    """Return the organisation, or else the common name, of a distinguished name."""
    known = {key: value for part in parts or () for key, value in part}
    return _shown(known.get("organizationName") or known.get("commonName") or "?")


def _shown(name: str) -> str:
    return clean(name, _LONGEST) or "?"


def _instant(said: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
