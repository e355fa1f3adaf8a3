"""Judges what others answer: how long a certificate lasts, and whether a page is ours. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, advice, trouble

#: Whoever renews certificates by itself does so 30 days before the end.
SOON: Final = timedelta(days=14)


def ends_soon(until: datetime | None, now: datetime) -> str:
    """Return what is said of something that ends within two weeks; "" where it lasts, or has no end."""
    if until is None or until - now >= SOON:
        return ""
    left = words.how_long(until - now) if until > now else "no time"
    return f"{left} left · whoever runs that server has to renew it"


@dataclass(frozen=True, slots=True)
class Page:
    """What is at the address of the unsubscribe page. `status` is HTTP's, 0 where nothing answered, `said` why."""

    url: str
    status: int = 0
    is_ours: bool = False
    said: str = ""


def page(found: Page | None, service_runs: bool) -> Iterator[Finding]:
    """Judge the unsubscribe page; None: the config has no address for it."""
    if found is None:
        yield Finding("page", "no public_url, so mails carry no unsubscribe link")
    elif found.is_ours:
        yield Finding("page", f"answers at {found.url}")
    elif not found.status:
        yield advice(
            "page",
            f"{found.url} could not be reached from here ({found.said})",
            "open it from outside; some networks do not let a machine reach its own address",
        )
    else:
        start = "" if service_runs else "start the service: paperdigest run; "
        yield trouble(
            "page",
            f"{found.url} answers {found.status}, and not with our page",
            f"{start}have the web server hand it on to [web] listen, see docs/unsubscribe.md",
        )
