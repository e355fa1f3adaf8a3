"""What a lane's notice of updates needs from the ledger: when each paper was sent, what changed, and which message the
notice answers."""

from __future__ import annotations

from collections.abc import Mapping

from paperdigest.core.updates import Update
from paperdigest.flow.finds import LaneFinds
from paperdigest.store import changes, deliveries
from paperdigest.store.connection import Store

_MOST_ANSWERED = 100  # digests that are looked at; a notice is about the last few


def updates_of(store: Store, finds: LaneFinds) -> tuple[Update, ...]:
    """Return what the lane is to be told of papers sent before, each with what the change log says of it."""
    numbers = [find.change for news in finds.updates for find in news.finds]
    told = changes.summaries(store, numbers)
    read = {news.finds[0].key: news.read for news in finds.updates}
    texts = changes.texts_since(store, read)
    return tuple(
        Update(
            news.finds,
            None if news.sent is None else news.sent.at,
            tuple(told.get(find.change, {}) for find in news.finds),
            texts.get(news.finds[0].key, {}),
            back=news.back,
        )
        for news in finds.updates
    )


def answered(store: Store, finds: LaneFinds) -> Mapping[str, str]:
    """Return the key of the message that the notice answers, by target with its channel: of those that brought one of
    its papers the newest. One alone: no mail program can file a message under two (RFC 5322 3.6.4)."""
    sent = (news.sent for news in finds.updates if news.sent is not None)
    brought = {row.digest_id for row in sent if row.digest_id is not None}
    newest = sorted(brought)[-_MOST_ANSWERED:]
    return deliveries.newest_keys(store, newest) if newest else {}
