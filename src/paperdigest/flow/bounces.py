"""A recipient who is refused for good on different days gets nothing more until a person has looked.

A rule over the ledger: two such refusals on two local days within 14 days, and nothing sent in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from paperdigest.core import notices, schedule, words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.compose import Press
from paperdigest.flow.notice import notify
from paperdigest.store import deliveries, subscribers, suppressions
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Attempt, Delivery
from paperdigest.store.suppressions import Suppression

WITHIN = timedelta(days=14)
DAYS = 2
#: How the reason of such a pause begins, and how its days and its error are told apart.
_BOUNCED = "refused for good on "
_WHY = ": "

# RFC 3463 section 3.2: no such mailbox or host, wrong syntax, moved, no mail taken; 3.3: disabled. 5.4.1 is
# what Exchange Online says of an address that its directory does not know.
_ADDRESS = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1|4\.1)\b")
_ANY_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
# Without a status code only a refusal of the recipient itself says as much; "relay" is about our login.
_UNNAMED = re.compile(
    r"answered 55[013]\b(?!.*relay).* while naming the recipient|the recipient(?:'s host)? is unknown",
    re.IGNORECASE,
)


def is_of_recipient(error: str) -> bool:
    """Say whether a refusal for good is about the address, not about the message, the sender or the login."""
    if _ADDRESS.search(error):
        return True
    return not _ANY_STATUS.search(error) and _UNNAMED.search(error) is not None


def watch(store: Store, row: Delivery, error: str, now: datetime) -> None:
    """Pause the target of a row that has just failed, if the rule says so. Must run inside a transaction."""
    if row.part or not row.target.startswith("email:") or not is_of_recipient(error):
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
        row.subscriber_id, row.target, "paused", None, f"{_BOUNCED}{told}{_WHY}{error}"
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
        if attempt.state == "failed" and is_of_recipient(attempt.error):
            yield attempt.at.astimezone(zone).date()


def tell(store: Store, press: Callable[[], Press], operator: Subscriber, now: datetime) -> bool:
    """Tell the operator of each recipient paused by this rule, once; return whether there was one to tell of.

    `press` is asked for only then: a template that is broken must not stop what is frozen already.
    """
    if not operator.deliver:
        return False
    told = [notify(store, press(), operator, *words, now) for words in _words(store)]
    return any(told)


def _words(store: Store) -> Iterator[tuple[str, tuple[str, ...]]]:
    held = [one for one in suppressions.suppressions(store).values() if _is_ours(one)]
    if not held:
        return
    names = {row.id: row.name for row in subscribers.registered(store).values()}
    for one in held:
        days, _, error = one.reason.removeprefix(_BOUNCED).partition(_WHY)
        yield notices.paused_recipient(names[one.subscriber_id], one.target, days, error)


def _is_ours(held: Suppression) -> bool:
    return held.kind == "paused" and held.reason.startswith(_BOUNCED)


def _is_suppressed(store: Store, row: Delivery) -> bool:
    """Say whether the target itself is paused or stopped already: a person's word stays."""
    return any(
        held.target == row.target
        for held in suppressions.suppressions_of(store, row.subscriber_id, row.target)
    )
