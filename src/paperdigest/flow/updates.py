"""What a lane's notice of updates needs from the ledger: when each paper was sent, what changed, and which message the
notice answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperdigest.core.updates import Update
from paperdigest.flow.finds import LaneFinds
from paperdigest.store import changes, deliveries
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome


def updates_of(store: Store, finds: LaneFinds) -> tuple[Update, ...]:
    """Return what the lane is to be told of papers sent before, each with what the change log says of it."""
    told = changes.summaries(store, [find.change for find, _ in finds.updates])
    return tuple(
        Update(find, None if sent is None else sent.at, told.get(find.change, {}))
        for find, sent in finds.updates
    )


def answered(store: Store, sent: Sequence[Outcome]) -> Mapping[str, str]:
    """Return the key of the message that a notice about these papers answers, by target with its channel: the newest
    digest that brought one of them. One alone: no mail program can file a message under two (RFC 5322 3.6.4)."""
    brought = max((row.digest_id for row in sent if row.digest_id is not None), default=None)
    return {} if brought is None else deliveries.keys_of(store, brought)
