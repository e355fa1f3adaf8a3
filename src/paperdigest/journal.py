"""Tells of finished units: a line of the log each, and whoever listens around the work in hand hears of it.

Listening goes by context, so that no verb has to carry it; work handed to another thread takes a copy along
(contextvars.copy_context), or nobody hears of it but the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from paperdigest.core.units import Unit, keys
from paperdigest.logs import bound, event, fault

__all__ = ["Listener", "bound", "event", "fault", "finished", "heard_by", "step"]

log = logging.getLogger(__name__)

#: Called with a unit that was finished, or with None for a step on the way to one.
Listener = Callable[[Unit | None], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let `listener` hear of every unit and step in the block. It must be quick and raise nothing."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def finished(unit: Unit, *, level: int = logging.INFO) -> None:
    """Tell of a unit that is finished."""
    event(log, unit.event, level=level, **keys(unit))
    _tell(unit)


def step() -> None:
    """Tell that the work in hand has got further, though no unit is finished yet. Not logged."""
    _tell(None)


def _tell(unit: Unit | None) -> None:
    listener = _listener.get()
    if listener is not None:
        listener(unit)
