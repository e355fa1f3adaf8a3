"""A whole run: worlds beside each other, each killed its share of times, and what came of all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chaos.audit import Audit, audit
from chaos.plan import REACHED
from chaos.world import Tally, World

#: Kills in one world: with many more its clock would go past the 30 days that sent bytes are kept.
_MOST = 250


@dataclass(frozen=True)
class Came:
    """What came of a run."""

    seed: int
    tallies: tuple[Tally, ...]
    audits: tuple[Audit, ...]
    seconds: float

    @property
    def faults(self) -> list[str]:
        """Return everything that breaks the promise, with its world."""
        return [
            f"world {number}: {fault}"
            for number, found in enumerate(self.audits)
            for fault in found.faults
        ]

    @property
    def kills(self) -> Counter[str]:
        """Return how often the program was killed, by what."""
        return sum((tally.kills for tally in self.tallies), Counter[str]())

    @property
    def places(self) -> Counter[str]:
        """Return how often it was killed at each failpoint."""
        return sum((tally.places for tally in self.tallies), Counter[str]())


def run(folder: Path, seed: int, kills: int, *, at_once: int) -> Came:
    """Kill the program so often, in as many worlds as that takes."""
    worlds = max(at_once, -(-kills // _MOST))
    shares = [kills // worlds + (number < kills % worlds) for number in range(worlds)]
    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        done = list(pool.map(lambda one: _world(folder, seed, one[0], one[1]), enumerate(shares)))
    tallies, audits = zip(*done, strict=True)
    return Came(seed, tallies, audits, time.monotonic() - began)


def _world(folder: Path, seed: int, number: int, kills: int) -> tuple[Tally, Audit]:
    with World(folder / f"world-{number}", seed, number) as world:
        world.run(kills)
        return world.tally, audit(world)


def table(came: Came) -> Iterator[str]:
    """Yield the lines of the figures."""
    yield from (f"{name:<58} {figure}" for name, figure in _figures(came))
    for fault in came.faults:
        yield f"FAULT  {fault}"


def _figures(came: Came) -> Iterator[tuple[str, object]]:
    yield "seed", came.seed
    yield "worlds", len(came.tallies)
    yield "starts of the program", sum(tally.lives for tally in came.tallies)
    yield "SIGKILLs", came.kills.total()
    for by, count in sorted(came.kills.items()):
        yield f"  {by}", count
    yield f"failpoints killed at, of {len(REACHED)}", len(came.places)
    missed = [place for place in REACHED if place not in came.places]
    if missed:
        yield "  not killed at", ", ".join(missed)
    yield "papers", sum(tally.papers for tally in came.tallies)
    yield "papers times readers who want them", sum(found.pairs for found in came.audits)
    for channel in ("email", "slack", "slack-webhook", "file"):
        yield f"messages by {channel}", sum(found.sent[channel] for found in came.audits)
        if channel != "file":
            again = sum(found.again[channel] for found in came.audits)
            said = sum(found.said_again[channel] for found in came.audits)
            yield "  arrived twice (rows that say: sent again)", f"{again} ({said})"
    yield "decided by a person", sum(tally.resolved for tally in came.tallies)
    yield "recipients that were paused for bouncing", sum(tally.resumed for tally in came.tallies)
    yield (
        "permissions and tokens of Slack that were gone for a while",
        sum(tally.barred for tally in came.tallies),
    )
    yield "refused for good by a server", sum(found.states["failed"] for found in came.audits)
    yield "lost", sum(len(found.lost) for found in came.audits)
    yield "repeated against the promise", sum(len(found.repeated) for found in came.audits)
    yield "other differences", sum(len(found.other) for found in came.audits)
    yield "seconds", f"{came.seconds:.0f}"
