"""Instants as the store keeps them: whole microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_instant(at: datetime) -> int:
    """Return an aware datetime as an integer."""
    return (at - _EPOCH) // _MICROSECOND


def from_instant(instant: int) -> datetime:
    """Return the aware UTC datetime of an integer."""
    return _EPOCH + timedelta(microseconds=instant)
