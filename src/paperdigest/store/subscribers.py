"""Subscribers and their lanes as the store remembers them: registration, bookmarks, what topics asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from paperdigest.core.subscription import Subscriber, subscriber_from_json, subscriber_to_json
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

MAIN = "main"


@dataclass(frozen=True, slots=True)
class Registered:
    """A subscriber as the store knows it. `definition` is the last version that could be read, as it is kept."""

    id: int
    name: str
    definition: str = field(repr=False)
    registered_at: datetime
    gone_at: datetime | None

    @property
    def last_good(self) -> Subscriber:
        """Return the last version that could be read."""
        return _subscriber(self.definition)

    @property
    def joined(self) -> bool:
        """Say whether this is only the row of somebody who is known under another one now."""
        return self.name.startswith(_JOINED)


@dataclass(frozen=True, slots=True)
class Lane:
    """One (subscriber, schedule): how far it has read the change log and which slot came last."""

    id: int
    subscriber_id: int
    name: str
    bookmark: int
    last_slot: str
    last_slot_at: datetime | None
    last_digest_at: datetime | None
    digests: int
    created_at: datetime


#: How the row of a subscriber begins who is known under another row now; no subscriber can have such a name.
_JOINED = "(joined "

_SUBSCRIBER = "SELECT id, name, definition, registered_at, gone_at FROM subscribers"


def registered(store: Store, names: Sequence[str] | None = None) -> dict[str, Registered]:
    """Return every subscriber ever seen, by name; or only those of these names."""
    some, values = _among("name", names)
    rows = store.rows(f"{_SUBSCRIBER}{some} ORDER BY id", values)
    return {
        name: Registered(id_, name, definition, from_instant(at), _maybe(gone))
        for id_, name, definition, at, gone in rows
        if not name.startswith(_JOINED)
    }


def named(store: Store, name: str) -> Registered | None:
    """Return one subscriber as known now."""
    return _registered(store.row(_SUBSCRIBER + " WHERE name = ?", [name]))


def numbered(store: Store, id_: int) -> Registered | None:
    """Return the subscriber of that number as known now, whatever the name is."""
    return _registered(store.row(_SUBSCRIBER + " WHERE id = ?", [id_]))


def _registered(row: tuple[int, str, str, int, int | None] | None) -> Registered | None:
    if row is None:
        return None
    id_, name, definition, at, gone = row
    return Registered(id_, name, definition, from_instant(at), _maybe(gone))


def register(store: Store, subscriber: Subscriber, *, change: int, now: datetime) -> int:
    """Write a subscriber who is new; `change` is the newest change number at this moment."""
    made = store.rows(
        "INSERT INTO subscribers (name, definition, registered_at, registered_change) VALUES (?, ?, ?, ?)"
        " RETURNING id",
        [subscriber.name, subscriber_to_json(subscriber), to_instant(now), change],
    )
    return int(made[0][0])


def rename(store: Store, old: str, new: str) -> None:
    """Give a subscriber another name; ledger and lanes stay."""
    store.write("UPDATE subscribers SET name = ? WHERE name = ?", [new, old])


def leave_stub(store: Store, id_: int) -> None:
    """Take out of a row what it says of a subscriber of whom nothing else is left. To delete it, SQLite would look
    through all deliveries for one that is still its own."""
    stub = f"{_JOINED}{id_})"
    store.write(
        "UPDATE subscribers SET name = ?, definition = ?, gone_at = coalesce(gone_at, registered_at) WHERE id = ?",
        [stub, subscriber_to_json(Subscriber(stub, deliver=())), id_],
    )


def keep_definition(store: Store, id_: int, subscriber: Subscriber) -> None:
    """Remember this version as the last good one; the subscriber is (again) in the config."""
    store.write(
        "UPDATE subscribers SET definition = ?, gone_at = NULL WHERE id = ?",
        [subscriber_to_json(subscriber), id_],
    )


def mark_gone(store: Store, ids: Iterable[int], now: datetime) -> None:
    """Note that these names left the config. Their ledger stays."""
    store.write_many(
        "UPDATE subscribers SET gone_at = ? WHERE id = ? AND gone_at IS NULL",
        [(to_instant(now), id_) for id_ in ids],
    )


_LANE = (
    "SELECT id, subscriber_id, name, bookmark, last_slot, last_slot_at, last_digest_at, digests, created_at"
    " FROM lanes"
)


def lanes(store: Store, of: Sequence[int] | None = None) -> dict[tuple[int, str], Lane]:
    """Return every lane by (subscriber id, lane name); or only those of these subscribers."""
    some, values = _among("subscriber_id", of)
    found = (_lane(row) for row in store.rows(_LANE + some, values))
    return {(lane.subscriber_id, lane.name): lane for lane in found}


def lane(store: Store, id_: int) -> Lane | None:
    """Return one lane as it stands now."""
    row = store.row(_LANE + " WHERE id = ?", [id_])
    return None if row is None else _lane(row)


def open_lane(
    store: Store,
    subscriber_id: int,
    name: str,
    *,
    bookmark: int,
    now: datetime,
    later: bool = False,
) -> None:
    """Start a lane that has dealt with every change up to `bookmark`; nothing if it is there.

    `later`: the subscriber is not new, so each of the lane's topics counts as added and looks back.
    """
    row = store.row(
        "INSERT INTO lanes (subscriber_id, name, bookmark, created_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (subscriber_id, name) DO NOTHING RETURNING id",
        [subscriber_id, name, bookmark, to_instant(now)],
    )
    if row is not None and later:
        # A lane that asked for nothing so far is not the same as one that was never asked.
        keep_topics(store, int(row[0]), {"": ""})


def advance(
    store: Store,
    lane_id: int,
    *,
    bookmark: int,
    slot: tuple[str, datetime] | None,
    digest_at: datetime | None,
) -> None:
    """Move a lane on. `slot` None leaves its schedule alone (`send`, or a look that found nothing)."""
    name, slot_at = (None, None) if slot is None else (slot[0], to_instant(slot[1]))
    composed_at = None if digest_at is None else to_instant(digest_at)
    store.write(
        "UPDATE lanes SET bookmark = max(bookmark, ?),"
        " last_slot = coalesce(?, last_slot),"
        # Never back, whatever the clock does: a slot that was dealt with must not come again.
        " last_slot_at = max(coalesce(?, last_slot_at), coalesce(last_slot_at, ?)),"
        " last_digest_at = coalesce(?, last_digest_at), digests = digests + ? WHERE id = ?",
        [bookmark, name, slot_at, slot_at, composed_at, int(composed_at is not None), lane_id],
    )


_TOPICS = "SELECT lane_id, topic, definition FROM lane_topics"


def topics_seen(store: Store, of: Sequence[int] | None = None) -> dict[int, dict[str, str]]:
    """Return what each lane's topics asked for when it last composed: lane id → topic → definition. `of` names
    the lanes, None is all."""
    seen: dict[int, dict[str, str]] = {}
    some, values = _among("lane_id", of)
    for lane_id, topic, definition in store.rows(_TOPICS + some, values):
        seen.setdefault(lane_id, {})[topic] = definition
    return seen


def keep_topics(store: Store, lane_id: int, definitions: Mapping[str, str]) -> None:
    """Remember what the lane's topics ask for now, in place of what they asked for before."""
    store.write("DELETE FROM lane_topics WHERE lane_id = ?", [lane_id])
    store.write_many(
        "INSERT INTO lane_topics (lane_id, topic, definition) VALUES (?, ?, ?)",
        [(lane_id, topic, definition) for topic, definition in definitions.items()],
    )


_LISTED = " (SELECT value FROM json_each(?))"


def _among(column: str, wanted: Sequence[int | str] | None) -> tuple[str, list[str]]:
    """Return the clause that keeps rows with these values, and what it takes; None keeps all."""
    if wanted is None:
        return "", []
    return f" WHERE {column} IN" + _LISTED, [json.dumps(list(wanted))]


def _lane(row: tuple[int, int, str, int, str, int | None, int | None, int, int]) -> Lane:
    id_, subscriber_id, name, bookmark, last_slot, slot_at, digest_at, digests, created = row
    return Lane(
        id_,
        subscriber_id,
        name,
        bookmark,
        last_slot,
        _maybe(slot_at),
        _maybe(digest_at),
        digests,
        from_instant(created),
    )


# Everyone is read several times a round, and seldom changes.
_subscriber = lru_cache(maxsize=4_096)(subscriber_from_json)


def _maybe(instant: int | None) -> datetime | None:
    return None if instant is None else from_instant(instant)
