"""Which rows may go now and which ways rest: the pace of a channel, a server's own wish, an obstacle.

Rows over a way that rests stay where they are. What is decided is in the store before anything leaves, so a
restart neither hurries nor waits anew; how fast is right is each channel's to say (`core.ports.Paced`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from paperdigest.core import pacing
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.pacing import Pace
from paperdigest.core.ports import (
    Barred,
    Channel,
    Outcome,
    Paced,
    Reach,
    Refused,
    Retry,
    Sent,
    Unknown,
)
from paperdigest.store import deliveries, ways
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import Delivery

#: A way that needs a person is tried again by itself after so long, with one batch.
BARRED_WAIT = timedelta(minutes=15)
#: A channel that cannot be reached is not asked again for each message.
REST = timedelta(minutes=5)
#: A way that could not be used for so long, with nothing sent over it meanwhile, is in trouble.
LASTING: Final = timedelta(hours=1)
#: No way ever rests longer: a day's limit, and the piece of a day it is counted in.
_LONGEST_REST = timedelta(hours=26)
_STEP = timedelta(seconds=1)  # between two looks for what may go besides

Channels = Callable[[str], Channel]


def claim(
    store: Store, channels: Channels, now: datetime, *, process: str, most: int, over: str = ""
) -> list[Delivery]:
    """Take up to `most` rows in hand that are due and within the pace of their ways; `over` limits it to one channel.

    Must run inside a transaction. They count as sent from now on: a kill must not let more out.
    """
    ways.heal_clock(store, now, _LONGEST_REST)
    while True:
        found = deliveries.due(store, now, over=over, most=most)
        ids = _within_pace(store, channels, found, now)
        # Where none may go, the ways they wait for are closed now, and what is behind them comes up.
        if ids or not found:
            return deliveries.claim(store, ids, now, process=process)


def learn(store: Store, channels: Channels, row: Delivery, outcome: Outcome, at: datetime) -> None:
    """Write down what one outcome says of the ways it went over. Must run inside a transaction."""
    _count_when_it_went(store, _pace(channels, row.target), row, at)
    match outcome:
        case Sent():
            ways.clear(store, *_both(row.target))
        case Barred():
            ways.bar(store, shut_by(row, outcome), outcome.reason, at, at + BARRED_WAIT)
        case Retry(after=after):
            _rest(store, shut_by(row, outcome), outcome.reason, at, after or REST)
        case Unknown():
            rest(store, row, outcome, at)
        case Refused():
            pass
        case _:
            assert_never(outcome)


def rest(store: Store, row: Delivery, outcome: Unknown, at: datetime) -> None:
    """Leave alone for a while what an unknown outcome had better not be followed by. Must run inside a transaction."""
    _rest(store, shut_by(row, outcome), outcome.reason, at, REST)


def shut_by(row: Delivery, outcome: Outcome | str) -> str:
    """Return the way that this outcome closes, "" for none."""
    reach = outcome.reach if isinstance(outcome, Retry | Barred | Unknown) else Reach.MESSAGE
    channel, target = _both(row.target)
    return {Reach.CHANNEL: channel, Reach.TARGET: target, Reach.MESSAGE: ""}[reach]


def _rest(store: Store, way: str, reason: str, at: datetime, span: timedelta) -> None:
    if way:
        ways.fail(store, way, reason, at, lasting=LASTING)
        ways.close(store, way, at + span)


def goes_over(row: Delivery, closed: Sequence[str]) -> bool:
    """Say whether a row goes over one of these ways."""
    return any(way in closed for way in _both(row.target))


def wait_for_more(
    store: Store,
    clock: Callable[[], datetime],
    pause: Callable[[timedelta], None],
    patience: timedelta,
    over: str = "",
) -> bool:
    """With nothing in hand, wait at most a second for a way that opens within `patience`; `over` limits it to one
    channel.

    Return whether it is worth looking again; not where the clock stands still.
    """
    now = clock()
    opening = deliveries.next_opening(store, now, patience, over=over)
    if opening is None:
        return False
    pause(min(opening - now, _STEP))
    return clock() > now


def _within_pace(
    store: Store, channels: Channels, found: Sequence[tuple[int, str]], now: datetime
) -> list[int]:
    """Return the rows that may go, and close the ways that are used up."""
    paces = {target: _pace(channels, target) for target in {target for _, target in found}}
    free: list[int] = []
    asked: dict[str, list[int]] = {}
    pace_of: dict[str, Pace] = {}
    for id_, target in found:
        pace = paces[target]
        if pace is None:
            free.append(id_)
        else:
            way = pace.way(target)
            pace_of[way] = pace
            asked.setdefault(way, []).append(id_)
    for way, ids in asked.items():
        free += _take(store, way, pace_of[way], ids, now)
    return free


def _take(store: Store, way: str, pace: Pace, ids: Sequence[int], now: datetime) -> Sequence[int]:
    known = ways.used(store, way)
    used = pacing.set_right(pace, known, now)
    taken = ids[: pacing.room(pace, used, now)]
    if taken:
        used = pacing.count(pace, used, len(taken), now)
    if used is not known:
        ways.use(store, way, used)
    opens = pacing.opens_at(pace, used, now)
    if opens > now:
        ways.close(store, way, opens)
    return taken


def _count_when_it_went(store: Store, pace: Pace | None, row: Delivery, at: datetime) -> None:
    """A message in hand may have waited for those before it: the pause begins when it has gone."""
    if pace is None or row.claimed_at is None:
        return
    way = pace.way(row.target)
    before = ways.used(store, way)
    after = pacing.moved(pace, before, row.claimed_at, at)
    if after != before:
        ways.use(store, way, after)
        opens = pacing.opens_at(pace, after, at)
        if opens > at:
            ways.close(store, way, opens)


def _pace(channels: Channels, target: str) -> Pace | None:
    try:
        channel = channels(target.partition(":")[0])
    except PaperdigestError:
        return None  # it cannot even be made; the attempt says why
    return channel.pace if isinstance(channel, Paced) else None


def _both(target: str) -> tuple[str, str]:
    """Return a target's ways: its channel, itself."""
    return target.partition(":")[0], target
