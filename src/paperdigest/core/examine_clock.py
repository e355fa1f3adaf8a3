"""Judges the clock: against what is stored, against a server's, and whether anything keeps it right. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from paperdigest.core import words
from paperdigest.core.clock import behind
from paperdigest.core.examination import Finding, advice, trouble

#: No clock that is right shows an earlier time: this program was not written yet.
_WRITTEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
#: Of a server's clock, which says whole seconds and takes its time to say them.
AGREES: Final = timedelta(minutes=1)
_SET = "put the clock right: timedatectl"
_SET_NTP = "let a time server keep it right: timedatectl set-ntp true"


def clock(now: datetime, newest: datetime | None, *, kept_right: bool | None) -> Iterator[Finding]:
    """Judge the time of this machine. `newest` is the newest time that is stored; `kept_right`: whether a time
    server keeps it right, None where the system does not say."""
    shown = f"{_instant(now)} UTC"
    found = behind(newest, now)
    if now < _WRITTEN:
        yield trouble("clock", f"{shown}, which is past", _SET)
    elif found is not None:
        told = f"{shown}, but something was read or due at {_instant(found.expected)} UTC already"
        yield trouble("clock", told, _SET)
    elif kept_right is False:
        yield advice("clock", f"{shown}, and no time server keeps it right", _SET_NTP)
    else:
        yield Finding("clock", shown + (", kept right by a time server" if kept_right else ""))


def server_time(here: datetime, there: datetime, server: str) -> Iterator[Finding]:
    """Judge the clock by what a server said at the same moment (RFC 9110, 6.6.1)."""
    off = here - there
    if abs(off) <= AGREES:
        yield Finding("server-time", f"agrees with {server}")
        return
    way = "ahead of" if off > timedelta() else "behind"
    yield advice(
        "server-time",
        f"this clock is {words.span(abs(off))} {way} that of {server}",
        f"{_SET}; {_SET_NTP}",
    )


def _instant(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{words.full_date(at.date())} {words.clock(at)}"
