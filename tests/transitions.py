"""The ledger's table, read one step at a time."""

from __future__ import annotations

from paperdigest.core.ledger import LEDGER, Event, State


def after(state: State, event: Event) -> State | None:
    """Return the state that an event leads to; None: it cannot happen to a row in this state."""
    found = LEDGER[event]
    return found.to if state in found.out_of else None
