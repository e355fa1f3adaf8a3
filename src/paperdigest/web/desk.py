"""What the pages ask of the store: each question with a connection of its own, in whatever thread it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from paperdigest.flow import unsubscribe
from paperdigest.flow.unsubscribe import Holder
from paperdigest.store.connection import NoHistory, Store


@dataclass(frozen=True, slots=True)
class Desk:
    """`open_store` opens the database, to write if it is told so; whoever opens it here closes it."""

    open_store: Callable[[bool], Store]
    clock: Callable[[], datetime]

    def holder(self, token: str) -> Holder | None:
        """Return whom a link is for. Reads only. Raises LockHeld and StoreError."""
        try:
            with self.open_store(False) as store:
                return unsubscribe.holder(store, token, self.clock())
        except NoHistory:
            return None

    def stop(self, token: str, reason: str) -> Holder | None:
        """Stop the target of a link. Raises LockHeld and StoreError, and then nothing was changed."""
        with self.open_store(True) as store:
            return unsubscribe.stop(store, token, reason, self.clock())
