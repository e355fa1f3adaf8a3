"""One try to send one row: whatever stands in its way or breaks comes back as an outcome."""

from __future__ import annotations

import logging

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.ports import Outcome, Part, Reach, Refused, Repeatable, Retry, Unknown
from paperdigest.flow import places
from paperdigest.flow.post import Post
from paperdigest.journal import fault
from paperdigest.store import deliveries
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

log = logging.getLogger(__name__)


def attempt(store: Store, post: Post, row: Delivery) -> Outcome | str:
    """Return what became of one row; a text is why it must not be sent any more."""
    forbidden = post.forbidden(store, row.subscriber, row.target)
    if forbidden:
        return forbidden
    if not row.payload:
        return Refused("its bytes are gone or damaged, so there is nothing to send")
    channel_name, _, bare = row.target.partition(":")
    try:
        channel = post.channel(channel_name)
    except PaperdigestError as error:
        # A channel that cannot even be made (a secret is missing): nothing was sent, the row waits.
        return Retry(str(error), reach=Reach.CHANNEL)
    place = places.place(store, channel, row.target)
    if not isinstance(place, str):
        return place
    part = Part(bare, row.part, row.key, row.payload, place=place)
    receipt = deliveries.parent_receipt(store, row)
    try:
        return channel.send(part, receipt)
    except PaperdigestError as error:
        return Retry(str(error), reach=Reach.CHANNEL)
    except Exception as error:  # noqa: BLE001 - it must not keep all others back
        # Nobody knows how far it came.
        return Unknown(broke(row, error))


def broke(row: Delivery, error: Exception) -> str:
    """Log that a channel broke over a row, and return it in words: the error's own text may hold anything."""
    fault(log, "channel-broke", error, id=row.id, target=row.target)
    kind = type(error).__name__
    return f"the channel broke over it, which is a fault of ours ({kind})"


def is_repeatable(post: Post, row: Delivery) -> bool:
    """Say whether sending a row once more would change nothing where it goes."""
    try:
        channel = post.channel(row.target.partition(":")[0])
    except PaperdigestError:
        return False
    return isinstance(channel, Repeatable) and channel.repeatable
