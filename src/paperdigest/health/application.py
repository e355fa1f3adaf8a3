"""/healthz, /readyz and /metrics as a WSGI application (PEP 3333). Reads only, and only for this machine.

The Host is looked at, so that no page in a browser can be rebound to it (DNS rebinding); no answer allows other
origins. Over a Unix socket there is no such thing as a host.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paperdigest.health.examine import Check, Examiner
from paperdigest.logs import event

log = logging.getLogger(__name__)

_JSON: Final = "application/json"
_TEXT: Final = "text/plain; charset=utf-8"
_OURS = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)

StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    body: bytes
    kind: str = _TEXT
    more: tuple[tuple[str, str], ...] = ()


_NOT_HERE = _Answer("404 Not Found", b"there are /healthz, /readyz and /metrics\n")
_NOT_US = _Answer("421 Misdirected Request", b"this is asked for by another name\n")
_ONLY_READ = _Answer(
    "405 Method Not Allowed", b"this is only read\n", more=(("Allow", "GET, HEAD"),)
)
_BROKEN = _Answer("500 Internal Server Error", b"see the log\n")


class Application:
    """Shows one service. `any_host`: it is served where hosts mean nothing."""

    def __init__(self, examiner: Examiner, *, any_host: bool) -> None:
        self._examiner = examiner
        self._any_host = any_host
        self._metrics: Callable[[], bytes] | None = None

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        answer = self._answered(environ)
        length = ("Content-Length", str(len(answer.body)))
        start(answer.status, [("Content-Type", answer.kind), *_HEADERS, *answer.more, length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answered(self, environ: dict[str, Any]) -> _Answer:
        host = environ.get("HTTP_HOST", "")
        if host and not self._any_host and not _OURS.fullmatch(host):
            return _NOT_US
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _ONLY_READ
        try:
            return self._answer(environ.get("PATH_INFO", ""))
        except Exception:
            log.exception("this is a bug in paperdigest, please report it")
            return _BROKEN

    def _answer(self, path: str) -> _Answer:
        match path:
            case "/healthz":
                return _checked(self._examiner.live())
            case "/readyz":
                return _checked(self._examiner.ready())
            case "/metrics":
                return self._measured()
        return _NOT_HERE

    def _measured(self) -> _Answer:
        from paperdigest.health import metrics

        if self._metrics is None:
            self._metrics = metrics.exposition(self._examiner)
        return _Answer("200 OK", self._metrics(), metrics.CONTENT_TYPE)


def _checked(checks: Sequence[Check]) -> _Answer:
    well = all(check.ok for check in checks)
    told = {
        "ok": well,
        "checks": {check.name: {"ok": check.ok, "said": check.said} for check in checks},
    }
    if not well:
        said = {check.name: check.said for check in checks if not check.ok}
        event(log, "found-ill", level=logging.DEBUG, **said)
    status = "200 OK" if well else "503 Service Unavailable"
    return _Answer(status, (json.dumps(told, ensure_ascii=True) + "\n").encode(), _JSON)
