"""One try to send one row: whatever stands in its way or breaks comes back as an outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.ports import Outcome, Part, Reach, Refused, Repeatable, Retry, Unknown
from paperdigest.flow import places
from paperdigest.flow.post import Post
from paperdigest.store import deliveries
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

log = logging.getLogger(__name__)


def attempt(store: Store, post: Post, row: Delivery) -> Outcome | str:
    """Return what became of one row; a text is why it must not be sent any more."""
    forbidden = post.forbidden(row.subscriber, row.target)
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
    return foreseen(lambda: channel.send(part, receipt), row)


def foreseen(call: Callable[[], Outcome], row: Delivery) -> Outcome:
    """Return what a channel says. One that breaks over a row must not keep all others back: nobody knows then
    how far it came."""
    try:
        return call()
    except PaperdigestError as error:
        return Retry(str(error), reach=Reach.CHANNEL)
    except Exception as error:
        log.exception("delivery id=%d target=%s: the channel broke", row.id, row.target)
        return Unknown(f"the channel broke over it, which is a fault of ours ({_named(error)})")


def _named(error: Exception) -> str:
    """Return the kind of an error: its text may hold anything."""
    return type(error).__name__


def is_repeatable(post: Post, row: Delivery) -> bool:
    try:
        channel = post.channel(row.target.partition(":")[0])
    except PaperdigestError:
        return False
    return isinstance(channel, Repeatable) and channel.repeatable
