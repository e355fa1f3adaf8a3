"""The unsubscribe page as a WSGI application (PEP 3333): which request means what, and what is answered.

Only POST changes anything: mail scanners open every link (RFC 8058 section 1). Who asks is told by the link
alone: no cookie, no Host, no header of a proxy is looked at.
"""

from __future__ import annotations

import email.parser
import email.policy
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from paperdigest.core.errors import LockHeld, StoreError
from paperdigest.core.unsubscribe import PATH, kind_of, masked
from paperdigest.flow.unsubscribe import Holder
from paperdigest.logs import event
from paperdigest.store.suppressions import BY_ONE_CLICK, BY_PAGE
from paperdigest.web import pages
from paperdigest.web.desk import Desk

log = logging.getLogger(__name__)

#: Characters of path and query, and bytes of a body: several times what a link and a form come to.
LONGEST_PATH: Final = 512
LONGEST_BODY: Final = 8_192
#: Field and value of a body: who posts it. The first is RFC 8058's.
_POSTED: Final = {("List-Unsubscribe", "One-Click"): BY_ONE_CLICK, pages.BUTTON: BY_PAGE}
_MOST_FIELDS = 20
_SECONDS_TO_WAIT = 60
_HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", pages.POLICY),
    ("Referrer-Policy", "no-referrer"),  # the address is the right to unsubscribe
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
)

Headers = list[tuple[str, str]]
StartResponse = Callable[[str, Headers], object]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    page: bytes
    more: tuple[tuple[str, str], ...] = ()


_NOWHERE = _Answer(
    "404 Not Found",
    pages.said(
        "This link leads nowhere",
        "It is not complete, or what it was for is there no longer. Nothing was changed.",
    ),
)
_OTHER_METHOD = _Answer(
    "405 Method Not Allowed",
    pages.said("This page is only opened", "It takes GET, HEAD and POST."),
    (("Allow", "GET, HEAD, POST"),),
)
_NOT_MEANT = _Answer(
    "400 Bad Request",
    pages.said("This was not understood", "Nothing was changed. Open the link and use its button."),
)
_TOO_LARGE = _Answer(
    "413 Content Too Large", pages.said("This is too much", "Nothing was changed.")
)
_TOO_LONG = _Answer(
    "414 URI Too Long", pages.said("This address is too long", "Nothing was changed.")
)
_BUSY = _Answer(
    "503 Service Unavailable",
    pages.said("Busy for a moment", "Nothing was changed. Please try again in a minute."),
    (("Retry-After", str(_SECONDS_TO_WAIT)),),
)
_BROKEN = _Answer(
    "500 Internal Server Error",
    pages.said("Something went wrong", "Please answer one of the mails to unsubscribe."),
)


class Application:
    """The page. `prefix` is the path in public_url, which a proxy may hand on or cut off."""

    def __init__(self, desk: Desk, prefix: str = "") -> None:
        self._desk = desk
        self._prefix = prefix

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        answer = self._answered(environ)
        length = ("Content-Length", str(len(answer.page)))
        start(answer.status, [*_HEADERS, *answer.more, length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.page]

    def _answered(self, environ: dict[str, Any]) -> _Answer:
        try:
            return self._answer(environ)
        except (LockHeld, StoreError) as error:
            event(log, "page-not-answered", level=logging.WARNING, error=str(error))
            return _BUSY
        except Exception:
            # The server would log the address, which is the right to unsubscribe.
            log.exception("this is a bug in paperdigest, please report it")
            return _BROKEN

    def _answer(self, environ: dict[str, Any]) -> _Answer:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if len(path) + len(environ.get("QUERY_STRING", "")) > LONGEST_PATH:
            return _TOO_LONG
        if method not in ("GET", "HEAD", "POST"):
            return _OTHER_METHOD
        token = self._token(path)
        if method != "POST":
            found = self._desk.holder(token)
            return _NOWHERE if found is None else _shown(found)
        body = _body(environ)
        if body is None:
            return _TOO_LARGE
        return self._posted(token, _by(environ.get("CONTENT_TYPE", ""), body))

    def _posted(self, token: str, by: str) -> _Answer:
        # A forged link need not wait for the write lock, nor take it.
        found = self._desk.holder(token)
        if found is None:
            return _NOWHERE
        if not by:
            return _NOT_MEANT
        if not found.by_reader:
            found = self._desk.stop(token, by)
        if found is None:  # forgotten in this very moment
            return _NOWHERE
        if not found.by_reader:
            event(log, "unsubscribed", subscriber=found.name, target=found.target, reason=by)
        return _Answer("200 OK", pages.stopped(kind_of(found.target), masked(found.target)))

    def _token(self, path: str) -> str:
        """Return what stands where a token does; "" is none."""
        plain = path.removeprefix(self._prefix)
        return plain.removeprefix(PATH) if plain.startswith(PATH) else ""


def _shown(found: Holder) -> _Answer:
    page = pages.stopped if found.stopped else pages.asked
    return _Answer("200 OK", page(kind_of(found.target), masked(found.target)))


def _body(environ: dict[str, Any]) -> bytes | None:
    """Return the body; None if it is larger than any form of ours."""
    said = environ.get("CONTENT_LENGTH") or "0"
    length = int(said) if said.isascii() and said.isdigit() else 0
    if length > LONGEST_BODY:
        return None
    data: bytes = environ["wsgi.input"].read(length)
    return data


def _by(kind: str, body: bytes) -> str:
    """Return who posts this; "" for what is neither RFC 8058's body nor our form's.

    Mail programs send it as a form of either kind, and some say nothing of the kind.
    """
    multipart = kind.lower().startswith("multipart/form-data")
    fields = _multipart(kind, body) if multipart else _urlencoded(body)
    return next((by for field, by in _POSTED.items() if field in fields), "")


def _urlencoded(body: bytes) -> set[tuple[str, str]]:
    try:
        found = parse_qs(body.decode("utf-8", "replace").strip(), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return set()
    return {(name, value) for name, values in found.items() for value in values}


def _multipart(kind: str, body: bytes) -> set[tuple[str, str]]:
    """Read RFC 7578 with the parser for mail, whose format it is."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("utf-8", "replace")
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head + body)
    fields = set()
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            fields.add((name, value.decode("utf-8", "replace").strip()))
    return fields
