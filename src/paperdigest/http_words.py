"""What an HTTP server or its absence says, in plain words, and its wish to be left alone for a while.

Addresses are shown without what may be secret in them. Asking is `http`.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

import httpx2

from paperdigest.core.secret import mask_parameters

#: What asking ends in where the network, the other side or the address is at fault.
FAULTS = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError)
_LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
#: A comma, but not the one after the day of the week in "Fri, 20 Nov 2026" and "Friday, 20-Nov-26".
_BETWEEN = re.compile(r",(?!\s*[0-9]{1,2}[ -][A-Za-z])")
_CONTACT = re.compile(r"https?://[!-'*-~]+|[!-'*-.0-9A-Z^-~]+@[!-'*-.0-9A-Z^-~]+")
_STATUS = {
    204: "no content",
    400: "bad request · check the address and what it asks for",
    401: "not authorised · check the address",
    403: "access refused",
    404: "not found · check the address",
    406: "not acceptable",
    407: "the proxy wants a user and password",
    408: "request timeout",
    410: "gone for good · remove the source or look for its new address",
    429: "too many requests",
    451: "unavailable for legal reasons",
    511: "the network wants a sign-in first",
}
#: Special kinds before the general ones they belong to.
_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (httpx2.ConnectTimeout, "no connection in time"),
    (httpx2.TimeoutException, "no answer in time"),
    (httpx2.RemoteProtocolError, "the server does not speak proper HTTP, or hung up"),
    (httpx2.ProxyError, "the proxy refuses"),
    (httpx2.UnsupportedProtocol, "the address is not a valid http or https one"),
    (httpx2.InvalidURL, "the address is not a valid http or https one"),
    (httpx2.ConnectError, "no connection"),
)


def shown(url: str) -> str:
    """Return the address without user, password and the values of parameters that look secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    host = parts.netloc.rpartition("@")[2]
    query = mask_parameters(f"?{parts.query}")[1:]
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def status_words(status: int) -> str:
    """Return what a status means that brings no document."""
    if status in _STATUS:
        return f"{status} {_STATUS[status]}"
    return f"{status} the server is failing" if status >= 500 else f"{status}"


def contact_words(contact: str) -> str:
    """Return a contact as it stands in a User-Agent, "" for what cannot stand there."""
    plain = contact.strip()
    if not _CONTACT.fullmatch(plain):
        return ""
    return f" (+{plain})" if "://" in plain else f" (mailto:{plain})"


def longest_retry_after(values: Iterable[str], now: datetime) -> timedelta | None:
    """Return the longest wish of several Retry-After headers; None where none says anything."""
    wishes = (retry_after(value, now) for value in values)
    return max((wish for wish in wishes if wish is not None), default=None)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or a date; at most a day, at least nothing.

    Seconds may have a fraction or a sign, which the RFC does not know and servers write. Of several in
    one header, joined on the way, the longest counts. `now` is the server's own time where it says it.
    None for what is neither.
    """
    parts = [part.strip() for part in _BETWEEN.split(value)]
    wishes = [_wish(part, now) for part in parts if part]
    return max((wish for wish in wishes if wish is not None), default=None)


def _wish(value: str, now: datetime) -> timedelta | None:
    if _SECONDS.fullmatch(value):
        seconds = float(value)  # of very many digits infinity, which is too long as well
        return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_WAIT.total_seconds()))
    at = http_date(value)
    return None if at is None else min(max(at - now, timedelta(0)), _LONGEST_WAIT)


def http_date(value: str) -> datetime | None:
    """Return the instant of an HTTP date; None if it is none."""
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def failure_words(error: Exception) -> str:
    """Return why no answer came."""
    for cause in _causes(error):
        words = _cause_words(cause)
        if words:
            return words
    if isinstance(error, httpx2.RemoteProtocolError) and re.search(
        "complete message body|incomplete", str(error)
    ):
        return "the answer is cut off"
    return next(
        (words for kind, words in _FAILURES if isinstance(error, kind)), "the connection broke"
    )


def _cause_words(cause: BaseException) -> str:
    match cause:
        case socket.gaierror():
            return "the name of the server cannot be found (DNS)"
        case ConnectionRefusedError():
            return "connection refused"
        case ssl.SSLCertVerificationError():
            return f"the certificate of the server is not trusted ({cause.verify_message.lower()})"
        case ssl.SSLError():
            return (
                f"no secure connection ({(cause.reason or 'TLS failed').replace('_', ' ').lower()})"
            )
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
