"""What channels themselves call their targets: asked for before the first message, kept, and asked for anew when
nothing gets there any more. A Slack channel is renamed, its id stays; and only by its id can it be read back.
"""

from __future__ import annotations

import logging

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.ports import Barred, Channel, HasPlaces, Outcome, Reach, Refused, Retry
from paperdigest.failpoints import failpoint
from paperdigest.store import ways
from paperdigest.store.connection import Store

log = logging.getLogger(__name__)


def place(store: Store, channel: Channel, target: str) -> str | Outcome:
    """Return what a channel calls a target ("email:a@b", with its prefix), on disk before anything is sent
    there; "" where it needs no such name. An outcome: nothing can be sent there now."""
    if not isinstance(channel, HasPlaces):
        return ""
    known = ways.place(store, target)
    if known:
        return known
    found = _asked(channel, target)
    if isinstance(found, str) and found:
        with store.transaction():
            ways.keep_place(store, target, found)
        failpoint("deliver.placed")
    return found


def _asked(channel: HasPlaces, target: str) -> str | Outcome:
    try:
        return channel.place(target.partition(":")[2])
    except PaperdigestError as error:
        return Retry(str(error), reach=Reach.CHANNEL)
    except Exception as error:
        # A question that breaks must not keep other rows back; it has sent nothing.
        log.exception("target=%s: its channel broke when asked for it", target)
        return Retry(f"its channel broke when asked for it ({type(error).__name__})")


def unlearn(store: Store, target: str, outcome: Outcome | str) -> None:
    """Forget a name by which nothing gets there. Must run inside a transaction."""
    is_wrong = isinstance(outcome, Refused) or (
        isinstance(outcome, Barred) and outcome.reach is Reach.TARGET
    )
    if is_wrong and ways.place(store, target):
        ways.keep_place(store, target, "")
