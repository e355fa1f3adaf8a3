"""How fast a way out may be used: so many messages in any span of time, as counts that fit in one small text.

Pure. A way is a channel or one of its targets. What was sent is counted in pieces of a 24th of each span,
so the rule is never exceeded and lets the next message through at most a 24th of the span late.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_PIECES = 24
_NO_LIMIT = 1 << 62
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` messages in any `span`, wherever it begins."""

    most: int
    span: timedelta

    @property
    def width(self) -> int:
        """Return the length of a piece in microseconds."""
        return max(self.span // _MICROSECOND // _PIECES, 1)


@dataclass(frozen=True, slots=True)
class Pace:
    """All limits hold, over the whole channel or, with `each_target`, for each of its targets by itself."""

    limits: tuple[Limit, ...]
    each_target: bool = False

    def way(self, target: str) -> str:
        """Return what is counted for a target such as `slack:#papers`: itself, or its channel."""
        return target if self.each_target else target.partition(":")[0]


#: For each width in microseconds how many messages went out in which piece, counted from 1970.
Used = Mapping[int, Mapping[int, int]]


def room(pace: Pace, used: Used, now: datetime) -> int:
    """Return how many messages may go now; never less than 0."""
    left = [limit.most - sum(n for _, n in _lately(limit, used, now)) for limit in pace.limits]
    return max(min(left, default=_NO_LIMIT), 0)


def opens_at(pace: Pace, used: Used, now: datetime) -> datetime:
    """Return when the next message may go: `now` where there is room."""
    return max((_opens(limit, used, now) for limit in pace.limits), default=now)


def count(pace: Pace, used: Used, messages: int, now: datetime) -> Used:
    """Return what was used with so many messages more, and without what no limit looks at any more."""
    found: dict[int, dict[int, int]] = {}
    for limit in pace.limits:
        pieces = found[limit.width] = dict(_lately(limit, used, now))
        here = _instant(now) // limit.width
        pieces[here] = pieces.get(here, 0) + messages
    return found


def moved(pace: Pace, used: Used, then: datetime, now: datetime) -> Used:
    """Return what was used where one message counted at `then` turns out to have gone at `now`."""
    found: dict[int, dict[int, int]] = {}
    for limit in pace.limits:
        pieces = found[limit.width] = dict(used.get(limit.width, {}))
        before, after = (_instant(at) // limit.width for at in (then, now))
        if before != after and pieces.get(before):
            pieces[before] -= 1
            pieces[after] = pieces.get(after, 0) + 1
    return found


def set_right(pace: Pace, used: Used, now: datetime) -> Used:
    """Return what was used with what went in the future counted as sent now, for good: the clock was set back,
    and counted anew at each look it would never grow old. The very same where nothing did."""
    instant = _instant(now)
    ahead = any(piece > instant // width for width, pieces in used.items() for piece in pieces)
    return count(pace, used, 0, now) if ahead else used


def to_text(used: Used) -> str:
    """Return it as JSON; pieces without a message are left out."""
    return json.dumps(
        {width: {piece: n for piece, n in pieces.items() if n} for width, pieces in used.items()},
        separators=(",", ":"),
    )


def from_text(text: str) -> Used:
    """Return what `to_text` wrote; nothing where the text is empty."""
    plain = json.loads(text or "{}")
    return {
        int(width): {int(piece): n for piece, n in pieces.items()}
        for width, pieces in plain.items()
    }


def _lately(limit: Limit, used: Used, now: datetime) -> Iterator[tuple[int, int]]:
    """Yield (piece, messages) of the pieces that the span before now touches, each piece once.

    A clock that was set back leaves messages in the future: they count as sent just now.
    """
    instant = _instant(now)
    oldest, newest = (instant - limit.span // _MICROSECOND) // limit.width, instant // limit.width
    found: dict[int, int] = {}
    for piece, messages in used.get(limit.width, {}).items():
        if piece >= oldest:
            kept = min(piece, newest)
            found[kept] = found.get(kept, 0) + messages
    yield from sorted(found.items())


def _opens(limit: Limit, used: Used, now: datetime) -> datetime:
    """Return when enough pieces have left the span."""
    lately = list(_lately(limit, used, now))
    total = sum(messages for _, messages in lately)
    at = now
    for piece, messages in lately:
        if total < limit.most:
            break
        total -= messages
        at = _EPOCH + (piece + 1) * limit.width * _MICROSECOND + limit.span
    return at


def _instant(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
