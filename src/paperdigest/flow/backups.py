"""What the store remembers of backups and examinations, and what the operator is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from paperdigest.core import backups, care_words, schedule
from paperdigest.flow.lasting import Watched
from paperdigest.store import facts
from paperdigest.store.connection import Store

_MADE = "backup made"
#: Before the first backup: since when there is something to back up.
_COUNTED_FROM = "backup counted from"
_TROUBLE = "backup trouble"
#: When one was due and tried in vain; not to be written with each try.
_TRIED = "backup tried"
_TRIED_EVERY = timedelta(minutes=30)
_URGENT = "backup needs a person"
_EXAMINED = "database examined"


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with backups. `since`: none was made after then, aware UTC. `trouble`: why the last try
    failed. `urgent`: it will fail again until a person acts, who must know at once. `tried`: when one was tried in
    vain."""

    since: datetime
    trouble: str = ""
    urgent: bool = False
    tried: datetime | None = None

    def ails(self, now: datetime) -> bool:
        """Say whether the operator is to be told."""
        return self.urgent or backups.is_late(self.since, self.tried, now)


def standing(store: Store) -> Standing | None:
    """Return how it stands; None where nothing was ever counted."""
    known = facts.fact(store, _MADE) or facts.fact(store, _COUNTED_FROM)
    if known is None:
        return None
    trouble = facts.fact(store, _TROUBLE) or ""
    urgent = facts.fact(store, _URGENT) is not None
    return Standing(datetime.fromisoformat(known), trouble, urgent, _tried(store))


def is_due(store: Store, at: time, timezone: str, now: datetime) -> bool:
    """Say whether a backup is due. The first one is at its hour, not in the middle of the first run."""
    found = standing(store)
    if found is None:
        with store.transaction():
            facts.remember(store, _COUNTED_FROM, _text(now))
        return False
    return backups.is_due(found.since, at, timezone, now)


def was_made(store: Store, at: datetime) -> None:
    """Remember a backup, of which moment it is. A fully examined copy is an examined database."""
    with store.transaction():
        facts.remember(store, _MADE, _text(at))
        facts.forget(store, _TROUBLE)
        facts.forget(store, _URGENT)
        facts.forget(store, _TRIED)


def tried(store: Store, now: datetime) -> None:
    """Remember that a backup was due and could not be made now."""
    known = _tried(store)
    if known is not None and abs(now - known) < _TRIED_EVERY:
        return
    with store.transaction():
        facts.remember(store, _TRIED, _text(now))


def failed(store: Store, reason: str, *, urgent: bool) -> None:
    """Remember why a backup could not be made."""
    if facts.fact(store, _TROUBLE) == reason:
        return
    with store.transaction():
        facts.remember(store, _TROUBLE, reason)
        if urgent:
            facts.remember(store, _URGENT, "yes")
        else:
            facts.forget(store, _URGENT)


def examination_is_due(store: Store, now: datetime) -> bool:
    """Say whether the whole database is to be examined: a week after it was last, or first seen."""
    told = facts.fact(store, _EXAMINED)
    if told is None:
        examined(store, now)
        return False
    return backups.examination_is_due(datetime.fromisoformat(told), now)


def examined(store: Store, now: datetime) -> None:
    """Remember that the whole database was examined and is sound."""
    with store.transaction():
        facts.remember(store, _EXAMINED, _text(now))


def late(store: Store, keep: int, now: datetime, timezone: str) -> Watched:
    """Return whether a backup is missing; where none are kept, none is."""
    zone = schedule.zone(timezone)
    found = standing(store) if keep else None
    lasts = found is not None and found.ails(now)
    return Watched(
        "backup",
        {"late": ""} if lasts else {},
        begun=lambda names: [
            care_words.no_backup(found.since.astimezone(zone), found.trouble, now.astimezone(zone))
            for _ in names
            if found is not None
        ],
        over=lambda told: [
            care_words.backup_again(found.since.astimezone(zone)) for _ in told if found is not None
        ],
    )


def _tried(store: Store) -> datetime | None:
    known = facts.fact(store, _TRIED)
    return None if known is None else datetime.fromisoformat(known)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
