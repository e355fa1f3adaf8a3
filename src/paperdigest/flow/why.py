"""Why a reader did or did not get a paper: one answer for any pair, with its reasons. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core import words
from paperdigest.core.ledger import State
from paperdigest.core.paper import ChangeKind, Paper
from paperdigest.core.schedule import zone
from paperdigest.core.subscription import Subscriber, Topic
from paperdigest.core.verdict import verdict
from paperdigest.flow.due import due, quiet_until, slot_of, standings
from paperdigest.flow.finds import lane_finds
from paperdigest.flow.window import read_window
from paperdigest.store import deliveries, digests, history, subscribers, suppressions
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery
from paperdigest.store.digests import Outcome
from paperdigest.store.subscribers import MAIN

#: What a recorded outcome is called when its message has gone out.
_SETTLED = {"sent": "sent", "listed": "listed"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`answer` is one of the interface's words; `because` are sentences for people."""

    answer: str
    because: tuple[str, ...]
    deliveries: tuple[Delivery, ...] = ()


def why(store: Store, reader: Subscriber, key: int, paper: Paper, now: datetime) -> Answer:
    """Answer for one reader and one paper."""
    row = subscribers.registered(store).get(reader.name)
    if row is None:
        return Answer(
            "before bookmark",
            (f"{reader.name} is not registered yet · run: paperdigest run --once",),
        )
    recorded = digests.outcomes_for(store, row.id, [key])
    outcomes = [found for found in recorded if found.reason == "new"]
    found = [_found(topic, paper) for topic in reader.topics]
    reasons = tuple(text for text in found if text)
    if outcomes:
        reasons = reasons or tuple(_no_longer(reader, outcomes[0].topic, paper))
        reasons += tuple(_withdrawn(store, reader, outcomes[0], paper))
        reasons += tuple(_news(reader, outcomes[0], recorded))
        return _recorded(store, reader, outcomes[0], reasons)
    if not reasons:
        return _unmatched(reader, paper)
    return _waiting(store, reader, row.id, key, reasons, now)


def _recorded(
    store: Store, reader: Subscriber, outcome: Outcome, reasons: tuple[str, ...]
) -> Answer:
    when = words.full_date(outcome.at.astimezone(zone(reader.timezone)))
    told = f"{outcome.outcome} under {outcome.topic} on {when}"
    if outcome.digest_id is None:
        return Answer(outcome.outcome, (told, *reasons))
    rows = tuple(deliveries.listed(store, digest_id=outcome.digest_id, limit=1000))
    holding = _holding(rows, digests.part_of(store, outcome))
    if outcome.outcome not in _SETTLED or any(row.state is State.SENT for row in holding):
        return Answer(outcome.outcome, (told, *reasons), rows)
    states = ", ".join(f"{row.target} {row.state}" for row in holding)
    return Answer("pending", (f"composed on {when}, not sent yet: {states}", *reasons), rows)


def _withdrawn(store: Store, reader: Subscriber, outcome: Outcome, paper: Paper) -> Iterator[str]:
    """Say of a paper that a digest left out whether that was because it was withdrawn by then, and of one that waits
    that the next digest leaves it out."""
    gone = [
        change
        for change in history.changes_of(store, outcome.paper_key)
        if change.kind is ChangeKind.WITHDRAWN and change.number > outcome.change
    ]
    if outcome.outcome == "skipped":
        for change in [one for one in gone if one.at <= outcome.at][-1:]:
            yield f"withdrawn on {_day(change.at, reader)}, before {reader.name}'s digest"
    elif outcome.outcome in digests.WAITING and paper.withdrawn and gone:
        when = _day(gone[-1].at, reader)
        yield f"withdrawn on {when} while it waited: it comes only if it is back"


def _day(at: datetime, reader: Subscriber) -> str:
    return words.full_date(at.astimezone(zone(reader.timezone)))


def _news(reader: Subscriber, brought: Outcome, recorded: Sequence[Outcome]) -> Iterator[str]:
    """Say what the reader was told of the paper after it was sent, as `brought` says."""
    for row in sorted(recorded, key=lambda row: row.change):
        if row.reason != "new":
            kind, _, revision = row.reason.partition(":")
            what = f"{kind} for the {words.ordinal(int(revision))} time" if revision else kind
            if row.outcome == "over limit" and row.digest_id == brought.digest_id:
                yield f"{what}: waits for the digest that brings the paper"
                continue
            told = "told" if row.outcome in _SETTLED else row.outcome
            when = words.full_date(row.at.astimezone(zone(reader.timezone)))
            yield f"{what}: {told} on {when}"


def _holding(rows: Sequence[Delivery], part: int) -> list[Delivery]:
    """Return each target's row that holds a paper of this part: that part's, or its only one."""
    cut = {row.target for row in rows if row.part == part}
    return [row for row in rows if row.part == (part if row.target in cut else 0)]


def _no_longer(reader: Subscriber, name: str, paper: Paper) -> Iterator[str]:
    """Say what has changed where the topic that found the paper would not do so now."""
    if name and all(topic.name != name for topic in reader.topics):
        yield f"{name} is no topic of {reader.name} any more"
    for topic in reader.topics:
        if topic.name == name and topic.query is not None:
            yield f"{name} would not take it now: {verdict(topic.query, paper).because}"


def _unmatched(reader: Subscriber, paper: Paper) -> Answer:
    """Say what each topic lacks; a topic that only an exclusion stands in the way of comes first."""
    excluded: list[str] = []
    lacking: list[str] = []
    trending: list[str] = []
    for topic in reader.topics:
        query = topic.query
        if query is None:
            trending.append(f"{topic.name}: not among its {topic.trending} highest")
            continue
        judged = verdict(query, paper)
        (excluded if judged.only_excluded else lacking).append(f"{topic.name}: {judged.because}")
    if excluded:
        return Answer("excluded", tuple(excluded))
    return Answer("not matched", (*lacking, *trending) or (f"{reader.name} has no topics",))


def _waiting(
    store: Store,
    reader: Subscriber,
    id_: int,
    key: int,
    reasons: tuple[str, ...],
    now: datetime,
) -> Answer:
    changes = [change for change in history.changes_of(store, key) if change.kind is ChangeKind.NEW]
    if not changes:
        return Answer("before bookmark", ("it entered history without news", *reasons))
    hindrance = standings(store, [reader], now)[0].why_not
    lane = subscribers.lanes(store)[(id_, MAIN)]
    if hindrance and max(change.number for change in changes) > lane.bookmark:
        return Answer("paused", (hindrance, *_held(store, reader, id_, now), *reasons))
    for work in due(store, [reader], now, forced=frozenset([reader.name])):
        finds = lane_finds(store, work, read_window(store, [work], now), now)
        slot = slot_of(reader, work.lane.name, now)
        if any(found == key for found, _ in finds.by_paper):
            when = f"waits for the digest of {slot.name}" if slot else _at_once(reader, now)
            return Answer("pending", (when, *reasons))
        if any(find.key == key for find, _ in finds.withdrawn):
            before = f"the digest of {slot.name}" if slot else f"{reader.name}'s alert"
            return Answer("skipped", (f"withdrawn before {before}, which leaves it out", *reasons))
    seen = words.full_date(changes[0].at.astimezone(zone(reader.timezone)))
    before = f"first seen on {seen}, before {reader.name}'s topics looked back that far"
    return Answer("before bookmark", (before, *reasons))


def _held(store: Store, reader: Subscriber, id_: int, now: datetime) -> Iterator[str]:
    """Say of each target that is paused or stopped by itself, by whom and how long."""
    today = now.astimezone(zone(reader.timezone)).date()
    for target in reader.deliver:
        for one in suppressions.suppressions_of(store, id_, target):
            if one.target and one.holds(today):
                yield f"{target.partition(':')[2]} {one}"


def _at_once(reader: Subscriber, now: datetime) -> str:
    end = quiet_until(reader, now)
    return "goes out at once" if end is None else f"goes out when quiet hours end, at {end:%H:%M}"


def _found(topic: Topic, paper: Paper) -> str:
    """Return why a topic finds a paper, in words; "" when it does not."""
    query = topic.query
    judged = verdict(query, paper) if query is not None else None
    return f"{topic.name}: {judged.because}" if judged is not None and judged.fits else ""
