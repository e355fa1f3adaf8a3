"""What must hold of a world: at any instant, and once all is well again and time has passed."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chaos.papers import token
from chaos.seen import Seen, row_bytes, row_tokens
from machine.world import World

#: States of a row whose message a server has: whatever else it is in, it was lost track of.
_ADMITS = ("sent", "unknown", "sending", "held")
#: States in which nothing more happens by itself.
_FINAL = ("sent", "failed", "dropped")
#: Outcomes of a paper that came to its reader, or that a person gave up.
_DONE = ("sent", "listed", "dropped")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery of the ledger."""

    id: int
    key: str
    digest: int
    kind: str
    reader: str
    target: str
    state: str
    resent: int
    error: str
    packed: bytes | None

    @property
    def channel(self) -> str:
        """Return the name of its channel."""
        return self.target.partition(":")[0]

    @property
    def payload(self) -> bytes:
        """Return its frozen bytes."""
        assert self.packed is not None
        return zlib.decompress(self.packed)

    def __str__(self) -> str:
        return f"delivery {self.id} ({self.reader}, {self.target}) is {self.state}"


def rows(world: World) -> list[Row]:
    """Return all rows of the ledger."""
    return [
        Row(*row)
        for row in world.ask(
            "SELECT d.id, d.key, d.digest_id, g.kind, s.name, d.target, d.state, d.resent, d.error, d.payload"
            " FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
            " JOIN digests g ON g.id = d.digest_id ORDER BY d.id"
        )
    ]


@dataclass
class Person:
    """What a person decided: how often each row was sent once more by their word, and which they gave up
    or said to have arrived."""

    again: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    dropped: set[int] = field(default_factory=set)
    arrived: set[int] = field(default_factory=set)


def faults(world: World, person: Person) -> Iterator[str]:
    """Yield what must not be at any instant."""
    yield from (f"a bug: {bug}" for bug in world.bugs.found)
    seen, known = Seen.by(world), set()
    for row in rows(world):
        if row.channel == "file" or row.packed is None:
            continue
        place = seen.place(row.key, row.target, row.payload)
        known.add(place)
        yield from _of_row(row, seen, place, person)
    yield from (f"a server has {place}: no row" for place in seen.counts.keys() - known)
    yield from _slots(world)


def _of_row(row: Row, seen: Seen, place: tuple[str, str], person: Person) -> Iterator[str]:
    times, again = seen.counts[place], person.again[row.id]
    if times and seen.bytes_of[place] != {row_bytes(row.target, row.payload)}:
        yield f"{row}: what the server took is not what was frozen"
    if times > (1 if row.channel == "slack" else 1 + row.resent) + again:
        yield f"{row}, resent={row.resent}, and was taken {times} times"
    if row.resent > 1:
        yield f"{row}, and was sent again {row.resent} times"
    if row.state == "sent" and not times and row.id not in person.arrived:
        yield f"{row}, and the server never took it"
    told = row.state in _ADMITS or row.resent or again or row.id in person.dropped
    if times and not told:
        yield f"{row}, and the server has it: {row.error!r}"


def _slots(world: World) -> Iterator[str]:
    """Slots of schedules only grow; what a person asks for is named by the second, and stands apart."""
    last: dict[int, datetime] = {}
    for lane, slot in world.ask(
        "SELECT lane_id, slot FROM digests WHERE kind IN ('digest', 'empty') AND slot NOT LIKE 'change %'"
        " ORDER BY id"
    ):
        local, _, zone = slot.partition(" ")
        if local.count(":") > 1:
            continue
        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if lane in last and at <= last[lane]:
            yield f"lane {lane}: slot {slot} comes after a later one"
        last[lane] = at


def lost(world: World, due: set[tuple[str, int]]) -> Iterator[str]:
    """Yield what is wrong when all is well again and time has passed. `due` are (reader, paper) that were news
    for that reader and have been wanted ever since."""
    seen, found = Seen.by(world), defaultdict[int, list[Row]](list)
    for row in rows(world):
        found[row.digest].append(row)
        if row.state not in _FINAL:
            yield f"{row} still: {row.error!r}"
        elif row.state != "sent" and not row.error:
            yield f"{row} without a word why"
    outcomes = {
        (reader, int(id_.rpartition(".")[2])): (outcome, digest)
        for reader, id_, outcome, digest in world.ask(
            "SELECT s.name, p.id, o.outcome, o.digest_id FROM outcomes o JOIN subscribers s"
            " ON s.id = o.subscriber_id JOIN papers p ON p.key = o.paper_key WHERE o.reason = 'new'"
        )
    }
    for reader, number in sorted(due):
        outcome, digest = outcomes.get((reader, number), ("none", 0))
        if outcome not in _DONE:
            yield f"{token(number)} for {reader}: its outcome is {outcome}"
        elif outcome != "dropped":
            yield from _unheard_of(reader, number, found[digest], seen)


def _unheard_of(reader: str, number: int, found: list[Row], seen: Seen) -> Iterator[str]:
    named = [
        row for row in found if row.packed and token(number) in row_tokens(row.target, row.payload)
    ]
    if not any(
        row.state in ("sent", "held") or row.error.endswith("dropped by command") for row in named
    ):
        told = [str(row) for row in found]
        yield f"{token(number)} for {reader} counts as sent, and nobody has it: {told}"


def twins(world: World) -> Iterator[str]:
    """Yield papers that came to a target with a digest that is not the one they are recorded for.

    (What an alert brought is named by the next digest, in one line that says so.)
    """
    seen = Seen.by(world)
    recorded = {
        (reader, int(id_.rpartition(".")[2]), digest)
        for reader, id_, digest in world.ask(
            "SELECT s.name, p.id, o.digest_id FROM outcomes o JOIN subscribers s"
            " ON s.id = o.subscriber_id JOIN papers p ON p.key = o.paper_key"
        )
    }
    alerted = {
        (reader, int(id_.rpartition(".")[2]))
        for reader, id_ in world.ask(
            "SELECT s.name, p.id FROM outcomes o JOIN digests g ON g.id = o.digest_id JOIN subscribers s"
            " ON s.id = o.subscriber_id JOIN papers p ON p.key = o.paper_key WHERE g.kind = 'alert'"
        )
    }
    for row in rows(world):
        if row.channel == "file" or row.packed is None:
            continue
        for word in seen.tokens_of[seen.place(row.key, row.target, row.payload)]:
            pair = (row.reader, int(word[2:]))
            named = row.kind != "alert" and pair in alerted
            if (*pair, row.digest) not in recorded and not named:
                yield f"{word} came with digest {row.digest}, which does not count: {row}"
