"""A message on its way to the outbox: its parts for each target, and their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from paperdigest.core.ports import Channel, Message, Part
from paperdigest.core.unsubscribe import EMAIL
from paperdigest.store import deliveries
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import NewDelivery
from paperdigest.store.subscribers import Lane


def prepared(
    channel: Callable[[str], Channel],
    message: Message,
    targets: Sequence[str],
    *,
    of: tuple[str, int, str],
    at: datetime,
) -> Iterator[tuple[str, Part]]:
    """Yield (target with its channel, part). `of` is the id of the database, the id of the lane and the slot: what
    tells the message from any other, so that its keys are the same however often it is prepared."""
    database, lane_id, slot = of
    for target in targets:
        name, _, bare = target.partition(":")
        key = _key(database, str(lane_id), slot, target)
        told = message if name == EMAIL else message.as_elsewhere()
        for part in channel(name).prepare(told, bare, key=key, at=at):
            yield target, part


def put(
    store: Store,
    lane: Lane,
    digest_id: int,
    slot: str,
    parts: Iterable[tuple[str, Part]],
    now: datetime,
) -> list[int]:
    """Write the parts of a digest into the outbox; return their ids. Must run inside a transaction."""
    rows = [
        NewDelivery(
            part.key,
            digest_id,
            lane.subscriber_id,
            lane.id,
            slot,
            target,
            part.number,
            part.payload,
            part.left_out,
        )
        for target, part in parts
    ]
    return deliveries.put(store, rows, now)


def _key(*named: str) -> str:
    """Return 24 hex digits."""
    return hashlib.blake2b("\n".join(named).encode(), digest_size=12).hexdigest()
