"""Which lanes are due, and for which slot. Reads the store; decides by `core.schedule` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain, count
from zoneinfo import ZoneInfo

from paperdigest.core import schedule, updates
from paperdigest.core.schedule import Schedule, Slot
from paperdigest.core.subscription import Pause, Subscriber, Topic, topic_to_json
from paperdigest.flow.register import lane_names
from paperdigest.store import digests, history, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.subscribers import MAIN, Lane
from paperdigest.store.suppressions import EVERYTHING, Suppression, suppressions

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
#: How long what is over limit, or came back undelivered, waits for its lane's next digest.
WAITS = timedelta(days=14)
#: Of more readers than this everything is read at once, and not asked for by name.
FEW = 500
#: An alert lane has no next slot: what waits for it is tried again after so long.
_ALERT_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """One lane that may get a digest now.

    `slot` names it. `missed` are the regular slots since the last one, oldest first, `slot` itself
    included. `targets` are those that may be served. `forced`: asked for by `send`, whatever the
    schedule says, which stays as it is.
    """

    subscriber: Subscriber
    lane: Lane
    topics: tuple[Topic, ...]
    asked_before: Mapping[str, str]
    slot: Slot
    missed: tuple[Slot, ...]
    targets: tuple[str, ...]
    kind: str = "digest"
    forced: bool = False

    @property
    def first(self) -> bool:
        """Say whether this reader's lane never had a digest."""
        return self.lane.digests == 0

    @property
    def regular(self) -> bool:
        """Say whether a slot of the schedule itself is due."""
        return bool(self.missed)

    @property
    def definitions(self) -> dict[str, str]:
        """Return what the lane's topics ask for now."""
        return _definitions(self.topics)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one lane stands when nothing is due: when next, or why not."""

    subscriber: Subscriber
    lane: Lane
    next_slot: Slot | None
    why_not: str = ""


def due(
    store: Store,
    wanted: Sequence[Subscriber],
    now: datetime,
    *,
    forced: frozenset[str] | None = None,
    regardless: bool = False,
) -> list[Work]:
    """Return the lanes to compose now. `forced` names subscribers served whatever the schedule says; `regardless`
    looks past pauses and quiet hours, but not past stops."""
    if forced is not None:
        wanted = [subscriber for subscriber in wanted if subscriber.name in forced]
    look = _Look(store, now, wanted, regardless=regardless)
    works = []
    for subscriber in wanted:
        for name in lane_names(subscriber):
            work = look.work(subscriber, name, forced=forced is not None)
            if work is not None:
                works.append(work)
    return works


def standings(store: Store, wanted: Sequence[Subscriber], now: datetime) -> list[Standing]:
    """Return each reader's next slot, the earliest of all lanes, or why there is none."""
    look = _Look(store, now, wanted)
    found = []
    for subscriber in wanted:
        lane = look.lane(subscriber, MAIN)
        if lane is not None:
            ahead = [slot_of(subscriber, name, now) for name in _lanes_in_use(subscriber)]
            next_slot = min(
                (slot for slot in ahead if slot is not None), key=lambda slot: slot.at, default=None
            )
            found.append(Standing(subscriber, lane, next_slot, look.hindrance(subscriber, lane)))
    return found


def slot_of(subscriber: Subscriber, lane_name: str, now: datetime) -> Slot | None:
    """Return a lane's next slot; None for alerts, which go at once."""
    plan = plan_of(subscriber, lane_name)
    if plan.at_once:
        return None
    return schedule.next_slot(plan, schedule.zone(subscriber.timezone), now)


def plan_of(subscriber: Subscriber, lane_name: str) -> Schedule:
    """Return a lane's schedule."""
    return schedule.parse_schedule(subscriber.schedule if lane_name == MAIN else lane_name)


def quiet_until(subscriber: Subscriber, now: datetime) -> datetime | None:
    """Return when a reader's quiet hours end, in their zone; None outside of them."""
    if not subscriber.quiet:
        return None
    zone = schedule.zone(subscriber.timezone)
    end = schedule.quiet_until(schedule.parse_quiet(subscriber.quiet), zone, now)
    return None if end is None else end.astimezone(zone)


def _lanes_in_use(subscriber: Subscriber) -> set[str]:
    return {topic.schedule or MAIN for topic in subscriber.topics} or {MAIN}


class _Look:
    """One reading of the store, shared by all subscribers of a round. Of few, only what concerns them is read."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        wanted: Sequence[Subscriber],
        *,
        regardless: bool = False,
    ) -> None:
        self._store = store
        self._regardless = regardless
        self.now = now
        self.newest = history.newest_change(store)
        names = None if len(wanted) > FEW else [subscriber.name for subscriber in wanted]
        self.registered = subscribers.registered(store, names)
        ids = None if names is None else [row.id for row in self.registered.values()]
        self.lanes = subscribers.lanes(store, ids)
        lanes = None if ids is None else [lane.id for lane in self.lanes.values()]
        self.asked = subscribers.topics_seen(store, lanes)
        self.started = {lane.subscriber_id for lane in self.lanes.values() if lane.digests}
        self.suppressed = {
            of: held
            for of, held in suppressions(store).items()
            if held.kind != "paused" or not regardless
        }

    def lane(self, subscriber: Subscriber, name: str) -> Lane | None:
        row = self.registered.get(subscriber.name)
        return None if row is None else self.lanes.get((row.id, name))

    def hindrance(self, subscriber: Subscriber, lane: Lane) -> str:
        """Say in words why nothing may be composed for this subscriber; "" when nothing hinders."""
        return self._hindrance_on(self._today(subscriber), subscriber, lane)

    def _hindrance_on(self, day: date, subscriber: Subscriber, lane: Lane) -> str:
        pause = None if self._regardless else subscriber.pause
        if pause is not None and _paused(pause, day):
            until = pause.until
            return "paused" + (f" until {until.isoformat()}" if until else "")
        held = self.suppressed.get((lane.subscriber_id, EVERYTHING))
        if held is not None and held.holds(day):
            return str(held)
        if not self._targets_on(day, subscriber, lane):
            return (
                "every target is paused or stopped"
                if subscriber.deliver
                else "no target to deliver to"
            )
        return ""

    def targets(self, subscriber: Subscriber, lane: Lane) -> tuple[str, ...]:
        return self._targets_on(self._today(subscriber), subscriber, lane)

    def _targets_on(self, day: date, subscriber: Subscriber, lane: Lane) -> tuple[str, ...]:
        return tuple(
            target
            for target in dict.fromkeys(subscriber.deliver)
            if not _holds(self.suppressed.get((lane.subscriber_id, target)), day)
        )

    def _today(self, subscriber: Subscriber) -> date:
        return self.now.astimezone(schedule.zone(subscriber.timezone)).date()

    def work(self, subscriber: Subscriber, name: str, *, forced: bool) -> Work | None:
        lane = self.lane(subscriber, name)
        topics = tuple(topic for topic in subscriber.topics if (topic.schedule or MAIN) == name)
        if lane is None or self.hindrance(subscriber, lane):
            return None
        plan = plan_of(subscriber, name)
        slot, missed = self._slot(subscriber, lane, plan, topics, forced=forced)
        if slot is None:
            return None
        return Work(
            subscriber,
            lane,
            topics,
            self.asked.get(lane.id, {}),
            slot,
            missed,
            self.targets(subscriber, lane),
            kind="alert" if plan.at_once else "digest",
            forced=forced,
        )

    def _slot(
        self,
        subscriber: Subscriber,
        lane: Lane,
        plan: Schedule,
        topics: tuple[Topic, ...],
        *,
        forced: bool,
    ) -> tuple[Slot | None, tuple[Slot, ...]]:
        zone = schedule.zone(subscriber.timezone)
        local = self.now.astimezone(zone)
        stirred = self.newest > lane.bookmark or self._asks_anew(lane, topics)
        if plan.at_once:
            # An alert is named by its last change; quiet hours only delay it.
            stirred = stirred or self._is_tried_again(lane)
            if not forced and (not stirred or self._is_quiet(subscriber)):
                return None, ()
            return self._slot_now(lane, f"change {self.newest}"), ()
        missed = self._missed(plan, zone, lane.last_slot_at or lane.created_at)
        if forced:
            name = f"{local:%Y-%m-%dT%H:%M:%S} {subscriber.timezone}"
            return self._slot_now(lane, name), ()
        if not self._regardless and self._comes_back_later_today(subscriber, lane, plan, local):
            return None, ()
        if missed:
            return missed[-1], missed
        if lane.subscriber_id not in self.started and stirred:
            return self._slot_now(lane, f"{local:%Y-%m-%dT%H:%M} {subscriber.timezone}"), ()
        return None, ()

    def _is_quiet(self, subscriber: Subscriber) -> bool:
        return not self._regardless and quiet_until(subscriber, self.now) is not None

    def _missed(self, plan: Schedule, zone: ZoneInfo, last: datetime) -> tuple[Slot, ...]:
        # As a rule nothing is, and that is known from the last look.
        if self.now < _next_after(plan, zone, last):
            return ()
        return _due(plan, zone, last, self.now)

    def _comes_back_later_today(
        self, subscriber: Subscriber, lane: Lane, plan: Schedule, local: datetime
    ) -> bool:
        """Say whether a pause, of the reader or of every target, ended with the last day and its first digest is not
        for this hour: what was missed is due now, but nobody means midnight by "digests again from Monday"."""
        early = local.time() < plan.times[0]
        return early and bool(self._hindrance_on(local.date() - _DAY, subscriber, lane))

    def _slot_now(self, lane: Lane, name: str) -> Slot:
        """Return a slot of this instant, numbered where there was one of that name."""
        names = chain((name,), (f"{name} ({number})" for number in count(2)))
        return Slot(next(one for one in names if not self._was(lane, one)), self.now)

    def _was(self, lane: Lane, slot: str) -> bool:
        taken = (slot, updates.slot_of(slot))  # a notice may have gone out without a digest
        return lane.last_slot == slot or any(
            digests.has_slot(self._store, lane.id, one) for one in taken
        )

    def _is_tried_again(self, lane: Lane) -> bool:
        last = lane.last_digest_at or lane.created_at
        return self.now - last >= _ALERT_AGAIN and lane.id in self._waiting

    @cached_property
    def _waiting(self) -> frozenset[int]:
        return digests.lanes_waiting(self._store, self.now - WAITS)

    def _asks_anew(self, lane: Lane, topics: tuple[Topic, ...]) -> bool:
        return _definitions(topics) != self.asked.get(lane.id, {})


def _definitions(topics: Sequence[Topic]) -> dict[str, str]:
    return {topic.name: _definition(topic) for topic in topics}


# Asked for several times for each lane of a round; with room for fewer than there are, none would be found again.
_definition = lru_cache(maxsize=65_536)(topic_to_json)


# Asked three times a round for each of many readers, and few differ in all of this.
_due = lru_cache(maxsize=4_096)(schedule.due)


@lru_cache(maxsize=65_536)
def _next_after(plan: Schedule, zone: ZoneInfo, last: datetime) -> datetime:
    return schedule.next_slot(plan, zone, last).at


def _paused(pause: Pause, today: date) -> bool:
    return (pause.from_day is None or pause.from_day <= today) and (
        pause.until is None or today < pause.until
    )


def _holds(held: Suppression | None, today: date) -> bool:
    return held is not None and held.holds(today)
