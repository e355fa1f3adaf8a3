"""Erase what is known of a person who left the config, down to the bytes of the file. The counts stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core.errors import UsageError
from paperdigest.core.subscription import OPERATOR
from paperdigest.flow import failing, template_faults
from paperdigest.store import erasure, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.subscribers import Registered


@dataclass(frozen=True, slots=True)
class Forgettable:
    """Someone who can be forgotten. `targets` are all their addresses ever; the counts are of rows."""

    id: int
    name: str
    targets: tuple[str, ...]
    digests: int
    deliveries: int
    papers: int


def find(store: Store, name: str, configured: Collection[str]) -> Forgettable:
    """Return who is meant. Raises UsageError for a name that is unknown, or still in the config."""
    if name in configured:
        raise UsageError(
            f'"{name}" is still in the config · take them out first, then: paperdigest forget {name}'
        )
    row = subscribers.named(store, name)
    if row is None or not _is_person(row):
        raise UsageError(f'there is no subscriber "{name}" in the history')
    targets = erasure.targets_of(store, row.id) | set(row.last_good.deliver)
    return Forgettable(row.id, name, tuple(sorted(targets)), *erasure.counts_of(store, row.id))


def forget(
    store: Store, who: Forgettable, operator_targets: Collection[str], now: datetime
) -> None:
    """Erase a person, and what others were told of them. One transaction; `scrub` comes after it.

    `operator_targets` are the operator's in the config. The caller holds the right to deliver, so that no
    row of theirs is in hand.
    """
    with store.transaction():
        everyone = subscribers.registered(store)
        others = [row for row in everyone.values() if row.id != who.id and _is_person(row)]
        in_use = {target for row in others for target in row.last_good.deliver}
        gone = set(who.targets) - in_use - set(operator_targets)
        erasure.erase(store, who.id, now)
        erasure.erase_targets(store, gone)
        failing.drop(store, who.name)
        template_faults.drop(store, who.name)
        operator = everyone.get(OPERATOR)
        if operator is not None:
            _let_go(store, operator, gone)
            bare = {target.partition(":")[2] for target in gone if not target.startswith("file:")}
            erasure.erase_mentions(store, operator.id, {who.name, *bare})
        erasure.note_scrubbing(store, due=True)


def scrub(store: Store) -> bool:
    """Write the file anew if something was erased since, so that none of it is left in there; return whether
    that was so. Raises StoreFull, or LockHeld while another process reads: then it can be done again."""
    if not erasure.to_be_scrubbed(store):
        return False
    store.scrub()
    with store.transaction():
        erasure.note_scrubbing(store, due=False)
    return True


def _is_person(row: Registered) -> bool:
    return not row.name.startswith(
        "("
    )  # the operator, and stubs: no subscriber can have such a name


def _let_go(store: Store, operator: Registered, gone: Collection[str]) -> None:
    """An only subscriber is the operator too: their address stands there as well."""
    kept = tuple(target for target in operator.last_good.deliver if target not in gone)
    if kept != operator.last_good.deliver:
        subscribers.keep_definition(store, operator.id, replace(operator.last_good, deliver=kept))
