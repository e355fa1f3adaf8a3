"""What a reader's own word stops: links are given out with digests, and what one says is carried out.

Who may say it is told by the link alone. The way of stopping is that of `paperdigest stop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paperdigest.core import schedule
from paperdigest.core.subscription import Subscriber
from paperdigest.core.unsubscribe import Token, Unsubscribe, read
from paperdigest.store import facts, suppressions
from paperdigest.store.connection import Store
from paperdigest.store.joining import goes_on_as
from paperdigest.store.subscribers import Registered
from paperdigest.store.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class Exits:
    """Gives out links. `page` "" gives none."""

    page: str = ""
    key: bytes = field(default=b"", repr=False)

    def of(self, reader: Subscriber, id_: int) -> Unsubscribe | None:
        """Return what makes a reader's links; None for whoever gets none: one member of a shared list
        must not stop it for all, and the operator hears what has to be heard."""
        if not self.page or reader.shared:
            return None
        return Unsubscribe(self.page, id_, self.key)


NO_EXITS = Exits()


def exits(store: Store, page: str) -> Exits:
    """Return what makes links to that page. Makes the key at first use, outside of a transaction."""
    return Exits(page, facts.unsubscribe_key(store)) if page else NO_EXITS


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a link is for. `stopped`: nothing is sent to `target` now, whoever stopped it; `by_reader`: it was
    the reader."""

    subscriber_id: int
    name: str
    target: str
    stopped: bool
    by_reader: bool


def holder(store: Store, token: str, now: datetime) -> Holder | None:
    """Return whom a link is for, also where it was given out under a name that was joined to another one since; None
    for any that leads nowhere: forged, of someone who was forgotten, of a target that is not the reader's any more or
    is shared with others now."""
    said, key = read(token), facts.known_unsubscribe_key(store)
    if said is None or key is None:
        return None
    found = _addressed(goes_on_as(store, said.subscriber_id), said, key)
    return None if found is None else _held(store, *found, now)


def _addressed(
    rows: Sequence[Registered], said: Token, key: bytes
) -> tuple[Registered, str] | None:
    """Return whom of these a link was made for, and the target: the one it was given out to, and no other."""
    for row in rows:
        target = said.target(row.last_good.deliver, key)
        if target is not None and not row.last_good.shared:
            return row, target
    # Where there is nobody, one code is reckoned all the same: how long it takes tells nothing.
    if not rows:
        said.target(("",), key)
    return None


def _held(store: Store, row: Registered, target: str, now: datetime) -> Holder:
    today = now.astimezone(schedule.zone(row.last_good.timezone)).date()
    found = suppressions.suppressions_of(store, row.id, target)
    held = [one for one in found if one.kind == "stopped" and one.holds(today)]
    by_reader = any(one.reason in suppressions.BY_READER for one in held)
    return Holder(row.id, row.name, target, bool(held), by_reader)


def stop(store: Store, token: str, reason: str, now: datetime) -> Holder | None:
    """Stop the target of a link; return whose it is, as it stood before, None if the link leads nowhere.

    Safe to repeat: the first time counts. The reader's word stands above what was stopped or paused by
    command. Raises LockHeld and StoreError, and then nothing was changed.
    """
    with store.transaction():
        found = holder(store, token, now)
        if found is not None and not found.by_reader:
            held = Suppression(found.subscriber_id, found.target, "stopped", reason=reason)
            suppressions.suppress(store, held, now)
    return found
