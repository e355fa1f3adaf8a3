"""A recipient who is refused for good on different days gets nothing more until a person has looked.

A rule over the ledger: two such refusals on two local days within 14 days, and nothing sent in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from paperdigest.core import notices, schedule, words
from paperdigest.core.ports import address_fault
from paperdigest.core.target import short
from paperdigest.flow.lasting import Watched
from paperdigest.store import deliveries, subscribers, suppressions
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Attempt, Delivery
from paperdigest.store.suppressions import Suppression

WITHIN = timedelta(days=14)
DAYS = 2
#: How the reason of such a pause begins, and how its days and its error are told apart.
_BOUNCED = "refused for good on "
_WHY = ": "


def watch(store: Store, row: Delivery, error: str, now: datetime) -> None:
    """Pause the target of a row that has just failed, if the rule says so. Must run inside a transaction."""
    fault = address_fault(error)
    if row.part or not fault:
        return
    reader = subscribers.named(store, row.subscriber)
    if reader is None or _is_suppressed(store, row):
        return
    tried = deliveries.attempts_to(store, row.subscriber_id, row.target, now - WITHIN)
    days = refused_on(tried, schedule.zone(reader.last_good.timezone))
    if len(days) < DAYS:
        return
    told = words.names([words.short_date(day) for day in days])
    held = Suppression(
        row.subscriber_id, row.target, "paused", None, f"{_BOUNCED}{told}{_WHY}{fault}"
    )
    suppressions.suppress(store, held, now)


def refused_on(tried: Sequence[Attempt], zone: tzinfo) -> list[date]:
    """Return the first and last local day of the refusals since something was last sent, one if they are the
    same. `tried` is newest first."""
    days = list(_days(tried, zone))
    return list(dict.fromkeys([*days[-1:], *days[:1]]))


def _days(tried: Sequence[Attempt], zone: tzinfo) -> Iterator[date]:
    for attempt in tried:
        if attempt.state == "sent":
            return
        if attempt.state == "failed" and address_fault(attempt.error):
            yield attempt.at.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Paused:
    """A recipient paused by this rule: on which days it was refused, and how."""

    subscriber: str
    target: str
    days: str
    error: str

    @property
    def name(self) -> str:
        """Return what tells it from any other."""
        return f"{self.subscriber} {self.target}"

    @property
    def address(self) -> str:
        """Return where it is, as people write it."""
        return short(self.target)

    @property
    def said(self) -> str:
        """Return what it is, in a line."""
        return f"{self.subscriber} at {self.address} gets nothing, refused on {self.days}: {self.error}"

    @property
    def command(self) -> str:
        """Return what ends it."""
        return f"paperdigest resume {self.subscriber} {self.address}"


def paused_by_rule(store: Store) -> tuple[Paused, ...]:
    """Return the recipients paused by this rule. One that left the config, or about which a person has said
    something else, is not among them."""
    return tuple(
        Paused(name, target, *_told(held))
        for (name, target), held in _suppressed(store).items()
        if _is_ours(held)
    )


def paused(store: Store, now: datetime, timezone: str) -> Watched:
    """Return what the operator is told of these."""
    found = {one.name: one for one in paused_by_rule(store)}
    local = now.astimezone(schedule.zone(timezone))

    def begun(names: Sequence[str]) -> list[notices.Words]:
        told = [found[name] for name in names]
        lines = [(one.subscriber, one.target, one.days, one.error) for one in told]
        return [notices.paused_recipients(lines, local)]

    def over(told: Mapping[str, str]) -> list[notices.Words]:
        held = _suppressed(store)
        again = [who for who in _recipients(store) if " ".join(who) in told and who not in held]
        return [notices.recipients_again(again, local)] if again else []

    return Watched("recipient", dict.fromkeys(found, ""), begun, over)


def _suppressed(store: Store) -> dict[tuple[str, str], Suppression]:
    """Return by (subscriber, target) what holds for a target that the config has now."""
    found = suppressions.suppressions(store).values()
    if not found:  # as nearly always, and then nobody need be read
        return {}
    known = subscribers.registered(store).values()
    readers = {row.id: row for row in known if row.gone_at is None}
    return {
        (readers[held.subscriber_id].name, held.target): held
        for held in found
        if held.subscriber_id in readers
        and held.target in readers[held.subscriber_id].last_good.deliver
    }


def _recipients(store: Store) -> Iterator[tuple[str, str]]:
    for reader in subscribers.registered(store).values():
        if reader.gone_at is None:
            yield from ((reader.name, target) for target in reader.last_good.deliver)


def _told(held: Suppression) -> tuple[str, str]:
    days, _, error = held.reason.removeprefix(_BOUNCED).partition(_WHY)
    return days, error


def _is_ours(held: Suppression) -> bool:
    return held.kind == "paused" and held.reason.startswith(_BOUNCED)


def _is_suppressed(store: Store, row: Delivery) -> bool:
    """Say whether the target itself is paused or stopped already: a person's word stays."""
    return any(
        held.target == row.target
        for held in suppressions.suppressions_of(store, row.subscriber_id, row.target)
    )
